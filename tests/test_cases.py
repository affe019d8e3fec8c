"""The cases in cases/*.json, read in both directions, through both dialects over HTTP."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TypeAlias
from uuid import uuid4

import msgspec
import pytest
from httpx2 import Response
from msgspec import Struct, structs

from dialects.ninja.protocol import wire
from dialects.planado.protocol import wire as planado_protocol_wire
from gateway.app import create_app
from gateway.settings import Settings
from storage.clients.persistence import insert_clients
from storage.model.accounts import Account
from storage.model.commands import CreateAccount, CreateGroup, ImportClient, draft_of_contact
from storage.model.documents import draft_of_document
from storage.model.generators import Generators, random_text
from storage.model.queries import ClientQuery
from storage.model.records import Client, Contact, Document
from storage.store import Store
from tests.support.api_callers import Ninja, Planado
from tests.support.asgi_client import AsgiClient
from tests.support.databases import Databases
from tests.support.golden_cases import CASES, DEFAULT, SUBJECTS, Case, Tree, pretty, read

MOMENT = datetime(2024, 1, 1, tzinfo=UTC)
TOKEN_LENGTH = 64
Whole: TypeAlias = Struct | Tree | None
KIND = {"organization": True}
"""A case of a person says so."""
FIELDS = frozenset(ImportClient.__struct_fields__) & frozenset(Client.__struct_fields__)
FIELDS -= {"serial"}
JSON = {"Content-Type": "application/json"}


def each_case(suits: Callable[[Case], object] = lambda _: True) -> pytest.MarkDecorator:
    chosen = {name: case for name, case in CASES.items() if suits(case)}
    return pytest.mark.parametrize("case", chosen.values(), ids=list(chosen))


def known_text(length: int) -> str:
    """Return the same text for keys and hashes, and a random one for tokens, which must be
    unique."""
    return random_text(length) if length == TOKEN_LENGTH else "random"


@pytest.fixture(scope="module")
def store(databases: Databases) -> Iterator[Store]:
    """One store for all cases, each in its own account. All that it generates is the default."""
    generators = Generators(
        clock=lambda: MOMENT, new_uuid=lambda: DEFAULT.record.uuid, random_text=known_text
    )
    with databases.database() as url:
        store = Store.open(url, generators)
        yield store
        store.close()


@pytest.fixture(scope="module")
def http(store: Store) -> Iterator[AsgiClient]:
    app = create_app(store, Settings())
    with AsgiClient(app) as http:
        yield http


@pytest.fixture
def account(store: Store, case: Case) -> Account:
    return store.create_account(CreateAccount(name=str(uuid4()), **case.whole_account))


@pytest.fixture
def record(store: Store, account: Account, case: Case) -> Client:
    """The case's client in the store, exactly as it is. No command could set all of its fields."""
    store._write(insert_clients, account.id, [case.record], case.record.updated_at)
    return case.record


@each_case()
def test_ninja_shows_the_client_as_the_case_has_it(
    ninja: Ninja, record: Client, case: Case
) -> None:
    answer = ninja.get(f"/clients/{case.in_ninja['id']}")

    assert as_text(answer) == pretty({"data": case.in_ninja})
    assert answer.headers["etag"] == f'"{record.version}"'


@each_case(lambda case: case.in_planado)
def test_planado_shows_the_client_as_the_case_has_it(
    planado: Planado, record: Client, case: Case
) -> None:
    answer = planado.get(f"/clients/{record.uuid}")

    assert as_text(answer) == pretty({"client": case.in_planado})
    assert answer.headers["etag"] == f'"{record.version}"'


@each_case(lambda case: case.planado is None)
def test_planado_knows_no_client_that_the_case_hides(planado: Planado, record: Client) -> None:
    answer = planado.get(f"/clients/{record.uuid}")

    assert answer.status_code == 404
    assert planado.listed() == []


@each_case(lambda case: case.born_in_ninja)
def test_what_ninja_shows_makes_the_client_when_it_is_sent(
    store: Store, account: Account, ninja: Ninja, case: Case
) -> None:
    for n in range(case.born_in_ninja.group_serial or 0 if case.born_in_ninja else 0):
        store.create_group(account.id, CreateGroup(name=f"Group {n}"))

    answer = ninja.post("/clients", content=pretty(case.in_ninja), headers=JSON)

    assert answer.status_code == 200, answer.text
    assert store.get_client(account.id, 1) == case.born_in_ninja


@each_case(lambda case: case.planado is not None and case.born_in_planado)
def test_what_planado_shows_makes_the_client_when_it_is_sent(
    store: Store, account: Account, planado: Planado, case: Case
) -> None:
    answer = planado.post("/clients", content=pretty(sendable(case)), headers=JSON)

    assert answer.status_code == 201, answer.text
    assert store.get_client(account.id, 1) == case.born_in_planado


def sendable(case: Case) -> Tree:
    """Return the case's object without a null address, which a new client in Planado cannot
    have."""
    return {k: v for k, v in (case.in_planado or {}).items() if (k, v) != ("site_address", None)}


@each_case(lambda case: case.from_ninja is None)
def test_ninja_shows_what_it_would_refuse_to_make(
    store: Store, account: Account, ninja: Ninja, case: Case
) -> None:
    answer = ninja.post("/clients", content=pretty(case.in_ninja), headers=JSON)

    assert answer.status_code == 422
    assert store.list_clients(account.id, ClientQuery()).total == 0


@each_case(lambda case: case.from_planado is None)
def test_planado_shows_what_it_would_refuse_to_make(
    store: Store, account: Account, planado: Planado, case: Case
) -> None:
    answer = planado.post("/clients", content=pretty(sendable(case)), headers=JSON)

    assert answer.status_code == 422
    assert store.list_clients(account.id, ClientQuery()).total == 0


@each_case(lambda case: not case.record.is_deleted)
def test_ninjas_echo_leaves_the_client_as_it_was(
    store: Store, account: Account, ninja: Ninja, record: Client, case: Case
) -> None:
    path, echo = f"/clients/{case.in_ninja['id']}", pretty(case.in_ninja)

    answer = ninja.request("PUT", path, content=echo, headers=JSON)

    assert as_text(answer) == pretty({"data": case.in_ninja})
    assert store.get_client(account.id, record.serial) == record


@each_case(lambda case: case.in_planado)
def test_planados_echo_leaves_the_client_as_it_was(
    store: Store, account: Account, planado: Planado, record: Client, case: Case
) -> None:
    path, echo = f"/clients/{record.uuid}", pretty(case.in_planado or {})

    answer = planado.request("PATCH", path, content=echo, headers=JSON)

    assert as_text(answer) == pretty({"client_uuid": record.uuid})
    assert store.get_client(account.id, record.serial) == record


@each_case()
def test_an_import_brings_what_the_client_is(store: Store, account: Account, case: Case) -> None:
    made = store.create_client(account.id, importing(case.record))

    assert made == case.born_in_import
    assert store.get_client(account.id, 1) == made


def importing(record: Client) -> ImportClient:
    told = {name: getattr(record, name) for name in FIELDS}
    contacts = tuple(structs.replace(draft_of_contact(c), serial=None) for c in record.contacts)
    documents = tuple(structs.replace(draft_of_document(d), serial=None) for d in record.documents)
    return ImportClient(**told | {"contacts": contacts, "documents": documents})


def as_text(answer: Response) -> str:
    return msgspec.json.format(answer.content).decode()


@each_case()
def test_a_case_says_only_what_differs(case: Case) -> None:
    plain = structs.replace(case, from_ninja={}, from_planado={}, from_import={})
    wholes: list[tuple[Tree | None, Whole, Whole]] = [
        (case.client, case.record, DEFAULT.record),
        (case.ninja, case.in_ninja, DEFAULT.in_ninja),
        (case.planado, case.in_planado, case.default_in_planado.whole | KIND),
        (case.from_ninja, case.born_in_ninja, plain.born_in_ninja),
        (case.from_planado, case.born_in_planado, plain.born_in_planado),
        (case.from_import, case.born_in_import, plain.born_in_import),
    ]

    needless = [
        key
        for said, whole, default in wholes
        for key in said or {}
        if as_tree(whole)[key] == as_tree(default).get(key)
    ]

    assert needless == []


def as_tree(whole: Whole) -> Tree:
    return structs.asdict(whole) if isinstance(whole, Struct) else whole or {}


def parts(wholes: list[Tree], name: str) -> list[Tree]:
    return [as_tree(part) for whole in wholes for part in whole[name]]


RECORDS = [structs.asdict(case.record) for case in CASES.values()]
IN_NINJA = [case.in_ninja for case in CASES.values()]
IN_PLANADO = [case.in_planado for case in CASES.values() if case.in_planado]
ADDRESSES = [whole["site_address"] for whole in IN_PLANADO if whole["site_address"]]
PLACES = [address["geolocation"] for address in ADDRESSES if address["geolocation"]]
UNUSED = {"assigned_user_id", "project_id", "vendor_id", "preview", "disk", "is_default"}
UNUSED |= {"archived_at", "is_deleted"}
INCLUDED = {"group_settings", "activities", "ledger", "system_logs"}
SHAPES: dict[str, tuple[type[Struct], list[Tree], set[str]]] = {
    "a client": (Client, RECORDS, set()),
    "a contact": (Contact, parts(RECORDS, "contacts"), set()),
    "a document": (Document, parts(RECORDS, "documents"), set()),
    "Ninja's client": (wire.Client, IN_NINJA, INCLUDED),
    "Ninja's contact": (wire.Contact, parts(IN_NINJA, "contacts"), {"archived_at"}),
    "Ninja's document": (wire.Document, parts(IN_NINJA, "documents"), UNUSED),
    "Planado's organization": (planado_protocol_wire.Organization, IN_PLANADO, set()),
    "Planado's individual": (planado_protocol_wire.Individual, IN_PLANADO, set()),
    "Planado's address": (planado_protocol_wire.Address, ADDRESSES, set()),
    "Planado's place": (planado_protocol_wire.Geolocation, PLACES, set()),
    "Planado's contact": (planado_protocol_wire.Contact, parts(IN_PLANADO, "contacts"), set()),
}
"""Each shape, what the cases have of it, and the fields that never are but one value."""


@pytest.mark.parametrize(("shape", "wholes", "constant"), SHAPES.values(), ids=list(SHAPES))
def test_every_field_has_a_case_that_tells_its_values_apart(
    shape: type[Struct], wholes: list[Tree], constant: set[str]
) -> None:
    fields = {field.encode_name for field in structs.fields(shape)}

    assert fields - told_apart(wholes) == constant


def told_apart(wholes: list[Tree]) -> set[str]:
    pairs = {(key, repr(value)) for whole in wholes for key, value in whole.items()}
    times = Counter(key for key, _ in pairs)
    return {key for key in times if times[key] > 1}


def test_every_case_promises_something_of_its_own() -> None:
    promises = [case["what"] for subject in SUBJECTS for case in read(subject)]

    assert len(promises) > 100
    assert len(set(promises)) == len(promises)
    assert all(promise.endswith(".") for promise in promises)

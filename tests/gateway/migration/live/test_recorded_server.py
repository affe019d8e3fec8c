"""The recorded Invoice Ninja as the service: pull its clients, edit them in both APIs, push.

Its clients are the recorded ones, and its writes follow the recorded rules.
"""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx
import pytest

from gateway.migration.live.check import CheckResult
from storage.model.accounts import Account
from storage.model.commands import CreateToken
from storage.model.records import Client
from storage.store import Store
from tests.campaigns.scale import rounds
from tests.gateway.migration.remote_stand_ins import (
    ENDLESS,
    NINJA,
    Pass,
    There,
    all_of,
    fates,
    lines,
    one_engine,
    stream_response,
)
from tests.recorded.replay import FILES
from tests.support.api_callers import Ninja, Planado
from tests.support.asgi_client import AsgiClient
from tests.support.clock import Clock
from tests.support.original_answers import Tree, pretty_json
from tests.support.original_ninja import OriginalNinja
from tests.support.recorded_clients import load_clients, recorded_clients

pytestmark = one_engine
OF_THE_SERVER = {"id", "contact_key", "link", "created_at", "updated_at"}
"""What a server gives a contact."""
Contacts = list[Tree]


class Edit(NamedTuple):
    """An edit in one of the gateway's two APIs, and what the service is to show of it.

    `fits` chooses the recorded client. `body` makes a request of what the API shows, `expected` the
    fields of the service that change of what was recorded.
    """

    api: type[Ninja | Planado]
    fits: Callable[[Tree], Any]
    body: Callable[[Tree], Tree]
    expected: Callable[[Tree], Tree]


def sends(**fields: Any) -> dict[str, Callable[[Tree], Tree]]:
    """The body and the expectation of a Ninja edit of simple fields."""
    return {"body": lambda _shown: fields, "expected": lambda _recorded: fields}


def has_no_service_address(client: Tree) -> bool:
    return not any(value for name, value in client.items() if name.startswith("shipping_"))


def has_one_email(client: Tree) -> bool:
    """Whether an e-mail is all that Planado shows of the people of a client."""
    phones = client["phone"] + "".join(contact["phone"] for contact in client["contacts"])
    is_alone = len(client["contacts"]) == 1 and not phones
    return is_alone and bool(client["contacts"][0]["email"].strip())


def persons(client: Tree) -> int:
    return sum(bool(contact["first_name"] + contact["last_name"]) for contact in client["contacts"])


def changed(contacts: Contacts, place: int, **fields: Any) -> Contacts:
    return [one | fields if n == place else one for n, one in enumerate(contacts)]


def with_setting(client: Tree) -> Tree:
    return {"settings": client["settings"] | {"payment_terms": "14", "send_reminders": False}}


def with_contacts(change: Callable[[Contacts], Contacts]) -> Callable[[Tree], Tree]:
    return lambda client: {"contacts": change(client["contacts"])}


def alike(change: Callable[[Contacts], Contacts]) -> dict[str, Callable[[Tree], Tree]]:
    return {"body": with_contacts(change), "expected": with_contacts(change)}


NEW_PERSON = {"first_name": "Neu", "last_name": "Ling", "email": "neu@example.org", "phone": "77"}
NEW_CONTACT = {
    **dict.fromkeys(("custom_value1", "custom_value2", "custom_value3", "custom_value4"), ""),
    **dict.fromkeys(("archived_at", "last_login"), 0),
    **dict.fromkeys(("is_primary", "is_locked"), False),
    "send_email": True,
    "password": "",
}
"""What the original shows of a contact that is sent with the fields of a person."""
BILLING = {"address1": "Rue 1", "city": "Liège", "postal_code": "4000", "country_id": "56"}
SHIPPING = {"shipping_address1": "Kai 7", "shipping_city": "Köln", "shipping_country_id": "276"}
OWN_FIELDS = {
    "classification": "government",
    "routing_id": "DE7",
    "is_tax_exempt": True,
    "vat_number": "DE1",
    "custom_value2": "zwei",
    "website": "https://a.example/b",
}
CALLER = {"name": None, "value": "+49 30 1", "type": "phone"}


def entries(change: Callable[[Contacts], Contacts]) -> Callable[[Tree], Tree]:
    return lambda shown: {"contacts": change(shown["contacts"])}


def of_person(email: str) -> Contacts:
    return [{"name": "Neu Ling", "value": email, "type": "email"}]


NINJA_EDITS = [
    Edit(Ninja, lambda c: True, **sends(name="Müller & Söhne")),
    Edit(Ninja, lambda c: c["archived_at"], **sends(**BILLING)),
    Edit(Ninja, has_no_service_address, **sends(**SHIPPING)),
    Edit(Ninja, lambda c: c["private_notes"], **sends(private_notes="a\nb", public_notes="ü/")),
    Edit(Ninja, lambda c: c["phone"], **sends(phone="+49 221 1")),
    Edit(
        Ninja,
        lambda c: len(c["contacts"]) > 2,
        **alike(lambda cs: changed(cs, 1, phone="12", custom_value1="x", send_email=False)),
    ),
    Edit(
        Ninja,
        lambda c: len(c["contacts"]) > 1,
        body=with_contacts(lambda cs: [*cs, NEW_PERSON]),
        expected=with_contacts(lambda cs: [*cs, NEW_CONTACT | NEW_PERSON]),
    ),
    Edit(Ninja, lambda c: len(c["contacts"]) > 3, **alike(lambda cs: [*cs[:1], *cs[2:]])),
    Edit(Ninja, lambda c: "industry_id" in c["settings"], with_setting, with_setting),
    Edit(Ninja, lambda c: c["documents"], **sends(**OWN_FIELDS)),
]
PLANADO_EDITS = [
    Edit(
        Planado,
        lambda c: c["documents"] and not c["classification"],
        lambda _: {"organization_name": "Ω Ltd"},
        lambda _: {"name": "Ω Ltd"},
    ),
    Edit(
        Planado,
        has_no_service_address,
        lambda _: {"site_address": {"formatted": "Hof 3, Bonn"}},
        lambda _: {"shipping_address1": "Hof 3, Bonn"},
    ),
    Edit(
        Planado,
        lambda c: not c["phone"],
        entries(lambda shown: [*shown, CALLER]),
        lambda _: {"phone": CALLER["value"]},
    ),
    Edit(
        Planado,
        lambda c: c["phone"],
        entries(lambda shown: [one for one in shown if one["name"] or one["type"] == "email"]),
        lambda _: {"phone": ""},
    ),
    Edit(
        Planado,
        lambda c: persons(c) == len(c["contacts"]) == 2,
        entries(lambda shown: [*shown, *of_person("new@example.org")]),
        with_contacts(
            lambda cs: [*cs, NEW_CONTACT | NEW_PERSON | {"email": "new@example.org", "phone": ""}]
        ),
    ),
    Edit(
        Planado,
        has_one_email,
        entries(lambda shown: changed(shown, 0, value="other@example.org")),
        with_contacts(lambda cs: changed(cs, 0, email="other@example.org")),
    ),
    Edit(
        Planado,
        has_one_email,
        entries(lambda shown: changed(shown, 0, name="Ada Bee")),
        with_contacts(lambda cs: changed(cs, 0, first_name="Ada", last_name="Bee")),
    ),
    Edit(
        Planado,
        lambda c: c["classification"] == "individual",
        lambda _: {"first_name": "Ana", "last_name": "Luz", "middle_name": "Sol"},
        lambda _: {"name": "Ana Luz Sol"},
    ),
    Edit(
        Planado,
        lambda c: c["archived_at"],
        lambda _: {"organization_name": "Still there"},
        lambda _: {"name": "Still there"},
    ),
    Edit(
        Planado,
        lambda c: len(c["settings"]) > 4,
        lambda _: {"organization_name": "Ordered"},
        lambda _: {"name": "Ordered"},
    ),
]
EDITS = NINJA_EDITS + PLANADO_EDITS


def clients_to_edit(clients: list[Tree]) -> list[Tree]:
    """Return another client for each of the edits."""
    left = [one for one in clients if not one["is_deleted"]]
    chosen: list[Tree] = []
    for edit in EDITS:
        chosen.append(next(one for one in left if edit.fits(one)))
        left.remove(chosen[-1])
    return chosen


ALL_RECORDED = recorded_clients()
EDITED = clients_to_edit(ALL_RECORDED)
RECORDED = [one for n, one in enumerate(ALL_RECORDED) if one in EDITED or n % rounds(6, 1) == 0]
"""In the suite the clients that are edited, and some more."""


class Edited(NamedTuple):
    """A recorded client, and what the service is to show of it after the push."""

    recorded: Tree
    expected: Tree


class Exchange(NamedTuple):
    """A request to the service, and its answer."""

    request: httpx.Request
    answer: bytes

    @property
    def sent(self) -> Tree:
        return dict(json.loads(self.request.content))

    @property
    def shown(self) -> Tree:
        return dict(json.loads(self.answer)["data"])


@pytest.fixture
def empty_service(clock: Clock, ninja_there: There) -> There:
    """The service on the day after its clients were recorded."""
    clock.stop(clock.now.replace(year=2026, month=12, day=1))
    ninja_there.faulty.inner.page_size = 50
    return ninja_there


@pytest.fixture
def there(empty_service: There, store: Store, original: OriginalNinja) -> There:
    """The service with the recorded clients."""
    load_clients(original, store, empty_service.account, RECORDED)
    return empty_service


@pytest.fixture
def callers(http: AsgiClient, store: Store, here: Account) -> dict[type, Ninja | Planado]:
    """A caller of each of the gateway's APIs."""

    def token(dialect: str) -> str:
        return str(store.create_token(CreateToken(account=here.name, dialect=dialect))[1])

    return {Ninja: Ninja(http, token("ninja")), Planado: Planado(http, token("planado"))}


def edit_all(store: Store, here: Account, callers: dict[type, Any]) -> list[Edited]:
    """Make each edit at another client of the gateway, over its HTTP API."""
    by_id = {NINJA.codec.id_of(one, here): one for one in all_of(store, here)}
    edited = []
    for edit, recorded in zip(EDITS, EDITED, strict=True):
        write(callers[edit.api], by_id[recorded["id"]], recorded["id"], edit.body)
        fields = edit.expected(recorded)
        fields |= {"display_name": fields["name"]} if "name" in fields else {}
        edited.append(Edited(recorded, recorded | fields))
    return edited


def write(caller: Any, client: Client, client_id: str, body: Callable[[Tree], Tree]) -> None:
    if isinstance(caller, Ninja):
        caller.put(client_id, body(caller.shown(client_id)))
    else:
        caller.patched(str(client.uuid), body(caller.shown(str(client.uuid))))


def record_exchanges(there: There) -> list[Exchange]:
    """Let all requests to the service be noted with their answers."""
    seen: list[Exchange] = []

    def note(request: httpx.Request, pass_on: Pass) -> httpx.Response:
        answer = pass_on(request)
        seen.append(Exchange(request, answer.read()))
        return stream_response(seen[-1].answer, answer.status_code, **dict(answer.headers))

    there.faulty.plan(note, lambda _request: True, ENDLESS)
    return seen


def plain(client: Tree) -> Tree:
    """Return a client without what each write moves, and without settings that say nothing."""
    settings = {k: v for k, v in client["settings"].items() if v not in ("", None)}
    contacts = [
        {n: v for n, v in one.items() if n not in OF_THE_SERVER} | {"email": one["email"].strip()}
        for one in client["contacts"]
    ]
    return client | {
        "settings": settings,
        "contacts": sorted(contacts, key=lambda one: json.dumps(one, sort_keys=True)),
        "updated_at": 0,
    }


def differing(there: There, here: Account) -> list[Any]:
    return [one for one in there.check(here) if one.result is not CheckResult.SAME]


# The service is the recorded one


def test_the_recorded_clients_come_byte_for_byte_from_the_list_and_alone(there: There):
    by_id = sorted(RECORDED, key=lambda one: NINJA.codec.serial_of(one["id"], there.account))
    listed = there.speaker.get("/clients?sort=id|asc&per_page=500").content

    assert listed.startswith(pretty_json({"data": by_id}).removesuffix(b"\n}"))
    for client in RECORDED[::7]:
        answer = there.speaker.get(f"/clients/{client['id']}")
        assert answer.content == pretty_json({"data": client})


@pytest.mark.parametrize("name", rounds(["reading"], list(FILES)))
def test_whatever_was_recorded_is_the_same_here_and_nothing_is_ever_written(
    store: Store, here: Account, empty_service: There, original: OriginalNinja, name: str
):
    """Of clients that were made with odd and with hostile values too."""
    clients = recorded_clients(name)
    load_clients(original, store, empty_service.account, clients)

    pulled = empty_service.pull(here)
    checked = differing(empty_service, here)
    again = empty_service.pull(here, is_whole=True)
    pushed = empty_service.push(here)

    assert fates(pulled.importer.counts) == {"created": len(clients)}
    assert checked == []
    assert fates(again.importer.counts) == fates(pushed.counts) == {"unchanged": len(clients)}
    assert empty_service.faulty.writes == []


# The whole way


def test_what_is_edited_in_both_apis_stands_there_after_one_push(
    store: Store, here: Account, there: There, callers: dict[type, Any]
):
    pulled = there.pull(here)
    at_first = differing(there, here)
    edited = edit_all(store, here, callers)
    there.clock.tick(minutes=10)
    seen = record_exchanges(there)
    pushed = there.push(here)
    changes = {n: one for n, one in enumerate(seen) if one.request.method != "GET"}

    assert fates(pulled.importer.counts) == {"created": len(RECORDED)}
    assert at_first == []
    assert fates(pushed.counts) == {"changed": 20, "unchanged": len(RECORDED) - 20}
    assert lines(store, pushed.run) == []
    assert differing(there, here) == []
    for one in edited:
        assert plain(there.speaker.shown(one.recorded["id"])) == plain(one.expected)
    untouched = [one for one in RECORDED if one not in EDITED]
    assert all(there.speaker.shown(one["id"]) == one for one in untouched)
    assert len(changes) == 20
    expected = {f"/api/v1/clients/{one.recorded['id']}": one.expected for one in edited}
    for n, change in changes.items():
        assert_whole(seen[n - 1], change, expected[change.request.url.path])


def assert_whole(before: Exchange, change: Exchange, expected: Tree) -> None:
    """A PUT has all contacts and settings as a GET right before it showed them, or their edits."""
    assert (before.request.method, change.request.method) == ("GET", "PUT")
    assert before.request.url.path == change.request.url.path
    assert "documents" not in change.sent
    assert change.sent["settings"].items() >= before.shown["settings"].items()
    contacts = change.sent["contacts"]
    assert all({"email", "send_email"} <= one.keys() for one in contacts)
    known = {one["id"] for one in before.shown["contacts"]}
    kept = {one["id"] for one in expected["contacts"] if "id" in one}
    assert {one["id"] for one in contacts if "id" in one} == known & kept
    assert len(contacts) == len(expected["contacts"])


def test_a_second_round_after_these_edits_writes_nothing_and_moves_no_version(
    store: Store, here: Account, there: There, callers: dict[type, Any]
):
    there.pull(here)
    edit_all(store, here, callers)
    there.push(here)
    versions = versions_of(store, here)
    service_clients = there.clients
    there.forget_calls()

    there.clock.tick(minutes=10)
    pushed = there.push(here)
    pulled = [there.pull(here), there.pull(here, is_whole=True)]

    assert there.faulty.writes == []
    assert there.clients == service_clients
    assert versions_of(store, here) == versions
    assert fates(pushed.counts) == {"unchanged": len(RECORDED)}
    assert [set(fates(one.importer.counts)) - {"unchanged"} for one in pulled] == [set(), set()]
    assert [line for one in pulled for line in lines(store, one.run)] == []


def versions_of(store: Store, account: Account) -> dict[int, int]:
    return {client.serial: client.version for client in all_of(store, account)}


def test_a_put_carries_what_somebody_has_entered_there_since_the_pull(
    store: Store, here: Account, there: There, callers: dict[type, Any]
):
    there.pull(here)
    edited = edit_all(store, here, callers)
    seen = record_exchanges(there)
    for one in edited:
        settings = one.recorded["settings"] | {"language_id": "7"}
        contacts = [*one.recorded["contacts"], {"email": "entered@there.org"}]
        there.speaker.put(one.recorded["id"], {"settings": settings, "contacts": contacts})

    done = there.push(here)

    assert fates(done.counts)["changed"] == 20
    puts = [one for one in seen if one.request.method == "PUT"]
    assert len(puts) == 20
    for put in puts:
        assert put.sent["settings"]["language_id"] == "7"
        [entered] = [c for c in put.sent["contacts"] if c["email"] == "entered@there.org"]
        assert entered["id"]

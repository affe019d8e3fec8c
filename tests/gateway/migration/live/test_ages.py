"""A store is pushed into an Invoice Ninja of each age, edited, and the server is upgraded.

Nothing is lost without a line, nothing is erased here, and `check` says what a comparison of the
two answers field by field says.
"""

import json
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from gateway.migration.live.check import CheckedClient, CheckResult
from storage.model.accounts import Account
from storage.model.commands import CreateToken, ImportClient, ImportContact
from storage.store import Store
from tests.campaigns.scale import rounds
from tests.gateway.migration.conftest import OpenAge
from tests.gateway.migration.remote_stand_ins import (
    NINJA,
    There,
    all_of,
    brought,
    fates,
    lines,
    one_engine,
)
from tests.support.api_callers import Ninja, Planado
from tests.support.asgi_client import AsgiClient
from tests.support.original_answers import Tree

pytestmark = one_engine
SETTINGS = {
    "currency_id": "3",
    "send_reminders": False,
    "payment_terms": "0",
    "default_task_rate": 0,
    "enable_client_portal": False,
    "language_id": "3",
}
TAX = {
    "classification": "company",
    "routing_id": "DE1",
    "vat_number": "DE129273398",
    "is_tax_exempt": True,
    "has_valid_vat_number": True,
}
EXTRAS = {"tax_info": {"a": [1]}, "e_invoice": {"b": 2}, "gateway_tokens": []}
BILLING = {"address1": "Rue 1", "city": "Liège", "postal_code": "4000", "country_id": 56}
SHIPPING = {"shipping_address1": "Kai 7", "shipping_city": "Köln", "shipping_country_id": 276}
PERSON = {"first_name": "Ana", "last_name": "Luz", "middle_name": "Sol"}
LONG = {"private_notes": "ü" * 32_767, "address2": "a" * 191, "custom_value1": "x\ny" * 99}


def people(number: int, opted_out: int = 0) -> tuple[ImportContact, ...]:
    return tuple(
        ImportContact(
            first_name="Ada",
            last_name=f"No {n}",
            email=f"a{n}@example.com",
            phone=f"55{n}",
            send_email=n < number - opted_out,
            custom_value1="vip" if n else "",
        )
        for n in range(number)
    )


RICH: dict[str, dict[str, Any]] = {
    "tax": TAX | {"contacts": people(1), "extras": {"ninja": json.dumps(EXTRAS)}},
    "settings": {"settings": json.dumps(SETTINGS), "contacts": people(1)},
    "opted out": {"contacts": people(3, opted_out=2), **BILLING},
    "many": {"contacts": people(6), **SHIPPING},
    "long": LONG | {"organization_name": "n" * 191, "contacts": people(2)},
    "files": TAX | {"contacts": people(2), "public_notes": "p/ö </b>"},
    "person": {"classification": "individual", "organization_name": "", **PERSON},
    "archived": {"contacts": people(1), "phone": "+49 1", **BILLING},
    "nobody": {"website": "https://example.org/a", "is_tax_exempt": True},
    "money": {"balance": Decimal("12.5"), "paid_to_date": Decimal(3), "contacts": people(1)},
}
"""The clients of the first server, by what is particular of them."""


def setting(**fields: Any) -> Callable[[Tree], Tree]:
    return lambda shown: {"settings": shown["settings"] | fields}


def contacts(change: Callable[[list[Tree]], list[Tree]]) -> Callable[[Tree], Tree]:
    return lambda shown: {"contacts": change(shown["contacts"])}


def fields(**sent: Any) -> Callable[[Tree], Tree]:
    return lambda _shown: sent


NINJA_EDITS = {
    "tax": fields(routing_id="DE2", classification="government", is_tax_exempt=False),
    "settings": setting(payment_terms="30", send_reminders=True, page_numbering=False),
    "opted out": contacts(lambda cs: [c | {"send_email": not c["send_email"]} for c in cs]),
    "many": contacts(lambda cs: [*cs[:2], *cs[4:], {"first_name": "Neu", "email": "n@x.org"}]),
    "long": fields(name="short", private_notes="ß" * 9_000),
    "files": fields(public_notes="q", country_id="276"),
    "person": fields(address1="Calle 1", city="Vic", vat_number="ES1"),
    "archived": setting(show_currency_code=False),
    "nobody": contacts(lambda cs: [cs[0] | {"first_name": "Bo", "email": "b@x.org"}]),
    "money": fields(custom_value4="vier", shipping_city="Gent", private_notes="n"),
}
PHONE = {"name": None, "value": "+49 30 1", "type": "phone"}
NEW = {"name": "New Body", "value": "new@example.org", "type": "email"}
PLANADO_EDITS = {
    "tax": fields(organization_name="Ω & Söhne"),
    "settings": fields(site_address={"formatted": "Hof 3, Bonn"}),
    "opted out": contacts(lambda cs: [*cs, NEW]),
    "many": contacts(lambda cs: [c for c in cs if c["value"] != "a1@example.com"]),
    "long": contacts(lambda cs: [cs[0] | {"name": "Eve Bee"}, *cs[1:]]),
    "files": contacts(lambda cs: [*cs, PHONE]),
    "person": fields(first_name="Eva", last_name="Mar", middle_name=None),
    "archived": fields(organization_name="Old & <i>dear</i>"),
    "nobody": contacts(lambda cs: [*cs, PHONE]),
    "money": contacts(lambda cs: [cs[0] | {"value": "other@example.org"}, *cs[1:]]),
}


HIDDEN = "is not shown there"
Views = dict[str, tuple[Tree, Tree]]
"""What the two APIs show of each client, by uuid."""


class Losses(NamedTuple):
    """Fields that the service does not show, and others that it does not keep."""

    hidden: set[str]
    unkept: set[str]


class Gateway(NamedTuple):
    """The account here, and callers of its two APIs."""

    store: Store
    account: Account
    ninja: Ninja
    planado: Planado

    def names(self) -> dict[str, str]:
        """Return the names of `RICH` by the uuids of the clients, which are in the same order."""
        keys = [str(one.uuid) for one in all_of(self.store, self.account)]
        return dict(zip(keys, RICH, strict=True))

    def views(self) -> Views:
        shown = {one["id"]: one for one in self.ninja.listed("per_page=100&include=documents")}
        planado = {one["uuid"]: one for one in self.planado.listed("per_page=100")}
        return {
            str(one.uuid): (shown[NINJA.codec.id_of(one, self.account)], planado[str(one.uuid)])
            for one in all_of(self.store, self.account)
        }

    def edit_all(self) -> None:
        """Make an edit in each API at each client."""
        views = self.views()
        for key, name in self.names().items():
            shown = views[key][0]
            self.ninja.put(shown["id"], NINJA_EDITS[name](shown))
            self.planado.patched(key, PLANADO_EDITS[name](self.planado.shown(key)))

    def told_losses(self) -> dict[str, Losses]:
        """Return the fields that are lost, as the lines of all pushes say, by client."""
        told = defaultdict(lambda: Losses(set(), set()))
        for run in self.store.list_runs(self.account.id):
            for line in lines(self.store, run, "lost") if run.verb == "push" else ():
                of_client = told[line.client.split()[0]]
                fields = of_client.hidden if line.text == HIDDEN else of_client.unkept
                fields.add(line.field.partition("[")[0])
        return told


@pytest.fixture
def gateway(store: Store, here: Account, http: AsgiClient) -> Gateway:
    def token(dialect: str) -> str:
        return str(store.create_token(CreateToken(account=here.name, dialect=dialect))[1])

    return Gateway(store, here, Ninja(http, token("ninja")), Planado(http, token("planado")))


def fill(first: There) -> None:
    """Give the first server its clients, one of them with a file and one archived."""
    made = brought(first.store, first.account, *(rich_client(name) for name in RICH))
    ids = dict(zip(RICH, (first.id_of(one.serial) for one in made), strict=True))
    parts = [("documents[]", ("a.txt", b"text"))]
    first.speaker.request("PUT", f"/clients/{ids['files']}/upload", files=parts)
    first.speaker.post("/clients/bulk", json={"action": "archive", "ids": [ids["archived"]]})


def rich_client(name: str) -> ImportClient:
    return ImportClient(**{"organization_name": name} | RICH[name])


# The comparison of this test


class Difference(NamedTuple):
    """The fields in which both servers differ, and those that the other one does not show.

    `unkept` are the differing ones that have a value here.
    """

    differing: set[str]
    hidden: set[str]
    unkept: set[str]


OF_THE_SERVER = {
    *("id", "user_id", "assigned_user_id", "group_settings_id", "client_hash", "last_login"),
    *("created_at", "updated_at", "display_name", "documents", "gateway_tokens"),
}
EMPTY: tuple[Any, ...] = ("", None, 0, False, {}, [])
CONTACT_KEYS = ("first_name", "last_name", "email", "phone", "send_email", "is_primary")
CUSTOM_KEYS = ("custom_value1", "custom_value2", "custom_value3", "custom_value4")


def compare(here: Tree, there: Tree) -> Difference:
    """Compare what both servers show of a client, field by field."""
    names = here.keys() - OF_THE_SERVER - {"contacts", "settings"}
    hidden = {name for name in names if name not in there and here[name] not in EMPTY}
    differing = {n for n in names & there.keys() if plain(n, here[n]) != plain(n, there[n])}
    if set(map(contact_row, here["contacts"])) != set(map(contact_row, there["contacts"])):
        differing.add("contacts")
    ours, theirs = said_settings(here), said_settings(there)
    changed = {key for key in {**ours, **theirs} if ours.get(key) != theirs.get(key)}
    differing |= {f"settings.{key}" for key in changed}
    values = here | {f"settings.{key}": value for key, value in ours.items()}
    unkept = {name for name in differing if values.get(name) not in EMPTY}
    return Difference(differing, hidden, unkept)


def plain(name: str, value: Any) -> Any:
    return bool(value) if name == "archived_at" else value or None


def contact_row(contact: Tree) -> tuple[Any, ...]:
    row = (contact[name] for name in (*CONTACT_KEYS, *CUSTOM_KEYS))
    return tuple(value.strip() if isinstance(value, str) else value for value in row)


def said_settings(client: Tree) -> Tree:
    return {k: v for k, v in client["settings"].items() if v not in ("", None) and k != "entity"}


def counterparts(gateway: Gateway, service: There) -> dict[str, tuple[Tree, Tree]]:
    """Return what both servers show of each client, by its uuid here."""
    records = {one.serial: one for one in all_of(gateway.store, gateway.account)}
    links = gateway.store.client_links(gateway.account.id, service.source, list(records))
    there = {one["id"]: one for one in service.speaker.listed("per_page=100")}
    views = gateway.views()
    return {
        str(records[serial].uuid): (views[str(records[serial].uuid)][0], there[link.foreign_id])
        for serial, link in links.items()
    }


def assert_check_is_true(gateway: Gateway, service: There) -> dict[str, Difference]:
    """`check` names exactly the fields that this test finds different or not shown."""
    found = {
        here["number"]: compare(here, there)
        for here, there in counterparts(gateway, service).values()
    }
    checked = {one.client.split()[0]: one for one in service.check(gateway.account)}
    assert len(found) == len(checked) == len(RICH)
    for number, difference in found.items():
        said = checked[number]
        assert all_said(said) == difference.differing, said
        assert set(said.hidden) == difference.hidden, said
        assert (said.result is CheckResult.SAME) is not said.fields
    return found


def all_said(one: CheckedClient) -> set[str]:
    names = (*one.fields, *one.shortened, *one.settled)
    return {name.partition("[")[0] for name in names}


# The matrix

OLD, FORGIVING, NEW_AGE = "5.3.100", "5.5.124", "5.10.17"
PATHS = [
    (NEW_AGE, [OLD, FORGIVING, NEW_AGE]),
    (NEW_AGE, [FORGIVING, NEW_AGE]),
    (NEW_AGE, [NEW_AGE]),
    (OLD, [NEW_AGE]),
]
MORE_PATHS = [
    (NEW_AGE, [OLD, NEW_AGE]),
    (NEW_AGE, ["5.5.50", "5.8.57", "5.10.42"]),
    (FORGIVING, [OLD, NEW_AGE]),
    (OLD, [OLD, FORGIVING, NEW_AGE]),
    ("5.8.57", ["5.5.50", NEW_AGE]),
]


@pytest.mark.parametrize(
    ("source", "ages"),
    rounds(PATHS, PATHS + MORE_PATHS),
    ids=lambda one: one if isinstance(one, str) else "-".join(one),
)
def test_nothing_is_lost_unsaid_and_nothing_erased_here(
    gateway: Gateway, open_age: OpenAge, source: str, ages: list[str]
) -> None:
    first = open_age(source, base="http://first.test")
    fill(first)
    first.pull(gateway.account, has_files=True)
    service = open_age(ages[0])

    created = service.push(gateway.account)
    found = assert_check_is_true(gateway, service)
    assert fates(created.counts) == {"created": len(RICH)}
    assert_losses_are_told(gateway, found)

    gateway.edit_all()
    edited = gateway.views()
    changed = service.push(gateway.account)
    before = gateway.views()
    assert_same_but_for_keys(before, edited)
    found = assert_check_is_true(gateway, service)
    assert fates(changed.counts) == {"changed": len(RICH)}
    assert_losses_are_told(gateway, found)
    assert_at_rest(gateway, service, before)

    for age in ages[1:]:
        service = open_age(age, before=service)
        service.clock.tick(minutes=10)
        service.pull(gateway.account, is_whole=True)
        service.push(gateway.account)
        assert_losses_are_told(gateway, assert_check_is_true(gateway, service))
        assert_at_rest(gateway, service, before)


def assert_losses_are_told(gateway: Gateway, found: dict[str, Difference]) -> None:
    """Each value here that is not there is named in a line.

    What an upgraded server shows has been told to it, or is a loss for another reason.
    """
    told = gateway.told_losses()
    for number, difference in found.items():
        assert told[number].hidden >= difference.hidden, number
        assert told[number].unkept >= difference.unkept, number


def assert_same_but_for_keys(after: Views, before: Views) -> None:
    """The service gives new contacts keys of its own, which are taken over."""
    for key, (ninja, planado) in before.items():
        moved = {"contacts", "updated_at", "version", "client_hash"}
        for one, other in zip((ninja, planado), after[key], strict=True):
            assert {n: v for n, v in other.items() if n not in moved} == {
                n: v for n, v in one.items() if n not in moved
            }
        rows = [sorted(map(contact_row, one["contacts"])) for one in (ninja, after[key][0])]
        assert rows[0] == rows[1]
        assert planado["contacts"] == after[key][1]["contacts"]


def assert_at_rest(gateway: Gateway, service: There, before: Views) -> None:
    """A pull and a push write nothing, here or there."""
    service.clock.tick(minutes=10)
    service.forget_calls()
    pulled = service.pull(gateway.account, is_whole=True)
    pushed = service.push(gateway.account)
    after = gateway.views()
    for key, view in before.items():
        assert after[key] == view
    assert service.faulty.writes == []
    assert fates(pulled.importer.counts) == {"unchanged": len(RICH)}
    assert fates(pushed.counts) == {"unchanged": len(RICH)}
    assert gateway.store.list_conflicts(gateway.account.id) == ()

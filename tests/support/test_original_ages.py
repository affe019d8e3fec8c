"""The stand-in for older releases answers as they did when they were recorded and looked at."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gateway.app import create_app
from gateway.settings import Settings
from storage.model.accounts import Account
from storage.model.commands import CreateToken
from storage.store import Store
from tests.conftest import CLOCK
from tests.recorded.replay import read_lines
from tests.support.api_callers import Ninja
from tests.support.asgi_client import AsgiClient
from tests.support.original_ages import age_of
from tests.support.original_ninja import OriginalNinja
from tests.support.original_replay import new_original

CONTACTS = [{"first_name": "Ada", "email": "a@x.org"}, {"email": "b@x.org", "send_email": False}]
SETTINGS = {"currency_id": "3", "send_reminders": False, "payment_terms": "0", "language_id": None}
Open = Callable[[str], Ninja]
pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@pytest.mark.parametrize("version", ["5.3.100", "5.5.124"])
def test_clients_are_read_and_written_as_the_older_server_did(database: str, version: str) -> None:
    """Some filters of a list answer as ours do; no pull, push or check asks for them."""
    with new_original(database, version) as replay:
        asked = list(replay.run(read_lines(f"walks-{version}")))

    different = [one.line for one in asked if one.differences]
    assert len(asked) > 130
    assert [line["name"] for line in different if "filter=" not in line["path"]] == []
    assert len(different) < 10


@pytest.fixture
def open_age(store: Store, account: Account) -> Iterator[Open]:
    """A function that opens the account as a server of a version."""
    _, token = store.create_token(CreateToken(account=account.name, dialect="ninja"))
    opened: list[AsgiClient] = []

    def made(version: str) -> Ninja:
        settings = Settings(environment={"GATEWAY_NINJA_VERSION": version})
        original = OriginalNinja(create_app(store, settings), store, CLOCK, age_of(version))
        opened.append(AsgiClient(original, "http://ninja.example"))
        return Ninja(opened[-1], str(token))

    yield made
    for http in opened:
        http.close()


def keys(client: dict[str, Any]) -> set[str]:
    return {contact["contact_key"] for contact in client["contacts"]}


@pytest.mark.parametrize(
    ("version", "is_kept"), [("5.3.100", False), ("5.5.50", False), ("5.5.124", True)]
)
def test_contacts_that_are_not_sent(open_age: Open, version: str, *, is_kept: bool) -> None:
    ninja = open_age(version)
    client = ninja.created(contacts=CONTACTS)

    changed = ninja.put(client["id"], {"settings": client["settings"]})

    assert (keys(changed) == keys(client)) is is_kept
    assert len(changed["contacts"]) == (2 if is_kept else 1)


@pytest.mark.parametrize(
    ("version", "is_kept"), [("5.3.100", True), ("5.5.124", True), ("5.8.57", False)]
)
def test_settings_that_are_not_sent(open_age: Open, version: str, *, is_kept: bool) -> None:
    ninja = open_age(version)
    client = ninja.created(settings={"currency_id": "3", "payment_terms": "30"})

    changed = ninja.put(client["id"], {"contacts": client["contacts"]})

    kept = {k: v for k, v in changed["settings"].items() if k in {"currency_id", "payment_terms"}}
    expected = {"currency_id": "3", "payment_terms": "30"} if is_kept else {"currency_id": "1"}
    assert kept == expected


@pytest.mark.parametrize(
    ("version", "kept"),
    [
        ("5.3.100", {"currency_id"}),
        ("5.5.50", {"currency_id", "send_reminders", "payment_terms", "industry_id", "size_id"}),
    ],
)
def test_settings_of_a_new_client_that_php_takes_for_empty(
    open_age: Open, version: str, kept: set[str]
) -> None:
    ninja = open_age(version)

    client = ninja.created(settings=SETTINGS)
    changed = ninja.put(client["id"], {"settings": SETTINGS, "contacts": client["contacts"]})

    assert client["settings"].keys() - {"entity", "language_id"} == kept
    assert changed["settings"]["send_reminders"] is False
    assert changed["settings"]["payment_terms"] == "0"


@pytest.mark.parametrize(
    ("version", "flags"), [("5.3.13", [True, True]), ("5.3.100", [True, False])]
)
def test_a_contact_that_refuses_mail(open_age: Open, version: str, flags: list[bool]) -> None:
    client = open_age(version).created(contacts=CONTACTS)

    assert [contact["send_email"] for contact in client["contacts"]] == flags


@pytest.mark.parametrize(
    ("version", "number"), [("5.3.100", 44), ("5.5.124", 48), ("5.8.57", 50), ("5.10.17", 51)]
)
def test_fields_of_a_later_release_are_ignored_and_empty_after_the_upgrade(
    open_age: Open, version: str, number: int
) -> None:
    sent = {"name": "Acme", "routing_id": "DE1", "classification": "company"}
    client = open_age(version).created(**sent)

    upgraded = open_age("5.10.17").shown(client["id"])

    assert len(client) == number
    for name in ("routing_id", "classification"):
        assert upgraded[name] == (sent[name] if name in client else "")


@pytest.mark.parametrize(("version", "status"), [("5.3.100", 422), ("5.5.124", 200)])
def test_an_echo_with_documents(open_age: Open, version: str, status: int) -> None:
    ninja = open_age(version)
    client = ninja.created(name="Acme")

    body = {"name": "Other", "documents": [{"id": "x"}]}
    answer = ninja.request("PUT", f"/clients/{client['id']}", json=body)

    assert answer.status_code == status
    assert ninja.shown(client["id"])["name"] == "Acme"

"""The stand-in for the original answers as the original did: its bytes, and what it was asked."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from dialects.ninja.migration.object_codec import CODEC
from gateway.app import create_app
from gateway.settings import Settings
from storage.model.accounts import Account
from storage.model.commands import CreateToken, ImportClient
from storage.store import Store
from tests.conftest import CLOCK
from tests.gateway.migration.remote_stand_ins import brought
from tests.recorded.replay import read_lines
from tests.support.api_callers import Ninja
from tests.support.asgi_client import AsgiClient
from tests.support.clock import Clock
from tests.support.original_answers import Tree
from tests.support.original_ninja import OriginalNinja
from tests.support.original_replay import new_original

RECORDED = Path(__file__).parents[1] / "seeds" / "original_ninja"
WALKS = [f"{n}." for n in range(12)]
VARYING = re.compile(
    rb'("(?:id|user_id|client_hash|contact_key|link|number)": )"[^"]*"|("\w+_at": )[1-9]\d*'
)
"""What no two servers give alike: ids, keys, numbers and moments."""
ALPHA = {
    "name": "Alpha GmbH",
    "country_id": "276",
    "settings": {"currency_id": "3", "payment_terms": "30"},
    "contacts": [
        {"first_name": "Ann", "email": "ann@example.org"},
        {"first_name": "Cy", "email": "cy@example.org"},
    ],
}
pytestmark = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


def recorded(name: str) -> tuple[list[tuple[str, str]], bytes]:
    """Return headers and body of a recorded answer."""
    head, _, body = (RECORDED / f"{name}.http").read_bytes().partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")[1:]
    return [tuple(line.lower().split(": ", 1)) for line in lines], body


def masked(body: bytes) -> bytes:
    return VARYING.sub(rb'\1\2"x"', body)


@pytest.fixture
def original(store: Store) -> OriginalNinja:
    return OriginalNinja(create_app(store, Settings()), store, CLOCK)


@pytest.fixture
def ask(
    store: Store, account: Account, original: OriginalNinja, clock: Clock
) -> Iterator[Callable[..., httpx2.Response]]:
    """A function that asks the original, under the host of the recordings."""
    _, token = store.create_token(CreateToken(account=account.name, dialect="ninja"))
    with AsgiClient(original, "http://ninja.example") as http:
        yield Ninja(http, str(token)).request


def bring_recorded(store: Store, account: Account, name: str) -> None:
    """Import the clients of a recorded answer, with their ids, keys and times."""
    data = json.loads(recorded(name)[1])["data"]
    objects = [json.dumps(one).encode() for one in (data if isinstance(data, list) else [data])]
    commands: list[ImportClient] = [CODEC.read_object(raw, account).command for raw in objects]
    brought(store, account, *commands)


@pytest.mark.parametrize(
    ("name", "path"), [("show", "/clients/VolejRejNm"), ("list", "/clients"), ("list", "/clients/")]
)
def test_what_is_read_comes_byte_for_byte(
    store: Store, account: Account, ask: Callable[..., httpx2.Response], name: str, path: str
) -> None:
    bring_recorded(store, account, name)

    answer = ask("GET", path)

    assert answer.content == recorded(name)[1]


def test_an_empty_list_comes_byte_for_byte(ask: Callable[..., httpx2.Response]) -> None:
    assert ask("GET", "/clients").content == recorded("empty-list")[1]


def test_what_is_written_is_answered_with_the_recorded_bytes(
    ask: Callable[..., httpx2.Response],
) -> None:
    made = ask("POST", "/clients", json=ALPHA)
    client_id = made.json()["data"]["id"]
    change = {"public_notes": "n/ö", "settings": ALPHA["settings"]}
    changed = ask("PUT", f"/clients/{client_id}", json=change)

    assert masked(made.content) == masked(recorded("post")[1])
    assert masked(changed.content) == masked(recorded("put")[1])


def test_a_client_that_is_gone_is_a_bad_request(ask: Callable[..., httpx2.Response]) -> None:
    for method in ("GET", "PUT", "DELETE"):
        answer = ask(method, "/clients/zzzzzzzzzz")

        assert (answer.status_code, answer.content) == (400, recorded("unknown-id")[1])


@pytest.mark.parametrize("name", ["show", "list"])
def test_there_is_no_header_that_the_original_does_not_send(
    store: Store, account: Account, ask: Callable[..., httpx2.Response], name: str
) -> None:
    bring_recorded(store, account, name)

    answer = ask("GET", "/clients/VolejRejNm" if name == "show" else "/clients")

    of_the_server = {"host", "connection", "date"}
    expected = {name: value for name, value in recorded(name)[0] if name not in of_the_server}
    assert {name: value.lower() for name, value in answer.headers.items()} == expected


# What the recordings of single answers do not show


def created(ask: Callable[..., httpx2.Response], **fields: object) -> Tree:
    return ask("POST", "/clients", json=fields).json()["data"]


def shown(ask: Callable[..., httpx2.Response], client_id: str) -> Tree:
    return ask("GET", f"/clients/{client_id}").json()["data"]


def test_contacts_of_equal_rank_come_in_another_order_each_time(
    ask: Callable[..., httpx2.Response],
) -> None:
    contacts = [{"first_name": name} for name in ("Ada", "Bo", "Cy", "Di")]
    client = created(ask, contacts=contacts)

    orders = [[c["first_name"] for c in shown(ask, client["id"])["contacts"]] for _ in range(3)]

    assert {order[0] for order in orders} == {"Ada"}
    assert len({tuple(order) for order in orders}) == 3
    assert {tuple(sorted(order)) for order in orders} == {("Ada", "Bo", "Cy", "Di")}


def test_a_text_is_whole_in_the_answer_to_post_and_cut_ever_after(
    ask: Callable[..., httpx2.Response],
) -> None:
    client = created(ask, name="n" * 300, phone="5" * 300, public_notes="é" * 40_000)

    later = shown(ask, client["id"])
    changed = ask("PUT", f"/clients/{client['id']}", json={"city": "c" * 192}).json()["data"]

    assert [len(client[n]) for n in ("name", "phone", "public_notes")] == [300, 300, 40_000]
    assert [len(later[n]) for n in ("name", "phone", "public_notes")] == [191, 255, 32_767]
    assert len(changed["city"]) == 191


def test_a_put_without_settings_wipes_them(ask: Callable[..., httpx2.Response]) -> None:
    client = created(ask, settings={"currency_id": "3", "payment_terms": "30"})

    changed = ask("PUT", f"/clients/{client['id']}", json={"name": "Renamed"}).json()["data"]

    assert changed["settings"] == {"currency_id": "1"}


def test_an_empty_setting_of_a_put_stays_as_null(ask: Callable[..., httpx2.Response]) -> None:
    client = created(ask)

    changed = ask("PUT", f"/clients/{client['id']}", json={"settings": client["settings"]}).json()

    entity = client["settings"]["entity"]
    expected = {"entity": entity, "industry_id": None, "size_id": None, "currency_id": "1"}
    assert changed["data"]["settings"] == shown(ask, client["id"])["settings"] == expected


@pytest.mark.parametrize(("body", "seconds"), [({}, 0), ({"name": "A"}, 0), ({"contacts": 1}, 60)])
def test_only_a_put_with_contacts_moves_the_time_of_a_client_that_stays_the_same(
    ask: Callable[..., httpx2.Response], clock: Clock, body: Tree, seconds: int
) -> None:
    client = created(ask, name="A", contacts=[{"first_name": "Ada"}])
    clock.tick(seconds=60)
    settings = client["settings"] | {"industry_id": "", "size_id": ""}
    same = body | {"settings": settings} | ({"contacts": client["contacts"]} if seconds else {})

    changed = ask("PUT", f"/clients/{client['id']}", json=same).json()["data"]

    moved = [one["updated_at"] - client["updated_at"] for one in (changed, *changed["contacts"])]
    assert moved == [seconds, seconds]


def test_mail_is_turned_on_for_the_primary_contact_if_no_contact_wants_it(
    ask: Callable[..., httpx2.Response],
) -> None:
    contacts = [{"first_name": n, "send_email": False} for n in ("Ada", "Bo")]
    client = created(ask, contacts=contacts)
    opted_out = [one | {"send_email": False} for one in client["contacts"]]

    changed = ask("PUT", f"/clients/{client['id']}", json={"contacts": opted_out}).json()["data"]

    flags = [[c["send_email"] for c in one["contacts"]] for one in (client, changed)]
    assert flags == [[True, False], [True, False]]


def test_a_put_with_documents_does_nothing(ask: Callable[..., httpx2.Response]) -> None:
    client = created(ask, name="A")

    body = {"name": "B", "documents": [{"id": "x"}]}
    changed = ask("PUT", f"/clients/{client['id']}", json=body)

    assert (changed.status_code, changed.json()["data"]["name"]) == (200, "A")


def test_a_client_is_seen_half_made(
    ask: Callable[..., httpx2.Response], original: OriginalNinja
) -> None:
    client = created(ask, name="A", contacts=[{"first_name": "Ada"}])

    with original.half_made(client["id"]):
        [half] = ask("GET", "/clients").json()["data"]

    assert (half["name"], half["number"], half["contacts"]) == ("A", "", [])
    assert shown(ask, client["id"])["contacts"] == client["contacts"]


def test_everyday_requests_are_answered_as_the_original_answered_them(database: str) -> None:
    """Of the plain walks, in which our own API departs in every third answer.

    Some filters of a list answer as ours do; no pull, push or check asks for them.
    """
    lines = [line for line in read_lines("walks-plain") if line["name"].startswith(tuple(WALKS))]
    with new_original(database) as replay:
        asked = list(replay.run(lines))

    different = [one.line for one in asked if one.differences]
    assert len(asked) > 200
    assert [line["name"] for line in different if "filter=" not in line["path"]] == []
    assert len(different) < 10

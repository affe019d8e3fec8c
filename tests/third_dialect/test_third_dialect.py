"""A new dialect is one folder and one entry in DIALECTS: everything else works by itself."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from gateway.demo.clients import demo_clients
from storage.model.commands import CreateAccount, CreateToken
from storage.store import Store
from tests.support.live_server import free_port, wait_until_served
from tests.third_dialect import DIALECT

ENTRY = (sys.executable, "-m", "tests.third_dialect")


class Ended(NamedTuple):
    code: int
    out: str
    err: str


class House(NamedTuple):
    """A gateway with the third dialect: an account `here` with clients, and how to run commands."""

    folder: Path
    run: Callable[..., Ended]
    url: str
    token: str

    def json(self, *words: str) -> dict:
        ended = self.run(*words, "--json")
        assert ended.out, ended.err
        return json.loads(ended.out)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    given = {
        "GATEWAY_DATABASE_URL": f"sqlite:///{folder / 'gateway.db'}",
        "GATEWAY_BLOBS": str(folder / "blobs"),
        "GATEWAY_CARDS_PAGE_SIZE": "7",
    }
    environment = os.environ | given

    def run(*words: str) -> Ended:
        done = subprocess.run(  # noqa: S603  our own
            [*ENTRY, *words], env=environment, capture_output=True, text=True, check=False
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    token = fill_store(given["GATEWAY_DATABASE_URL"])
    port = free_port()
    server = subprocess.Popen(  # noqa: S603  our own
        [*ENTRY, "serve", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        wait_until_served(f"http://127.0.0.1:{port}")
        yield House(folder, run, f"http://127.0.0.1:{port}", token)
    finally:
        server.terminate()
        server.wait(30)


def fill_store(url: str) -> str:
    """Create three accounts, one of them with clients, and return a token of the new dialect."""
    store = Store.open(url)
    here, *_ = [
        store.create_account(CreateAccount(name=name)) for name in ("here", "there", "mirror")
    ]
    store.create_clients(here.id, demo_clients(0, 30))
    _, token = store.create_token(CreateToken(account="here", dialect="cards"))
    store.close()
    return str(token)


@pytest.fixture
def cards(house: House) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=f"{house.url}/cards/v1", headers=DIALECT.credentials(house.token, None)
    ) as caller:
        yield caller


def test_it_is_mounted_beside_the_others(house: House) -> None:
    welcome = httpx.get(house.url).json()

    assert welcome == {"ninja": "/api/v1", "planado": "/v2", "cards": "/cards/v1"}


def test_its_own_authentication_stands_before_its_routes(house: House) -> None:
    answer = httpx.get(f"{house.url}/cards/v1/cards")

    assert (answer.status_code, answer.json()) == (401, {"error": "unknown password"})


def test_it_lists_the_clients_of_the_account(cards: httpx.Client) -> None:
    page = cards.get("/cards").json()

    assert page["total"] >= 30
    assert len(page["cards"]) == 7  # its own setting, from the environment


def test_a_client_that_it_creates_is_seen_by_the_others(house: House, cards: httpx.Client) -> None:
    made = cards.post("/cards", json={"organization": "Third Ltd", "mail": "a@third.test"})
    changed = cards.patch(f"/cards/{made.json()['id']}", json={"organization": "Third plc"})

    seen = house.run("get", "/api/v1/clients?filter=Third+plc", "--account", "here").out
    assert (made.status_code, changed.status_code) == (201, 200)
    assert json.loads(seen)["data"][0]["contacts"][0]["email"] == "a@third.test"


def test_one_request_of_it_is_answered_without_a_server(house: House) -> None:
    answer = house.run("get", "/cards/v1/cards?start=0", "--account", "here")

    assert answer.code == 0
    assert json.loads(answer.out)["cards"]


def test_what_is_exported_is_imported(house: House) -> None:
    first, second = house.folder / "first.ndjson", house.folder / "second.ndjson"

    house.run("export", "--account", "here", "--dialect", "cards", "-o", str(first))
    counts = house.json("import", str(first), "--account", "there", "--dialect", "cards")["counts"]
    house.run("export", "--account", "there", "--dialect", "cards", "-o", str(second))

    objects = [shown(line) for line in first.read_text().splitlines()]
    assert counts["created"] == len(objects) >= 30
    assert [shown(line) for line in second.read_text().splitlines()] == objects


def shown(line: str) -> dict:
    """A card without the version, which every store counts by itself."""
    return {name: value for name, value in json.loads(line).items() if name != "version"}


def test_files_of_other_dialects_are_converted_into_it(house: House) -> None:
    source, target = house.folder / "ninja.ndjson", house.folder / "cards.ndjson"
    house.run("export", "--account", "here", "--dialect", "ninja", "-o", str(source))

    ended = house.run("convert", str(source), "--from", "ninja", "--to", "cards", "-o", str(target))

    assert ended.code == 0
    assert len(target.read_text().splitlines()) == len(source.read_text().splitlines())


def test_the_command_line_has_its_verbs_and_their_options(house: House) -> None:
    words = house.run("pull", "cards", "--help").out

    assert "Bring the clients of an address book here" in words
    assert "Its password; better in CARDS_PASSWORD." in " ".join(words.split())
    assert "--documents" not in words


def test_it_is_pulled_pushed_and_compared_with_a_live_server(house: House) -> None:
    service = ("cards", "--account", "mirror", "--url", house.url, "--password", house.token)

    pulled = house.json("pull", *service)["counts"]
    again = house.json("pull", *service)["counts"]
    pushed = house.json("push", *service)["counts"]
    compared = house.json("check", *service)["counts"]

    number = pulled["created"]
    assert number >= 30
    assert again == {"read": number, "unchanged": number}
    assert pushed == {"read": number, "unchanged": number}
    assert compared == {"=": number, "*": 0, "+": 0, "-": 0, "!": 0}


def test_a_run_of_it_is_resumed_with_its_own_variable(house: House) -> None:
    words = " ".join(house.run("runs", "resume", "--help").out.split())

    assert "NINJA_TOKEN, PLANADO_KEY, CARDS_PASSWORD" in words

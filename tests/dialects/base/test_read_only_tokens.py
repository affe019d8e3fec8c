"""Read-only tokens: which requests count as reads, and that all other requests are refused."""

from collections.abc import Iterator

import pytest

from dialects.base.dialect import Dialect
from gateway.app import DIALECTS
from storage.model.accounts import Account
from storage.model.commands import CreateToken
from storage.store import Store
from tests.support.api_callers import Ninja, Planado, Speaker
from tests.support.doc_tables import routes

SAFE = {"GET", "HEAD", "OPTIONS"}
OPEN = {("POST", path) for path in ("/clients/{}/documents", "/companies/current", "/search")}
"""What writes nothing although its method says so."""
REFUSALS = {
    "ninja": (401, {"message": "This action is unauthorized."}),
    "planado": (403, {"message": "This key only reads"}),
}
NAMED = [
    {"headers": {"X-HTTP-METHOD-OVERRIDE": "{}"}},
    {"params": {"_method": "{}"}},
    {"json": {"_method": "{}"}},
    {"data": {"_method": "{}"}},
    {"files": {"_method": (None, "{}")}},
]
"""The ways in which a POST names the method that it stands for."""


def naming(way: dict[str, dict[str, object]], method: str) -> dict[str, dict[str, object]]:
    return {
        option: {
            key: (None, method) if isinstance(value, tuple) else method
            for key, value in given.items()
        }
        for option, given in way.items()
    }


@pytest.fixture
def readers(store: Store, account: Account, ninja: Ninja, planado: Planado) -> dict[str, Speaker]:
    speakers: dict[str, type[Speaker]] = {"ninja": Ninja, "planado": Planado}
    tokens = {
        name: store.create_token(
            CreateToken(account=account.name, dialect=name, is_read_only=True)
        )[1]
        for name in speakers
    }
    return {name: speakers[name](ninja.http, str(tokens[name])) for name in speakers}


@pytest.fixture
def reader(readers: dict[str, Speaker]) -> Speaker:
    return readers["ninja"]


def closed(dialect: Dialect, store: Store) -> Iterator[tuple[str, str]]:
    for method, path in routes(dialect.app(store, dialect.options())):
        if method not in SAFE and (method, path) not in OPEN:
            yield method, path.replace("{}", "VolejRejNm")


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_route_that_is_not_known_to_read_is_closed(
    store: Store, readers: dict[str, Speaker], dialect: Dialect
) -> None:
    answers = [
        readers[dialect.name].request(method, path, json={"name": {}})
        for method, path in closed(dialect, store)
    ]

    assert len(answers) >= 3
    assert [(a.status_code, a.json()) for a in answers] == [REFUSALS[dialect.name]] * len(answers)


def test_files_of_a_client_are_listed_to_a_reader(ninja: Ninja, reader: Speaker) -> None:
    path = f"/clients/{ninja.created()['id']}/documents"

    assert reader.post(path).json() == ninja.post(path).json()


@pytest.mark.parametrize("way", NAMED, ids=lambda way: next(iter(way)))
@pytest.mark.parametrize("rest", ["", "/{}"])
def test_a_post_that_stands_for_a_get_reads(
    ninja: Ninja, reader: Speaker, way: dict[str, dict[str, object]], rest: str
) -> None:
    path = "/clients" + rest.format(ninja.created(name="Acme")["id"])

    answer = reader.post(path, **naming(way, "get"))

    assert answer.status_code == 200
    assert answer.json()["data"] == reader.get(path).json()["data"]


@pytest.mark.parametrize("way", NAMED, ids=lambda way: next(iter(way)))
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST", "", "BREW"])
def test_a_post_that_stands_for_anything_else_is_refused(
    ninja: Ninja, reader: Speaker, way: dict[str, dict[str, object]], method: str
) -> None:
    client = ninja.created(name="Acme")

    answers = [
        reader.post(path, **naming(way, method))
        for path in ("/clients", f"/clients/{client['id']}")
    ]

    assert [(a.status_code, a.json()) for a in answers] == [REFUSALS["ninja"]] * 2
    assert ninja.listed() == [client]


def test_the_last_word_on_the_method_decides(ninja: Ninja, reader: Speaker) -> None:
    client = ninja.created(name="Acme")
    path, body = f"/clients/{client['id']}", {"_method": "DELETE"}

    by_query = reader.post(f"{path}?_method=GET", json=body)
    by_header = reader.post(path, json=body, headers={"X-HTTP-METHOD-OVERRIDE": "GET"})

    assert by_query.status_code == 401
    assert by_header.json()["data"] == client
    assert ninja.shown(client["id"]) == client


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"{", {"X-HTTP-METHOD-OVERRIDE": "PUT"}),
        (b"{" * 10_000, {}),
        (b"{" * 10_000, {"X-HTTP-METHOD-OVERRIDE": "GET"}),
        ([b"{"], {}),
    ],
    ids=["named in the header", "long", "long, but named", "of any length"],
)
def test_a_body_that_cannot_matter_is_not_read(
    reader: Speaker, content: object, headers: dict[str, str]
) -> None:
    pieces = iter(content) if isinstance(content, list) else content

    answer = reader.post("/clients?_method=GET", content=pieces, headers=headers)

    assert (answer.status_code, answer.json()) == REFUSALS["ninja"]


def test_a_get_stands_for_nothing_else(ninja: Ninja, planado: Planado) -> None:
    named = {"params": {"_method": "DELETE"}, "headers": {"X-HTTP-METHOD-OVERRIDE": "DELETE"}}
    client = ninja.created(name="Acme")
    key = planado.listed()[0]["uuid"]

    answers = [
        ninja.get(f"/clients/{client['id']}", **named),
        planado.get(f"/clients/{key}", **named),
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert ninja.listed() == [client]
    assert ninja.post("/clients?_method=DELETE").status_code == 405

"""docs/planado.md is true: the code serves exactly what the page says."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
from starlette.datastructures import Headers

from dialects.base.http import authentication
from dialects.planado import DIALECT
from dialects.planado.protocol import wire
from storage.model.accounts import Account
from storage.store import Store
from tests.support.api_callers import Ninja, Planado
from tests.support.asgi_client import AsgiClient
from tests.support.clock import Clock
from tests.support.doc_exchanges import disagreements, last_answer, replaced
from tests.support.doc_tables import Row, is_served, quoted, routes
from tests.support.planado_doc import ACME, BASE, JOHN, PAGE, PROOFS, Scene, elsewhere, logged_app

KEY = {"Idempotency-Key": "k"}
EVERYWHERE = {"content-type", "content-length"}
MADE = datetime(2016, 5, 29, 17, 31, 1, 419600, UTC)


@pytest.fixture(scope="module")
def http(store: Store) -> Iterator[AsgiClient]:
    with AsgiClient(logged_app(store), BASE) as http:
        yield http


@pytest.fixture
def scene(planado: Planado, ninja: Ninja, store: Store, account: Account, clock: Clock) -> Scene:
    clock.stop(MADE)
    acme = planado.created(**ACME)
    clock.tick(seconds=1)
    john = planado.created(**JOHN)
    names = {"{acme}": acme, "{ACME}": acme.upper(), "{john}": john, "KEY": planado.token}
    return Scene(planado, ninja, store, account, names)


@pytest.mark.parametrize("table", PAGE.tables)
def test_every_row_has_a_status_and_a_reason_where_it_needs_one(table: str) -> None:
    assert table in PAGE.stated
    assert PAGE[table]
    assert PAGE.unexplained(table) == []


# What is printed as asked and answered.


class Printed(NamedTuple):
    """An exchange as a row of the page: its subject, its request, its answer."""

    point: str
    asked: str
    answered: str


PRINTED = {
    f"{table}: {n}": Printed(*row[(asked := header.index("asked")) - 1 : asked + 2])
    for table, header in PAGE.headers.items()
    if "asked" in header
    for n, row in enumerate(PAGE[table], start=1)
}


@pytest.mark.parametrize("row", [row for row in PRINTED if PRINTED[row].asked])
def test_what_is_asked_is_answered_as_printed(scene: Scene, row: str) -> None:
    asked = replaced(PRINTED[row].asked, scene.names)
    answered = replaced(PRINTED[row].answered, scene.names)

    answer = last_answer(scene.planado, asked)

    assert disagreements(answer, answered) == [], answer.text


@pytest.mark.parametrize("row", [row for row in PRINTED if not PRINTED[row].asked])
def test_what_is_only_told_is_true(scene: Scene, row: str) -> None:
    PROOFS[PRINTED[row].point](scene)


def test_all_that_is_left_open_and_all_that_is_added_is_told() -> None:
    left_open = PAGE["What the vendor does not say: no"]

    assert [row[0] for row in left_open] == [str(n) for n in range(1, 26)]
    assert {row[-1].partition(":")[0] for row in left_open} == {"decided"}
    assert len(PAGE["What is added here: addition"]) == 9


WHEN = [
    (row[0], quoted(row[1])[0], part)
    for row in PAGE["Errors: code"]
    for part in row[2].split(";")
    if quoted(part)
]


@pytest.mark.parametrize(("code", "message", "when"), [when for when in WHEN if " /" in when[2]])
def test_an_error_comes_when_the_page_says_so(
    scene: Scene, code: str, message: str, when: str
) -> None:
    answer = last_answer(scene.planado, when)

    assert (str(answer.status_code), answer.json()["message"]) == (code, message)


# Routes and headers.

WITHOUT_EFFECT = {"content-type", "x-planado-notify-assignees", "x-planado-trigger-webhooks"}
"""Headers that callers are known to send, and that are not read."""


def test_the_prefixes_are_those_of_the_page(scene: Scene) -> None:
    rows = PAGE["Routes: prefix"]
    headers = scene.planado.headers()

    answers = [scene.planado.http.get(f"{quoted(r[0])[0]}/clients", headers=headers) for r in rows]

    assert PAGE.served("Routes: prefix") == list(DIALECT.prefixes)
    assert [answer.status_code == 200 for answer in answers] == [is_served(row) for row in rows]


def test_the_routes_are_those_of_the_page(store: Store) -> None:
    told = PAGE.routes("Routes: method")

    assert told == set(routes(DIALECT.app(store, DIALECT.options())))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        (method, path)
        for row in PAGE["Routes: method"]
        if not is_served(row)
        for path in quoted(row[1])
        for method in quoted(row[0])
    ],
)
def test_a_route_that_is_not_served_is_not_found(planado: Planado, method: str, path: str) -> None:
    assert planado.request(method, path, json={}).status_code == 404


def test_the_headers_of_requests_are_all_that_is_read_or_known_to_be_sent(
    planado: Planado, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = headers_that_are_read(monkeypatch)
    for method, path in (("POST", ""), ("GET", "/42"), ("PATCH", "/42"), ("DELETE", "/42")):
        planado.request(method, f"/clients{path}", json=JOHN | {"external_id": "42"})
        planado.request(method, f"/clients{path}", headers={"Authorization": ""})

    told = {quoted(row[0])[0].lower() for row in PAGE["Requests: request header"]}
    assert told == read | WITHOUT_EFFECT


def headers_that_are_read(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return a set that collects the names of all headers that the application reads from now
    on."""
    read: set[str] = set()

    def watched(method: Callable[[Headers, str], Any]) -> Callable[[Headers, str], Any]:
        def watching(headers: Headers, name: str) -> Any:
            if type(headers) is Headers:
                read.add(name.lower())
            return method(headers, name)

        return watching

    for name in ("__getitem__", "__contains__", "getlist"):
        monkeypatch.setattr(Headers, name, watched(getattr(Headers, name)))
    for name in ("get", "__getitem__", "__contains__"):
        monkeypatch.setattr(
            authentication.Headers,
            name,
            with_recorded_name(read, getattr(authentication.Headers, name)),
        )
    return read


def with_recorded_name(read: set[str], method: Callable[..., Any]) -> Callable[..., Any]:
    def noting(headers: authentication.Headers, name: bytes, *default: bytes) -> Any:
        read.add(name.decode())
        return method(headers, name, *default)

    return noting


@pytest.mark.parametrize("row", PAGE["Requests: request header"], ids=lambda row: row[0])
def test_a_header_is_shown_where_it_is_told_of(row: Row) -> None:
    assert f"`{quoted(row[0])[0]}: " in row[1]


def test_the_headers_of_answers_are_those_of_the_page(scene: Scene) -> None:
    limited = elsewhere(scene, GATEWAY_PLANADO_RATE_LIMIT="1")
    answers = [
        scene.planado.patch("acme", {"name": "x"}),
        scene.planado.request("PUT", "/clients"),
        scene.planado.get("/clients", headers={"Authorization": "none"}),
        limited.get("/clients"),
        limited.get("/clients"),
        *(
            scene.planado.post("/clients", json=JOHN | {"external_id": "7"}, headers=KEY)
            for _ in range(2)
        ),
    ]

    told = {name.lower() for name in PAGE.served("Requests: response header")}
    assert told == {name for answer in answers for name in answer.headers} - EVERYWHERE


def test_the_parameters_are_those_of_the_page() -> None:
    assert set(PAGE.served("The list: parameter")) == set(wire.ListParams.__struct_encode_fields__)


def test_the_settings_are_those_of_the_page() -> None:
    options = DIALECT.options()
    told = {quoted(row[0])[0]: row[1] for row in PAGE["Settings: setting"]}

    assert told == {
        f"GATEWAY_PLANADO_{name.upper()}": str(getattr(options, name))
        for name in options.__struct_fields__
    }

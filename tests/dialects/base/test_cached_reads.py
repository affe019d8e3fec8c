"""Cached reads and routed reads give the same bytes for any request, before and after any write."""

from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple

import pytest
from httpx2 import Response
from hypothesis import given, strategies as st

from gateway.app import create_app
from gateway.demo.fill import fill_account
from gateway.settings import Settings
from storage.model.accounts import Account
from storage.model.commands import CreateAccount, CreateToken
from storage.model.errors import Unavailable
from storage.model.generators import Generators
from storage.read_cache.rendering_cache import RenderingCache
from storage.read_cache.snapshot_reader import SnapshotReader
from storage.store import Store
from tests.conftest import CLOCK
from tests.support.asgi_client import AsgiClient
from tests.support.databases import Files

NUMBERS = count(1)
CLIENTS = 45


class LongStore(Store):
    def snapshot_reader(self) -> SnapshotReader | None:
        """Return None, so that every request goes to its route."""
        return None


class Ways(NamedTuple):
    """One database behind two gateways: one with cached reads and one without."""

    store: Store
    short: AsgiClient
    long: AsgiClient

    def same(self, path: str, headers: dict[str, str]) -> Response:
        """Assert that both gateways answer alike, the cached one twice, and return the answer."""
        answers = [http.get(path, headers=headers) for http in (self.long, self.short, self.short)]
        told = [(a.status_code, sorted(a.headers.items()), a.content) for a in answers]
        assert told[0] == told[1] == told[2]
        return answers[0]


class Caller(NamedTuple):
    ways: Ways
    account: Account
    ninja: dict[str, str]
    planado: dict[str, str]

    def everything(self) -> list[Response]:
        """Read lists and clients of each dialect, and assert that both gateways answer alike."""
        ninja = [
            f"/api/v1/clients{q}"
            for q in ("", "?page=2", "?per_page=7&page=3", "?page=3", "?page=99")
        ]
        planado = [f"/v2/clients{q}" for q in ("", "?limit=7")]
        lists = [self.ways.same(path, self.ninja) for path in ninja]
        lists += [self.ways.same(path, self.planado) for path in planado]
        hashids = [client["id"] for client in lists[0].json()["data"][:4]]
        uuids = [client["uuid"] for client in lists[5].json()["clients"][:4]]
        ones = [self.ways.same(f"/api/v1/clients/{key}", self.ninja) for key in hashids]
        ones += [self.ways.same(f"/v2/clients/{key}", self.planado) for key in uuids]
        return [*lists, *ones]

    def send(self, method: str, path: str, body: Any = None) -> Response:
        """Send a request to the gateway with cached reads. Other requests go on to their route."""
        headers = self.ninja if path.startswith("/api") else self.planado
        return self.ways.short.request(method, path, headers=headers, json=body)


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ways]:
    folder = tmp_path_factory.mktemp("ways")
    with Files(folder).empty() as url:
        renderings = RenderingCache(str(folder / "renderings"))
        store = Store.open(url, Generators(clock=CLOCK), renderings=renderings)
        other = LongStore.at(url, Generators(clock=CLOCK))
        apps = [create_app(opened, Settings()) for opened in (store, other)]
        with AsgiClient(apps[0]) as short, AsgiClient(apps[1]) as long:
            yield Ways(store, short, long)
        store.close()
        other.close()


@pytest.fixture
def caller(ways: Ways) -> Caller:
    return a_caller(ways, CLIENTS)


def a_caller(ways: Ways, clients: int) -> Caller:
    store = ways.store
    account = store.create_account(CreateAccount(name=f"acme {next(NUMBERS)}"))
    tokens = {
        dialect: str(store.create_token(CreateToken(account=account.name, dialect=dialect))[1])
        for dialect in ("ninja", "planado")
    }
    for _ in fill_account(store, account, 0, clients):
        pass
    authorization = {"Authorization": f"Bearer {tokens['planado']}"}
    return Caller(ways, account, {"X-API-TOKEN": tokens["ninja"]}, authorization)


@pytest.fixture(scope="module")
def still(ways: Ways) -> Caller:
    """A caller whose clients never change."""
    return a_caller(ways, CLIENTS)


NINJA_PARTS = """
page=1 page=2 page=3 page=0 page=-1 page=9999 page=1e3 page=%31 page=2+ page= PAGE=2 per_page=5
per_page=20 per_page=0 per_page=501 per_page=99999 status=active sort=id|desc include=contacts
index=none
""".split()  # noqa: SIM905  a page of words
NINJA_QUERIES = st.lists(st.sampled_from(NINJA_PARTS), max_size=3).map("&".join)
PLANADO_PARTS = """
limit=1 limit=7 limit=0 limit=100 limit=101 limit=x limit after={uuid} after={external}
after={gone} after=nobody after= deleted=true deleted=false updated_at[after]=2016-05-29 a=b
""".split()  # noqa: SIM905  a page of words
PLANADO_QUERIES = st.lists(st.sampled_from(PLANADO_PARTS), max_size=3).map("&".join)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "If-None-Match": st.sampled_from(['"1"', 'W/"1"', "*", "1", '"2", "1"', "x", '"7"', ""]),
        "Host": st.sampled_from(["a.example", "a.example:81", "[::1]:8000", "A.b", "x y", "a_b"]),
        "Accept": st.sampled_from(["text/html", "*/*"]),
        "X-Requested-With": st.just("XMLHttpRequest"),
        "Accept-Encoding": st.just("gzip"),
        "X-HTTP-Method-Override": st.just("DELETE"),
    },
)


@given(query=NINJA_QUERIES, headers=HEADERS, slash=st.booleans())
def test_a_list_of_ninja_reads_alike(
    still: Caller, query: str, headers: dict[str, str], slash: bool
) -> None:
    still.ways.same(f"/api/v1/clients{'/' * slash}?{query}", still.ninja | headers)


@given(query=PLANADO_QUERIES, headers=HEADERS)
def test_a_list_of_planado_reads_alike(still: Caller, query: str, headers: dict[str, str]) -> None:
    shown = still.ways.long.get("/v2/clients", headers=still.planado).json()["clients"]
    external = next(c["external_id"] for c in shown if c["external_id"])
    gone = "00000000-0000-0000-0000-000000000000"
    path = query.format(uuid=shown[3]["uuid"], external=external, gone=gone)
    still.ways.same(f"/v2/clients?{path}", still.planado | headers)


@given(
    data=st.data(), headers=HEADERS, tail=st.sampled_from(["", "/", "?a=b", "?include=x", "/edit"])
)
def test_one_client_reads_alike(
    still: Caller, data: st.DataObject, headers: dict[str, str], tail: str
) -> None:
    ways = still.ways
    listed = ways.long.get("/api/v1/clients?per_page=99", headers=still.ninja).json()["data"]
    shown = ways.long.get("/v2/clients?limit=99", headers=still.planado).json()["clients"]
    keys = [c["external_id"] for c in shown if c["external_id"]] + ["nobody", "a%2Fb", "%C3%A4"]
    hashid = data.draw(st.sampled_from([c["id"] for c in listed] + ["aaaaaaaaaa", "17"]))
    key = data.draw(st.sampled_from([c["uuid"] for c in shown] + keys))

    ways.same(f"/api/v1/clients/{hashid}{tail}", still.ninja | headers)
    ways.same(f"/v2/clients/{key}{tail}", still.planado | headers)


def test_plain_reads_ask_the_store_for_nothing_once_they_are_written(
    still: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [answer.status_code for answer in still.everything()]
    for method in ("get_client", "list_newest_clients", "clients_by_serial", "find_access"):
        monkeypatch.setattr(Store, method, None)

    for path in ("/api/v1/clients", "/api/v1/clients?per_page=5&page=6"):
        assert still.ways.short.get(path, headers=still.ninja).status_code == 200
    assert still.ways.short.get("/v2/clients?limit=3", headers=still.planado).status_code == 200
    assert set(before) == {200}


def test_every_write_shows_in_the_next_read(caller: Caller) -> None:
    ninja = [c["id"] for c in caller.everything()[0].json()["data"]]
    planado = [c["uuid"] for c in caller.everything()[5].json()["clients"]]
    writes = [
        ("PUT", f"/api/v1/clients/{ninja[0]}", {"name": "Another"}),
        ("PUT", f"/api/v1/clients/{ninja[1]}", {"contacts": [{"email": "new@example.com"}]}),
        ("DELETE", f"/api/v1/clients/{ninja[2]}", None),
        ("POST", "/api/v1/clients/bulk", {"action": "restore", "ids": [ninja[2]]}),
        ("POST", "/api/v1/clients/bulk", {"action": "archive", "ids": ninja[3:9]}),
        ("POST", "/api/v1/clients", {"name": "Newest"}),
        ("PATCH", f"/v2/clients/{planado[0]}", {"site_address": {"floor": "99"}}),
        ("DELETE", f"/v2/clients/{planado[1]}", None),
        ("PATCH", "/v2/clients/brand-new", {"organization": True, "organization_name": "B"}),
    ]
    for method, path, body in writes:
        before = [answer.content for answer in caller.everything()]

        assert caller.send(method, path, body).status_code < 300

        assert [answer.content for answer in caller.everything()] != before, (method, path)


def test_what_another_process_writes_shows_in_the_next_read(caller: Caller) -> None:
    [first, *_] = caller.everything()[0].json()["data"]

    answer = caller.ways.long.put(
        f"/api/v1/clients/{first['id']}", headers=caller.ninja, json={"name": "Elsewhere"}
    )

    assert answer.status_code == 200
    assert caller.everything()[0].json()["data"][0]["name"] == "Elsewhere"


def test_a_revoked_token_opens_nothing_from_then_on(caller: Caller) -> None:
    assert {answer.status_code for answer in caller.everything()} == {200}

    for token in caller.ways.store.list_tokens():
        if token.account == caller.account.name:
            caller.ways.store.revoke_token(token.id)

    refused = caller.ways.short.get("/api/v1/clients", headers=caller.ninja)
    forbidden = caller.ways.short.get("/v2/clients", headers=caller.planado)
    assert (refused.status_code, forbidden.status_code) == (403, 401)


def test_accounts_share_nothing_that_is_remembered(ways: Ways) -> None:
    one, other = a_caller(ways, 3), a_caller(ways, 2)

    counted = [
        len(who.ways.same("/api/v1/clients", who.ninja).json()["data"]) for who in (one, other, one)
    ]

    assert counted == [3, 2, 3]


def test_a_store_that_fails_half_way_is_answered_for_by_the_long_way(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_given: object, **_named: object) -> None:
        raise Unavailable("the disk is gone")

    monkeypatch.setattr(caller.ways.store, "clients_by_serial", failing)
    monkeypatch.setattr(caller.ways.store, "list_clients", failing)

    answer = caller.ways.short.get("/api/v1/clients?per_page=44", headers=caller.ninja)

    assert (answer.status_code, "message" in answer.json()) == (503, True)


def test_full_renderings_are_begun_anew(caller: Caller, tmp_path, monkeypatch) -> None:
    """The cache has one mebibyte, including the overhead of its table."""
    small = RenderingCache(str(tmp_path / "small"), mebibytes=1)
    monkeypatch.setattr(caller.ways.store, "renderings", small)
    for _ in fill_account(caller.ways.store, caller.account, CLIENTS, 900):
        pass

    for page in range(1, 10):
        caller.ways.same(f"/api/v1/clients?per_page=100&page={page}", caller.ninja)

    assert sum(f.stat().st_size for f in tmp_path.iterdir()) < 8 * 2**20

"""Who fails too often is refused for a while: addresses by their tokens, accounts by passwords."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from dialects.base.http import failure_limits
from dialects.base.http.failure_limits import ADDRESS_SLOTS, address_number
from dialects.base.http.store_calls import MAX_HASHES
from gateway.app import create_app
from gateway.settings import Settings
from storage.accounts.rate_limiter import MAX_FAILURES, RateLimiter
from storage.model.commands import CreateAccount, CreateToken
from storage.store import Store
from tests.support.api_callers import Ninja, Planado, Speaker
from tests.support.asgi_client import AsgiClient
from tests.support.databases import Databases

SPEAKERS = {"ninja": Ninja, "planado": Planado}
UNKNOWN = {"ninja": 403, "planado": 401}
HERE, NEIGHBOUR, ELSEWHERE = "2001:db8:0:7::1", "2001:db8:0:7:ffff::2", "2001:db8:0:8::1"


@pytest.fixture
def limited(databases: Databases) -> Iterator[Store]:
    """A store that counts the failures of this test only."""
    with databases.database() as url:
        store = Store.open(url)
        yield store
        store.close()


Visit = Callable[..., Speaker]


@pytest.fixture
def visit(limited: Store) -> Iterator[Visit]:
    """A function that makes a caller of a dialect at an address."""
    visitors = []
    app = create_app(limited, Settings())

    def at(address: str, dialect: str, token: str = "") -> Speaker:
        visitors.append(AsgiClient(app, address=address))
        return SPEAKERS[dialect](visitors[-1], token)

    yield at
    for visitor in visitors:
        visitor.close()


@pytest.fixture(params=SPEAKERS)
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def new_token(store: Store, dialect: str, account: str = "acme") -> str:
    if account not in {known.name for known in store.list_accounts()}:
        store.create_account(CreateAccount(name=account))
    return str(store.create_token(CreateToken(account=account, dialect=dialect))[1])


def guess(caller: Speaker, times: int) -> list[int]:
    """Ask with as many unknown tokens, and return the statuses."""
    codes = []
    for number in range(times):
        caller.token = f"guess-{number}"
        codes.append(caller.get("/clients").status_code)
    return codes


def test_600_unknown_tokens_of_one_address_are_refused_after_the_20th(
    visit: Visit, dialect: str
) -> None:
    codes = guess(visit("192.0.2.1", dialect), 600)

    assert codes == [UNKNOWN[dialect]] * MAX_FAILURES + [429] * (600 - MAX_FAILURES)
    assert MAX_FAILURES == 20


def test_a_refusal_is_in_the_dialects_words_and_says_how_long_it_lasts(visit: Visit) -> None:
    ninja, planado = (visit("192.0.2.1", dialect, "guess") for dialect in SPEAKERS)
    guess(ninja, MAX_FAILURES)

    told = [ninja.get("/clients"), planado.get("/clients")]

    assert [answer.status_code for answer in told] == [429, 429]
    assert all(50 <= int(answer.headers["retry-after"]) <= 60 for answer in told)
    assert told[0].json() == {"message": "Too many requests"}
    assert told[1].text == "Rate Limit Exceeded"


def test_a_valid_token_passes_at_an_address_where_others_guess(
    visit: Visit, limited: Store, dialect: str
) -> None:
    stranger = visit("192.0.2.1", dialect)
    guess(stranger, MAX_FAILURES + 5)

    owner = visit("192.0.2.1", dialect, new_token(limited, dialect))
    codes = [owner.get("/clients").status_code for _ in range(3)]
    after = guess(stranger, 1)

    assert codes == [200] * 3
    assert after == [429]


def test_guesses_elsewhere_refuse_nobody_here(visit: Visit, dialect: str) -> None:
    guess(visit("192.0.2.1", dialect), MAX_FAILURES + 1)

    assert guess(visit("192.0.2.2", dialect), 1) == [UNKNOWN[dialect]]


def test_the_addresses_of_one_ipv6_network_are_counted_together(visit: Visit) -> None:
    guess(visit(HERE, "ninja"), MAX_FAILURES)

    assert guess(visit(NEIGHBOUR, "ninja"), 1) == [429]
    assert guess(visit(ELSEWHERE, "ninja"), 1) == [403]


def test_who_sends_no_token_guesses_nothing(visit: Visit, dialect: str) -> None:
    caller = visit("192.0.2.1", dialect, "")

    codes = {caller.get("/clients").status_code for _ in range(MAX_FAILURES + 5)}

    assert codes == {UNKNOWN[dialect]}


def test_the_secret_of_the_server_is_no_easier_to_guess(limited: Store) -> None:
    settings = Settings(environment={"GATEWAY_NINJA_API_SECRET": "s3cret"})
    token = new_token(limited, "ninja")

    with AsgiClient(create_app(limited, settings), address="192.0.2.1") as http:
        ninja = Ninja(http, token)
        codes = [
            ninja.get("/clients", headers={"X-API-SECRET": f"{n}"}).status_code
            for n in range(MAX_FAILURES + 2)
        ]
        right = ninja.get("/clients", headers={"X-API-SECRET": "s3cret"})

    assert codes == [403] * MAX_FAILURES + [429] * 2
    assert right.status_code == 200


def test_a_refused_address_does_not_reach_the_store_with_unknown_tokens(
    visit: Visit, limited: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    if limited.snapshot_reader() is None:
        pytest.skip("without a snapshot reader the store is asked, one token at a time")
    caller = visit("192.0.2.1", "ninja")
    guess(caller, MAX_FAILURES + 1)
    for method in ("find_access", "count_failure"):
        monkeypatch.setattr(Store, method, None)

    assert guess(caller, 5) == [429] * 5


def test_refused_tokens_are_looked_up_one_at_a_time_if_only_the_store_can_tell(
    limited: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limited, "snapshot_reader", lambda: None)
    token, find_access = new_token(limited, "ninja"), limited.find_access
    running, most = [0], [0]

    def watched(dialect: str, credential: str) -> object:
        running[0] += 1
        most[0] = max(most[0], running[0])
        time.sleep(0.02)
        running[0] -= 1
        return find_access(dialect, credential)

    app = create_app(limited, Settings())
    with TestClient(app, client=("192.0.2.1", 1)) as http, ThreadPoolExecutor(32) as pool:
        known = Ninja(http, token).get("/clients")
        guess(Ninja(http, ""), MAX_FAILURES + 1)
        monkeypatch.setattr(limited, "find_access", watched)
        guesses = [pool.submit(Ninja(http, f"{n}").get, "/clients") for n in range(32)]
        codes = {done.result().status_code for done in guesses}
        most_guesses, again = most[0], Ninja(http, token).get("/clients")

    assert (known.status_code, again.status_code, codes) == (200, 200, {429})
    assert most_guesses == 1


def test_workers_count_the_failures_of_an_address_together(
    databases: Databases, tmp_path: Path
) -> None:
    path = str(tmp_path / "buckets")
    with databases.empty() as url:
        stores = [Store.open(url, rate_limiter=RateLimiter(path)) for _ in range(2)]
        workers = [AsgiClient(create_app(s, Settings()), address="192.0.2.1") for s in stores]
        codes = [guess(Ninja(worker, ""), MAX_FAILURES // 2 + 1) for worker in workers]
        for opened in (*workers, *stores):
            opened.close()

    assert codes == [[403] * 11, [403] * 9 + [429] * 2]


def test_a_million_addresses_take_no_more_room_than_65_536() -> None:
    numbers = {
        address_number({"type": "http", "client": (f"10.{n % 250}.{n // 250}.1", 1)})
        for n in range(5000)
    }

    assert len(numbers) > 4500
    assert -ADDRESS_SLOTS <= min(numbers) <= max(numbers) < 0


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::2"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_is_the_same_however_it_is_written(written: str, same: str) -> None:
    numbers = [address_number({"type": "http", "client": (a, 1)}) for a in (written, same)]

    assert numbers[0] == numbers[1]
    assert address_number({"type": "http", "client": None}) < 0


@pytest.fixture
def owner(visit: Visit, limited: Store) -> Ninja:
    """A caller of an account that has a password, with one client."""
    ninja = visit("192.0.2.1", "ninja", new_token(limited, "ninja"))
    limited.set_password("acme", "right")
    assert isinstance(ninja, Ninja)
    return ninja


def purge(ninja: Ninja, client: str, password: str) -> int:
    headers = {"X-API-PASSWORD": password}
    return ninja.post(f"/clients/{client}/purge", headers=headers).status_code


def test_after_20_wrong_passwords_the_right_one_is_refused_for_a_while(owner: Ninja) -> None:
    client = owner.created(name="A")["id"]

    codes = [purge(owner, client, f"wrong {n}") for n in range(MAX_FAILURES + 2)]

    assert codes == [412] * MAX_FAILURES + [429] * 2
    assert purge(owner, client, "right") == 429
    assert owner.shown(client)["name"] == "A"


def test_a_right_password_is_not_counted(owner: Ninja) -> None:
    clients = [owner.created(name="A")["id"] for _ in range(MAX_FAILURES + 2)]

    assert {purge(owner, client, "right") for client in clients} == {200}


def test_wrong_passwords_of_one_account_refuse_no_other(
    owner: Ninja, visit: Visit, limited: Store
) -> None:
    for n in range(MAX_FAILURES + 1):
        purge(owner, "x", f"wrong {n}")
    other = visit("192.0.2.1", "ninja", new_token(limited, "ninja", "bolt"))
    limited.set_password("bolt", "right")
    assert isinstance(other, Ninja)

    assert purge(other, other.created(name="B")["id"], "right") == 200


def test_of_24_wrong_passwords_at_once_two_are_hashed_at_a_time(
    limited: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, lock, running, most = new_token(limited, "ninja"), threading.Lock(), [0], [0]
    limited.set_password("acme", "right")

    def slow(_hash: str, _password: str) -> bool:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.02)
        with lock:
            running[0] -= 1
        return False

    monkeypatch.setattr(failure_limits, "verify_password", slow)
    with TestClient(create_app(limited, Settings())) as http, ThreadPoolExecutor(24) as pool:
        asked = [pool.submit(purge, Ninja(http, token), "x", "wrong") for _ in range(24)]
        codes = [done.result() for done in asked]

    assert most[0] == MAX_HASHES == 2
    assert codes.count(412) in {MAX_FAILURES, MAX_FAILURES + 1}
    assert set(codes) == {412, 429}


@pytest.mark.parametrize(
    "lines",
    [
        [("X-API-TOKEN", "{ninja}"), ("X-API-TOKEN", "{ninja}")],
        [("X-API-TOKEN", "{ninja}"), ("X-API-TOKEN", "")],
        [("X-API-TOKEN", "{ninja}"), ("Authorization", "Bearer {planado}")],
        [("X-API-TOKEN", "{ninja}"), ("Authorization", "bearer x")],
        [("X-API-TOKEN", "{ninja}"), ("X-Ninja-Token", "{ninja}")],
        [("Authorization", "Bearer {planado}"), ("Authorization", "Bearer {planado}")],
        [("Authorization", "Basic x"), ("Authorization", "Bearer {planado}")],
        [("Authorization", "Bearer {planado}"), ("X-Planado-API-Key", "{planado}")],
        [("X-Planado-API-Token", "{planado}"), ("X-Planado-API-Key", "{planado}")],
    ],
)
def test_a_request_with_two_credentials_is_refused(
    http: AsgiClient, ninja: Ninja, planado: Planado, lines: list[tuple[str, str]]
) -> None:
    tokens = {"ninja": ninja.token, "planado": planado.token}
    headers = [(name, value.format(**tokens)) for name, value in lines]

    answers = [http.get(f"{p}/clients", headers=headers) for p in ("/api/v1", "/v2")]

    assert [answer.status_code for answer in answers] == [403, 401]
    assert answers[0].json() == {"message": "Invalid token", "errors": {}}
    assert answers[1].json() == {"message": "Unauthorized"}


def test_a_password_for_the_proxy_may_stand_beside_a_token(
    http: AsgiClient, ninja: Ninja, planado: Planado
) -> None:
    basic = {"Authorization": "Basic bWU6c2VjcmV0"}

    answers = [
        ninja.get("/clients", headers=basic),
        http.get("/v2/clients", headers=basic | {"X-Planado-API-Key": planado.token}),
    ]

    assert [answer.status_code for answer in answers] == [200, 200]

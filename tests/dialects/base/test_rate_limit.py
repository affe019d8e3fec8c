"""The rate limit of a token: off by default, counted per token, refused in each API's own
format."""

from collections.abc import Callable, Iterator

import pytest

from gateway.app import create_app
from gateway.settings import Settings
from storage.model.accounts import Account
from storage.model.commands import CreateToken
from storage.model.errors import Invalid
from storage.model.queries import ClientQuery
from storage.store import Store
from tests.support.api_callers import Ninja, Planado, Speaker
from tests.support.asgi_client import AsgiClient

SPEAKERS = {"ninja": Ninja, "planado": Planado}
LIMITED = {
    "GATEWAY_NINJA_RATE_LIMIT": "3",
    "GATEWAY_PLANADO_RATE_LIMIT": "90",
    "GATEWAY_PLANADO_RATE_CAPACITY": "3",
}


@pytest.fixture
def limited(store: Store) -> Iterator[AsgiClient]:
    with AsgiClient(create_app(store, Settings(environment=LIMITED))) as http:
        yield http


Talk = Callable[[AsgiClient, str], Speaker]


@pytest.fixture
def speaker(store: Store, account: Account) -> Talk:
    """A function that makes a caller of a dialect, each with its own token to the same account."""

    def speak(http: AsgiClient, dialect: str) -> Speaker:
        _, token = store.create_token(CreateToken(account=account.name, dialect=dialect))
        return SPEAKERS[dialect](http, str(token))

    return speak


@pytest.fixture(params=SPEAKERS)
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_nobody_is_counted_unless_the_operator_says_so(
    http: AsgiClient, speaker: Talk, dialect: str
) -> None:
    caller = speaker(http, dialect)

    codes = {caller.get("/clients").status_code for _ in range(200)}

    assert codes == {200}


def test_the_call_that_is_too_many_is_refused_with_the_time_to_wait(
    limited: AsgiClient, speaker: Talk, dialect: str
) -> None:
    caller = speaker(limited, dialect)

    answers = [caller.get("/clients") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["retry-after"] == {"ninja": "20", "planado": "1"}[dialect]


def test_it_is_refused_in_the_words_that_integrations_know(
    limited: AsgiClient, speaker: Talk
) -> None:
    callers = [speaker(limited, dialect) for dialect in SPEAKERS]

    ninja, planado = ([caller.get("/clients") for _ in range(4)][-1] for caller in callers)

    assert ninja.json() == {"message": "Too many requests"}
    assert planado.text == "Rate Limit Exceeded"
    assert planado.headers["content-type"].startswith("text/plain")


def test_one_token_does_not_pay_for_another(
    limited: AsgiClient, speaker: Talk, dialect: str
) -> None:
    first, second = (speaker(limited, dialect) for _ in range(2))

    codes = [caller.get("/clients").status_code for caller in [first] * 4 + [second]]

    assert codes == [200, 200, 200, 429, 200]


def test_who_has_no_token_is_told_so_and_not_counted(limited: AsgiClient, dialect: str) -> None:
    stranger = SPEAKERS[dialect](limited, "no-token")

    codes = {stranger.get("/clients").status_code for _ in range(10)}

    assert codes == {{"ninja": 403, "planado": 401}[dialect]}


def test_a_refused_write_writes_nothing(
    limited: AsgiClient, speaker: Talk, store: Store, account: Account, dialect: str
) -> None:
    caller = speaker(limited, dialect)
    body = {"name": "ACME", "organization": True, "organization_name": "ACME"}

    codes = [caller.post("/clients", json=body).status_code for _ in range(5)]

    assert codes.count(429) == 2
    assert len(store.list_newest_clients(account.id, ClientQuery())) == 3


def test_a_capacity_without_a_limit_is_refused_at_the_start(store: Store) -> None:
    settings = Settings(environment={"GATEWAY_PLANADO_RATE_CAPACITY": "5"})

    with pytest.raises(Invalid, match="without a rate limit"):
        create_app(store, settings)

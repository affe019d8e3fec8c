"""Many callers that send one request with one Idempotency-Key at once have one effect."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import count
from threading import Barrier
from typing import Any

import httpx
import pytest

from tests.campaigns.scale import rounds
from tests.support.live_server import Served

TWINS = 50
TURNS = rounds(2, 100)
NUMBERS = count(1)
LEE = {"organization": False, "last_name": "Lee"}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
Request = tuple[str, str, dict[str, Any]]
CREATES: dict[str, Request] = {
    "ninja": ("POST", "/clients", {"json": {"name": "Acme"}}),
    "ninja with a file": ("POST", "/clients", {"files": {"documents[0]": ("a.png", PNG)}}),
    "planado": ("POST", "/clients", {"json": LEE}),
    "planado upsert": ("PATCH", "/clients/crm-{n}", {"json": LEE}),
}


@pytest.fixture(params=CREATES)
def create(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def callers(server: Served, create: str) -> Iterator[list[httpx.Client]]:
    """Callers on a connection each, so that both workers serve some of them."""
    with ExitStack() as stack, ThreadPoolExecutor(TWINS) as pool:
        dialect = create.partition(" ")[0]
        callers = [stack.enter_context(server.caller(dialect)) for _ in range(TWINS)]
        list(pool.map(lambda caller: caller.get("/clients"), callers))
        yield callers


def total(server: Served) -> int:
    with server.caller("ninja") as caller:
        answer = caller.get("/clients?status=active,archived,deleted&per_page=1")
        return int(answer.json()["meta"]["pagination"]["total"])


def send_at_once(
    callers: list[httpx.Client], requests: list[Request], key: str
) -> list[httpx.Response]:
    start = Barrier(len(callers))

    def send(caller: httpx.Client, request: Request) -> httpx.Response:
        method, path, options = request
        start.wait(30)
        return caller.request(method, path, **options, headers={"Idempotency-Key": key})

    with ThreadPoolExecutor(len(callers)) as pool:
        return list(pool.map(send, callers, requests))


def test_fifty_twins_make_one_client_and_get_one_answer(
    server: Served, callers: list[httpx.Client], create: str
) -> None:
    before = total(server)

    for _ in range(TURNS):
        number = next(NUMBERS)
        method, path, options = CREATES[create]
        request = (method, path.format(n=number), options)
        answers = send_at_once(callers, [request] * TWINS, f"twins-{number}")

        assert {answer.status_code for answer in answers} <= {200, 201}, answers[0].text
        assert len({(answer.status_code, answer.content) for answer in answers}) == 1
        assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1

    assert total(server) == before + TURNS


def test_of_two_requests_with_one_key_one_is_refused(server: Served) -> None:
    with ExitStack() as stack:
        callers = [stack.enter_context(server.caller("planado")) for _ in range(TWINS)]
        before = total(server)
        for _ in range(TURNS):
            bodies = [LEE | {"last_name": name} for name in ("Lee", "Kim")] * (TWINS // 2)
            requests: list[Request] = [("POST", "/clients", {"json": body}) for body in bodies]
            answers = send_at_once(callers, requests, f"others-{next(NUMBERS)}")

            of_lee, of_kim = ({a.status_code for a in answers[n::2]} for n in (0, 1))
            assert sorted([of_lee, of_kim], key=str) == [{201}, {422}]

    assert total(server) == before + TURNS

"""Fixtures: a remote service with simulated time, so that waiting takes no time."""

from collections.abc import Callable, Iterator

import httpx
import pytest
import respx

from gateway.remote.deadlines import DeadlineTransport
from gateway.remote.http_client import HttpClient
from gateway.remote.retry_policy import CallLimits

BASE = "https://remote.test/sub"
TOKEN = "s3cret-t0ken"
HEADERS = {"X-API-TOKEN": TOKEN, "Authorization": f"Bearer {TOKEN}"}

TRANSPORT = DeadlineTransport()
"""What a service has by default; a new one for each test would read all certificates again."""


class Hours:
    """A clock that moves only while a caller sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


Open = Callable[..., HttpClient]


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def open_service(hours: Hours, told: list[str]) -> Iterator[Open]:
    """A function that opens services in simulated time. `chance` is always the middle of its
    range."""
    opened: list[HttpClient] = []

    def call(
        base: str = BASE,
        per_minute: int = 0,
        transport: httpx.BaseTransport | None = None,
        **limits: float,
    ) -> HttpClient:
        service = HttpClient(
            base,
            HEADERS,
            per_minute=per_minute,
            limits=CallLimits(**limits),
            on_wait=told.append,
            transport=transport or TRANSPORT,
            clock=hours.clock,
            sleep=hours.sleep,
            chance=lambda: 0.5,
        )
        opened.append(service)
        return service

    yield call
    for service in opened:
        service.close()


@pytest.fixture
def service(open_service: Open) -> HttpClient:
    return open_service()


@pytest.fixture
def remote() -> Iterator[respx.MockRouter]:
    """The server at BASE."""
    with respx.mock(base_url=BASE) as router:
        yield router

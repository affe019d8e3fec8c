"""Stand-ins for remote services: our own application in process, behind a transport with faults.

Waiting takes no time.
"""

import re
from collections.abc import Callable, Iterator
from email.utils import format_datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from msgspec import structs

from dialects.base.dialect import Dialect
from gateway.app import DIALECTS
from gateway.migration.counterparts import Sides
from gateway.migration.importer import ImportOptions
from gateway.migration.link_keys import link_keys
from gateway.migration.live.check import CheckedClient, check
from gateway.migration.live.pull import Pull, PullResult, pull
from gateway.migration.live.push.push_plan import Push, PushOptions
from gateway.migration.live.push.push_run import PushRun
from gateway.migration.live.push.push_stages import push
from gateway.remote.http_client import HttpClient
from storage.imports.incoming import incoming_client
from storage.model.accounts import Account, Service
from storage.model.commands import ContactDraft, CreateClient, CreateService, ImportClient
from storage.model.imports import ImportOutcome
from storage.model.records import Client, Origin
from storage.model.runs import Run, RunLine, RunProgress, RunState, StartRun
from storage.store import Store
from tests.support.api_callers import Speaker
from tests.support.asgi_client import AsgiClient
from tests.support.clock import Clock

BASE = "http://ninja.test:8000"
PAGE = 5
"""How many clients a page of the services here has, so that a dozen fill three."""
MOST_CALLS = 400
ENDLESS = 1000
"""More often than any caller tries."""
NINJA, PLANADO = DIALECTS
one_engine = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
"""Where it is the service that matters, and not the store."""
Pass = Callable[[httpx.Request], httpx.Response]
Fault = Callable[[httpx.Request, Pass], httpx.Response]
Matches = Callable[[httpx.Request], bool]


class Body(httpx.SyncByteStream):
    """A response body that is still to be read, as from a socket."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def __iter__(self) -> Iterator[bytes]:
        half = len(self.content) // 2
        yield from (self.content[:half], self.content[half:])


def stream_response(content: bytes, status: int = 200, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=named, stream=Body(content))


class InProcess(httpx.BaseTransport):
    """A transport to our application, with small pages and the time of the test's clock."""

    def __init__(self, http: AsgiClient, clock: Clock) -> None:
        self.http = http
        self.clock = clock
        self.page_size = PAGE

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url.copy_with(query=small(request.url.query, self.page_size))
        given = self.http.request(
            request.method,
            str(url),
            headers=request.headers.multi_items(),
            content=request.read(),
            follow_redirects=False,
        )
        headers = {k: v for k, v in given.headers.items() if k != "content-length"}
        headers["date"] = format_datetime(self.clock.now, usegmt=True)
        return httpx.Response(given.status_code, headers=headers, stream=Body(given.content))


PAGE_SIZE = re.compile(rb"((?:^|&)(?:per_page|limit)=)[^&]*")


def small(query: bytes, size: int) -> bytes:
    """Return the query of a request with pages of another size."""
    return PAGE_SIZE.sub(rb"\g<1>%d" % size, query)


class Planned(NamedTuple):
    matches: Matches
    fault: Fault
    times: int


class Faulty(httpx.BaseTransport):
    """A transport that passes requests on, and injects a fault into requests that match a plan.

    Each plan holds for a number of the requests that it matches.
    """

    def __init__(self, inner: InProcess) -> None:
        self.inner = inner
        self.most_calls = MOST_CALLS
        self.plans: list[Planned] = []
        self.asked: list[httpx.Request] = []

    def plan(self, fault: Fault, matches: Matches, times: int = 1) -> None:
        self.plans.append(Planned(matches, fault, times))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        assert len(self.asked) <= self.most_calls, "whoever asks does not come to an end"
        for n, plan in enumerate(self.plans):
            if plan.times and plan.matches(request):
                self.plans[n] = plan._replace(times=plan.times - 1)
                return plan.fault(request, self.inner.handle_request)
        return self.inner.handle_request(request)

    @property
    def writes(self) -> list[httpx.Request]:
        return [request for request in self.asked if request.method != "GET"]


# Which requests


def page(number: int) -> Matches:
    """Match the n-th page of a list of Invoice Ninja."""
    return lambda request: request.url.params.get("page") == str(number)


def nth(number: int) -> Matches:
    """Match the n-th request, from 1 on."""
    return nth_of(lambda _request: True, number)


def nth_of(matches: Matches, number: int) -> Matches:
    seen: list[httpx.Request] = []

    def is_it(request: httpx.Request) -> bool:
        if matches(request):
            seen.append(request)
        return matches(request) and len(seen) == number

    return is_it


def is_list(request: httpx.Request) -> bool:
    return request.url.path.endswith("/clients") and request.method == "GET"


def is_write(request: httpx.Request) -> bool:
    return request.method != "GET"


def is_single(request: httpx.Request) -> bool:
    return request.method == "GET" and not is_list(request)


# What goes wrong


def says(status: int, content: bytes = b"", **headers: str) -> Fault:
    """Answer with this response, without doing the request."""
    return lambda _request, _pass: stream_response(content, status, **headers)


def resets(_request: httpx.Request, _pass: Pass) -> httpx.Response:
    raise httpx.ReadError("reset")


def is_lost(request: httpx.Request, pass_on: Pass) -> httpx.Response:
    """Do the request, and lose its answer."""
    pass_on(request)
    raise httpx.ReadError("reset")


def breaks_off(request: httpx.Request, pass_on: Pass) -> httpx.Response:
    given = pass_on(request)
    content = given.read()
    return stream_response(content[: len(content) // 2], given.status_code)


def after(action: Callable[[], object]) -> Fault:
    """Do an action before the request, for example between two pages."""

    def fault(request: httpx.Request, pass_on: Pass) -> httpx.Response:
        action()
        return pass_on(request)

    return fault


def instead(**params: str) -> Fault:
    """Answer the request with other parameters."""
    return lambda request, pass_on: pass_on(
        httpx.Request(
            request.method, request.url.copy_merge_params(params), headers=request.headers
        )
    )


def without(param: str) -> Fault:
    """Answer the request without a parameter."""
    return lambda request, pass_on: pass_on(
        httpx.Request(request.method, request.url.copy_remove_param(param), headers=request.headers)
    )


def with_headers(**headers: str) -> Fault:
    """Answer the request with more headers, or with other values of them."""

    def fault(request: httpx.Request, pass_on: Pass) -> httpx.Response:
        given = pass_on(request)
        return stream_response(given.read(), given.status_code, **dict(given.headers) | headers)

    return fault


def rewritten(change: Callable[[Any], Any], inner: Fault | None = None) -> Fault:
    """Change the JSON of the answer."""

    def fault(request: httpx.Request, pass_on: Pass) -> httpx.Response:
        given = inner(request, pass_on) if inner else pass_on(request)
        tree = change(msgspec.json.decode(given.read()))
        return stream_response(
            msgspec.json.encode(tree), given.status_code, date=given.headers["date"]
        )

    return fault


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


class There(NamedTuple):
    """An account of our own that plays the remote service. `speaker` is a caller of it."""

    store: Store
    account: Account
    dialect: Dialect
    speaker: Any
    faulty: Faulty
    hours: Hours
    service: HttpClient
    clock: Clock
    base: str = BASE

    @property
    def source(self) -> str:
        return f"{self.dialect.name} {self.name}"

    @property
    def name(self) -> str:
        """The name of the service: that of its dialect, as for the first one of an account."""
        return self.dialect.name if self.base == BASE else urlsplit(self.base).hostname or ""

    def known_to(self, here: Account) -> Service:
        """Return this service as an account knows it, from the first sync on."""
        known = {service.source: service for service in self.store.list_services(here.id)}
        command = CreateService(dialect=self.dialect.name, url=self.base, name=self.name)
        return known.get(self.source) or self.store.create_service(here.id, command)

    @property
    def clients(self) -> list[Client]:
        return all_of(self.store, self.account)

    def pull(self, here: Account, interrupted: Run | None = None, **options: Any) -> PullResult:
        sides = self.sides(here)
        named = ("policy", "max_changes", "has_files", "max_deletes")
        terms = {k: options.pop(k) for k in named if k in options}
        plan = Pull(
            dialect=self.dialect,
            account=here,
            source=self.source,
            import_options=ImportOptions(**terms, is_live=True),
            keys=sides.keys,
            **options,
        )
        return pull(self.store, self.service, plan, quiet, interrupted)

    def push(
        self,
        here: Account,
        interrupted: Run | None = None,
        max_changes: int | None = None,
        **manner: Any,
    ) -> PushRun:
        plan = Push(
            sides=self.sides(here), push_options=PushOptions(**manner), max_changes=max_changes
        )
        return push(plan, self.service, quiet, interrupted)

    def check(self, here: Account) -> list[CheckedClient]:
        return list(check(self.sides(here), self.service, quiet))

    def sides(self, here: Account) -> Sides:
        service = self.known_to(here)
        keys = link_keys(self.store, here, DIALECTS, service)
        return Sides(self.store, here, self.dialect, service.source, keys)

    def id_of(self, serial: int) -> str:
        client = self.store.get_client(self.account.id, serial)
        return self.dialect.codec.id_of(client, self.account)

    def put(self, serial: int, body: dict[str, Any]) -> None:
        self.speaker.put(self.id_of(serial), body)

    def forget_calls(self) -> None:
        self.faulty.asked.clear()
        self.hours.waits.clear()


def there(store: Store, account: Account, speaker: Speaker, transport: InProcess) -> There:
    """Return the remote service that opens the account with the speaker's API."""
    name = type(speaker).__name__.lower()
    dialect = next(dialect for dialect in DIALECTS if dialect.name == name)
    faulty, hours = Faulty(transport), Hours()
    service = HttpClient(
        BASE,
        dialect.credentials(speaker.token, dialect.options()),
        transport=faulty,
        clock=hours.clock,
        sleep=hours.sleep,
        chance=lambda: 0.5,
    )
    return There(store, account, dialect, speaker, faulty, hours, service, transport.clock)


def quiet(_done: int, _total: int | None) -> None:
    """Ignore the progress."""


def all_of(store: Store, account: Account) -> list[Client]:
    return list(store.scan_clients(account.id, 0, 10_000))


def last_run(store: Store, account: Account) -> Run:
    return store.list_runs(account.id)[0]


def stopped_run(store: Store, account: Account) -> Run:
    run = last_run(store, account)
    assert run.state is RunState.STOPPED
    return run


def lines(store: Store, run: Run | None, kind: str | None = None) -> list[RunLine]:
    return [line for _, line in store.list_run_lines(run.id if run else 0, kind=kind)]


def fates(counts: dict[str, int]) -> dict[str, int]:
    """Return the counts by import status. Asserts that their sum is the number of objects read.

    A client that is gone is not read.
    """
    others = {name: number for name, number in counts.items() if name not in {"read", "gone"}}
    assert counts.get("read", 0) == sum(others.values())
    return others


def create_remote_clients(service: There, number: int) -> list[str]:
    """Create clients with one contact each at the service, and return their ids."""
    commands = [one_client(n) for n in range(1, number + 1)]
    if service.dialect is PLANADO:
        commands = [structs.replace(c, external_id=f"K {c.organization_name}") for c in commands]
    made = service.store.create_clients(service.account.id, commands)
    service.clock.tick(minutes=10)  # more than a later pull looks back
    return [service.dialect.codec.id_of(record, service.account) for record in made]


def one_client(n: int) -> CreateClient:
    person = ContactDraft(first_name="Ada", last_name=f"No {n}", email=f"a{n}@example.com")
    return CreateClient(
        organization_name=f"Client {n}", shipping_address1=f"{n} Street", contacts=(person,)
    )


def brought(store: Store, account: Account, *commands: ImportClient) -> list[Client]:
    """Import new clients with all their fields, serials too, and return them."""
    run = store.start_run(account.id, StartRun(verb="import", dialect="any", source="seed"))
    incoming = [
        incoming_client(Origin(source="seed", foreign_id=str(n)), one, nothing)
        for n, one in enumerate(commands)
    ]
    outcomes = store.import_clients(account.id, incoming, run_id=run.id, record_progress=in_silence)
    assert [outcome.reason for outcome in outcomes if outcome.reason] == []
    store.end_run(run.id, RunState.DONE)
    return [store.get_client(account.id, o.serial) for o in outcomes if o.serial is not None]


def nothing(_record: Client) -> ImportClient:
    return ImportClient()


def in_silence(_outcomes: tuple[ImportOutcome, ...]) -> RunProgress:
    return RunProgress(checkpoint="", counts={})


def written_objects(store: Store, account: Account, dialect: Dialect = NINJA) -> list[bytes]:
    """Return all clients of an account as the dialect writes them, with ids and times."""
    return [dialect.codec.write_object(record, account) for record in all_of(store, account)]

"""The client of a remote service: asks, paces itself, tries again, and says why it gave up."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from datetime import datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import NamedTuple, Self, TypeVar

import httpx

from .deadlines import Allowance, Deadline, PunctualTransport
from .failures import AttemptFailure, DownloadRefused, HttpCall, RetriesExhausted, attempt_failure
from .request_checks import usable_base, usable_headers, usable_path
from .response_checks import chunks, judge_body, judge_head, read_date
from .retry_policy import CallLimits, CallPacer, RetryPolicy

T = TypeVar("T")


class RemoteResponse(NamedTuple):
    """A success in JSON or empty, or a refusal that is the caller's to read: 400, 404, 422 …
    `date` is the server's own clock."""

    status: int
    body: bytes
    date: datetime | None


class HttpClient:
    """A remote service under `base`. Raises Invalid for a base or a header that cannot be used.

    `headers` are secrets: they are sent, and never shown. `on_wait` is called before every wait.
    """

    def __init__(
        self,
        base: str,
        headers: Mapping[str, str],
        *,
        per_minute: int = 0,
        limits: CallLimits | None = None,
        on_wait: Callable[[str], None] | None = None,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._base = usable_base(base)
        self._limits = limits or CallLimits()
        self._on_wait = on_wait
        self._pacer = CallPacer(per_minute, clock=clock, sleep=sleep)
        self._clock, self._sleep, self._random = clock, sleep, chance
        self._http = httpx.Client(
            headers=usable_headers(headers),
            # One answer's cookie would make the next request another account's.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            transport=transport or PunctualTransport(),
            trust_env=False,
            follow_redirects=False,
        )

    def __repr__(self) -> str:
        return f"Service({self._base!r})"

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        is_repeatable: bool = True,
    ) -> RemoteResponse:
        """Raises RemoteFailure when no answer is to be had, Invalid for a path of no use.

        What is not repeatable is tried again only while the server has certainly done nothing.
        """
        call = HttpCall(
            method=method,
            path=usable_path(path),
            params=dict(params or {}),
            body=body,
            is_repeatable=is_repeatable,
        )
        return self._with_retries(call, lambda: self._read_answer(call))

    def download(self, path: str) -> Iterator[bytes]:
        """The bytes of a download, whatever they are. Once they flow nothing is tried again, and
        the time in which they are used counts. Raises Refused for what `ask` would answer."""
        call = HttpCall(method="GET", path=usable_path(path), accept="*/*")
        deadline, response = self._with_retries(call, lambda: self._open_response(call))
        try:
            with closing(response):
                yield from chunks(response, limit=self._limits.download_bytes, deadline=deadline)
        except (httpx.TransportError, AttemptFailure) as error:
            met = error if isinstance(error, AttemptFailure) else attempt_failure(error)
            raise (met.final_failure or RetriesExhausted)(call, met.reason) from None

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _with_retries(self, call: HttpCall, attempt: Callable[[], T]) -> T:
        tries = RetryPolicy(call, self._limits, self._random)
        while True:
            self._pacer.wait_for_turn()
            began = self._clock()
            try:
                return attempt()
            except httpx.TransportError as error:
                met = attempt_failure(error)
            except AttemptFailure as setback:
                met = setback
            wait = tries.wait_after(met, self._clock() - began)
            if self._on_wait is not None:
                self._on_wait(f"waiting {round(wait, 1):g} s: {met.status or met.reason}")
            self._sleep(wait)

    def _read_answer(self, call: HttpCall) -> RemoteResponse:
        deadline = Deadline(self._limits.request_seconds, self._clock)
        with closing(self._send(call, deadline)) as response:
            judge_head(response)
            body = b"".join(chunks(response, limit=self._limits.body_bytes, deadline=deadline))
        judge_body(response, body, call.method)
        return RemoteResponse(
            response.status_code, body, read_date(response.headers.get("date", ""))
        )

    def _open_response(self, call: HttpCall) -> tuple[Deadline, httpx.Response]:
        deadline = Deadline(self._limits.download_seconds, self._clock)
        with ExitStack() as unless_kept:
            response = unless_kept.enter_context(closing(self._send(call, deadline)))
            judge_head(response)
            if not response.is_success:
                raise DownloadRefused(call, response.status_code)
            unless_kept.pop_all()
        return deadline, response

    def _send(self, call: HttpCall, deadline: Deadline) -> httpx.Response:
        """The head of the answer; the body is still to be read, and the response to be closed."""
        limits = self._limits
        typed = {"Content-Type": "application/json"} if call.body is not None else {}
        read = Allowance.of(limits.silent_seconds, deadline)
        connect = Allowance.of(limits.connect_seconds, deadline)
        request = self._http.build_request(
            call.method,
            f"{self._base}{call.path}",
            params=call.params or None,
            content=call.body,
            headers={"Accept": call.accept, **typed},
            extensions={"timeout": {"connect": connect, "read": read, "write": read, "pool": read}},
        )
        return self._http.send(request, stream=True)

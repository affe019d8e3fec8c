"""The HTTP client of a remote service: it keeps a pace, retries, and fails with a reason.

A call is made in these steps:

1. `request_checks` refuse a base URL, a header or a path that cannot be used.
2. Before each attempt `CallPacer` waits for the call's turn.
3. The attempt reads the answer, until the deadline of `deadlines`. `response_checks` raise
   AttemptFailure for an answer of no use; exceptions of httpx are translated into one.
4. After a failed attempt `RetryPolicy` says how long to wait for the next, or raises the failure of
   the call.

A download is retried only until its first byte arrives.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from datetime import datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from threading import Lock
from types import TracebackType
from typing import NamedTuple, Self, TypeVar

import httpx

from .deadlines import CappedTimeout, Deadline, DeadlineTransport
from .failures import AttemptFailure, DownloadRefused, HttpCall, RetriesExhausted, attempt_failure
from .file_form import FileForm
from .request_checks import usable_base, usable_headers, usable_path
from .response_checks import check_body, check_head, iter_body_chunks, read_date
from .retry_policy import CallLimits, CallPacer, RetryPolicy

T = TypeVar("T")


MAX_DIGITS = 10
REMAINING, VERSION = "x-ratelimit-remaining", "x-app-version"


class RemoteResponse(NamedTuple):
    """An answer: a success in JSON or empty, or an error such as 400, 404 or 422.

    `date` is the server's own clock, None if the answer has none.
    """

    status: int
    body: bytes
    date: datetime | None


class HttpClient:
    """The client of a remote service under the URL `base`. Several threads may use it at once.

    `headers` are secrets: they are sent, but are in no failure and no log. `on_wait` is called with
    a text before every wait. `chance` returns a random number from 0 to 1. Raises Invalid for a
    base or a header that cannot be used.
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
        self.per_minute = per_minute
        self.server_version = ""
        """What the last answer says of the server's version; empty if none has said it."""
        self.calls = 0
        """The attempts so far, those that failed too."""
        self._clock, self._sleep, self._random, self._lock = clock, sleep, chance, Lock()
        self._http = plain_client(headers, transport or DeadlineTransport())

    def __repr__(self) -> str:
        return f"HttpClient({self._base!r})"

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        is_repeatable: bool = True,
    ) -> RemoteResponse:
        """Send a request and return the answer, which can be an error such as 404.

        A request that is not repeatable is retried only while the server has certainly not executed
        it. Raises RemoteFailure if there is no answer, Invalid for a path that cannot be used.
        """
        call = HttpCall(
            method=method,
            path=usable_path(path),
            params=dict(params or {}),
            body=body,
            is_repeatable=is_repeatable,
        )
        return self._with_retries(
            call, lambda: self._read_answer(call, self._limits.request_seconds)
        )

    def upload(self, path: str, form: FileForm) -> RemoteResponse:
        """Send a file and return the answer, which can be an error such as 413 or 422.

        A second attempt could store the file twice, so that it is made only while the server has
        certainly not stored it. Raises like `request`.
        """
        call = HttpCall(method="POST", path=usable_path(path), form=form, is_repeatable=False)
        return self._with_retries(
            call, lambda: self._read_answer(call, self._limits.upload_seconds)
        )

    def download(self, path: str) -> Iterator[bytes]:
        """Yield the bytes of a download, of any type.

        After the first bytes nothing is retried. The deadline also counts the time that the caller
        spends between the bytes. Raises DownloadRefused for a status that is no success, otherwise
        like `request`.
        """
        call = HttpCall(method="GET", path=usable_path(path), accept="*/*")
        deadline, response = self._with_retries(call, lambda: self._open_response(call))
        try:
            with closing(response):
                limit = self._limits.download_bytes
                yield from iter_body_chunks(response, limit=limit, deadline=deadline)
        except (httpx.TransportError, AttemptFailure) as error:
            failure = error if isinstance(error, AttemptFailure) else attempt_failure(error)
            raise (failure.final_failure or RetriesExhausted)(call, failure.reason) from None

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
        retry_policy = RetryPolicy(call, self._limits, self._random)
        while True:
            with self._lock:
                self.calls += 1
            self._pacer.wait_for_turn()
            began = self._clock()
            try:
                return attempt()
            except httpx.TransportError as error:
                failure = attempt_failure(error)
            except AttemptFailure as error:
                failure = error
            seconds = retry_policy.wait_after(failure, self._clock() - began)
            if self._on_wait is not None:
                self._on_wait(
                    f"waiting {round(seconds, 1):g} s: {failure.status or failure.reason}"
                )
            self._sleep(seconds)

    def _read_answer(self, call: HttpCall, seconds: float) -> RemoteResponse:
        deadline = Deadline(seconds, self._clock)
        with closing(self._send(call, deadline)) as response:
            self._pacer.note_remaining(read_number(response.headers.get(REMAINING, "")))
            self.server_version = response.headers.get(VERSION, self.server_version)
            check_head(response)
            limit = self._limits.body_bytes
            body = b"".join(iter_body_chunks(response, limit=limit, deadline=deadline))
        check_body(response, body, call.method)
        date = read_date(response.headers.get("date", ""))
        return RemoteResponse(response.status_code, body, date)

    def _open_response(self, call: HttpCall) -> tuple[Deadline, httpx.Response]:
        deadline = Deadline(self._limits.download_seconds, self._clock)
        with ExitStack() as on_error:
            response = on_error.enter_context(closing(self._send(call, deadline)))
            check_head(response)
            if not response.is_success:
                raise DownloadRefused(call, response.status_code)
            on_error.pop_all()
        return deadline, response

    def _send(self, call: HttpCall, deadline: Deadline) -> httpx.Response:
        """Send one request and return the response, whose body is not read yet.

        The caller must close the response.
        """
        limits = self._limits
        read = CappedTimeout.of(limits.silent_seconds, deadline)
        connect = CappedTimeout.of(limits.connect_seconds, deadline)
        request = self._http.build_request(
            call.method,
            f"{self._base}{call.path}",
            params=call.params or None,
            content=call.form.chunks() if call.form else call.body,
            headers={"Accept": call.accept, **body_headers(call)},
            extensions={"timeout": {"connect": connect, "read": read, "write": read, "pool": read}},
        )
        return self._http.send(request, stream=True)


def body_headers(call: HttpCall) -> dict[str, str]:
    """Return the headers that say what the body of a request is."""
    if call.form is not None:
        return call.form.headers
    return {} if call.body is None else {"Content-Type": "application/json"}


def plain_client(headers: Mapping[str, str], transport: httpx.BaseTransport) -> httpx.Client:
    """Return a client without cookies, redirects and proxies."""
    return httpx.Client(
        headers=usable_headers(headers),
        # A cookie of one answer could put the next request into another account.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        transport=transport,
        trust_env=False,
        follow_redirects=False,
    )


def read_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < MAX_DIGITS else None

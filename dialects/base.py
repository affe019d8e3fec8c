"""What a dialect is, and the HTTP plumbing that all dialects share."""

import functools
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from anyio import CapacityLimiter, to_thread
from msgspec import UNSET, Struct, structs
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from storage import (
    Access,
    Account,
    Conflict,
    Failure,
    Invalid,
    Locked,
    NotFound,
    Path,
    Problem,
    Stale,
    Store,
    Unavailable,
)

T = TypeVar("T")
Shape = TypeVar("Shape", bound=Struct)
Endpoint = Callable[[Request], Awaitable[Response]]

logger = logging.getLogger("gateway.dialects")

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_DEPTH = 100
INT64 = range(-(2**63), 2**63)
STORE_CALLS = 16
"""Store calls under way at once in one process: as many as an engine keeps connections."""


class Dialect(Struct, frozen=True):
    """All that the gateway knows about a dialect.

    `prefixes` are where it is mounted, the first one being the one to recommend. `options` is the
    shape of its settings, every field with a default; `app` builds its application from them.
    """

    name: str
    prefixes: tuple[str, ...]
    options: type[Struct]
    app: Callable[[Store, Any], ASGIApp]


class Unauthenticated(Failure):
    """No credential, or one that opens nothing here."""


class Forbidden(Failure):
    """The credential is known, but does not allow this."""


class Malformed(Failure):
    """The body cannot be read at all."""


class Rejected(Failure):
    """The request makes no sense as asked; carries the sentence that says why."""


class TooLarge(Failure):
    """The body is larger than this API takes."""


class Unsupported(Failure):
    """The body is encoded in a way that is not read here."""


class NoRoute(Failure):
    """No such path."""


class WrongMethod(Failure):
    """The path exists, but not for this method."""

    def __init__(self, allowed: str) -> None:
        super().__init__(f"allowed here: {allowed}")
        self.allowed = allowed


class Broken(Failure):
    """A defect on our side; its traceback is in the log and nowhere else."""


Renderable = (
    NotFound
    | Conflict
    | Invalid
    | Locked
    | Stale
    | Unavailable
    | Unauthenticated
    | Forbidden
    | Malformed
    | Rejected
    | TooLarge
    | Unsupported
    | NoRoute
    | WrongMethod
    | Broken
)
"""The closed set of failures: every dialect's `render` covers all of them."""

Render = Callable[[Renderable], Response]


def failure_of(error: Exception) -> Renderable:
    match error:
        case NotFound() | Conflict() | Invalid() | Locked() | Stale() | Unavailable():
            return error
        case Unauthenticated() | Forbidden() | Malformed() | TooLarge() | Unsupported():
            return error
        case Rejected() | NoRoute() | WrongMethod():
            return error
        case HTTPException(status_code=404):
            return NoRoute("no such path")
        case HTTPException(status_code=405):
            return WrongMethod((error.headers or {}).get("Allow", ""))
        case HTTPException(status_code=400):
            return Malformed(error.detail)
        case _:
            return Broken(type(error).__name__)


class AuthMiddleware:
    """Lets a request in with the account that its credential opens; a dialect says where it is.

    It answers refusals itself: an exception raised in here would pass by the app's handlers.
    """

    def __init__(self, app: ASGIApp, *, store: Store, render: Render) -> None:
        self.app = app
        self.store = store
        self.render = render

    async def access(self, headers: Headers) -> Access:
        """Raise Unauthenticated, or say what the credential in the headers opens."""
        raise NotImplementedError

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            access = await self.access(Headers(scope=scope))
            if access.is_read_only and scope["method"] not in SAFE_METHODS:
                raise Forbidden("this token only reads")  # noqa: TRY301  answered just below
        except Exception as error:
            failure = failure_of(error)
            if isinstance(failure, Broken):
                logger.exception("authentication broke")
            await self.render(failure)(scope, receive, send)
            return
        scope["gateway.account"] = access.account
        await self.app(scope, receive, send)


def account_of(request: Request) -> Account:
    """The account that the request's credential opened."""
    account: Account = request.scope["gateway.account"]
    return account


def route(path: str, **endpoints: Endpoint) -> Route:
    """All methods of one path together, so that a wrong one is answered with every right one."""

    async def dispatch(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await endpoints[method](request)

    return Route(path, dispatch, methods=list(endpoints))


def assemble(
    *, routes: Sequence[BaseRoute], auth: Callable[[ASGIApp], ASGIApp], render: Render
) -> ASGIApp:
    """One dialect's application: its routes behind its auth, and its way to say no."""

    def fail(request: Request, error: Exception) -> Response:
        return render(failure_of(error))

    handlers: Mapping[Any, Any] = {HTTPException: fail, Failure: fail, Exception: fail}
    app = Starlette(routes=routes, exception_handlers=handlers)
    # A redirect would turn a POST into a GET.
    app.router.redirect_slashes = False
    return auth(without_trailing_slash(app))


def without_trailing_slash(app: ASGIApp) -> ASGIApp:
    async def tolerant(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "http" and path.endswith("/"):
            scope = {**scope, "path": path[:-1]}
        await app(scope, receive, send)

    return tolerant


@functools.cache
def store_calls() -> CapacityLimiter:
    return CapacityLimiter(STORE_CALLS)


async def ask(method: Callable[..., T], *args: Any) -> T:
    """Call the synchronous store without blocking the event loop."""
    return await to_thread.run_sync(functools.partial(method, *args), limiter=store_calls())


ENCODER = msgspec.json.Encoder(decimal_format="number")


def reply(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(ENCODER.encode(body), status, headers, media_type="application/json")


async def body_of(request: Request, limit: int) -> bytes:
    """The whole body, at most `limit` bytes. Raises TooLarge without reading the rest."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Unsupported("compressed bodies are not read")
    if int_or_zero(request.headers.get("content-length", "")) > limit:
        raise TooLarge(f"the body is larger than {limit} bytes")
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise TooLarge(f"the body is larger than {limit} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


def int_or_zero(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else 0


def parsed_json(raw: bytes) -> Any:
    """Any JSON value. Raises Malformed for what is no JSON in UTF-8, or nested beyond reason."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise Malformed(str(error)) from error


def refuse_unstorable(tree: Any) -> None:
    """Refuse what one engine would store and another would not: NUL, integers over 64 bits.

    Raises Invalid naming the place, Malformed for nesting that later steps could not follow.
    """
    problems: list[Problem] = []
    places: list[tuple[Path, Any]] = [((), tree)]
    while places:
        path, value = places.pop()
        if len(path) > MAX_DEPTH:
            raise Malformed("nested too deeply")
        match value:
            case dict():
                places += [((*path, key), child) for key, child in value.items()]
                problems += [Problem(path, "NUL") for key in value if "\0" in key]
            case list():
                places += [((*path, n), child) for n, child in enumerate(value)]
            case str() if "\0" in value:
                problems.append(Problem(path, "must not contain NUL"))
            case int() if value not in INT64:
                problems.append(Problem(path, "is out of range"))
    if problems:
        raise Invalid(*problems)


Describe = Callable[[str, Path], str]
"""Words for a value of the wrong type: gets what was expected (`str`, `array` …) and where."""


def shaped(tree: Mapping[str, Any], shape: type[Shape], describe: Describe) -> Shape:
    """The tree as a shape, unknown keys left out. Raises Invalid with a problem per bad field."""
    values, problems = {}, []
    for field in structs.fields(shape):
        given = tree.get(field.encode_name, UNSET)
        if given is UNSET:
            continue
        try:
            values[field.name] = msgspec.convert(given, field.type)
        except msgspec.ValidationError as error:
            problems.append(problem_of(field.encode_name, str(error), describe))
    if problems:
        raise Invalid(*problems)
    return shape(**values)


def problem_of(field: str, message: str, describe: Describe) -> Problem:
    reason, _, place = message.partition(" - at `$")
    steps = re.findall(r"\.([^.\[`]+)|\[(\d+)\]", place)
    path = (field, *(name or int(index) for name, index in steps))
    if missing := re.search(r"required field `(.+?)`", reason):
        return Problem((*path, missing[1]), describe("missing", path))
    expected = re.search(r"Expected `([a-z]+)", reason)
    return Problem(path, describe(expected[1] if expected else "other", path))

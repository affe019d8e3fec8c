"""Requests with an Idempotency-Key: carried out once, and answered every time as the first time.

A caller that got no answer sends its request again with the same key:

1. The token is checked as for any request. `with_digest` digests the body while it is read.
2. `answer_once` looks for the answer of the key. If there is one, and the request is the same, it
   is sent again and no endpoint runs. Another request with the same key is refused.
3. Otherwise the endpoint runs, up to its write. `answer_write` lets the store claim the key, write,
   and store the rendered answer in one transaction. So no effect is stored without its answer.
4. If two requests with one key run at once, the store lets one write and refuses the other. Then
   step 2 is done once more for the other: it gets the answer of the first.

A request that is refused has changed nothing: its key stays free. A request without the header
passes all this by.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from dialects.base.protocol.failures import Rejected
from storage import (
    Access,
    Failure,
    FindGroups,
    Group,
    Invalid,
    KeyClaim,
    Problem,
    Store,
    StoredAnswer,
)

from .authentication import SAFE_METHODS
from .body_digest import BodyDigest
from .store_calls import run_read, run_write

T = TypeVar("T")

KEY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
KEY = re.compile(r'"((?:[!#-\[\]-~]|\\["\\]){1,255})"|([!#-~][!-~]{0,254})')
"""A string of RFC 9651 between quotes, or the same characters without quotes."""
KEY_RULE = "The Idempotency-Key must be one text of 1 to 255 visible ASCII characters."
USED_KEY = Problem((KEY_HEADER,), "The Idempotency-Key was used for another request.")
DIGEST = "gateway.body_digest"


def no_groups(_result: object) -> Sequence[int]:
    """Return no serials: the answer shows no groups."""
    return ()


class Answer(NamedTuple, Generic[T]):
    """How the result of a write is answered.

    `render` gets the result, and the groups whose serials `group_serials` names.
    """

    render: Callable[[T, Mapping[int, Group]], Response]
    group_serials: Callable[[T], Sequence[int]] = no_groups


def with_digest(request: Request) -> Request:
    """Return the request, with a digest of its body if it writes and has a key."""
    if request.method in SAFE_METHODS or KEY_HEADER not in request.headers:
        return request
    digest = BodyDigest(request)
    request.scope[DIGEST] = digest
    return Request(request.scope, digest.receive)


async def answer_once(
    request: Request, method: str, endpoint: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Run an endpoint, unless the request has a key with an answer: then return that.

    `method` is the one that the request stands for. Raise Rejected for a key that cannot be read,
    and Invalid for one that was used for another request.
    """
    if DIGEST not in request.scope or method in SAFE_METHODS:
        return await endpoint(request)
    response = await find_response(request)
    if response is not None:
        return response
    try:
        return await endpoint(request)
    except Failure:
        # A request with the same key may have been carried out meanwhile and have made this one
        # fail. It may also be this one: after a lost connection nobody knows if it was committed.
        response = await find_response(request)
        if response is None:
            raise
        return response


async def find_response(request: Request) -> Response | None:
    """Find the answer of the request's key. Raise Invalid if it is that of another request."""
    access, store = access_and_store(request)
    key = idempotency_key(request)
    known = await run_read(store.find_answer, access.account.id, access.dialect, key)
    if known is None:
        return None
    if known.fingerprint != await request.scope[DIGEST].fingerprint():
        raise Invalid(USED_KEY)
    return replayed_response(known.answer)


Respond = Callable[[], Awaitable[Response]]
"""Returns the answer to a request whose write is committed."""


async def answer_write(
    request: Request, answer: Answer[T], method: Callable[..., T], *args: Any
) -> Response:
    """Run the write of a request and return its answer, which a key keeps."""
    respond = await write_once(request, answer, method, *args)
    return await respond()


async def write_once(
    request: Request, answer: Answer[T], method: Callable[..., T], *args: Any
) -> Respond:
    """Run the write of a request, and return the function that returns its answer.

    For callers that undo something if the write fails, but not if the answer does.
    """
    if DIGEST in request.scope:
        response = await run_keyed_write(request, answer, method, *args)
        return partial(as_awaitable, response)
    result = await run_write(method, *args)
    return partial(render_result, request, answer, result)


async def render_result(request: Request, answer: Answer[T], result: T) -> Response:
    access, store = access_and_store(request)
    serials = answer.group_serials(result)
    groups = await run_read(store.groups_by_serial, access.account.id, serials) if serials else {}
    return answer.render(result, groups)


async def as_awaitable(response: Response) -> Response:
    return response


async def run_keyed_write(
    request: Request, answer: Answer[T], method: Callable[..., T], *args: Any
) -> Response:
    """Run a write that claims the key of its request. Its answer is rendered before the commit."""
    access, store = access_and_store(request)
    rendered: list[Response] = []

    def render(result: T, find_groups: FindGroups) -> StoredAnswer:
        serials = answer.group_serials(result)
        response = answer.render(result, find_groups(serials) if serials else {})
        rendered.append(response)
        return stored_answer(response)

    claim = KeyClaim(
        account_id=access.account.id,
        dialect=access.dialect,
        key=idempotency_key(request),
        fingerprint=await request.scope[DIGEST].fingerprint(),
        render=render,
    )
    with store.claim_key(claim):
        await run_write(method, *args)
    # A transaction that was retried has rendered more than once.
    return rendered[-1]


def access_and_store(request: Request) -> tuple[Access, Store]:
    return request.scope["gateway.access"], request.scope["gateway.store"]


def idempotency_key(request: Request) -> str:
    """Return the key of a request, without its quotes. Raise Rejected if it cannot be read."""
    lines = request.headers.getlist(KEY_HEADER)
    match = KEY.fullmatch(lines[0].strip()) if len(lines) == 1 else None
    if match is None:
        raise Rejected(KEY_RULE)
    quoted, bare = match.groups()
    return bare or re.sub(r'\\(["\\])', r"\1", quoted)


def stored_answer(response: Response) -> StoredAnswer:
    headers = tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in response.raw_headers)
    return StoredAnswer(status=response.status_code, headers=headers, body=bytes(response.body))


def replayed_response(answer: StoredAnswer) -> Response:
    """Return a stored answer as it was, with a header that says that it is one."""
    response = Response(answer.body, answer.status)
    headers = (*answer.headers, (REPLAYED_HEADER.lower(), "true"))
    response.raw_headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in headers]
    return response

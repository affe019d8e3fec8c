"""How this API says no."""

from typing import Any, assert_never

from starlette.responses import PlainTextResponse, Response

from dialects.base.http.bodies import reply
from dialects.base.protocol.failures import (
    Broken,
    Forbidden,
    Malformed,
    NoRoute,
    Rejected,
    Renderable,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unconfirmed,
    Unsupported,
    WrongMethod,
)
from storage import Conflict, Invalid, Locked, NotFound, Problem, Stale, Unavailable

from ..protocol import wire

Tree = dict[str, Any]
TAKEN = "is used by another entity"
"""Integrations look for these very words."""


def render(failure: Renderable) -> Response:  # noqa: C901, PLR0912  one case per failure
    match failure:
        case NotFound() | NoRoute():
            return error_response(404, "Not found")
        case Invalid():
            return validation_response(*failure.problems)
        case Conflict():
            return validation_response(*(Problem((field,), TAKEN) for field in failure.fields))
        case Locked():
            return error_response(422, "The client is deleted")
        case Stale():
            return error_response(412, "The client has changed since")
        case Unauthenticated():
            return error_response(401, "Unauthorized", {"WWW-Authenticate": "Bearer"})
        case Forbidden():
            return error_response(403, "This key only reads")
        case Unconfirmed():
            return error_response(403, "This needs the account's password")
        case Malformed():
            return error_response(400, "Malformed JSON")
        case Rejected():
            return error_response(400, str(failure))
        case TooLarge():
            return error_response(413, "The request body is too large")
        case Unsupported():
            return error_response(415, "Compressed request bodies are not read")
        case TooManyRequests():
            # No JSON: a known integration tries again only after an answer that is none.
            seconds = {"Retry-After": str(failure.retry_after)}
            return PlainTextResponse("Rate Limit Exceeded", 429, seconds)
        case WrongMethod():
            return error_response(405, "Method not allowed", {"Allow": failure.allowed})
        case Unavailable():
            return error_response(503, "The service is busy, try again", {"Retry-After": "1"})
        case Broken():
            return error_response(500, "Internal error")
        case _:
            assert_never(failure)


def error_response(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return reply(wire.Errors(message), status, headers)


def validation_response(*problems: Problem) -> Response:
    return reply(wire.Errors("Cannot process request", nested(problems)), 422)


def nested(problems: tuple[Problem, ...]) -> Tree:
    """Messages under the path of their field: `{"contacts": {"0": {"type": ["…"]}}}`."""
    tree: Tree = {}
    for problem in problems:
        *parents, field = problem.path or ("base",)
        branch = tree
        for parent in parents:
            branch = below(branch, str(parent))
        child = branch.setdefault(str(field), [])
        messages = child.setdefault("base", []) if isinstance(child, dict) else child
        messages.append(problem.message)
    return tree


def below(branch: Tree, key: str) -> Tree:
    """The branch under a key; messages that the key has itself go to its `base`."""
    child = branch.setdefault(key, {})
    if isinstance(child, list):
        child = branch[key] = {"base": child}
    found: Tree = child
    return found

"""Error answers of this API: a message, and a tree of sentences for refused fields."""

from typing import Any, assert_never

from starlette.responses import PlainTextResponse, Response

from dialects.base.http.bodies import json_response
from dialects.base.protocol.failures import (
    Broken,
    Forbidden,
    Malformed,
    NoRoute,
    Postponed,
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

ErrorTree = dict[str, Any]
TAKEN = "is used by another entity"
"""Integrations look for exactly these words."""


def render(failure: Renderable) -> Response:  # noqa: C901, PLR0912  one case per failure
    """Return the answer of this API to a failure."""
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
            # Not JSON: a known integration tries again only after an answer that is not JSON.
            seconds = {"Retry-After": str(failure.retry_after)}
            return PlainTextResponse("Rate Limit Exceeded", 429, seconds)
        case WrongMethod():
            return error_response(405, "Method not allowed", {"Allow": failure.allowed})
        case Unavailable() | Postponed():
            return error_response(503, "The service is busy, try again", {"Retry-After": "1"})
        case Broken():
            return error_response(500, "Internal error")
        case _:
            assert_never(failure)


def error_response(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return json_response(wire.Errors(message), status, headers)


def validation_response(*problems: Problem) -> Response:
    return json_response(wire.Errors("Cannot process request", problem_tree(problems)), 422)


def problem_tree(problems: tuple[Problem, ...]) -> ErrorTree:
    """Return messages under the paths of their fields: `{"contacts": {"0": {"type": ["…"]}}}`.

    The messages of a field that also has children stand under the key `base`.
    """
    tree: ErrorTree = {}
    for problem in problems:
        *parents, field = problem.path or ("base",)
        branch = tree
        for parent in parents:
            branch = child_branch(branch, str(parent))
        child = branch.setdefault(str(field), [])
        messages = child.setdefault("base", []) if isinstance(child, dict) else child
        messages.append(problem.message)
    return tree


def child_branch(branch: ErrorTree, key: str) -> ErrorTree:
    """Return the branch under a key. Messages that stand at the key itself move to `base`."""
    child = branch.setdefault(key, {})
    if isinstance(child, list):
        child = branch[key] = {"base": child}
    tree: ErrorTree = child
    return tree

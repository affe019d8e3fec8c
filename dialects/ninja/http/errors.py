"""Error answers of this API: a message, and a list of sentences for each refused field."""

from typing import assert_never

from starlette.responses import Response

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
from ..protocol.failures import NotServed
from ..protocol.messages import dotted_path, taken_problem

MISSING = "No query results for model [App\\Models\\{}]."
MODELS = {"group": "GroupSetting", "document": "Document", "company": "Company"}
LOCKED = "Record is deleted and cannot be edited. Restore the record to enable editing"


def render(failure: Renderable) -> Response:  # noqa: C901, PLR0912  one case per failure
    """Return the answer of this API to a failure."""
    match failure:
        case NotFound():
            return error_response(404, MISSING.format(MODELS.get(failure.kind, "Client")))
        case NotServed():
            return error_response(501, "This part of Invoice Ninja is not served here.")
        case NoRoute():
            return error_response(404, "Route does not exist")
        case Invalid():
            return validation_response(*failure.problems)
        case Conflict():
            return validation_response(*map(taken_problem, failure.fields))
        case Locked():
            return error_response(400, LOCKED)
        case Rejected():
            return error_response(400, str(failure))
        case Stale():
            return error_response(412, "The record has changed since")
        case Unauthenticated():
            return error_response(403, str(failure), {})
        case Forbidden():
            return error_response(401, "This action is unauthorized.")
        case Unconfirmed():
            return error_response(412, "Invalid Password", {})
        case Malformed():
            return error_response(400, "The request body is not valid JSON.", {})
        case TooLarge():
            return error_response(413, "The request body is too large.", {})
        case Unsupported():
            return error_response(415, "Compressed request bodies are not read.", {})
        case TooManyRequests():
            response = error_response(429, "Too many requests")
            response.headers["Retry-After"] = str(failure.retry_after)
            return response
        case WrongMethod():
            response = error_response(405, "Method not supported for this route")
            response.headers["Allow"] = failure.allowed
            return response
        case Unavailable() | Postponed():
            response = error_response(503, "The service is busy, try again.")
            response.headers["Retry-After"] = "1"
            return response
        case Broken():
            return error_response(500, "Server Error")
        case _:
            assert_never(failure)


def error_response(
    status: int, message: str, errors: dict[str, list[str]] | None = None
) -> Response:
    body = wire.Message(message) if errors is None else wire.Message(message, errors)
    return json_response(body, status)


def validation_response(*problems: Problem) -> Response:
    errors: dict[str, list[str]] = {}
    for problem in problems:
        errors.setdefault(dotted_path(problem.path), []).append(problem.message)
    return error_response(422, "The given data was invalid.", errors)

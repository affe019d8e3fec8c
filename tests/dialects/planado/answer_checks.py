"""Checks of answers: validation errors by field, and fields that had no effect."""

import re
from typing import Any
from urllib.parse import unquote

from httpx2 import Response

MISSING_UUID = "00000000-0000-6000-0000-000000000000"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def errors_in(answer: Response) -> dict[str, Any]:
    """Assert that the answer is a validation error, and return its errors."""
    assert answer.status_code == 422, answer.text
    body = answer.json()
    assert list(body) == ["message", "errors"]
    assert body["message"] == "Cannot process request"
    return body["errors"]


def error_at(answer: Response, path: str) -> str:
    """Return the messages at a path like `contacts.0.type`, joined to one text."""
    found: Any = errors_in(answer)
    for step in path.split("."):
        assert step in found, found
        found = found[step]
    assert isinstance(found, list)
    assert all(isinstance(message, str) and message for message in found)
    return "; ".join(found)


def message_in(answer: Response, status: int) -> str:
    """Assert that the answer holds only a message, and return the message."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    body = answer.json()
    assert list(body) == ["message"]
    return body["message"]


def ignored_in(answer: Response) -> list[str]:
    assert answer.status_code in {200, 201}, answer.text
    header = answer.headers.get("X-Gateway-Ignored-Fields")
    return [unquote(name.strip()) for name in header.split(",")] if header else []

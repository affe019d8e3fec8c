"""Values that a step has looked up or taken, kept until the step ends.

A step is one store method in its transaction, or in its savepoint of a shared one.
"""

from typing import Any

from sqlalchemy import Connection

KEY = "gateway_step"


def start_step(connection: Connection) -> None:
    """Forget the values of the step before: it may have been rolled back."""
    connection.info[KEY] = {}


def step_cache(connection: Connection) -> dict[Any, Any]:
    """Return the values of the current step."""
    cache: dict[Any, Any] = connection.info.setdefault(KEY, {})
    return cache

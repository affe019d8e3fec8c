"""Bulk actions: which clients, and what becomes of them. Pure."""

from typing import Any

from msgspec import Struct

from dialects.base import Rejected
from storage import ClientQuery, Invalid, Problem, State

from .hashid import Ids
from .scalars import text_of

ACTIONS = {"archive": State.ARCHIVED, "restore": State.ACTIVE, "delete": State.DELETED}
MOST = 5_000


class Bulk(Struct, frozen=True):
    state: State
    serials: tuple[int, ...]


def read(tree: dict[str, Any], ids: Ids) -> Bulk:
    """Raise Invalid with the sentences of the original for an action or ids it would refuse."""
    action, given = tree.get("action"), tree.get("ids")
    # Reading an id costs far more than counting it, and a repeated one is read once.
    few = set(map(text_of, given)) if isinstance(given, list) and len(given) <= MOST else ()
    serials = [ids.read(text) for text in few]
    problems = list(action_problems(action)) + ids_problems(given, serials)
    if problems:
        raise Invalid(*problems)
    return Bulk(ACTIONS[str(action)], tuple(sorted({s for s in serials if s is not None})))


def action_problems(action: object) -> list[Problem]:
    if action is None:
        return [Problem(("action",), "The action field is required.")]
    if not isinstance(action, str) or action not in ACTIONS:
        return [Problem(("action",), "The selected action is invalid.")]
    return []


def ids_problems(given: object, serials: list[int | None]) -> list[Problem]:
    if given is None or given == []:
        return [Problem(("ids",), "The ids field is required.")]
    if not isinstance(given, list):
        return [Problem(("ids",), "The ids must be an array.")]
    if len(given) > MOST:
        return [Problem(("ids",), f"The ids must not have more than {MOST} items.")]
    return [unknown_ids()] if None in serials else []


def unknown_ids() -> Problem:
    return Problem(("ids",), "The selected ids is invalid.")


def query(bulk: Bulk) -> ClientQuery:
    return ClientQuery(serials=bulk.serials, limit=len(bulk.serials))


def one(serial: int | None) -> ClientQuery:
    return ClientQuery(serials=() if serial is None else (serial,), limit=0)


def refuse_merge(serial: int, other: int | None, found: int) -> None:
    """Refuse to merge a client with nobody, or with itself."""
    if not found:
        raise Rejected("Client not found")
    if other == serial:
        raise Rejected("Attempting to merge the same client is not possible.")


def refuse_unknown(bulk: Bulk, found: int) -> None:
    """One id that is nobody's here, or another account's, refuses the whole request."""
    if found < len(bulk.serials):
        raise Invalid(unknown_ids())

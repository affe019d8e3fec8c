"""Bulk actions: which clients, and what becomes of them. Pure."""

from collections.abc import Container, Iterable, Mapping, Sequence, Sized
from typing import TypeVar

from msgspec import Struct

from dialects.base.protocol.failures import Rejected
from storage import ClientQuery, Group, Invalid, Page, Problem, State

from ..protocol.id_codec import Ids
from ..protocol.input_tree import Tree
from ..protocol.pagination import Window
from ..protocol.scalars import text_of
from ..reference.statics import BULK_COLUMNS

T = TypeVar("T")

MOVES = {"archive": State.ARCHIVED, "restore": State.ACTIVE, "delete": State.DELETED}
ASSIGN, UPDATE = "assign_group", "bulk_update"
ACTIONS = frozenset({*MOVES, ASSIGN, UPDATE})
MOST = 5_000


class Bulk(Struct, frozen=True):
    """Clients, and the state they move to or, when it is None, the input that changes them."""

    serials: tuple[int, ...]
    state: State | None
    change: Tree


def read(tree: Tree, ids: Ids) -> Bulk:
    serials, action = named(tree, ids, ACTIONS)
    return Bulk(serials, MOVES.get(action), change(action, tree))


def read_move(tree: Tree, ids: Ids) -> tuple[tuple[int, ...], State]:
    """For records that can be moved and nothing else."""
    serials, action = named(tree, ids, MOVES)
    return serials, MOVES[action]


def named(tree: Tree, ids: Ids, actions: Container[str]) -> tuple[tuple[int, ...], str]:
    """Raise Invalid with the sentences of the original for an action or ids it would refuse."""
    action, given = tree.get("action"), tree.get("ids")
    # Reading an id costs far more than counting it, and a repeated one is read once.
    few = set(map(text_of, given)) if isinstance(given, list) and len(given) <= MOST else ()
    serials = [ids.read(text) for text in few]
    problems = action_problems(action, tree, actions) + ids_problems(given, serials)
    if problems:
        raise Invalid(*problems)
    return tuple(sorted(serial for serial in serials if serial is not None)), str(action)


def change(action: str, tree: Tree) -> Tree:
    if action == ASSIGN:
        return {"group_settings_id": tree["group_settings_id"]}
    return {str(tree["column"]): tree.get("new_value")} if action == UPDATE else {}


def action_problems(action: object, tree: Tree, actions: Container[str]) -> list[Problem]:
    match action:
        case None:
            return [Problem(("action",), "The action field is required.")]
        case str() if action not in actions:
            return [unknown("action")]
        case "assign_group" if tree.get("group_settings_id") is None:
            words = "The group settings id field is required when action is assign_group."
            return [Problem(("group_settings_id",), words)]
        case "bulk_update" if tree.get("column") is None:
            words = "The column field is required when action is bulk_update."
            return [Problem(("column",), words)]
        case "bulk_update" if tree["column"] not in BULK_COLUMNS:
            return [unknown("column")]
        case str():
            return []
        case _:
            return [unknown("action")]


def ids_problems(given: object, serials: list[int | None]) -> list[Problem]:
    if given is None or given == []:
        return [Problem(("ids",), "The ids field is required.")]
    if not isinstance(given, list):
        return [Problem(("ids",), "The ids must be an array.")]
    if len(given) > MOST:
        return [Problem(("ids",), f"The ids must not have more than {MOST} items.")]
    return [unknown("ids")] if None in serials else []


def unknown(field: str) -> Problem:
    return Problem((field,), f"The selected {field.replace('_', ' ')} is invalid.")


def counting(serials: Iterable[int | None]) -> ClientQuery:
    """How many of them there are; an unreadable id is nobody's."""
    return ClientQuery(serials=tuple(s for s in serials if s is not None), limit=0)


def page(records: Sequence[T], at: Window) -> Page[T]:
    start = (at.page - 1) * at.per_page
    return Page(records=tuple(records[start : start + at.per_page]), total=len(records))


def groups(bulk: Bulk, ids: Ids) -> list[int]:
    """The group that the clients are to join; 0, which is nobody's, for an unreadable id."""
    given = bulk.change.get("group_settings_id")
    return [] if given is None else [ids.read(given) or 0]


def refuse_missing(serials: Sized, found: int) -> None:
    """One id that is nobody's here, or another account's, refuses the whole request."""
    if found < len(serials):
        raise Invalid(unknown("ids"))


def refuse_unknown(bulk: Bulk, found: int, groups: Mapping[int, Group]) -> None:
    refuse_missing(bulk.serials, found)
    if "group_settings_id" in bulk.change and not any(not g.is_deleted for g in groups.values()):
        raise Invalid(unknown("group_settings_id"))


def refuse_merge(serial: int, other: int | None, found: int) -> None:
    """Refuse to merge a client with nobody, or with itself."""
    if not found:
        raise Rejected("Client not found")
    if other == serial:
        raise Rejected("Attempting to merge the same client is not possible.")

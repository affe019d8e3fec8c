"""Bulk actions: which clients, and what becomes of them. Pure."""

from collections.abc import Container, Iterable, Mapping, Sequence, Sized
from typing import TypeVar

from msgspec import Struct

from dialects.base.protocol.failures import Rejected
from storage import ClientQuery, Group, Invalid, Page, Problem, State

from ..protocol.id_codec import IdCodec
from ..protocol.input_tree import InputTree
from ..protocol.pagination import Window
from ..protocol.scalars import text_of
from ..reference.statics import BULK_COLUMNS

T = TypeVar("T")

STATE_ACTIONS = {"archive": State.ARCHIVED, "restore": State.ACTIVE, "delete": State.DELETED}
ASSIGN, UPDATE = "assign_group", "bulk_update"
ACTIONS = frozenset({*STATE_ACTIONS, ASSIGN, UPDATE})
MAX_IDS = 5_000


class BulkAction(Struct, frozen=True):
    """Clients, and the state they move to or, when it is None, the input that changes them."""

    serials: tuple[int, ...]
    state: State | None
    change: InputTree


def read_bulk_action(tree: InputTree, ids: IdCodec) -> BulkAction:
    serials, action = read_ids_and_action(tree, ids, ACTIONS)
    return BulkAction(serials, STATE_ACTIONS.get(action), change_of_action(action, tree))


def read_state_action(tree: InputTree, ids: IdCodec) -> tuple[tuple[int, ...], State]:
    """For records that can be moved and nothing else."""
    serials, action = read_ids_and_action(tree, ids, STATE_ACTIONS)
    return serials, STATE_ACTIONS[action]


def read_ids_and_action(
    tree: InputTree, ids: IdCodec, actions: Container[str]
) -> tuple[tuple[int, ...], str]:
    """Raise Invalid with the sentences of the original for an action or ids it would refuse."""
    action, given = tree.get("action"), tree.get("ids")
    # Reading an id costs far more than counting it, and a repeated one is read once.
    few = set(map(text_of, given)) if isinstance(given, list) and len(given) <= MAX_IDS else ()
    serials = [ids.decode(text) for text in few]
    problems = action_problems(action, tree, actions) + ids_problems(given, serials)
    if problems:
        raise Invalid(*problems)
    return tuple(sorted(serial for serial in serials if serial is not None)), str(action)


def change_of_action(action: str, tree: InputTree) -> InputTree:
    if action == ASSIGN:
        return {"group_settings_id": tree["group_settings_id"]}
    return {str(tree["column"]): tree.get("new_value")} if action == UPDATE else {}


def action_problems(action: object, tree: InputTree, actions: Container[str]) -> list[Problem]:
    match action:
        case None:
            return [Problem(("action",), "The action field is required.")]
        case str() if action not in actions:
            return [invalid_selection("action")]
        case "assign_group" if tree.get("group_settings_id") is None:
            words = "The group settings id field is required when action is assign_group."
            return [Problem(("group_settings_id",), words)]
        case "bulk_update" if tree.get("column") is None:
            words = "The column field is required when action is bulk_update."
            return [Problem(("column",), words)]
        case "bulk_update" if tree["column"] not in BULK_COLUMNS:
            return [invalid_selection("column")]
        case str():
            return []
        case _:
            return [invalid_selection("action")]


def ids_problems(given: object, serials: list[int | None]) -> list[Problem]:
    if given is None or given == []:
        return [Problem(("ids",), "The ids field is required.")]
    if not isinstance(given, list):
        return [Problem(("ids",), "The ids must be an array.")]
    if len(given) > MAX_IDS:
        return [Problem(("ids",), f"The ids must not have more than {MAX_IDS} items.")]
    return [invalid_selection("ids")] if None in serials else []


def invalid_selection(field: str) -> Problem:
    return Problem((field,), f"The selected {field.replace('_', ' ')} is invalid.")


def count_query(serials: Iterable[int | None]) -> ClientQuery:
    """How many of them there are; an unreadable id is nobody's."""
    return ClientQuery(serials=tuple(s for s in serials if s is not None), limit=0)


def slice_page(records: Sequence[T], at: Window) -> Page[T]:
    start = (at.page - 1) * at.per_page
    return Page(records=tuple(records[start : start + at.per_page]), total=len(records))


def joined_groups(bulk: BulkAction, ids: IdCodec) -> list[int]:
    """The group that the clients are to join; 0, which is nobody's, for an unreadable id."""
    given = bulk.change.get("group_settings_id")
    return [] if given is None else [ids.decode(given) or 0]


def refuse_missing(serials: Sized, found: int) -> None:
    """One id that is nobody's here, or another account's, refuses the whole request."""
    if found < len(serials):
        raise Invalid(invalid_selection("ids"))


def refuse_unknown(bulk: BulkAction, found: int, groups: Mapping[int, Group]) -> None:
    refuse_missing(bulk.serials, found)
    if "group_settings_id" in bulk.change and not any(not g.is_deleted for g in groups.values()):
        raise Invalid(invalid_selection("group_settings_id"))


def refuse_merge(serial: int, other: int | None, found: int) -> None:
    """Refuse to merge a client with nobody, or with itself."""
    if not found:
        raise Rejected("Client not found")
    if other == serial:
        raise Rejected("Attempting to merge the same client is not possible.")

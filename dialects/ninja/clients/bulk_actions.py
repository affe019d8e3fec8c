"""Bulk actions: the records that a request names, and what is done with them. Pure."""

from collections.abc import Container, Iterable, Mapping, Sequence, Sized
from typing import Any, TypeVar

from msgspec import Struct

from dialects.base.protocol.failures import Rejected
from storage import ClientQuery, Group, Invalid, Page, Problem, State

from ..protocol.failures import NotServed
from ..protocol.id_codec import IdCodec
from ..protocol.input_tree import InputTree
from ..protocol.messages import invalid_selection
from ..protocol.pagination import Window
from ..protocol.scalars import text_of
from ..reference.statics import BULK_COLUMNS

T = TypeVar("T")

STATE_ACTIONS = {"archive": State.ARCHIVED, "restore": State.ACTIVE, "delete": State.DELETED}
ASSIGN_GROUP, BULK_UPDATE = "assign_group", "bulk_update"
TEMPLATE = "template"
ACTIONS = frozenset({*STATE_ACTIONS, ASSIGN_GROUP, BULK_UPDATE})
MAX_IDS = 5_000


class BulkAction(Struct, frozen=True):
    """A bulk action on clients: their new state, or the input that changes them if it is None.

    `group_id` is the group that the input names: it must exist, whatever the action.
    """

    serials: tuple[int, ...]
    state: State | None
    change: InputTree
    group_id: Any


def read_bulk_action(tree: InputTree, ids: IdCodec) -> BulkAction:
    """Return the bulk action that a request names. Raises Invalid like read_ids_and_action.

    Raises NotServed for the one action of the original that this server does not have.
    """
    if tree.get("action") == TEMPLATE:
        raise NotServed("no documents are made from clients")
    serials, action = read_ids_and_action(tree, ids, ACTIONS)
    change = change_of_action(action, tree)
    return BulkAction(serials, STATE_ACTIONS.get(action), change, tree.get("group_settings_id"))


def read_state_action(tree: InputTree, ids: IdCodec) -> tuple[tuple[int, ...], State]:
    """Return the serials and the new state, for records with no other bulk actions.

    Raises Invalid like read_ids_and_action.
    """
    serials, action = read_ids_and_action(tree, ids, STATE_ACTIONS)
    return serials, STATE_ACTIONS[action]


def read_ids_and_action(
    tree: InputTree, ids: IdCodec, actions: Container[str]
) -> tuple[tuple[int, ...], str]:
    """Return the serials, in ascending order, and the action.

    Raises Invalid for an action or ids that the original would refuse, with its sentences.
    """
    action, given = tree.get("action"), tree.get("ids")
    if isinstance(given, dict):
        given = list(given.values())
    # Decoding an id costs far more than counting it, so too many ids are not decoded at all.
    # A repeated id is decoded once.
    id_texts = set(map(text_of, given)) if isinstance(given, list) and len(given) <= MAX_IDS else ()
    serials = [ids.decode(text) for text in id_texts]
    problems = action_problems(action, tree, actions) + ids_problems(given, serials)
    if problems:
        raise Invalid(*problems)
    return tuple(sorted(serial for serial in serials if serial is not None)), str(action)


def change_of_action(action: str, tree: InputTree) -> InputTree:
    """Return the input by which an action changes each client; empty if it changes the state."""
    if action == ASSIGN_GROUP:
        return {"group_settings_id": tree["group_settings_id"]}
    return {str(tree["column"]): tree.get("new_value")} if action == BULK_UPDATE else {}


def action_problems(action: object, tree: InputTree, actions: Container[str]) -> list[Problem]:
    """Return the problem of an action that is not known or lacks an input."""
    match action:
        case None:
            return [Problem(("action",), "The action field is required.")]
        case str() if action not in actions:
            return [invalid_selection("action")]
        case str() if tree.get("column") not in (None, *BULK_COLUMNS):
            return [invalid_selection("column")]
        case "assign_group" if tree.get("group_settings_id") is None:
            message = "The group settings id field is required when action is assign_group."
            return [Problem(("group_settings_id",), message)]
        case "bulk_update" if tree.get("column") is None:
            message = "The column field is required when action is bulk_update."
            return [Problem(("column",), message)]
        case str():
            return []
        case _:
            message = "The action must be a string."
            return [Problem(("action",), message), invalid_selection("action")]


def ids_problems(given: object, serials: list[int | None]) -> list[Problem]:
    """Return the problem of given ids; a serial is None if its id could not be decoded."""
    if given is None or given == []:
        return [Problem(("ids",), "The ids field is required.")]
    if not isinstance(given, list):
        return [Problem(("ids",), "The ids must be an array.")]
    if len(given) > MAX_IDS:
        return [Problem(("ids",), f"The ids must not have more than {MAX_IDS} items.")]
    return [invalid_selection("ids")] if None in serials else []


def count_query(serials: Iterable[int | None]) -> ClientQuery:
    """Return the query that counts the clients with these serials; None is left out."""
    return ClientQuery(serials=tuple(s for s in serials if s is not None), limit=0)


def slice_page(records: Sequence[T], at: Window) -> Page[T]:
    """Return one page of the records."""
    start = (at.page - 1) * at.per_page
    return Page(records=tuple(records[start : start + at.per_page]), total=len(records))


def joined_groups(bulk: BulkAction, ids: IdCodec) -> list[int]:
    """Return the serial of the group that the input names; empty if it names none.

    An id that cannot be decoded gives 0, which no group has.
    """
    return [] if bulk.group_id is None else [ids.decode(bulk.group_id) or 0]


def refuse_missing(serials: Sized, known_count: int) -> None:
    """Raise Invalid if a record does not exist or belongs to another account.

    One missing record refuses the whole request. `known_count` is the number of records that exist.
    """
    if known_count < len(serials):
        raise Invalid(invalid_selection("ids"))


def refuse_unknown(bulk: BulkAction, known_count: int, groups: Mapping[int, Group]) -> None:
    """Raise Invalid if a client does not exist, or the group does not exist or is deleted."""
    refuse_missing(bulk.serials, known_count)
    if bulk.group_id is not None and not any(not g.is_deleted for g in groups.values()):
        raise Invalid(invalid_selection("group_settings_id"))


def refuse_merge(serial: int, other: int | None, known_count: int) -> None:
    """Raise Rejected for a merge of a client with itself or with a client that does not exist."""
    if not known_count:
        raise Rejected("Client not found")
    if other == serial:
        raise Rejected("Attempting to merge the same client is not possible.")

"""Bulk actions: which clients, and what becomes of them. Pure."""

from collections.abc import Mapping

from msgspec import Struct

from dialects.base import Rejected
from storage import ClientQuery, Group, Invalid, Problem, State

from .hashid import Ids
from .inputs import Tree
from .scalars import text_of
from .statics import BULK_COLUMNS

MOVES = {"archive": State.ARCHIVED, "restore": State.ACTIVE, "delete": State.DELETED}
ASSIGN, UPDATE = "assign_group", "bulk_update"
MOST = 5_000


class Bulk(Struct, frozen=True):
    """Clients, and the state they move to or, when it is None, the input that changes them."""

    serials: tuple[int, ...]
    state: State | None
    change: Tree


def read(tree: Tree, ids: Ids) -> Bulk:
    """Raise Invalid with the sentences of the original for an action or ids it would refuse."""
    action, given = tree.get("action"), tree.get("ids")
    # Reading an id costs far more than counting it, and a repeated one is read once.
    few = set(map(text_of, given)) if isinstance(given, list) and len(given) <= MOST else ()
    serials = [ids.read(text) for text in few]
    problems = action_problems(action, tree) + ids_problems(given, serials)
    if problems:
        raise Invalid(*problems)
    known = tuple(sorted(serial for serial in serials if serial is not None))
    return Bulk(known, MOVES.get(str(action)), change(str(action), tree))


def change(action: str, tree: Tree) -> Tree:
    if action == ASSIGN:
        return {"group_settings_id": tree["group_settings_id"]}
    return {str(tree["column"]): tree.get("new_value")} if action == UPDATE else {}


def action_problems(action: object, tree: Tree) -> list[Problem]:
    match action:
        case None:
            return [Problem(("action",), "The action field is required.")]
        case "assign_group" if tree.get("group_settings_id") is None:
            words = "The group settings id field is required when action is assign_group."
            return [Problem(("group_settings_id",), words)]
        case "bulk_update" if tree.get("column") is None:
            words = "The column field is required when action is bulk_update."
            return [Problem(("column",), words)]
        case "bulk_update" if tree["column"] not in BULK_COLUMNS:
            return [Problem(("column",), "The selected column is invalid.")]
        case "archive" | "restore" | "delete" | "assign_group" | "bulk_update":
            return []
        case _:
            return [Problem(("action",), "The selected action is invalid.")]


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


def query(bulk: Bulk) -> ClientQuery:
    return ClientQuery(serials=bulk.serials, limit=len(bulk.serials))


def one(serial: int | None) -> ClientQuery:
    return ClientQuery(serials=() if serial is None else (serial,), limit=0)


def groups(bulk: Bulk, ids: Ids) -> list[int]:
    """The group that the clients are to join; 0, which is nobody's, for an unreadable id."""
    given = bulk.change.get("group_settings_id")
    return [] if given is None else [ids.read(given) or 0]


def refuse_unknown(bulk: Bulk, found: int, groups: Mapping[int, Group]) -> None:
    """One id that is nobody's here, or another account's, refuses the whole request."""
    if found < len(bulk.serials):
        raise Invalid(unknown("ids"))
    if "group_settings_id" in bulk.change and not any(not g.is_deleted for g in groups.values()):
        raise Invalid(unknown("group_settings_id"))


def refuse_merge(serial: int, other: int | None, found: int) -> None:
    """Refuse to merge a client with nobody, or with itself."""
    if not found:
        raise Rejected("Client not found")
    if other == serial:
        raise Rejected("Attempting to merge the same client is not possible.")

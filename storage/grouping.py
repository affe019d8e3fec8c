"""Groups as they are asked for: which of them, in which order, which window."""

import enum

from .commands import Command
from .records import State


class GroupOrder(enum.Enum):
    """Columns that a list of groups can be sorted by; equal ones are sorted by serial."""

    SERIAL = "serial"
    NAME = "name_folded"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    ARCHIVED_AT = "archived_at"
    IS_DELETED = "is_deleted"


class GroupQuery(Command, frozen=True, kw_only=True):
    """`text` is looked for in the name, without regard to case and accents."""

    text: str | None = None
    states: frozenset[State] | None = None
    order: GroupOrder = GroupOrder.SERIAL
    is_descending: bool = False
    offset: int = 0
    limit: int = 20

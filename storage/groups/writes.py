"""Writes of groups in a transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import UNSET, structs
from sqlalchemy import Connection, insert, update

from storage.accounts.serials import reserve_serials
from storage.model.commands import ChangeGroup, CreateGroup, ImportGroup
from storage.model.errors import Conflict, Locked
from storage.model.folding import fold
from storage.model.generators import Generators
from storage.model.limits import MAX_SERIAL
from storage.model.records import Group, State
from storage.rules.client_changes import state_change
from storage.rules.validation import refuse_unstorable
from storage.schema.account_tables import ACCOUNT, GROUP

from .reads import get_by_serials, get_group, select_groups


def create_group(
    connection: Connection, account_id: int, command: CreateGroup, generators: Generators
) -> Group:
    """Create a group. Raises Conflict if another group of the account has the name."""
    refuse_unstorable(command)
    reserve_serials(connection, account_id, clients=0, contacts=0)
    refuse_taken_name(connection, account_id, command.name, None)
    now, serial = generators.clock(), reserve_group_serial(connection, account_id)
    group = Group(
        serial=serial,
        name=command.name,
        settings=command.settings,
        created_at=now,
        updated_at=now,
    )
    connection.execute(insert(GROUP).values(group_to_row(account_id, group)))
    return group


def import_groups(
    connection: Connection, account_id: int, groups: Iterable[ImportGroup], generators: Generators
) -> None:
    """Insert the groups that do not exist yet, each once. The caller has locked the account.

    If another group has the same name, the serial is added to the name of the imported one.
    """
    incoming = {group.serial: group for group in groups if 0 < group.serial <= MAX_SERIAL}
    missing = incoming.keys() - get_by_serials(connection, account_id, list(incoming)).keys()
    for serial in sorted(missing):
        group = with_free_name(connection, account_id, incoming[serial])
        refuse_unstorable(group)
        now = generators.clock()
        created_at = group.created_at or now
        record = Group(
            serial=serial,
            name=group.name,
            settings=group.settings,
            created_at=created_at,
            updated_at=group.updated_at or created_at,
            archived_at=group.archived_at,
            is_deleted=group.is_deleted,
        )
        connection.execute(insert(GROUP).values(group_to_row(account_id, record)))
    advance_group_serial(connection, account_id, max(missing, default=0))


def with_free_name(connection: Connection, account_id: int, group: ImportGroup) -> ImportGroup:
    """Return an imported group with its serial in its name, if another group has the name."""
    try:
        refuse_taken_name(connection, account_id, group.name, None)
    except Conflict:
        return structs.replace(group, name=f"{group.name} ({group.serial})")
    return group


def advance_group_serial(connection: Connection, account_id: int, last: int) -> None:
    """Raise the account's next group serial above `last`, unless it is above it already."""
    condition = (ACCOUNT.c.id == account_id, ACCOUNT.c.next_group_serial <= last)
    values = {"next_group_serial": last + 1}
    connection.execute(update(ACCOUNT).where(*condition).values(values))


def reserve_group_serial(connection: Connection, account_id: int) -> int:
    """Take the next group serial from the account."""
    statement = (
        update(ACCOUNT)
        .where(ACCOUNT.c.id == account_id)
        .values(next_group_serial=ACCOUNT.c.next_group_serial + 1)
        .returning(ACCOUNT.c.next_group_serial)
    )
    next_serial: int = connection.execute(statement).scalar_one()
    return next_serial - 1


def change_group(
    connection: Connection,
    account_id: int,
    serial: int,
    command: ChangeGroup,
    generators: Generators,
) -> Group:
    """Change a group and return it. Returns the same group if nothing differs.

    Raises Locked if the group is deleted, Conflict if another group has the new name.
    """
    refuse_unstorable(command)
    reserve_serials(connection, account_id, clients=0, contacts=0)
    before = get_group(connection, account_id, serial)
    given = {f: v for f, v in structs.asdict(command).items() if v is not UNSET}
    values = {f: v for f, v in given.items() if v != getattr(before, f)}
    if not values:
        return before
    if before.is_deleted:
        raise Locked("the group is deleted and cannot be edited")
    refuse_taken_name(connection, account_id, values.get("name", before.name), serial)
    return save_group(connection, account_id, before, values, generators.clock())


def set_group_state(
    connection: Connection, account_id: int, serial: int, state: State, generators: Generators
) -> Group:
    """Set the state of a group and return it. Returns the same group if it is in that state."""
    reserve_serials(connection, account_id, clients=0, contacts=0)
    before, now = get_group(connection, account_id, serial), generators.clock()
    values = state_change(before, state, now)
    return save_group(connection, account_id, before, values, now) if values else before


def set_group_states(
    connection: Connection,
    account_id: int,
    serials: Iterable[int],
    state: State,
    generators: Generators,
) -> tuple[Group, ...]:
    """Set the state of groups and return them, sorted by serial. Each is changed once."""
    sorted_serials = sorted(set(serials))
    return tuple(
        set_group_state(connection, account_id, serial, state, generators)
        for serial in sorted_serials
    )


def save_group(
    connection: Connection, account_id: int, before: Group, values: dict[str, Any], now: datetime
) -> Group:
    after = structs.replace(before, updated_at=now, **values)
    condition = (GROUP.c.account_id == account_id, GROUP.c.serial == before.serial)
    connection.execute(update(GROUP).where(*condition).values(group_to_row(account_id, after)))
    return after


def group_to_row(account_id: int, group: Group) -> dict[str, Any]:
    derived = {"account_id": account_id, "name_folded": fold(group.name)}
    return structs.asdict(group) | derived


def refuse_taken_name(
    connection: Connection, account_id: int, name: str, owner: int | None
) -> None:
    """Raise Conflict if a group other than `owner` has the name, regardless of case and accents."""
    statement = select_groups(account_id).where(GROUP.c.name_folded == fold(name))
    if owner is not None:
        statement = statement.where(GROUP.c.serial != owner)
    if connection.execute(statement.limit(1)).first():
        raise Conflict("group", ("name",))

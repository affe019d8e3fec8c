"""Groups of clients in a transaction."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from msgspec import UNSET, structs
from sqlalchemy import ColumnElement, Connection, Select, false, func, insert, or_, select, update

from .accounts import reserved
from .among import is_one_of
from .apply import move
from .commands import ChangeGroup, CreateGroup, ImportGroup
from .errors import Conflict, Locked, NotFound
from .folding import fold
from .grouping import GroupQuery
from .limits import is_storable, refuse_unstorable
from .makers import Makers
from .records import Group, Page, State
from .search import contains
from .tables import ACCOUNT, GROUP

FIELDS = Group.__struct_fields__
COLUMNS = tuple(GROUP.c[name] for name in FIELDS)
LARGEST_SERIAL = 2**62
IN_STATE = {
    State.ACTIVE: GROUP.c.is_deleted.is_(False) & GROUP.c.archived_at.is_(None),
    State.ARCHIVED: GROUP.c.is_deleted.is_(False) & GROUP.c.archived_at.is_not(None),
    State.DELETED: GROUP.c.is_deleted.is_(True),
}


def created(connection: Connection, account_id: int, command: CreateGroup, makers: Makers) -> Group:
    refuse_unstorable(command)
    reserved(connection, account_id, clients=0, contacts=0)
    refuse_taken(connection, account_id, command.name, None)
    now, serial = makers.clock(), next_serial(connection, account_id)
    group = Group(
        serial=serial,
        name=command.name,
        settings=command.settings,
        created_at=now,
        updated_at=now,
    )
    connection.execute(insert(GROUP).values(row(account_id, group)))
    return group


def imported(
    connection: Connection, account_id: int, groups: Iterable[ImportGroup], makers: Makers
) -> None:
    """Those that are not here yet, each once; a name that another group has here is followed by
    the serial. Whoever calls holds the account."""
    arriving = {group.serial: group for group in groups if 0 < group.serial <= LARGEST_SERIAL}
    missing = arriving.keys() - by_serials(connection, account_id, list(arriving)).keys()
    for serial in sorted(missing):
        group = named_anew(connection, account_id, arriving[serial])
        refuse_unstorable(group)
        now = makers.clock()
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
        connection.execute(insert(GROUP).values(row(account_id, record)))
    behind = (ACCOUNT.c.id == account_id, ACCOUNT.c.next_group_serial <= max(missing, default=0))
    values = {"next_group_serial": max(missing, default=0) + 1}
    connection.execute(update(ACCOUNT).where(*behind).values(values))


def named_anew(connection: Connection, account_id: int, group: ImportGroup) -> ImportGroup:
    try:
        refuse_taken(connection, account_id, group.name, None)
    except Conflict:
        return structs.replace(group, name=f"{group.name} ({group.serial})")
    return group


def next_serial(connection: Connection, account_id: int) -> int:
    statement = (
        update(ACCOUNT)
        .where(ACCOUNT.c.id == account_id)
        .values(next_group_serial=ACCOUNT.c.next_group_serial + 1)
        .returning(ACCOUNT.c.next_group_serial)
    )
    following: int = connection.execute(statement).scalar_one()
    return following - 1


def changed(
    connection: Connection, account_id: int, serial: int, command: ChangeGroup, makers: Makers
) -> Group:
    """The group with what is given; the same group when nothing differs."""
    refuse_unstorable(command)
    reserved(connection, account_id, clients=0, contacts=0)
    before = found(connection, account_id, serial)
    given = {f: v for f, v in structs.asdict(command).items() if v is not UNSET}
    values = {f: v for f, v in given.items() if v != getattr(before, f)}
    if not values:
        return before
    if before.is_deleted:
        raise Locked("the group is deleted and cannot be edited")
    refuse_taken(connection, account_id, values.get("name", before.name), serial)
    return saved(connection, account_id, before, values, makers.clock())


def moved(
    connection: Connection, account_id: int, serial: int, state: State, makers: Makers
) -> Group:
    """The group in another state of life; the same group when it is in it."""
    reserved(connection, account_id, clients=0, contacts=0)
    before, now = found(connection, account_id, serial), makers.clock()
    values = move(before, state, now)
    return saved(connection, account_id, before, values, now) if values else before


def moved_all(
    connection: Connection, account_id: int, serials: Iterable[int], state: State, makers: Makers
) -> tuple[Group, ...]:
    ordered = sorted(set(serials))
    return tuple(moved(connection, account_id, serial, state, makers) for serial in ordered)


def saved(
    connection: Connection, account_id: int, before: Group, values: dict[str, Any], now: datetime
) -> Group:
    after = structs.replace(before, updated_at=now, **values)
    mine = (GROUP.c.account_id == account_id, GROUP.c.serial == before.serial)
    connection.execute(update(GROUP).where(*mine).values(row(account_id, after)))
    return after


def found(connection: Connection, account_id: int, serial: int) -> Group:
    groups = by_serials(connection, account_id, [serial])
    if not groups:
        raise NotFound("group")
    return groups[serial]


def by_serials(connection: Connection, account_id: int, serials: Sequence[int]) -> dict[int, Group]:
    statement = mine(account_id).where(is_one_of(GROUP.c.serial, serials))
    return {group.serial: group for group in map(record, connection.execute(statement))}


def listed(connection: Connection, account_id: int, query: GroupQuery) -> Page[Group]:
    conditions = tuple(matching(query))
    total = select(func.count()).select_from(GROUP).where(GROUP.c.account_id == account_id)
    window = mine(account_id).where(*conditions).order_by(*ordering(query))
    rows = connection.execute(window.offset(query.offset).limit(query.limit))
    return Page(
        records=tuple(map(record, rows)),
        total=connection.execute(total.where(*conditions)).scalar_one(),
    )


def mine(account_id: int) -> Select[Any]:
    return select(*COLUMNS).where(GROUP.c.account_id == account_id)


def matching(query: GroupQuery) -> Iterator[ColumnElement[bool]]:
    if query.text is not None:
        yield (
            contains(GROUP.c.name_folded, fold(query.text)) if is_storable(query.text) else false()
        )
    if query.states is not None:
        yield or_(False, *(IN_STATE[state] for state in query.states))


def ordering(query: GroupQuery) -> Iterator[ColumnElement[Any]]:
    for column in dict.fromkeys([GROUP.c[query.order.value], GROUP.c.serial]):
        # PostgreSQL puts nulls last and SQLite first: say which.
        yield column.desc().nulls_last() if query.is_descending else column.asc().nulls_first()


def record(values: Sequence[Any]) -> Group:
    return Group(**dict(zip(FIELDS, values, strict=True)))


def row(account_id: int, group: Group) -> dict[str, Any]:
    derived = {"account_id": account_id, "name_folded": fold(group.name)}
    return structs.asdict(group) | derived


def refuse_taken(connection: Connection, account_id: int, name: str, owner: int | None) -> None:
    statement = mine(account_id).where(GROUP.c.name_folded == fold(name))
    if owner is not None:
        statement = statement.where(GROUP.c.serial != owner)
    if connection.execute(statement.limit(1)).first():
        raise Conflict("group", ("name",))

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, bindparam, select

from storage.database.conditions import in_bound_values, unique_storable
from storage.database.fast_sql import statements
from storage.model.errors import Conflict
from storage.model.folding import fold_key
from storage.schema.tables import CLIENT

UUID_SHAPE = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Identity(NamedTuple):
    """A text that only one client of an account may have: how it is compared, and who owns one of
    the values that are asked about."""

    normal: Callable[[str], str]
    owners: Select[Any]


def select_owner(owned: ColumnElement[bool]) -> Select[Any]:
    own = CLIENT.c.account_id == bindparam("account_id")
    other = CLIENT.c.serial.is_distinct_from(bindparam("owner"))
    return select(CLIENT.c.serial).where(own, owned, other).limit(1)


LIVE_EXTERNAL_ID = CLIENT.c.is_deleted.is_(False) & in_bound_values(CLIENT.c.external_id, "values")
IDENTITIES = {
    "number": Identity(fold_key, select_owner(in_bound_values(CLIENT.c.number_folded, "values"))),
    "id_number": Identity(
        fold_key, select_owner(in_bound_values(CLIENT.c.id_number_folded, "values"))
    ),
    "external_id": Identity(str, select_owner(LIVE_EXTERNAL_ID)),
}
OWNERS_OF_UUIDS = select_owner(in_bound_values(CLIENT.c.uuid, "values"))
"""An external id must not be another client's uuid either, not even that of a deleted one, who
may come back: a key must never mean two of them."""


def claimed_identities(sources: Sequence[object]) -> dict[str, list[str]]:
    """What records or commands want to be known by, in the form that is compared."""
    given = {field: [claimed_value(source, field) for source in sources] for field in IDENTITIES}
    return {
        field: [IDENTITIES[field].normal(value) for value in values if value]
        for field, values in given.items()
    }


def claimed_value(source: object, field: str) -> str | None:
    """An external id is free again as soon as its client is deleted."""
    if field == "external_id" and getattr(source, "is_deleted", False):
        return None
    value: str | None = getattr(source, field, None) or None  # UNSET of a command
    return value


def refuse_taken(
    connection: Connection,
    account_id: int,
    wanted: Mapping[str, Sequence[str]],
    owner: int | None = None,
) -> None:
    """Raise Conflict when a wanted value is wanted twice or owned by a client beside `owner`."""
    fields = tuple(
        field
        for field, values in wanted.items()
        if len(set(values)) < len(values) or is_taken(connection, account_id, field, values, owner)
    )
    if fields:
        raise Conflict("client", fields)


def is_taken(
    connection: Connection, account_id: int, field: str, values: Sequence[str], owner: int | None
) -> bool:
    looks: list[tuple[Select[Any], list[Any]]] = [
        (IDENTITIES[field].owners, unique_storable(values))
    ]
    if field == "external_id":
        uuids = [UUID(value) for value in values if UUID_SHAPE.fullmatch(value)]
        looks.append((OWNERS_OF_UUIDS, uuids))
    own = {"account_id": account_id, "owner": owner}
    rows = (
        statements.fetch_first(connection, look, {**own, "values": v}) for look, v in looks if v
    )
    return any(row is not None for row in rows)

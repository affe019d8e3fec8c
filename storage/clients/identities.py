"""The identities of a client: texts that only one client of an account may have.

They are its number, its id number and its external id. A write checks them before it saves.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, bindparam, select

from storage.database.conditions import in_bound_values, unique_storable
from storage.database.fast_sql import statements
from storage.model.errors import Conflict
from storage.model.folding import fold_key
from storage.schema.tables import ALIAS, CLIENT

from .aliases import LIVE_KEY

UUID_SHAPE = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Identity(NamedTuple):
    """A field whose text only one client of an account may have.

    `normal` returns the form that is compared. `owners` finds one other client that has one of the
    given values.
    """

    normal: Callable[[str], str]
    owners: Select[Any]


def select_owner(condition: ColumnElement[bool]) -> Select[Any]:
    own_rows = CLIENT.c.account_id == bindparam("account_id")
    other_rows = CLIENT.c.serial.is_distinct_from(bindparam("owner"))
    return select(CLIENT.c.serial).where(own_rows, condition, other_rows).limit(1)


LIVE_EXTERNAL_ID = CLIENT.c.is_deleted.is_(False) & in_bound_values(CLIENT.c.external_id, "values")
IDENTITIES = {
    "number": Identity(fold_key, select_owner(in_bound_values(CLIENT.c.number_folded, "values"))),
    "id_number": Identity(
        fold_key, select_owner(in_bound_values(CLIENT.c.id_number_folded, "values"))
    ),
    "external_id": Identity(str, select_owner(LIVE_EXTERNAL_ID)),
}
SELECT_OWNER_OF_ALIASES = select_owner(
    CLIENT.c.is_deleted.is_(False)
    & CLIENT.c.serial.in_(
        select(ALIAS.c.client_serial)
        .where(ALIAS.c.account_id == bindparam("account_id"), ALIAS.c.namespace == LIVE_KEY)
        .where(in_bound_values(ALIAS.c.key, "values"))
    )
)
"""Nor may it equal a former key of another client, one that was merged into it."""
SELECT_OWNER_OF_UUIDS = select_owner(in_bound_values(CLIENT.c.uuid, "values"))
"""An external id must not equal the uuid of another client either, or a key could mean two clients.
This includes deleted clients, because they may be restored."""


def claimed_identities(sources: Sequence[object]) -> dict[str, list[str]]:
    """Return by field the values that records or commands claim, in the form that is compared."""
    claims = {field: [claimed_value(source, field) for source in sources] for field in IDENTITIES}
    return {
        field: [IDENTITIES[field].normal(value) for value in values if value]
        for field, values in claims.items()
    }


def claimed_value(source: object, field: str) -> str | None:
    """Return the value that a record or command claims for a field, or None.

    A deleted client does not claim its external id: another client may take it.
    """
    if field == "external_id" and getattr(source, "is_deleted", False):
        return None
    value: str | None = getattr(source, field, None) or None  # UNSET of a command
    return value


def refuse_taken(
    connection: Connection,
    account_id: int,
    claims: Mapping[str, Sequence[str]],
    owner: int | None = None,
) -> None:
    """Raise Conflict if a claim occurs twice, or belongs to a client other than `owner`."""
    fields = tuple(
        field
        for field, values in claims.items()
        if len(set(values)) < len(values) or is_taken(connection, account_id, field, values, owner)
    )
    if fields:
        raise Conflict("client", fields)


def is_taken(
    connection: Connection, account_id: int, field: str, values: Sequence[str], owner: int | None
) -> bool:
    """Return whether a client other than `owner` has one of the values of a field.

    An external id is compared with the uuids and the former keys of clients too.
    """
    queries: list[tuple[Select[Any], list[Any]]] = [
        (IDENTITIES[field].owners, unique_storable(values))
    ]
    if field == "external_id":
        uuids = [UUID(value) for value in values if UUID_SHAPE.fullmatch(value)]
        queries.append((SELECT_OWNER_OF_UUIDS, uuids))
        keys = unique_storable([*values, *map(str, uuids)])
        queries.append((SELECT_OWNER_OF_ALIASES, keys))
    parameters = {"account_id": account_id, "owner": owner}
    rows = (
        statements.fetch_first(connection, statement, {**parameters, "values": v})
        for statement, v in queries
        if v
    )
    return any(row is not None for row in rows)

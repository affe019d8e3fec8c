"""Writes of mirrors in a transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, or_, update

from storage.model.errors import Conflict, NotFound
from storage.model.runs import Mirror, MirroredService, MirrorReport, MirrorState
from storage.rules.validation import sanitize_text
from storage.schema.mirror_tables import MIRROR

from .reads import get_mirror


def create_mirror(
    connection: Connection, account_id: int, services: Sequence[MirroredService], now: datetime
) -> Mirror:
    """Insert a mirror that is preparing; one that was stopped begins anew.

    Raises Conflict if the account has one that is not stopped.
    """
    values = {
        "state": MirrorState.PREPARING.value,
        "reason": "",
        "services": msgspec.to_builtins(services),
        "report": msgspec.to_builtins(MirrorReport()),
        "holder": "",
        "leased_until": None,
        "main": "",
        "created_at": now,
        "updated_at": now,
    }
    try:
        before = get_mirror(connection, account_id)
    except NotFound:
        connection.execute(insert(MIRROR).values(account_id=account_id, **values))
    else:
        if before.state is not MirrorState.STOPPED:
            raise Conflict("mirror", ("account",))
        update_mirror(connection, account_id, values)
    return get_mirror(connection, account_id)


def set_state(
    connection: Connection, account_id: int, state: MirrorState, reason: str, now: datetime
) -> Mirror:
    """Set the state of a mirror, with the reason. Raises NotFound if the account has none."""
    values = {"state": state.value, "reason": sanitize_text(reason), "updated_at": now}
    update_mirror(connection, account_id, values)
    return get_mirror(connection, account_id)


def set_main_side(connection: Connection, account_id: int, dialect: str, now: datetime) -> Mirror:
    values = {"main": dialect, "state": MirrorState.CUT_OVER.value, "reason": "", "updated_at": now}
    update_mirror(connection, account_id, values)
    return get_mirror(connection, account_id)


def lease(
    connection: Connection, account_id: int, holder: str, now: datetime, until: datetime
) -> bool:
    """Lease a mirror to a process, and return whether it has it now.

    A lease of another process has to end first.
    """
    is_free = or_(
        MIRROR.c.holder == holder,
        MIRROR.c.leased_until.is_(None),
        MIRROR.c.leased_until < now,
    )
    statement = update(MIRROR).where(MIRROR.c.account_id == account_id, is_free)
    values = {"holder": holder, "leased_until": until}
    return connection.execute(statement.values(values)).rowcount == 1


def save_report(
    connection: Connection, account_id: int, report: MirrorReport, now: datetime
) -> None:
    values = {"report": msgspec.to_builtins(report), "updated_at": now}
    update_mirror(connection, account_id, values)


def update_mirror(connection: Connection, account_id: int, values: dict[str, Any]) -> None:
    statement = update(MIRROR).where(MIRROR.c.account_id == account_id)
    if not connection.execute(statement.values(values)).rowcount:
        raise NotFound("mirror")

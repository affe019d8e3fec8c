"""Reads of mirrors in a transaction."""

import msgspec
from sqlalchemy import Connection, select

from storage.model.errors import NotFound
from storage.model.runs import Mirror, MirroredService, MirrorReport, MirrorState
from storage.schema.mirror_tables import MIRROR

MIRROR_COLUMNS = tuple(MIRROR.c[name] for name in Mirror.__struct_fields__)


def get_mirror(connection: Connection, account_id: int) -> Mirror:
    """Return the mirror of an account. Raises NotFound if it has none."""
    statement = select(*MIRROR_COLUMNS).where(MIRROR.c.account_id == account_id)
    row = connection.execute(statement).first()
    if row is None:
        raise NotFound("mirror")
    values = dict(zip(Mirror.__struct_fields__, row, strict=True))
    values["state"] = MirrorState(values["state"])
    values["services"] = msgspec.convert(values["services"], tuple[MirroredService, ...])
    values["report"] = msgspec.convert(values["report"], MirrorReport)
    return Mirror(**values)

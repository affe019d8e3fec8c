"""Live services with an identity: one for each URL that links, runs and mirrors have named."""

import json
import re
from hashlib import sha256
from itertools import count
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SOURCE = re.compile(r"(\S+) (https?)://([^/]+)(.*)", re.IGNORECASE)
DEFAULT_PORTS = {"http": ":80", "https": ":443"}
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def upgrade() -> None:
    table = op.create_table(
        "service",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("dialect", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("url", TEXT, nullable=False),
        sa.Column("tag", TEXT, nullable=False),
        sa.Column("version", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_service_account_id")),
        sa.PrimaryKeyConstraint("account_id", "source", name=op.f("pk_service")),
    )
    op.create_index("ix_service_name", "service", ["account_id", "name"], unique=True)
    connection = op.get_bind()
    name_sources_of_mirrors(connection)
    rows = service_rows(connection)
    if rows:
        op.bulk_insert(table, rows)


def name_sources_of_mirrors(connection: sa.Connection) -> None:
    """Let mirrors name their services as links and runs do."""
    rows = connection.execute(sa.text("SELECT account_id, services FROM mirror")).all()
    for account_id, services in rows:
        named = [
            {"dialect": one["dialect"], "source": f"{one['dialect']} {one['url']}"}
            for one in json.loads(services)
        ]
        statement = sa.text("UPDATE mirror SET services = :services WHERE account_id = :account")
        given = {"services": json.dumps(named), "account": account_id}
        connection.execute(statement, given)


class Usage(NamedTuple):
    """A source that an account names, and the time of its first run; 0 if there is none."""

    account_id: int
    first_run: int
    source: str


def usages(connection: sa.Connection) -> list[Usage]:
    """Return the sources that are named, the oldest first."""
    first_runs = connection.execute(
        sa.text("SELECT account_id, source, min(started_at) FROM run GROUP BY account_id, source")
    ).all()
    known = {(account_id, source): first for account_id, source, first in first_runs}
    linked = sa.text("SELECT DISTINCT account_id, source FROM origin")
    named = {tuple(row) for row in connection.execute(linked)} | set(known)
    mirrors = connection.execute(sa.text("SELECT account_id, services FROM mirror"))
    for account_id, services in mirrors:
        named |= {(account_id, one["source"]) for one in json.loads(services)}
    return sorted(Usage(pair[0], known.get(pair, 0), pair[1]) for pair in named)


def service_rows(connection: sa.Connection) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for account_id, first_run, source in usages(connection):
        parts = SOURCE.fullmatch(source)
        if parts is None:
            continue  # files, and what other programs have imported
        dialect, scheme, host, path = parts.groups()
        place = host.lower().removesuffix(DEFAULT_PORTS[scheme.lower()]) + path.rstrip("/")
        others = [row for row in rows if row["account_id"] == account_id]
        row = {
            "account_id": account_id,
            "source": source,
            "dialect": dialect,
            "name": free_name(dialect, {other["name"] for other in others}),
            "url": f"{scheme.lower()}://{place}",
            "tag": free_tag(place, {other["tag"] for other in others}),
            "version": "",
            "created_at": first_run,
        }
        rows.append(row)
    return rows


def free_name(dialect: str, taken: set[str]) -> str:
    names = (dialect if n == 1 else f"{dialect}-{n}" for n in count(1))
    return next(name for name in names if name not in taken)


def free_tag(place: str, taken: set[str]) -> str:
    tags = (tag(place if n == 1 else f"{place} {n}") for n in count(1))
    return next(one for one in tags if one not in taken)


def tag(place: str) -> str:
    number = int.from_bytes(sha256(place.encode()).digest()[:8])
    digits = ""
    for _ in range(5):
        number, digit = divmod(number, len(DIGITS))
        digits += DIGITS[digit]
    return digits

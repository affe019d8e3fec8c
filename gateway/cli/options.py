"""Options that several commands share, and the store that they open."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from gateway.app import DIALECTS
from storage import Account, BlobStore, Generators, Store

DIALECT_NAMES = [dialect.name for dialect in DIALECTS]


def known_dialect(name: str) -> str:
    """Return the name of a dialect. Raise BadParameter for an unknown one."""
    if name not in DIALECT_NAMES:
        raise typer.BadParameter(f"there is no dialect {name}: say {' or '.join(DIALECT_NAMES)}")
    return name


Database = Annotated[
    str,
    typer.Option("--database", envvar="GATEWAY_DATABASE_URL", help="Where the clients are."),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
AccountName = Annotated[str, typer.Option("--account", help="The account's name.")]
DialectName = Annotated[
    str,
    typer.Option(
        "--dialect", parser=known_dialect, metavar="|".join(DIALECT_NAMES), help="The API it opens."
    ),
]


@contextmanager
def open_store(
    database: str, generators: Generators | None = None, blobs: BlobStore | None = None
) -> Iterator[Store]:
    """Open the store for one command, and close it afterwards. The schema is upgraded first."""
    store = Store.open(database, generators, blobs)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def open_account(database: str, name: str) -> Iterator[tuple[Store, Account]]:
    """Open the store for one command about an account. Raises NotFound if there is none."""
    with open_store(database) as store:
        yield store, store.get_account(name)

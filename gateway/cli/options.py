"""Options that several verbs share, and the store that they work on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from gateway.app import DIALECTS
from storage import BlobStore, Generators, Store

NAMES = [dialect.name for dialect in DIALECTS]


def known_dialect(name: str) -> str:
    if name not in NAMES:
        raise typer.BadParameter(f"there is no dialect {name}: say {' or '.join(NAMES)}")
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
        "--dialect", parser=known_dialect, metavar="|".join(NAMES), help="The API it opens."
    ),
]


@contextmanager
def opened(
    database: str, generators: Generators | None = None, blobs: BlobStore | None = None
) -> Iterator[Store]:
    store = Store.open(database, generators, blobs)
    try:
        yield store
    finally:
        store.close()

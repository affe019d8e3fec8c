"""Verbs about the database itself."""

from contextlib import closing

import typer
from msgspec import structs

from gateway.settings import DEFAULT_DATABASE
from storage import DatabaseStatus, Store

from .options import AsJson, Database
from .output import print_answer

own = typer.Typer(help="The database: its schema and its indexes.", no_args_is_help=True)


@own.command()
def status(database: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """Say what the database is and how old its schema is, and change nothing."""
    with closing(Store.at(database)) as store:
        found = store.status()
    print_answer(structs.asdict(found), words(found), as_json=as_json)


@own.command()
def upgrade(database: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """Bring the schema up to date; `serve` does so too, before it listens."""
    with closing(Store.at(database)) as store:
        before = store.status().schema
        store.upgrade()
        after = store.status()
    told = {"before": before} | structs.asdict(after)
    changed = "was up to date" if before == after.schema else f"was at {before or 'nothing'}"
    print_answer(told, f"{words(after)}; it {changed}.", as_json=as_json)


def words(found: DatabaseStatus) -> str:
    search = "by an index" if found.has_search_index else "by looking at every client"
    schema = "no schema" if found.schema is None else f"schema {found.schema} of {found.newest}"
    return f"{found.engine} {found.version}, {schema}, searches {search}"


def add_to(app: typer.Typer) -> None:
    app.add_typer(own, name="db")

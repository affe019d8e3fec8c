"""Commands about the database: its status, and the upgrade of its schema."""

import os
import shlex
from contextlib import closing

import typer
from msgspec import structs

from gateway.settings import DEFAULT_DATABASE, Settings
from storage import DatabaseStatus, ExposedFile, Store, list_exposed_files

from .options import AsJson, Database
from .output import print_answer

database_app = typer.Typer(help="The database: its schema and its indexes.", no_args_is_help=True)


@database_app.command()
def status(database: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """Say what the database is, how old its schema is and who can read it; change nothing."""
    with closing(Store.at(database)) as store:
        database_status = store.status()
    blobs = Settings.of(database, os.environ).blobs
    findings = [finding_sentence(file) for file in list_exposed_files(database, blobs)]
    fields = structs.asdict(database_status) | {"findings": findings}
    words = "\n".join([status_sentence(database_status), *findings])
    print_answer(fields, words, as_json=as_json)


@database_app.command()
def upgrade(database: Database = DEFAULT_DATABASE, as_json: AsJson = False) -> None:
    """Bring the schema up to date; `serve` does so too, before it listens."""
    with closing(Store.at(database)) as store:
        before = store.status().schema
        store.upgrade()
        after = store.status()
    fields = {"before": before} | structs.asdict(after)
    changed = "was up to date" if before == after.schema else f"was at {before or 'nothing'}"
    print_answer(fields, f"{status_sentence(after)}; it {changed}.", as_json=as_json)


def status_sentence(status: DatabaseStatus) -> str:
    """Return the engine, the schema and the kind of search in one sentence."""
    search = "by an index" if status.has_search_index else "by looking at every client"
    schema = "no schema" if status.schema is None else f"schema {status.schema} of {status.newest}"
    return f"{status.engine} {status.version}, {schema}, searches {search}"


def finding_sentence(file: ExposedFile) -> str:
    """Return what is wrong with the mode of a file, and the command that mends it."""
    command = "chmod -R go=" if file.is_folder else "chmod 600"
    path = shlex.quote(file.path)
    return f"{file.path} is open to other users (mode {file.mode:o}): {command} {path}"


def add_to(app: typer.Typer) -> None:
    app.add_typer(database_app, name="db")

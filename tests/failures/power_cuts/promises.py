"""What a power cut must leave of a database and of documents.

Each function yields a sentence for what is broken, which begins with the kind of harm.
"""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, TypeVar

from msgspec import Struct
from sqlalchemy import Connection, text

from dialects.ninja.protocol.id_codec import id_codec
from gateway.app import DIALECTS
from gateway.migration.files.import_files import FileImport, import_files
from gateway.migration.importer import ImportOptions
from storage.database.engine_factory import open_engine
from storage.migrations.upgrade import current_revision
from storage.model.queries import ClientQuery
from storage.model.runs import RunState
from storage.store import Store
from tests.failures.server_process import HALVES
from tests.storage.migrations.test_revisions import Tables, contents

PLANADO = DIALECTS[1]
T = TypeVar("T")
DATABASE, BLOBS = "gateway.db", "shelf/blobs"


class ClientKept(Struct, tag=True):
    """An acknowledged write of a client: its id or external id, and its version after it."""

    key: str
    version: int


class DocumentKept(Struct, tag=True):
    name: str
    digest: str


class DocumentLeaving(Struct, tag=True):
    """A document that somebody asked to delete: from then on it may be there or not."""

    name: str


class DocumentGone(Struct, tag=True):
    name: str


class ImportDone(Struct, tag=True):
    clients: int


class UpgradeDone(Struct, tag=True):
    revision: str


Promise = ClientKept | DocumentKept | DocumentLeaving | DocumentGone | ImportDone | UpgradeDone


class Cut(NamedTuple):
    """A folder after a power cut, and what was acknowledged before it."""

    folder: Path
    promises: tuple[Promise, ...]

    @property
    def database(self) -> str:
        return f"sqlite:///{self.folder / DATABASE}"


def broken_promises(cut: Cut, upgraded: Tables | None = None) -> list[str]:
    """Open the database with today's store, and list what is broken.

    `upgraded` is what an upgrade without a cut leaves. Its clients may lack contacts, and its
    documents their bytes.
    """
    try:
        return [*broken_schema(cut), *broken_contents(cut, upgraded)]
    except Exception as error:  # noqa: BLE001  a damaged database fails in many ways
        return [f"unusable: {type(error).__name__}: {str(error)[:200]}"]


def broken_schema(cut: Cut) -> Iterator[str]:
    """The schema is the old one or the new one, and the upgrade can be run again."""
    with connected(cut) as connection:
        revision = current_revision(connection)
    for promise in of_kind(cut, UpgradeDone):
        if revision != promise.revision:
            yield f"lost: {promise}, found {revision}"
    Store.open(cut.database).close()


def broken_contents(cut: Cut, upgraded: Tables | None) -> Iterator[str]:
    with connected(cut) as connection:
        if (found := connection.scalar(text("PRAGMA integrity_check"))) != "ok":
            yield f"damaged: {found}"
        if upgraded is not None:
            if contents(connection) != upgraded:
                yield "half: the upgrade differs from one without a cut"
            return
        if halves := connection.scalar(text(HALVES)):
            yield f"half: {halves} clients without contacts"
        yield from broken_clients(connection, cut)
        yield from broken_documents(connection, cut)
        yield from broken_imports(connection, cut)


@contextmanager
def connected(cut: Cut) -> Iterator[Connection]:
    engine = open_engine(cut.database)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def of_kind(cut: Cut, kind: type[T]) -> list[T]:
    return [promise for promise in cut.promises if isinstance(promise, kind)]


def broken_clients(connection: Connection, cut: Cut) -> Iterator[str]:
    found = {}
    rows = connection.execute(text("SELECT serial, external_id, version FROM client"))
    for serial, external_id, version in rows:
        found[id_codec("").encode(serial)] = found[external_id] = version
    for promise in of_kind(cut, ClientKept):
        if (version := found.get(promise.key, 0)) < promise.version:
            yield f"lost: {promise}, found version {version}"


def broken_documents(connection: Connection, cut: Cut) -> Iterator[str]:
    """Every row has its bytes, whether it was acknowledged or not."""
    digests = {}
    rows = connection.execute(text("SELECT account_id, name, hash FROM document"))
    for account, name, blob in rows:
        path = cut.folder / BLOBS / str(account) / blob
        content = path.read_bytes() if path.exists() else b""
        digests[name] = sha256(content).hexdigest()
        if not content.endswith(name.encode()):
            yield f"half: {name} has a row without its bytes"
    leaving = {promise.name for promise in of_kind(cut, DocumentLeaving)}
    for promise in of_kind(cut, DocumentKept):
        if promise.name not in leaving and digests.get(promise.name) != promise.digest:
            yield f"lost: {promise}"
    for gone in of_kind(cut, DocumentGone):
        if gone.name in digests:
            yield f"lost: {gone}"


def broken_imports(connection: Connection, cut: Cut) -> Iterator[str]:
    """The checkpoint of the run says how many clients are there, and no other is."""
    runs = connection.execute(text("SELECT state, checkpoint FROM run WHERE verb = 'import'")).all()
    taken = sum(json.loads(checkpoint or "{}").get("taken", 0) for _, checkpoint in runs)
    count = connection.scalar(text("SELECT count(*) FROM client WHERE external_id LIKE 'import-%'"))
    if taken != count:
        yield f"half: the checkpoint says {taken}, there are {count} clients"
    for promise in of_kind(cut, ImportDone):
        if [state for state, _ in runs] != ["done"] or count != promise.clients:
            yield f"lost: {promise}, found {runs} and {count} clients"


def broken_resumption(cut: Cut, path: Path, clients: int) -> Iterator[str]:
    """Resume the import, or start it again if the cut left nothing of it.

    The import goes on where the database is, and no client is there twice."""
    with closing(Store.open(cut.database)) as store:
        account = store.get_account("acme")
        runs = store.list_runs(account.id)
        plan = FileImport(
            dialect=PLANADO,
            account=account,
            paths=[str(path)],
            import_options=ImportOptions(is_foreign=True),
        )
        if not runs or runs[0].state is not RunState.DONE:
            import_files(store, plan, lambda _: None, runs[0] if runs else None)
        found = store.list_clients(account.id, ClientQuery()).total
    if found != clients:
        yield f"half: after the import went on, there are {found} clients of {clients}"

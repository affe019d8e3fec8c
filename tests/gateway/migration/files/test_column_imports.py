"""A bulk import of new clients has the same result as an import of one client at a time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs

from dialects.base.migration.object_codec import no_columns
from dialects.ninja import DIALECT as NINJA
from gateway.migration.files import file_batches, import_files as import_files_module, read_ahead
from gateway.migration.files.import_files import FileImport, import_files
from gateway.migration.importer import ImportOptions
from storage.imports import column_inserts
from storage.model.accounts import Account
from storage.model.commands import ContactDraft, CreateClient, ImportClient, ImportContact
from storage.model.generators import Generators
from storage.model.imports import ConflictPolicy
from storage.model.queries import TombstoneQuery
from storage.model.records import State
from storage.rules.preview import preview_client
from storage.store import Store

ONE_BY_ONE = structs.replace(NINJA, codec=structs.replace(NINJA.codec, read_columns=no_columns))
Tree = dict[str, Any]
Prepare = Callable[[Store, Account], None]


def client(n: int, **fields: Any) -> ImportClient:
    told = {
        "serial": n,
        "number": f"N {n}",
        "organization_name": f"Größe {n}",
        "client_hash": f"hash {n}",
        "phone": "12" if n % 2 else "",
        "contacts": (
            ImportContact(serial=2 * n, first_name="Ada", email=f"A{n}@x", contact_key=f"{2 * n}"),
            ImportContact(serial=2 * n + 1, phone="7", is_primary=True, contact_key=f"{2 * n + 1}"),
        ),
    }
    return ImportClient(**told | fields)


def objects(account: Account, commands: list[ImportClient]) -> bytes:
    records = [preview_client(one, account, 1, Generators()) for one in commands]
    whole = b"\n".join(NINJA.codec.write_object(record, account) for record in records)
    return whole.replace(NUL.encode(), b"\\u0000")


USUAL = [client(n) for n in range(1, 24)]


def nothing(_store: Store, _account: Account) -> None: ...


def a_number(store: Store, account: Account) -> None:
    store.create_client(account.id, CreateClient(number="n 7"))


def a_contact(store: Store, account: Account) -> None:
    store.create_clients(account.id, [ImportClient(contacts=(ImportContact(serial=15),))])


def an_end(store: Store, account: Account) -> None:
    made = store.create_client(account.id, CreateClient(organization_name="Gone"))
    store.purge_client(account.id, made.serial)


def another(store: Store, account: Account) -> None:
    for _ in range(3):
        store.create_client(account.id, CreateClient(contacts=(ContactDraft(email="b@x"),)))


BEFORE = [a_number, a_contact, an_end, another]
NUL = "a nul stands here"
FILES = {
    "usual": USUAL,
    "only deleted ones": [structs.replace(one, is_deleted=True) for one in USUAL],
    "one twice": [*USUAL, structs.replace(USUAL[3], organization_name="Later")],
    "a number twice": [*USUAL, client(90, number="N 3"), client(91)],
    "a contact twice": [*USUAL, client(90, contacts=USUAL[5].contacts)],
    "a deleted one first": [client(90, is_deleted=True, number="n 4"), *USUAL],
    "a deleted one": [*USUAL[:5], client(90, is_deleted=True), *USUAL[5:]],
    "a large id": [*USUAL, client(2**62 + 1, contacts=(ImportContact(serial=7000),))],
    "a nul": [*USUAL, client(90, public_notes=NUL)],
    "one that needs a number": [*USUAL[:4], client(90, number=""), *USUAL[4:]],
}


def ended(store: Store, account: Account, raw: bytes, path: Path, dialect: Any):
    """Import the file, and return the lines of the run and the final state of the account."""
    path.write_bytes(raw)
    options = ImportOptions(policy=ConflictPolicy.NEWEST)
    plan = FileImport(dialect=dialect, account=account, paths=[str(path)], import_options=options)
    run = import_files(store, plan, lambda _: None)
    assert run.run
    lines = sorted(map(structs.astuple, (line for _, line in store.list_run_lines(run.run.id))))
    gone = [
        (t.serial, t.external_id) for t in store.list_deleted_clients(account.id, TombstoneQuery())
    ]
    return run.counts, lines, known(store, account), sorted(gone)


def known(store: Store, account: Account) -> list[Tree]:
    """Return all clients, without the values that are new each time."""
    found = []
    for record in store.scan_clients(account.id):
        one = msgspec.to_builtins(record) | {"is_archived": record.archived_at is not None}
        is_made_here = not record.client_hash.startswith("hash")
        for made in (one, *one["contacts"]):
            for name in ("uuid", "archived_at", "updated_at"):
                made.pop(name, None)
            for name in ("client_hash", "contact_key", "created_at") if is_made_here else ():
                made.pop(name, None)
        origins = map(structs.asdict, store.client_origins(account.id, record.serial))
        found.append(one | {"origins": list(origins)})
    return found


CASES = [(name, nothing) for name in FILES]
CASES += [(name, prepare) for prepare in BEFORE for name in ("usual", "a deleted one")]


@pytest.mark.parametrize(("name", "prepare"), CASES)
def test_crowds_end_as_their_clients_one_by_one(  # noqa: PLR0917  fixtures
    store: Store,
    new_account: Callable[[], Account],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    prepare: Prepare,
):
    monkeypatch.setattr(file_batches, "FILE_BATCH_SIZE", 4)
    monkeypatch.setattr(import_files_module, "BATCHES_PER_TRANSACTION", 2)
    monkeypatch.setattr(read_ahead, "cores", lambda: 1)  # a process takes longer than an import
    together, alone = new_account(), new_account()
    raw = objects(together, FILES[name])
    changed = objects(together, [structs.replace(one, city="Köln") for one in FILES[name]])

    ends = []
    for account, dialect in ((together, NINJA), (alone, ONE_BY_ONE)):
        prepare(store, account)
        first = ended(store, account, raw, tmp_path / "a.ndjson", dialect)
        again = ended(store, account, raw, tmp_path / "a.ndjson", dialect)
        if first[2]:
            store.set_client_state(account.id, first[2][0]["serial"], State.ARCHIVED)
        later = ended(store, account, changed, tmp_path / "b.ndjson", dialect)
        made = store.create_client(account.id, CreateClient())
        ends.append((first, again, later, made.serial, made.contacts[0].serial))

    assert ends[0] == ends[1]


def test_new_clients_come_in_crowds(
    store: Store, new_account: Callable[[], Account], tmp_path: Path, monkeypatch
):
    seen: list[bool] = []
    settled = column_inserts.insert_columns

    def watched(*given: Any) -> bool:
        seen.append(settled(*given))
        return seen[-1]

    monkeypatch.setattr(column_inserts, "insert_columns", watched)
    account = new_account()
    raw = objects(account, USUAL)

    for _ in range(2):
        ended(store, account, raw, tmp_path / "a.ndjson", NINJA)

    assert seen == [True, False]

"""Reading ahead in a worker process gives the same results as reading in this process."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import msgspec
import pytest
from msgspec import structs

from dialects.base.dialect import Dialect
from dialects.base.migration.object_codec import ParsedObject
from gateway.app import DIALECTS
from gateway.migration import spooled_lines, worker_process
from gateway.migration.failures import WrongSalt
from gateway.migration.files import (
    file_batches,
    import_files as import_files_module,
    read_ahead as read_ahead_module,
)
from gateway.migration.files.batch_preparation import BatchReader, EncodedBatch
from gateway.migration.files.file_batches import ByteProgress, InputFiles
from gateway.migration.files.import_files import FileImport, import_files
from gateway.migration.files.read_ahead import (
    MAX_BATCHES_ALONE,
    MAX_OPEN_BATCHES,
    ReadStart,
    read_ahead,
    reader_worker,
)
from gateway.migration.importer import ImportOptions
from gateway.migration.objects import RawObject, ReadObject
from gateway.migration.worker_process import Worker
from storage.model.accounts import Account
from storage.model.commands import ImportClient, ImportContact
from storage.model.generators import Generators
from storage.model.runs import RunLine
from storage.rules.preview import preview_client
from storage.store import Store
from tests.gateway.migration.remote_stand_ins import one_engine

NINJA, _ = DIALECTS
each_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
BORN = datetime(2020, 1, 1, 12, 30, 1, 5, tzinfo=UTC)
ADA = ImportContact(serial=7, first_name="Ada", email="ada@example.com", created_at=BORN)
WHOLE = ImportClient(
    serial=3,
    uuid=UUID(int=5),
    external_id="K 1/ü",
    organization_name="Größe \N{GRINNING FACE}",
    number="0003",
    balance=Decimal("5.250001"),
    longitude=12.5,
    latitude=-0.1,
    archived_at=BORN,
    extras={"ninja": '{"tax_info":{"a":1}}', "planado": "{}"},
    contacts=(ADA, ImportContact(serial=8, phone="12", is_locked=True)),
)
USUAL = structs.replace(WHOLE, extras=msgspec.UNSET)
RUBBISH = RawObject("f:1", b'{"id": {}}')
UNREAD = RawObject("f:2", b"", "not a JSON object")


def written(
    dialect: Dialect, account: Account, number: int, command: ImportClient = WHOLE
) -> list[RawObject]:
    commands = [
        structs.replace(command, serial=n, uuid=UUID(int=n), number=f"{n}", external_id=f"K {n}/ü")
        for n in range(1, number + 1)
    ]
    records = [preview_client(c, account, n, Generators()) for n, c in enumerate(commands, 1)]
    return [
        RawObject(f"f:{record.serial}", dialect.codec.write_object(record, account))
        for record in records
    ]


def comparable_values(read: ReadObject) -> tuple[Any, ...]:
    """Return the values of a read object, without the keys and closures that are new each time."""
    if read.parsed is None:
        return read
    told = {name: getattr(read.parsed, name) for name in ParsedObject.__struct_fields__}
    del told["change_command"], told["full_command"]
    told["client"] = structs.asdict(read.parsed.command)
    return (
        read.position,
        read.raw,
        read.problem,
        told,
        read.identifiers,
        read.prepared is not None,
    )


@pytest.fixture
def account(store: Store, here: Account) -> Account:
    return here


@pytest.fixture
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(read_ahead_module, "Worker", refuse)


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of one object, here and in the worker process, which is forked for this."""
    monkeypatch.setattr(file_batches, "FILE_BATCH_SIZE", 1)
    monkeypatch.setattr(worker_process, "get_context", lambda _way: get_context("fork"))


@pytest.fixture
def awake(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two cores, and workers that are ready before the caller goes on."""
    started = Worker.__init__

    def awaited(self: Worker, *given: Any) -> None:
        started(self, *given)
        assert self.is_ready.wait(30)

    monkeypatch.setattr(Worker, "__init__", awaited)
    monkeypatch.setattr(read_ahead_module, "cores", lambda: 2)


def in_files(folder: Path, raw_objects: list[RawObject]) -> InputFiles:
    path = folder / "objects.ndjson"
    path.write_bytes(b"\n".join(raw_object.raw or b"[]3" for raw_object in raw_objects))
    return InputFiles((str(path),))


def beginning(files: InputFiles) -> ReadStart:
    reached = ByteProgress(lambda _size: None)
    return ReadStart(files, files.iter_batches(0, reached.restart()), 0, reached)


def everybody(files: InputFiles, account: Account, dialect: Dialect = NINJA) -> list[ReadObject]:
    return [
        read
        for lot in read_ahead(beginning(files), dialect.codec, account)
        for read in lot.iter_all()
    ]


def places(raw_objects: list[RawObject]) -> list[str]:
    return [str(n) for n in range(1, len(raw_objects) + 1)]


def place(read: ReadObject) -> str:
    """Return the line number of an object."""
    return read.position.rpartition(":")[2]


@one_engine
@each_dialect
def test_what_is_read_there_is_what_is_read_here(
    account: Account, dialect: Dialect, tmp_path: Path
):
    usual = written(dialect, account, 3, USUAL)
    files = in_files(tmp_path, [*written(dialect, account, 5), RUBBISH, *usual, UNREAD])
    [batch] = files.iter_batches(0, lambda _size: None)
    work = BatchReader(dialect.codec, account, Generators())

    answer = reader_worker(files, dialect.codec, account)(msgspec.msgpack.encode(0))
    ahead = work.decode_batch(msgspec.msgpack.decode(answer, type=EncodedBatch), lambda: batch)
    now = work.prepare_batch(batch)

    assert list(map(comparable_values, ahead.iter_all())) == list(
        map(comparable_values, now.iter_all())
    )
    assert [one.prepared is not None for one in ahead.iter_all()[:5]] == 5 * [dialect is NINJA]
    if dialect is NINJA:
        assert ahead.column_batch
        assert ahead.column_batch.positions == [6, 7, 8]


@one_engine
@each_dialect
def test_what_a_client_changes_is_asked_of_the_object_again(
    account: Account, dialect: Dialect, tmp_path: Path
):
    files = in_files(tmp_path, written(dialect, account, 1))
    [batch] = files.iter_batches(0, lambda _size: None)
    record = preview_client(ImportClient(organization_name="Other"), account, 1, Generators())
    work = BatchReader(dialect.codec, account, Generators())

    answer = reader_worker(files, dialect.codec, account)(msgspec.msgpack.encode(0))
    [ahead] = work.decode_batch(
        msgspec.msgpack.decode(answer, type=EncodedBatch), lambda: batch
    ).iter_all()
    [now] = map(work.prepare_object, batch)

    assert ahead.parsed
    assert now.parsed
    assert ahead.parsed.change_command(record) == now.parsed.change_command(record)
    assert structs.asdict(ahead.parsed.command) == structs.asdict(now.parsed.command)


@one_engine
def test_batches_stay_in_their_order(
    account: Account, awake: None, one_by_one: None, tmp_path: Path
):
    raw_objects = written(NINJA, account, 40)

    read = everybody(in_files(tmp_path, raw_objects), account)

    assert list(map(place, read)) == places(raw_objects)


@one_engine
def test_what_is_held_is_little(
    account: Account,
    awake: None,
    one_by_one: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    files = in_files(tmp_path, written(NINJA, account, 40))
    [worker] = watched(monkeypatch)

    asked = [worker()[0].open_tasks for _ in read_ahead(beginning(files), NINJA.codec, account)]

    assert max(asked) == MAX_OPEN_BATCHES
    assert min(asked[:-MAX_OPEN_BATCHES]) == MAX_OPEN_BATCHES


def watched(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], list[Worker]]]:
    """A list with a function that returns the workers that were started."""
    started: list[Worker] = []

    def start(*given: Any) -> Worker:
        started.append(Worker(*given))
        return started[-1]

    monkeypatch.setattr(read_ahead_module, "Worker", start)
    return [lambda: started]


def test_what_was_before_a_failure_is_not_held_up_by_it():
    def failing() -> Iterator[Any]:
        yield from "abcdefghijklmno"
        raise WrongSalt("another salt")

    found = import_files_module.group_batches(failing())

    assert next(found) == list("abcdefghijklmno"[: import_files_module.BATCHES_PER_TRANSACTION])
    assert next(found) == list("abcdefghijklmno"[import_files_module.BATCHES_PER_TRANSACTION :])
    with pytest.raises(WrongSalt):
        next(found)


@one_engine
def test_few_objects_start_no_process(
    account: Account, no_process: None, one_by_one: None, tmp_path: Path
):
    files = in_files(tmp_path, written(NINJA, account, MAX_BATCHES_ALONE))

    assert len(everybody(files, account)) == MAX_BATCHES_ALONE


@one_engine
def test_one_core_starts_no_process(
    account: Account,
    no_process: None,
    one_by_one: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(read_ahead_module, "cores", lambda: 1)

    assert len(everybody(in_files(tmp_path, written(NINJA, account, 9)), account)) == 9


@one_engine
def test_what_cannot_be_read_twice_starts_no_process(
    account: Account, no_process: None, one_by_one: None, tmp_path: Path
):
    raws = [raw_object.raw for raw_object in written(NINJA, account, 9)]
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_bytes, args=(b"\n".join(raws),))
    writer.start()

    read = everybody(InputFiles((str(pipe),)), account)

    writer.join()
    assert [one.raw for one in read] == raws


@one_engine
def test_ids_of_another_salt_are_refused_in_their_batch(
    account: Account, awake: None, one_by_one: None, tmp_path: Path
):
    strange = structs.replace(account, hash_salt="another")
    files = in_files(tmp_path, [*written(NINJA, account, 6), *written(NINJA, strange, 1)])
    read = read_ahead(beginning(files), NINJA.codec, account)

    assert [next(read).iter_all()[0].problem for _ in range(6)] == [""] * 6
    with pytest.raises(WrongSalt):
        next(read)


@one_engine
def test_a_process_that_ends_costs_only_time(
    account: Account,
    awake: None,
    one_by_one: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    raw_objects = written(NINJA, account, 40)
    [worker] = watched(monkeypatch)
    read = []
    for n, lot in enumerate(
        read_ahead(beginning(in_files(tmp_path, raw_objects)), NINJA.codec, account)
    ):
        read += lot.iter_all()
        if n == 5:
            worker()[0].process.kill()
            worker()[0].process.join()

    assert list(map(place, read)) == places(raw_objects)


@one_engine
def test_whoever_stops_early_leaves_no_process(
    account: Account,
    awake: None,
    one_by_one: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    [worker] = watched(monkeypatch)
    read = read_ahead(
        beginning(in_files(tmp_path, written(NINJA, account, 9))), NINJA.codec, account
    )
    next(read)
    read.close()

    [one] = worker()
    assert not one.process.is_alive()


@one_engine
def test_bytes_are_told_of_once_whoever_reads_them(
    account: Account, awake: None, one_by_one: None, tmp_path: Path
):
    files = in_files(tmp_path, written(NINJA, account, 40))
    told: list[int] = []
    reached = ByteProgress(told.append)

    begin = ReadStart(files, files.iter_batches(0, reached.restart()), 0, reached)
    list(read_ahead(begin, NINJA.codec, account))

    assert sum(told) == Path(files.paths[0]).stat().st_size


@one_engine
@each_dialect
def test_an_import_ends_alike_with_one_process_and_with_two(  # noqa: PLR0917  fixtures
    store: Store,
    new_account: Callable[[], Account],
    dialect: Dialect,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    awake: None,
):
    monkeypatch.setattr(file_batches, "FILE_BATCH_SIZE", 2)
    alone, together = new_account(), new_account()
    path = tmp_path / "clients.ndjson"
    raws = [raw_object.raw for raw_object in written(dialect, alone, 11)]
    path.write_bytes(b"\n".join([*raws[:7], RUBBISH.raw, b"[]3", *raws[7:], raws[0]]))

    ends = []
    for number, account in ((1, alone), (2, together)):
        monkeypatch.setattr(read_ahead_module, "cores", lambda number=number: number)
        plan = FileImport(
            dialect=dialect, account=account, paths=[str(path)], import_options=ImportOptions()
        )
        done = import_files(store, plan, lambda _: None)
        assert done.run
        ends.append((done.counts, [line for _, line in store.list_run_lines(done.run.id)]))

    assert ends[0] == ends[1]
    assert ends[0][0]["created"] == 11
    assert known(store, alone) == known(store, together)


def known(store: Store, account: Account) -> list[tuple[object, ...]]:
    return [
        (record.serial, record.number, record.name, record.balance, len(record.contacts))
        for record in store.scan_clients(account.id)
    ]


def test_many_lines_are_read_again_as_they_were(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(spooled_lines, "MAX_BYTES_IN_MEMORY", 100)
    kept = spooled_lines.SpooledLines()
    said = [
        RunLine(kind="lost", client=f"{n}\nü", field="f", text="\N{SNOWMAN}") for n in range(50)
    ]

    for line in said:
        kept.append(line)

    assert list(kept) == said
    assert list(kept) == said

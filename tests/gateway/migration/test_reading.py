"""Reading ahead in another process: nothing but the time it takes tells it from reading here."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from dialects.base import Dialect, Told
from gateway.app import DIALECTS
from gateway.migration import filing, lines, reading
from gateway.migration.arriving import Piece, Read, Terms, WrongSalt
from gateway.migration.filing import Intake, take_in
from gateway.migration.reading import Reader, answered, here, read_ahead, through
from storage import Account, ImportClient, ImportContact, RunLine, Store, imagined
from storage.makers import Makers

from .remotes import one_engine

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
RUBBISH = Piece("f:1", b'{"id": {}}')
UNREAD = Piece("f:2", b"", "not a JSON object")


def written(dialect: Dialect, account: Account, number: int) -> list[Piece]:
    commands = [
        structs.replace(WHOLE, serial=n, uuid=UUID(int=n), number=f"{n}", external_id=f"K {n}/ü")
        for n in range(1, number + 1)
    ]
    records = [imagined(c, account, n, Makers()) for n, c in enumerate(commands, 1)]
    return [Piece(f"f:{record.serial}", dialect.dump.write(record, account)) for record in records]


def plain(read: Read) -> tuple[Any, ...]:
    """All that is told, but for the closure that a change is."""
    if read.told is None:
        return read
    told = {name: getattr(read.told, name) for name in Told.__struct_fields__}
    del told["change"]
    told["client"] = structs.asdict(read.told.client)
    return (read.place, read.raw, read.problem, told)


@pytest.fixture
def account(store: Store, here: Account) -> Account:
    return here


@pytest.fixture
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(reading, "Reader", refuse)


@one_engine
@each_dialect
def test_what_is_read_there_is_what_is_read_here(account: Account, dialect: Dialect):
    batch = [*written(dialect, account, 5), RUBBISH, UNREAD]
    reader = Reader(dialect.dump, account)
    reader.receive()

    reader.ask(batch)
    ahead = reader.answer(batch)
    reader.close()

    assert list(map(plain, ahead)) == list(map(plain, here(batch, dialect.dump, account)))
    assert answered(batch, dialect.dump, account)


@one_engine
@each_dialect
def test_what_a_client_changes_is_asked_of_the_object_again(account: Account, dialect: Dialect):
    batch = written(dialect, account, 1)
    record = imagined(ImportClient(organization_name="Other"), account, 1, Makers())
    reader = Reader(dialect.dump, account)
    reader.receive()

    reader.ask(batch)
    [ahead], [now] = reader.answer(batch), here(batch, dialect.dump, account)
    reader.close()

    assert ahead.told
    assert now.told
    assert ahead.told.change(record) == now.told.change(record)


@one_engine
def test_batches_stay_in_their_order(account: Account, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "cores", lambda: 2)
    batches = [[piece] for piece in written(NINJA, account, 40)]

    read = read_ahead(iter(batches), NINJA.dump, account)

    assert [one.place for [one] in read] == [piece.place for [piece] in batches]


@one_engine
def test_through_the_other_process_too(account: Account):
    batches = [[piece] for piece in written(NINJA, account, 12)]
    reader = Reader(NINJA.dump, account)
    reader.line.poll(30)

    read = list(through(reader, iter(batches)))
    reader.close()

    assert [one.place for [one] in read] == [piece.place for [piece] in batches]
    assert reader.is_ready


@one_engine
def test_few_objects_start_no_process(account: Account, no_process: None):
    batches = [[piece] for piece in written(NINJA, account, reading.FEW)]

    assert len(list(read_ahead(iter(batches), NINJA.dump, account))) == reading.FEW


@one_engine
def test_one_core_starts_no_process(
    account: Account, no_process: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reading, "cores", lambda: 1)
    batches = [[piece] for piece in written(NINJA, account, 9)]

    assert len(list(read_ahead(iter(batches), NINJA.dump, account))) == 9


@one_engine
def test_ids_of_another_salt_are_refused_in_their_batch(account: Account):
    strange = structs.replace(account, hash_salt="another")
    batches = [written(NINJA, account, 1), written(NINJA, account, 1), written(NINJA, strange, 1)]
    reader = Reader(NINJA.dump, account)
    reader.line.poll(30)
    read = through(reader, iter(batches))

    assert [next(read)[0].problem, next(read)[0].problem] == ["", ""]
    with pytest.raises(WrongSalt):
        next(read)
    reader.close()


@one_engine
def test_a_process_that_ends_costs_only_time(account: Account):
    batches = [[piece] for piece in written(NINJA, account, 6)]
    reader = Reader(NINJA.dump, account)
    reader.line.poll(30)
    read = through(reader, ended_after(reader, 3, batches))

    assert [one.place for [one] in read] == [piece.place for [piece] in batches]
    reader.close()


def ended_after(reader: Reader, number: int, batches: list[list[Piece]]) -> Iterator[list[Piece]]:
    for n, batch in enumerate(batches):
        if n == number:
            reader.process.kill()
            reader.process.join()
        yield batch


@one_engine
def test_whoever_stops_early_leaves_no_process(account: Account, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "cores", lambda: 2)
    started: list[Reader] = []
    monkeypatch.setattr(
        reading, "Reader", lambda *given: started.append(Reader(*given)) or started[0]
    )
    batches = [[piece] for piece in written(NINJA, account, 9)]
    read = read_ahead(iter(batches), NINJA.dump, account)

    for _ in range(reading.FEW + 1):
        next(read)
    read.close()

    [reader] = started
    assert not reader.process.is_alive()


@one_engine
@each_dialect
def test_an_import_ends_alike_with_one_process_and_with_two(
    store: Store,
    new_account: Callable[[], Account],
    dialect: Dialect,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(filing, "BATCH", 2)
    monkeypatch.setattr(Reader, "is_awake", awaited)
    alone, together = new_account(), new_account()
    path = tmp_path / "clients.ndjson"
    raws = [piece.raw for piece in written(dialect, alone, 11)]
    path.write_bytes(b"\n".join([*raws[:7], RUBBISH.raw, b"[]3", *raws[7:], raws[0]]))

    ends = []
    for number, account in ((1, alone), (2, together)):
        monkeypatch.setattr(reading, "cores", lambda number=number: number)
        plan = Intake(dialect=dialect, account=account, paths=[str(path)], terms=Terms())
        done = take_in(store, plan, lambda _: None)
        assert done.run
        ends.append((done.counts, [line for _, line in store.run_lines(done.run.id)]))

    assert ends[0] == ends[1]
    assert ends[0][0]["created"] == 11
    assert known(store, alone) == known(store, together)


def awaited(reader: Reader) -> bool:
    if not reader.is_ready:
        assert reader.line.poll(30)
        reader.receive()
        reader.is_ready = True
    return True


def known(store: Store, account: Account) -> list[tuple[object, ...]]:
    return [
        (record.serial, record.number, record.name, record.balance, len(record.contacts))
        for record in store.scan(account.id)
    ]


def test_many_lines_are_read_again_as_they_were(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lines, "MOST", 100)
    kept = lines.Lines()
    said = [
        RunLine(kind="lost", client=f"{n}\nü", field="f", text="\N{SNOWMAN}") for n in range(50)
    ]

    for line in said:
        kept.append(line)

    assert list(kept) == said
    assert list(kept) == said

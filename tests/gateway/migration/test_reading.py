"""Reading ahead in another process: nothing but the time it takes tells it from reading here."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from dialects.base import Dialect, Told
from gateway.app import DIALECTS
from gateway.migration import filing, lines, reading, worker
from gateway.migration.arriving import Terms
from gateway.migration.filing import Intake, take_in
from gateway.migration.reading import Reading, answering, read_ahead
from gateway.migration.understanding import Piece, Read, WrongSalt
from gateway.migration.worker import Worker, shared
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
    """All that is told, but for what is made anew each time: keys, and closures."""
    if read.told is None:
        return read
    told = {name: getattr(read.told, name) for name in Told.__struct_fields__}
    del told["change"], told["whole"]
    told["client"] = structs.asdict(read.told.client)
    return (read.place, read.raw, read.problem, told, read.wanted, read.ready is not None)


@pytest.fixture
def account(store: Store, here: Account) -> Account:
    return here


@pytest.fixture
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(reading, "Worker", refuse)


@pytest.fixture
def awake(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two cores, and whoever starts a process waits until it is there."""
    started = Worker.__init__

    def awaited(self: Worker, *given: Any) -> None:
        started(self, *given)
        assert self.awake.wait(30)

    monkeypatch.setattr(Worker, "__init__", awaited)
    monkeypatch.setattr(reading, "cores", lambda: 2)


@pytest.fixture
def begun(account: Account) -> Iterator[Worker]:
    with closing(Worker(answering, NINJA.dump, account)) as one:
        assert one.awake.wait(30)
        yield one


@one_engine
@each_dialect
def test_what_is_read_there_is_what_is_read_here(account: Account, dialect: Dialect):
    batch = [*written(dialect, account, 5), RUBBISH, UNREAD]
    work = Reading(dialect.dump, account, Makers())

    ahead = work.done(batch, answering(dialect.dump, account)(work.question(batch)))

    assert list(map(plain, ahead)) == list(map(plain, work.here(batch)))
    assert [one.ready is not None for one in ahead[:5]] == 5 * [dialect is NINJA]


@one_engine
@each_dialect
def test_what_a_client_changes_is_asked_of_the_object_again(account: Account, dialect: Dialect):
    batch = written(dialect, account, 1)
    record = imagined(ImportClient(organization_name="Other"), account, 1, Makers())
    work = Reading(dialect.dump, account, Makers())

    [ahead] = work.done(batch, answering(dialect.dump, account)(work.question(batch)))
    [now] = work.here(batch)

    assert ahead.told
    assert now.told
    assert ahead.told.change(record) == now.told.change(record)


@one_engine
def test_batches_stay_in_their_order(account: Account, awake: None):
    batches = [[piece] for piece in written(NINJA, account, 40)]

    read = list(read_ahead(iter(batches), NINJA.dump, account))

    assert [one.place for [one] in read] == [piece.place for [piece] in batches]
    assert any(one.ready for [one] in read)


@one_engine
def test_what_is_held_is_little(account: Account, begun: Worker):
    batches = [[piece] for piece in written(NINJA, account, 40)]
    taken = 0

    def counted() -> Iterator[list[Piece]]:
        nonlocal taken
        for batch in batches:
            taken += 1
            yield batch

    work = Reading(NINJA.dump, account, Makers())
    for number, _ in enumerate(shared(begun, work, counted(), asked=reading.ASKED)):
        assert taken - number <= worker.HELD
        assert begun.asked <= reading.ASKED


@one_engine
def test_whoever_is_long_about_a_piece_keeps_nobody_idle(account: Account, begun: Worker):
    batches = iter([[piece] for piece in written(NINJA, account, 40)])
    work = Reading(NINJA.dump, account, Makers())

    waiting = [
        begun.asked
        for _ in shared(begun, work, batches, asked=reading.ASKED)
        if batches.__length_hint__()
    ]

    assert min(waiting) >= reading.ASKED - 1


def test_what_was_before_a_failure_is_not_held_up_by_it():
    def failing() -> Iterator[list[Read]]:
        for place in "abcdefgh":
            yield [Read(place, None)]
        raise WrongSalt("another salt")

    found = filing.together(failing())

    assert [one.place for one in next(found)] == list("abcdefgh"[: filing.TOGETHER])
    assert [one.place for one in next(found)] == list("abcdefgh"[filing.TOGETHER :])
    with pytest.raises(WrongSalt):
        next(found)


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
def test_ids_of_another_salt_are_refused_in_their_batch(account: Account, begun: Worker):
    strange = structs.replace(account, hash_salt="another")
    batches = [written(NINJA, account, 1), written(NINJA, account, 1), written(NINJA, strange, 1)]
    work = Reading(NINJA.dump, account, Makers())
    read = shared(begun, work, iter(batches), asked=reading.ASKED)

    assert [next(read)[0].problem, next(read)[0].problem] == ["", ""]
    with pytest.raises(WrongSalt):
        next(read)


@one_engine
def test_a_process_that_ends_costs_only_time(account: Account, begun: Worker):
    batches = [[piece] for piece in written(NINJA, account, 12)]

    work = Reading(NINJA.dump, account, Makers())
    read = shared(begun, work, ended_after(begun, 5, batches), asked=reading.ASKED)

    assert [one.place for [one] in read] == [piece.place for [piece] in batches]


def ended_after(begun: Worker, number: int, batches: list[list[Piece]]) -> Iterator[list[Piece]]:
    for n, batch in enumerate(batches):
        if n == number:
            begun.process.kill()
            begun.process.join()
        yield batch


@one_engine
def test_whoever_stops_early_leaves_no_process(account: Account, awake: None):
    started: list[Worker] = []
    batches = [[piece] for piece in written(NINJA, account, 9)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "Worker", lambda *g: started.append(Worker(*g)) or started[0])
        read = read_ahead(iter(batches), NINJA.dump, account)
        next(read)
        read.close()

    [one] = started
    assert not one.process.is_alive()


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
    monkeypatch.setattr(filing, "BATCH", 2)
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

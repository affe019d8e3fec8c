"""Runs: their progress is committed together with their clients, or not at all."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec import structs
from sqlalchemy import Connection, select

from storage.database.transactions import ConnectionLost, Retryable
from storage.model.accounts import Account
from storage.model.commands import CreateAccount, ImportClient, ImportContact
from storage.model.errors import Invalid, NotFound, Unavailable
from storage.model.generators import Generators
from storage.model.imports import ImportOutcome, ImportStatus, identifiers_of
from storage.model.runs import RunLine, RunProgress, RunState, StartRun
from storage.rules.preview import preview_client
from storage.schema.account_tables import ACCOUNT
from storage.schema.run_tables import RUN_LINE
from storage.store import Store
from tests.storage.imports.test_merge import ADA, SOURCE, Imports, arriving, fates
from tests.support.databases import Databases, open_store
from tests.support.in_memory_import import count_read

PULL = StartRun(verb="pull", dialect="ninja", source=SOURCE, options='{"a": 1}', holder="me 1")
LOST = RunLine(kind="lost", client="0001 Ada", field="city", text="Rome")


@pytest.fixture(scope="module")
def store(databases: Databases) -> Iterator[Store]:
    """One store for all tests of this module. Each test has its own account."""
    with open_store(databases) as store:
        yield store


@pytest.fixture
def account(store: Store) -> Account:
    return store.create_account(CreateAccount(name=str(uuid4())))


@pytest.fixture
def imports(store: Store, account: Account) -> Imports:
    return Imports(store, account)


def note(*lines: RunLine, checkpoint: str = "far", **counts: int) -> RunProgress:
    return RunProgress(checkpoint=checkpoint, counts=counts, lines=lines)


def keep(imports: Imports, given: RunProgress) -> None:
    imports.store.link_clients(imports.id, [], run_id=imports.run.id, progress=given)


def lines(imports: Imports, **asked: Any) -> list[RunLine]:
    return [line for _, line in imports.store.list_run_lines(imports.run.id, **asked)]


# Their life


def test_a_run_begins_as_it_was_asked_for(store: Store, account: Account) -> None:
    run = store.start_run(account.id, PULL)

    asked = {field: getattr(run, field) for field in StartRun.__struct_fields__}
    assert asked == structs.asdict(PULL)
    assert (run.account, run.state, run.ended_at) == (account.name, RunState.RUNNING, None)
    assert (run.checkpoint, run.counts, run.reason) == ("", {}, "")
    assert store.get_run(run.id) == run


def test_a_run_ends_with_a_reason_and_keeps_how_far_it_came(imports: Imports) -> None:
    keep(imports, note(checkpoint='{"n": 7}', created=1))

    ended = imports.store.end_run(imports.run.id, RunState.STOPPED, "interrupted")

    assert (ended.state, ended.reason) == (RunState.STOPPED, "interrupted")
    assert (ended.checkpoint, ended.counts) == ('{"n": 7}', {"created": 1})
    assert ended.ended_at == ended.updated_at
    assert ended.started_at <= ended.updated_at
    assert imports.store.get_run(ended.id) == ended


def test_a_resumed_run_has_not_ended_and_has_another_holder(imports: Imports) -> None:
    keep(imports, note(LOST, read=3))
    imports.store.end_run(imports.run.id, RunState.STOPPED, "interrupted")

    run = imports.store.resume_run(imports.run.id, "you 2")

    assert (run.state, run.reason, run.ended_at) == (RunState.RUNNING, "", None)
    assert (run.holder, run.checkpoint, run.counts) == ("you 2", "far", {"read": 3})
    assert lines(imports) == [LOST]


def test_the_newest_runs_come_first(store: Store) -> None:
    one, two = (store.create_account(CreateAccount(name=str(uuid4()))) for _ in range(2))
    made = [store.start_run(account.id, PULL) for account in (one, two, one)]

    assert store.list_runs(one.id) == (made[2], made[0])
    assert store.list_runs(two.id) == (made[1],)
    assert store.list_runs()[:3] == tuple(reversed(made))


UNKNOWN = [0, -1, 2**40, 2**63, -(2**63) - 1, 10**30]


@pytest.mark.parametrize("run_id", UNKNOWN)
def test_an_unknown_run_is_not_found(store: Store, account: Account, run_id: int) -> None:
    for ask in (
        lambda: store.get_run(run_id),
        lambda: store.resume_run(run_id, "me"),
        lambda: store.end_run(run_id, RunState.DONE),
        lambda: store.link_clients(account.id, [], run_id=run_id, progress=note()),
        lambda: store.import_clients(account.id, [], run_id=run_id, record_progress=count_read),
    ):
        with pytest.raises(NotFound):
            ask()
    assert store.list_run_lines(run_id) == ()


@pytest.mark.parametrize("fields", [{"source": "x" * 101}, {"options": "\0"}], ids=["long", "nul"])
def test_a_run_that_no_engine_holds_is_refused(
    store: Store, account: Account, fields: dict[str, str]
) -> None:
    with pytest.raises(Invalid):
        store.start_run(account.id, structs.replace(PULL, **fields))

    assert store.list_runs(account.id) == ()


# What they say


def line(n: int, kind: str = "lost") -> RunLine:
    return RunLine(kind=kind, client=f"{n}", field="city", text=f"text {n}")


def test_lines_have_places_that_grow_with_every_batch(imports: Imports) -> None:
    keep(imports, note(line(1), line(2)))
    keep(imports, note())
    keep(imports, note(line(3)))

    assert imports.store.list_run_lines(imports.run.id) == (
        (1, line(1)),
        (2, line(2)),
        (3, line(3)),
    )


def test_lines_come_in_pages_of_one_kind(imports: Imports) -> None:
    kinds = ["lost", "refused"]
    keep(imports, note(*(line(n, kinds[n % 2]) for n in range(6))))

    assert lines(imports, after=2, limit=2) == [line(2), line(3, "refused")]
    assert lines(imports, kind="lost", after=1, limit=5) == [line(2), line(4)]
    assert lines(imports, kind="\0") == lines(imports, kind="none") == []
    assert lines(imports, after=6) == lines(imports, after=2**70) == []
    assert len(lines(imports, limit=2**70)) == 6


def test_runs_have_their_own_lines(store: Store, account: Account) -> None:
    one, two = Imports(store, account), Imports(store, account)
    keep(one, note(line(1)))
    keep(two, note(line(2)))

    assert (lines(one), lines(two)) == ([line(1)], [line(2)])


def test_what_no_engine_holds_can_be_told_of(imports: Imports) -> None:
    """It is the name of a client that was refused for it."""
    keep(imports, note(RunLine(kind="refused", client="a\0b", field="\ud800", text="\udfff")))
    run = imports.store.end_run(imports.run.id, RunState.STOPPED, "a\0b")

    told = RunLine(kind="refused", client="a\ufffdb", field="\ufffd", text="\ufffd")
    assert (lines(imports), run.reason) == ([told], "a\ufffdb")


def test_what_no_index_holds_can_be_told_of(imports: Imports) -> None:
    random = "".join(chr(0x20000 + n * 7919 % 40_000) for n in range(5000))

    keep(imports, note(RunLine(kind="lost", client=random, field=random, text=random)))

    (kept,) = lines(imports)
    assert (kept.client, kept.text) == (random, random)
    assert (kept.field, len(kept.field)) == (random[:500], 500)


# Together with clients, or not at all


def test_what_a_run_takes_down_is_decided_on_the_outcomes(imports: Imports) -> None:
    def take(outcomes: tuple[ImportOutcome, ...]) -> RunProgress:
        return note(LOST, created=fates(outcomes).count(ImportStatus.CREATED), read=len(outcomes))

    imports.store.import_clients(
        imports.id,
        [arriving("1"), arriving("1")],
        run_id=imports.run.id,
        record_progress=take,
    )

    run = imports.store.get_run(imports.run.id)
    assert (run.checkpoint, run.counts) == ("far", {"created": 1, "read": 2})
    assert lines(imports) == [LOST]


def test_an_empty_batch_is_taken_down_too(imports: Imports) -> None:
    imports.store.import_clients(
        imports.id, [], run_id=imports.run.id, record_progress=lambda _: note()
    )

    assert imports.store.get_run(imports.run.id).checkpoint == "far"


def everything(imports: Imports) -> tuple[Any, ...]:
    """Return all that an import can leave: clients, links, tombstones, runs, counters."""

    def read(connection: Connection) -> tuple[Any, ...]:
        mine = connection.execute(select(ACCOUNT).where(ACCOUNT.c.id == imports.id)).one()
        said = connection.execute(select(RUN_LINE).where(RUN_LINE.c.run_id == imports.run.id))
        return (*mine, *said)

    store = imports.store
    serials = [client.serial for client in imports.all]
    links = store.client_links(imports.id, SOURCE, serials)
    return imports.all, links, imports.gone, store.list_runs(imports.id), store._read(read)


BATCH = [
    arriving("1", stamp="b", city="Bonn", is_deleted=True, contacts=(ADA,)),
    arriving("2", serial=900, number="900"),
    arriving("3", is_deleted=True),
    arriving("4", organization_name="\0"),
]


def test_where_taking_down_fails_nothing_is_left(imports: Imports) -> None:
    imports.take(arriving("1", city="Oslo"))
    before = everything(imports)

    def take(_outcomes: tuple[ImportOutcome, ...]) -> RunProgress:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        imports.store.import_clients(imports.id, BATCH, run_id=imports.run.id, record_progress=take)

    assert everything(imports) == before


def test_where_noting_fails_nothing_is_left(imports: Imports, store: Store) -> None:
    before = everything(imports)

    with pytest.raises(NotFound):
        store.import_clients(imports.id, BATCH, run_id=2**40, record_progress=count_read)

    assert everything(imports) == before


@pytest.mark.parametrize("failure", [Retryable, ConnectionLost])
def test_a_transaction_that_is_tried_again_counts_once(
    imports: Imports, monkeypatch: pytest.MonkeyPatch, failure: type[Retryable]
) -> None:
    taken: list[tuple[ImportOutcome, ...]] = []

    def take(outcomes: tuple[ImportOutcome, ...]) -> RunProgress:
        taken.append(outcomes)
        if len(taken) == 1:
            raise failure("the server has restarted")
        return note(LOST, read=len(outcomes))

    outcomes = imports.store.import_clients(
        imports.id, BATCH, run_id=imports.run.id, record_progress=take
    )

    assert taken[0] == taken[1] == outcomes
    assert [c.number for c in imports.all if not c.is_deleted] == ["900"]
    assert (lines(imports), imports.store.get_run(imports.run.id).counts) == ([LOST], {"read": 4})


def test_a_failure_that_does_not_pass_is_told_once_and_leaves_nothing(imports: Imports) -> None:
    before = everything(imports)

    def take(_outcomes: tuple[ImportOutcome, ...]) -> RunProgress:
        raise Unavailable("the disk is full")

    with pytest.raises(Unavailable):
        imports.store.import_clients(imports.id, BATCH, run_id=imports.run.id, record_progress=take)

    assert everything(imports) == before


# Rehearsals


def test_a_rehearsal_says_what_would_become_of_each_and_leaves_nothing(imports: Imports) -> None:
    imports.take(arriving("1", city="Oslo"))
    before = everything(imports)

    rehearsed = imports.store.dry_run_import(imports.id, BATCH)
    assert everything(imports) == before

    assert rehearsed == imports.take(*BATCH)
    assert fates(rehearsed) == [
        ImportStatus.CHANGED,
        ImportStatus.CREATED,
        ImportStatus.CREATED,
        ImportStatus.REFUSED,
    ]


def test_nobody_is_rehearsed_in_an_unknown_account(store: Store) -> None:
    with pytest.raises(NotFound):
        store.dry_run_import(2**40, [])


# Imagined clients

KEYS = iter(UUID(int=n) for n in range(1, 1000))
MAKERS = Generators(new_uuid=lambda: next(KEYS), random_text=lambda length: "x" * length)


def test_an_imagined_client_is_what_an_import_into_an_empty_account_makes(
    imports: Imports, account: Account
) -> None:
    command = ImportClient(
        organization_name="Acme", serial=7, number="n", contacts=(ADA,), is_deleted=True
    )

    real = imports.took(
        structs.replace(
            arriving(), identifiers=identifiers_of(command), full_command=lambda: command
        )
    )
    one = preview_client(command, account, 1, MAKERS)

    own = ("uuid", "client_hash", "created_at", "updated_at")
    assert one == structs.replace(real, **{name: getattr(one, name) for name in own})


def test_imagined_clients_are_numbered_by_their_places(account: Account) -> None:
    places = [1, 12, 12_345]

    made = [preview_client(ImportClient(), account, place, MAKERS) for place in places]

    assert [client.serial for client in made] == places
    assert [client.number for client in made] == ["0001", "0012", "12345"]


def test_no_two_contacts_of_imagined_clients_have_one_serial(account: Account) -> None:
    blank = ImportContact()
    command = ImportClient(contacts=(structs.replace(ADA, serial=1), blank, blank))

    made = [preview_client(command, account, place, MAKERS) for place in range(1, 30)]
    made += [preview_client(ImportClient(contacts=(blank, blank)), account, 30, MAKERS)]

    fresh = [c.serial for client in made for c in client.contacts if c.serial != 1]
    assert len(set(fresh)) == len(fresh) == 60


@pytest.mark.parametrize("fields", [{"city": "\0"}, {"serial": 2**63}], ids=str)
def test_what_no_engine_holds_cannot_be_imagined(account: Account, fields: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        preview_client(ImportClient(**fields), account, 1, MAKERS)

"""The power goes at any moment: what was acknowledged is there, and nothing is there by half.

A preloaded library journals all writes and syncs of the real gateway. Then the folder is put
together as a disk could have kept it, for each of many random moments.
"""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.database.engine_factory import open_engine
from tests.campaigns.scale import campaign, rounds
from tests.failures.fault_injection import (
    Fault,
    answer_before_the_commit,
    checkpoint_often,
    commit_before_the_contacts,
    never_sync,
    sync_only_at_checkpoints,
)

from .cuts import cuts
from .disk import Disk
from .promises import broken_promises, broken_resumption
from .workloads import IMPORTED, Recording, imported, served_writes, upgraded
from .write_journal import Kind

SEEDS = rounds(20, 500)
ENOUGH = 40
"""Cuts that find a fault which is there: each one does with a chance of a quarter or more."""
WRITES, FILES, STARTS = rounds(20, 300), rounds(3, 30), rounds(1, 3)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, library: Path) -> Recording:
    folder = tmp_path_factory.mktemp("served")
    return served_writes(folder, library, writes=WRITES, files=FILES, starts=STARTS)


def broken(found: Iterable[list[str]]) -> Counter[str]:
    """Count the cuts that break a promise, by the first word of what is broken first."""
    return Counter(sentences[0].split(":")[0] for sentences in found if sentences)


def say(what: str, found: Recording, seeds: int) -> None:
    kinds = Counter(entry.kind for entry in found.entries)
    acknowledged, syncs = kinds[Kind.ACKNOWLEDGE], kinds[Kind.SYNC] + kinds[Kind.SYNC_FOLDER]
    sys.stdout.write(
        f"{what}: {seeds} power cuts in {kinds.total()} calls, {syncs} of them syncs, "
        f"with {acknowledged} acknowledgements\n"
    )


def test_the_journal_has_all_writes(served: Recording) -> None:
    disk = Disk(served.snapshot)
    for entry in served.entries:
        disk.replay(entry)

    paths = [path for path in served.snapshot.root.rglob("*") if path.is_file()]
    assert disk.without_a_cut() == {str(path): path.read_bytes() for path in paths}


def test_nothing_is_written_through_a_mapping() -> None:
    engine = open_engine("sqlite://")
    with engine.connect() as connection:
        assert not connection.scalar(text("PRAGMA mmap_size"))
    engine.dispose()


def test_what_was_acknowledged_outlives_a_power_cut(served: Recording, tmp_path: Path) -> None:
    say("writes and uploads", served, SEEDS)

    for cut in cuts(served, tmp_path, SEEDS):
        assert broken_promises(cut) == []


def test_a_disk_that_ignores_syncs_would_be_noticed(served: Recording, tmp_path: Path) -> None:
    harms = broken(map(broken_promises, cuts(served, tmp_path, 20, has_syncs=False)))

    assert harms.total() > 10, harms
    sys.stdout.write(f"syncs ignored: {harms.total()} of 20 cuts do harm\n")


@campaign
def test_checkpoints_outlive_a_power_cut(library: Path, tmp_path: Path) -> None:
    found = served_writes(
        tmp_path, library, writes=WRITES, files=FILES, starts=STARTS, fault=checkpoint_often
    )
    say("writes, uploads and checkpoints", found, SEEDS)

    for cut in cuts(found, tmp_path, SEEDS):
        assert broken_promises(cut) == []


@campaign
@pytest.mark.parametrize(
    ("fault", "harm"),
    [
        (answer_before_the_commit, "lost"),
        (commit_before_the_contacts, "half"),
        (sync_only_at_checkpoints, "lost"),
        (never_sync, "damaged"),
    ],
)
def test_a_gateway_that_is_less_careful_would_be_caught(
    fault: Fault, harm: str, library: Path, tmp_path: Path
) -> None:
    found = served_writes(tmp_path, library, writes=60, fault=fault)

    harms = broken(map(broken_promises, cuts(found, tmp_path, ENOUGH)))

    assert harms[harm] > 0, harms
    sys.stdout.write(f"{fault.__name__}: {harms.total()} of {ENOUGH} cuts do harm: {harms}\n")


@campaign
@pytest.mark.parametrize("clients", [600, 13_000])
def test_a_transaction_of_an_import_is_there_whole_or_not_at_all(
    clients: int, library: Path, tmp_path: Path
) -> None:
    found = imported(tmp_path, library, clients, is_small=clients < 1000)
    seeds = SEEDS if clients < 1000 else SEEDS // 20
    say("import", found, seeds)

    for cut in cuts(found, tmp_path, seeds):
        assert broken_promises(cut) == []
        assert list(broken_resumption(cut, tmp_path / IMPORTED, clients)) == []
        assert broken_promises(cut) == []


@campaign
@pytest.mark.parametrize("revision", [None, "0004"])
def test_an_upgrade_of_the_schema_is_there_whole_or_not_at_all(
    revision: str | None, library: Path, tmp_path: Path
) -> None:
    found, whole = upgraded(tmp_path, library, revision)
    say(f"upgrade from {revision}", found, SEEDS)

    for cut in cuts(found, tmp_path, SEEDS):
        assert broken_promises(cut, whole) == []


@campaign
def test_an_import_on_a_disk_that_ignores_syncs_would_be_noticed(
    library: Path, tmp_path: Path
) -> None:
    found = imported(tmp_path, library, 600)

    assert broken(map(broken_promises, cuts(found, tmp_path, SEEDS, has_syncs=False))).total() > 0

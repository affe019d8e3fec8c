"""Power cuts at random moments of a recording."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import msgspec

from .disk import Disk
from .promises import Cut, Promise
from .workloads import Recording
from .write_journal import Entry, Kind

SOON = 20
"""Entries: about one transaction."""


def cuts(
    recording: Recording, folder: Path, seeds: int, *, has_syncs: bool = True
) -> Iterator[Cut]:
    """Yield what is left after a cut, for each seed. It is deleted before the next one."""
    for seed in range(seeds):
        with TemporaryDirectory(dir=folder) as left:
            yield cut(recording, Path(left), seed, has_syncs=has_syncs)


def cut(recording: Recording, folder: Path, seed: int, *, has_syncs: bool = True) -> Cut:
    random = Random(seed)  # noqa: S311  moments, not secrets
    disk = Disk(recording.snapshot, has_syncs=has_syncs)
    before = recording.entries[: moment(recording.entries, random)]
    for entry in before:
        disk.replay(entry)
    disk.lose_power(random)
    disk.write_to(folder)
    acknowledged = [entry.data for entry in before if entry.kind is Kind.ACKNOWLEDGE]
    return Cut(folder, tuple(msgspec.json.decode(data, type=Promise) for data in acknowledged))


def moment(entries: list[Entry], random: Random) -> int:
    """Return the number of entries before the cut.

    Half of the cuts come soon after an entry of a random kind: most entries are writes, and the
    moments after a deletion would else be hit by one cut in hundreds.
    """
    if random.random() < 0.5:
        return random.randrange(len(entries) + 1)
    kind = random.choice(sorted({entry.kind.value for entry in entries}))
    places = [place for place, entry in enumerate(entries, 1) if entry.kind.value == kind]
    return min(random.choice(places) + random.randrange(SOON), len(entries))

"""The disk of the power cuts keeps what was synced, and no more is sure."""

from pathlib import Path
from random import Random

from .disk import Disk, Snapshot
from .stored_file import SECTOR, Chances, Change, StoredFile, sectors
from .write_journal import Entry, Kind

ROOT = "/data"
NOTHING, EVERYTHING = Chances(0, are_torn=False), Chances(1.1, are_torn=True)
RANDOM = Random(1)  # noqa: S311


def entry(position: int, kind: Kind, offset: int = 0, path: str = "", data: bytes = b"") -> Entry:
    return Entry(position, kind, 7, offset, path, data)


def a_disk(*entries: Entry) -> Disk:
    disk = Disk(Snapshot(Path(ROOT), {}, frozenset()))
    for one in entries:
        disk.replay(one)
    return disk


NEW = (entry(0, Kind.OPEN, path=f"{ROOT}/a"), entry(1, Kind.WRITE, data=b"old"))
SYNCED = (entry(2, Kind.SYNC, offset=2), entry(3, Kind.SYNC_FOLDER, offset=3, path=ROOT))


def contents(disk: Disk) -> dict[str, bytes]:
    return {path: bytes(file.content) for path, file in disk.files(disk.stored).items()}


def test_what_was_synced_is_kept() -> None:
    assert contents(a_disk(*NEW, *SYNCED)) == {f"{ROOT}/a": b"old"}


def test_a_sync_does_not_cover_what_is_written_after_it_began() -> None:
    late = entry(2, Kind.WRITE, data=b"new")

    disk = a_disk(*NEW, late, entry(3, Kind.SYNC, offset=2), SYNCED[1])

    assert contents(disk) == {f"{ROOT}/a": b"old"}


def test_a_file_without_a_synced_name_can_be_lost() -> None:
    assert contents(a_disk(*NEW, SYNCED[0])) == {}


def test_a_deletion_without_a_sync_can_be_undone() -> None:
    disk = a_disk(*NEW, *SYNCED, entry(4, Kind.UNLINK, path=f"{ROOT}/a"))

    assert contents(disk) == {f"{ROOT}/a": b"old"}
    assert disk.seen == {}


def test_a_folder_without_a_synced_name_is_lost_with_its_files() -> None:
    made = entry(0, Kind.MAKE_FOLDER, path=f"{ROOT}/b")
    new = entry(1, Kind.OPEN, path=f"{ROOT}/b/a")

    disk = a_disk(made, new, entry(2, Kind.SYNC_FOLDER, offset=2, path=f"{ROOT}/b"))

    assert contents(disk) == {}


def test_a_rename_keeps_the_old_file_or_the_new_one() -> None:
    renamed = entry(4, Kind.RENAME, path=f"{ROOT}/a", data=f"{ROOT}/b".encode())
    found = set()
    for seed in range(50):
        disk = a_disk(*NEW, *SYNCED, renamed)
        disk.lose_power(Random(seed))  # noqa: S311
        found |= set(map(tuple, [contents(disk)]))

    assert found == {(f"{ROOT}/a",), (f"{ROOT}/b",)}


def test_a_write_is_torn_where_sectors_begin() -> None:
    cut = sectors(SECTOR - 2, bytes(2 * SECTOR))

    assert [(start, len(data)) for start, data in cut] == [
        (SECTOR - 2, 2),
        (SECTOR, SECTOR),
        (2 * SECTOR, SECTOR - 2),
    ]


def test_a_torn_file_with_all_its_sectors_is_whole() -> None:
    content = RANDOM.randbytes(5000)
    file = StoredFile(b"x" * 100)
    file.pending = [Change(0, 50, content), Change(1, 4000, None)]

    file.lose_power(RANDOM, EVERYTHING)

    assert file.content == (b"x" * 50 + content)[:4000]


def test_of_a_file_without_luck_only_what_was_safe_is_left() -> None:
    file = StoredFile(b"safe")
    file.pending = [Change(0, 0, b"lost"), Change(1, 0, None)]

    file.lose_power(RANDOM, NOTHING)

    assert file.content == b"safe"

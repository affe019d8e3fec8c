"""Files that are read again: from any object on, with each problem reported once."""

from pathlib import Path

import pytest

from gateway.json_files import reader
from gateway.migration import objects as migration_objects
from gateway.migration.files import file_batches
from gateway.migration.files.file_batches import ByteProgress, InputFiles, Rereader


def unseen(_size: int) -> None: ...


@pytest.fixture
def files(tmp_path: Path) -> InputFiles:
    """Ten objects in two files."""
    for name, numbers in (("a", range(4)), ("b", range(4, 10))):
        lines = [f'{{"id":"{n}"}}' for n in numbers]
        (tmp_path / name).write_text("\n".join(lines))
    return InputFiles((str(tmp_path / "a"), str(tmp_path / "b")))


def numbers(raw_objects: list[migration_objects.RawObject]) -> list[int]:
    return [int(raw_object.raw[7:-2]) for raw_object in raw_objects]


def test_batches_go_on_behind_what_was_taken(files: InputFiles, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(file_batches, "FILE_BATCH_SIZE", 3)

    assert [numbers(b) for b in files.iter_batches(5, unseen)] == [[5, 6, 7], [8, 9]]
    assert list(files.iter_batches(10, unseen)) == []


@pytest.mark.parametrize("asked", [[(0, 3), (3, 2), (8, 2)], [(4, 6), (0, 10), (9, 1), (2, 1)]])
def test_objects_are_found_again_in_any_order(files: InputFiles, asked: list[tuple[int, int]]):
    again = Rereader(files)

    for taken, number in asked:
        assert numbers(again.reread_objects(taken, number)) == list(range(taken, taken + number))


def test_whoever_asks_in_order_has_the_files_read_once(
    files: InputFiles, monkeypatch: pytest.MonkeyPatch
):
    opened: list[str] = []
    objects = reader.read_json_objects
    monkeypatch.setattr(
        file_batches,
        "read_json_objects",
        lambda path, **given: opened.append(path) or objects(path, **given),
    )
    again = Rereader(files)

    for taken in range(0, 10, 2):
        again.reread_objects(taken, 2)

    assert opened == list(files.paths)


def test_bytes_count_once_whoever_has_read_them():
    told: list[int] = []
    reached = ByteProgress(told.append)
    first, second = reached.restart(), reached.restart()

    first(5)
    second(3)
    second(4)
    reached.advance_to(6)
    reached.advance_to(9)
    first(5)

    assert told == [5, 2, 2, 1]


def test_what_comes_through_a_pipe_does_not_last(files: InputFiles):
    assert files.can_reread
    assert not InputFiles(("-",)).can_reread

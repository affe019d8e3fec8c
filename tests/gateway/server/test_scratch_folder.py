"""The folder of a run goes with the run, or with the next one."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.server.scratch_folder import remove_leftovers, scratch_folder

PARENT = """
import subprocess, sys
from gateway.server.scratch_folder import scratch_folder
worker = "import sys; from pathlib import Path;"
worker += "from gateway.server.scratch_folder import hold_scratch_folder;"
worker += "hold_scratch_folder(Path(sys.argv[1])); print('holds', flush=True); sys.stdin.read()"
with scratch_folder() as folder:
    if sys.argv[1:]:
        subprocess.Popen([sys.executable, "-c", worker, str(folder)])
    else:
        print("holds", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@contextmanager
def run(place: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Another process with a scratch folder, which ends with its standard input."""
    process = subprocess.Popen(  # noqa: S603  our own
        [sys.executable, "-c", PARENT, *words],
        env={"TMPDIR": str(place), "PYTHONPATH": str(Path(__file__).parents[3])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    assert process.stdout.readline() == "holds\n"
    yield process
    process.stdin.close()
    process.stdout.read()  # until a worker has ended too
    process.stdout.close()
    process.wait()


def folders(place: Path) -> list[Path]:
    return list(place.glob("gateway-*"))


def test_a_run_removes_its_own_folder(tmp_path: Path) -> None:
    with scratch_folder() as folder:
        assert folders(tmp_path) == [folder]

    assert folders(tmp_path) == []


def test_the_folder_of_a_killed_run_is_removed_by_the_next(tmp_path: Path) -> None:
    with run(tmp_path) as other:
        [left] = folders(tmp_path)
        other.kill()
        other.wait()

    with scratch_folder() as folder:
        assert folder != left
        assert folders(tmp_path) == [folder]


def test_the_folder_of_a_living_run_stays(tmp_path: Path) -> None:
    with run(tmp_path):
        [others] = folders(tmp_path)
        with scratch_folder() as folder:
            assert set(folders(tmp_path)) == {others, folder}


def test_the_folder_stays_while_a_worker_outlives_its_supervisor(tmp_path: Path) -> None:
    with run(tmp_path, "with a worker") as supervisor:
        supervisor.kill()
        supervisor.wait()
        [left] = folders(tmp_path)
        remove_leftovers(tmp_path)
        assert folders(tmp_path) == [left]

    remove_leftovers(tmp_path)
    assert folders(tmp_path) == []


def test_what_is_not_known_to_be_ours_stays(tmp_path: Path) -> None:
    (tmp_path / "gateway-of-somebody").mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "in-use").touch()
    (tmp_path / "gateway-link").symlink_to(elsewhere)
    (tmp_path / "gateway-file").touch()

    remove_leftovers(tmp_path)

    assert len(folders(tmp_path)) == 3
    assert (elsewhere / "in-use").exists()

"""The worker process: it may start before its task is known, and may end at any time."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from gateway.__main__ import MIN_SHARED_BYTES, uses_second_process
from gateway.migration import worker_process
from gateway.migration.worker_process import RunTask, Worker, start_early

LONG = 30.0


def doubling(times: int) -> RunTask:
    return lambda question: question * times


@pytest.fixture(autouse=True)
def _none_from_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_process, "EARLY_PROCESSES", [])


@pytest.fixture
def _several_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_process, "cores", lambda: 2)


@pytest.mark.usefixtures("_several_cores")
def test_one_that_was_begun_early_is_told_what_it_shall_do() -> None:
    start_early()
    start_early()
    (early,) = worker_process.EARLY_PROCESSES

    with closing(Worker(doubling, 2)) as other:
        other.send_task(b"ab")

        assert other.process is early.process
        assert other.receive_result() == b"abab"
    assert not worker_process.EARLY_PROCESSES
    assert not early.process.is_alive()


@pytest.mark.usefixtures("_several_cores")
def test_one_that_has_ended_before_it_was_told_answers_nothing() -> None:
    start_early()
    early = worker_process.EARLY_PROCESSES[0].process
    early.kill()
    early.join(LONG)

    with closing(Worker(doubling, 2)) as other:
        other.send_task(b"ab")

        assert other.receive_result() == b""
        assert not other.is_ready.is_set()


def test_one_core_has_no_use_for_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_process, "cores", lambda: 1)

    start_early()

    assert not worker_process.EARLY_PROCESSES


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], False),
        (["serve"], False),
        (["export", "--account", "acme"], True),
        (["import", "large", "--account", "acme"], True),
        (["import", "small", "large"], True),
        (["import", "small", "nothing", "-"], False),
        (["import"], False),
    ],
)
def test_only_what_is_much_is_for_two(
    words: list[str], expected: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small").write_bytes(b"{}")
    with Path("large").open("wb") as file:
        file.truncate(MIN_SHARED_BYTES + 1)

    assert uses_second_process(words) is expected


def test_who_interrupts_does_not_mean_the_other_process() -> None:
    answers = "import signal, sys; sys.exit(signal.getsignal(signal.SIGINT) is not signal.SIG_IGN)"
    with worker_process.ignore_interrupts():
        ended = subprocess.run([sys.executable, "-c", answers], check=False)  # noqa: S603
    assert ended.returncode == 0

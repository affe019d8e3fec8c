"""The other process: it can be begun before it is known what it shall do, and may end at any
time."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from gateway.__main__ import MUCH, are_for_two
from gateway.migration import worker_process as worker
from gateway.migration.worker_process import Answer, Worker, start_early

LONG = 30.0


def doubling(times: int) -> Answer:
    return lambda question: question * times


@pytest.fixture(autouse=True)
def _none_from_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "AHEAD_OF_TIME", [])


@pytest.fixture
def _several_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "cores", lambda: 2)


@pytest.mark.usefixtures("_several_cores")
def test_one_that_was_begun_early_is_told_what_it_shall_do() -> None:
    start_early()
    start_early()
    (early,) = worker.AHEAD_OF_TIME

    with closing(Worker(doubling, 2)) as other:
        other.send_task(b"ab")

        assert other.process is early.process
        assert other.receive_result() == b"abab"
    assert not worker.AHEAD_OF_TIME
    assert not early.process.is_alive()


@pytest.mark.usefixtures("_several_cores")
def test_one_that_has_ended_before_it_was_told_answers_nothing() -> None:
    start_early()
    early = worker.AHEAD_OF_TIME[0].process
    early.kill()
    early.join(LONG)

    with closing(Worker(doubling, 2)) as other:
        other.send_task(b"ab")

        assert other.receive_result() == b""
        assert not other.is_ready.is_set()


def test_one_core_has_no_use_for_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "cores", lambda: 1)

    start_early()

    assert not worker.AHEAD_OF_TIME


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
        file.truncate(MUCH + 1)

    assert are_for_two(words) is expected


def test_who_interrupts_does_not_mean_the_other_process() -> None:
    answers = "import signal, sys; sys.exit(signal.getsignal(signal.SIGINT) is not signal.SIG_IGN)"
    with worker.uninterrupted():
        ended = subprocess.run([sys.executable, "-c", answers], check=False)  # noqa: S603
    assert ended.returncode == 0

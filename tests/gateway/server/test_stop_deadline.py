"""A process that was told to stop ends, whatever its threads do."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

STUCK = """
import signal, threading, time
from gateway.server.stop_deadline import bound_stop, end_process
signal.signal(signal.SIGTERM, lambda *_: print("handled", flush=True))
signal.signal(signal.SIGINT, lambda *_: print("handled", flush=True))
bound_stop(1, end_process)
threading.Thread(target=time.sleep, args=(60,)).start()
print("stuck", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_process_with_a_stuck_thread_ends(number: signal.Signals) -> None:
    process = subprocess.Popen(  # noqa: S603  our own
        [sys.executable, "-c", STUCK],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "stuck\n"

    started = time.monotonic()
    process.send_signal(number)
    output, log = process.communicate(timeout=30)

    assert (process.returncode, output) == (0, "handled\n")
    assert time.monotonic() - started < 5
    assert "not every request had finished" in log

"""The last resort of a stop: some seconds after a signal the process is ended, come what may.

A thread waits for the signal from the start on. It would be too late to start one in the handler
of a signal: the interrupted thread may hold the lock that this takes. So the handler only writes
a byte into a pipe.
"""

import os
import signal
import time
from collections.abc import Callable
from threading import Thread
from types import FrameType

SIGNALS = signal.SIGTERM, signal.SIGINT
SHARE_OF_PROCESS = 0.85
"""Of the seconds to stop. Connections are cut off before."""
SUPERVISOR_SECONDS = 1
"""Of the seconds to stop: uvicorn's supervisor looks for signals twice a second."""


def bound_stop(seconds: float, end: Callable[[], None]) -> None:
    """Call `end` some time after the first signal to stop, in a thread of its own.

    The handlers that are in place stay in use.
    """
    waiting, written = os.pipe()

    def wait() -> None:
        os.read(waiting, 1)
        time.sleep(SHARE_OF_PROCESS * seconds)
        end()

    Thread(target=wait, name="stop deadline", daemon=True).start()
    for number in SIGNALS:
        signal.signal(number, with_note(signal.getsignal(number), written))


def with_note(
    handler: Callable[[int, FrameType | None], object] | int | None, pipe: int
) -> Callable[[int, FrameType | None], None]:
    """Return a handler that writes a byte into a pipe before it calls another handler."""

    def note_and_handle(number: int, frame: FrameType | None) -> None:
        os.write(pipe, b"!")
        if callable(handler):
            handler(number, frame)

    return note_and_handle


def end_process() -> None:
    """End this process without a look at its threads. What is committed stays."""
    os.write(2, b"gateway: ended, although not every request had finished\n")
    os._exit(0)

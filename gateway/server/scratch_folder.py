"""The folder that the processes of one run share, and the folders that killed runs left behind.

Every process of a run holds a shared lock on a file in the folder. The operating system gives it
back at the end of the process, however that comes. So a folder whose lock is free belongs to
nobody; the number of a process would prove nothing, since numbers are given again.
"""

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "gateway-"
LOCK = "in-use"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Create a folder for this run, and remove those of killed runs."""
    remove_leftovers(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name:
        folder = Path(name)
        # Locked before it has its name: nobody sees the lock free.
        descriptor = os.open(folder / "new", os.O_CREAT | os.O_RDONLY, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        (folder / "new").rename(folder / LOCK)
        try:
            yield folder
        finally:
            os.close(descriptor)


def hold_scratch_folder(folder: Path) -> None:
    """Keep the folder from being removed for as long as this process lives."""
    # Never closed: a worker may outlive the process that has started it.
    fcntl.flock(os.open(folder / LOCK, os.O_RDONLY), fcntl.LOCK_SH)


def remove_leftovers(place: Path) -> None:
    """Remove the folders of this user whose runs have ended without doing so."""
    for folder in place.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if is_own_folder(folder):
                remove_unlocked(folder)


def is_own_folder(folder: Path) -> bool:
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()


def remove_unlocked(folder: Path) -> None:
    """Remove a folder if no process holds its lock. Raise OSError if one does, or has none."""
    descriptor = os.open(folder / LOCK, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder)
    finally:
        os.close(descriptor)

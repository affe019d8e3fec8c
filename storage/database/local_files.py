"""The files and folders of a database and a blob store on this machine, and who may read them."""

import os
import stat
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import make_url
from sqlalchemy.engine import URL

OTHER_USERS = stat.S_IRWXG | stat.S_IRWXO
"""What the mode of a file allows to anybody but its owner."""
NOT_LOCAL = ("s3://", "memory://")


class ExposedFile(NamedTuple):
    """A file or folder that other users of the machine may read or write, and its mode."""

    path: str
    mode: int
    is_folder: bool


def sqlite_path(url: URL) -> str | None:
    """Return the path of the file of an SQLite database; None for any other database."""
    is_file = url.get_backend_name() == "sqlite" and url.database not in {None, "", ":memory:"}
    return str(url.database) if is_file else None


def local_paths(database: str, blobs: str) -> tuple[Path, ...]:
    """Return the paths of the database and of the blob store that are on this machine."""
    path = sqlite_path(make_url(database))
    return (
        *([Path(path)] if path else []),
        *([] if blobs.startswith(NOT_LOCAL) else [Path(blobs)]),
    )


def list_exposed_files(database: str, blobs: str) -> tuple[ExposedFile, ...]:
    """List the files of a database and the folder of its blobs that other users may use.

    A folder that is closed to them protects all that is in it.
    """
    paths = [
        path.with_name(path.name + ending)
        for path in local_paths(database, blobs)
        for ending in ("", "-wal", "-shm")
    ]
    found = [(path, path.stat().st_mode) for path in paths if path.exists()]
    return tuple(
        ExposedFile(str(path), stat.S_IMODE(mode), stat.S_ISDIR(mode))
        for path, mode in found
        if mode & OTHER_USERS
    )


def free_bytes(path: Path) -> int:
    """Return the free bytes of the disk of a path, or of the first of its folders that exists."""
    existing = next(place for place in (path, *path.absolute().parents) if place.exists())
    disk = os.statvfs(existing)
    return disk.f_bavail * disk.f_frsize

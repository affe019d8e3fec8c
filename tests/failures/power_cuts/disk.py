"""A disk after a power cut: what was synced is there, and of the rest a random part.

1. The folder is copied before the processes start: all of that is safe.
2. The journal is replayed up to the cut. A sync makes the earlier changes of one file safe, a sync
   of a folder its earlier names. A synced file can be lost with its name: POSIX promises no more.
3. What is not safe at the cut is kept or dropped at random, and what is left is written to a new
   folder.
"""

from itertools import takewhile
from pathlib import Path, PurePath
from random import Random
from typing import NamedTuple

from .stored_file import Chances, Change, StoredFile
from .write_journal import Entry, Kind

KEPT = (0.0, 0.1, 0.5, 0.9)
"""Cuts differ in how much is kept: a disk with nothing of it finds other faults than one with
almost all."""


class Folder:
    """A folder on the disk, of which only the name matters."""


Node = StoredFile | Folder


class Naming(NamedTuple):
    """Names in one folder that are given, or taken (None), in one step."""

    position: int
    folder: str
    names: dict[str, Node | None]


class Snapshot(NamedTuple):
    """The files of a folder, by path below it, with their inodes, and the folders in it."""

    root: Path
    files: dict[str, tuple[int, bytes]]
    folders: frozenset[str]


def take_snapshot(root: Path) -> Snapshot:
    files = {
        str(path): (path.stat().st_ino, path.read_bytes())
        for path in root.rglob("*")
        if path.is_file() and not path.name.endswith("-shm")
    }
    folders = frozenset(str(path) for path in root.rglob("*") if path.is_dir())
    return Snapshot(root, files, folders)


class Disk:
    """A disk, from a snapshot on. `has_syncs` is false for one that ignores all syncs."""

    def __init__(self, snapshot: Snapshot, *, has_syncs: bool = True) -> None:
        self.root = snapshot.root
        self.has_syncs = has_syncs
        self.inodes = {inode: StoredFile(data) for inode, data in snapshot.files.values()}
        self.stored: dict[str, Node] = {name: Folder() for name in snapshot.folders}
        self.stored |= {path: self.inodes[inode] for path, (inode, _) in snapshot.files.items()}
        self.seen = dict(self.stored)
        """What processes see, while `stored` holds the names that are safe."""
        self.namings: list[Naming] = []

    def replay(self, entry: Entry) -> None:
        match entry.kind:
            case Kind.OPEN:
                self.open(entry)
            case Kind.WRITE | Kind.TRUNCATE:
                data = entry.data if entry.kind is Kind.WRITE else None
                change = Change(entry.position, entry.offset, data)
                self.inodes[entry.inode].pending.append(change)
            case Kind.SYNC if self.has_syncs:
                self.inodes[entry.inode].sync(entry.offset)
            case Kind.SYNC_FOLDER if self.has_syncs:
                self.sync_folder(entry.path, entry.offset)
            case Kind.UNLINK:
                self.name(entry.position, {entry.path: None})
            case Kind.MAKE_FOLDER:
                self.name(entry.position, {entry.path: Folder()})
            case Kind.RENAME:
                self.rename(entry)

    def open(self, entry: Entry) -> None:
        """Note a new file. An inode can belong to a deleted file before it belongs to this one."""
        file = self.seen.get(entry.path)
        if file is None or file is not self.inodes.get(entry.inode):
            self.inodes[entry.inode] = StoredFile()
            self.name(entry.position, {entry.path: self.inodes[entry.inode]})

    def rename(self, entry: Entry) -> None:
        target = entry.data.decode()
        assert PurePath(target).parent == PurePath(entry.path).parent
        self.name(entry.position, {entry.path: None, target: self.seen[entry.path]})

    def name(self, position: int, names: dict[str, Node | None]) -> None:
        folder = str(PurePath(next(iter(names))).parent)
        self.namings.append(Naming(position, folder, names))
        give_names(self.seen, names)

    def sync_folder(self, folder: str, began: int) -> None:
        left = []
        for naming in self.namings:
            if naming.folder == folder and naming.position < began:
                give_names(self.stored, naming.names)
            else:
                left.append(naming)
        self.namings = left

    def lose_power(self, random: Random) -> None:
        """Keep a random part of what is not safe. All that is left is safe then."""
        chances = Chances(random.choice(KEPT), random.random() < 0.5)
        for naming in self.namings:
            if random.random() < chances.kept:
                give_names(self.stored, naming.names)
        for file in self.files(self.stored).values():
            file.lose_power(random, chances)
        self.namings = []

    def files(self, names: dict[str, Node]) -> dict[str, StoredFile]:
        """Return the files that can be reached from the root, by path."""
        found = {}
        for path, node in names.items():
            above = takewhile(lambda folder: folder != self.root, PurePath(path).parents)
            if isinstance(node, StoredFile) and all(str(folder) in names for folder in above):
                found[path] = node
        return found

    def write_to(self, folder: Path) -> None:
        for path, file in self.files(self.stored).items():
            target = folder / PurePath(path).relative_to(self.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.content)

    def without_a_cut(self) -> dict[str, bytes]:
        """Return what processes see: the content of each file, with all its changes."""
        files = self.files(self.seen)
        for file in files.values():
            file.lose_power(Random(0), Chances(kept=1.1, are_torn=False))  # noqa: S311
        return {path: bytes(file.content) for path, file in files.items()}


def give_names(names: dict[str, Node], given: dict[str, Node | None]) -> None:
    for path, node in given.items():
        if node is None:
            names.pop(path, None)
        else:
            names[path] = node

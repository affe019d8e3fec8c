"""Stores of demo clients: made once by the command line into a folder, then used again."""

import hashlib
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct
from rich.console import Console

from bench.servers import GATEWAY, ROOT, environment

T = TypeVar("T")
ACCOUNT = "acme"
console = Console(stderr=True)


class Tokens(Struct, frozen=True, kw_only=True):
    ninja: str
    planado: str

    def __repr__(self) -> str:
        """Without values: they are secrets, if of a demo."""
        return "Tokens(…)"


class Kept(Struct, frozen=True, kw_only=True):
    """A gateway's file with demo clients, and what opens it."""

    folder: Path
    clients: int
    tokens: Tokens

    @property
    def database(self) -> Path:
        return self.folder / "gateway.db"


class PeerKept(Struct, frozen=True, kw_only=True):
    folder: Path
    token: str

    def __repr__(self) -> str:
        """Without the token."""
        return f"PeerKept({self.folder})"

    @property
    def database(self) -> Path:
        return self.folder / "peer.db"


class Known(Struct, frozen=True, kw_only=True):
    """Every client as each dialect lists it, by the gateway's exports, not by its lists: Ninja
    by number, Planado the newest first. `newest` are the numbers of all in that order, `gone` those
    of the deleted ones."""

    hashids: tuple[str, ...]
    uuids: tuple[str, ...]
    newest: tuple[int, ...]
    gone: frozenset[int]


class NinjaLine(Struct, frozen=True):
    id: str
    created_at: int
    is_deleted: bool


class PlanadoLine(Struct, frozen=True):
    uuid: str
    created_at: str


def demo_store(cache: Path, clients: int) -> Kept:
    folder = made(cache / f"demo-{clients}", lambda place: fill(place, clients))
    tokens = msgspec.json.decode((folder / "tokens.json").read_bytes(), type=Tokens)
    kept = Kept(folder=folder, clients=clients, tokens=tokens)
    gateway(kept.database, "db", "upgrade")  # the code may be newer than the file
    return kept


def fill(folder: Path, clients: int) -> None:
    database = folder / "gateway.db"
    gateway(database, "demo", "--account", ACCOUNT, "--clients", str(clients), "--json")
    texts = {dialect: token(database, dialect) for dialect in Tokens.__struct_fields__}
    write_secret(folder / "tokens.json", msgspec.json.encode(texts))


def token(database: Path, dialect: str) -> str:
    said = gateway(
        database,
        *("token", "create", "--account", ACCOUNT),
        *("--dialect", dialect, "--label", "bench", "--json"),
    )
    return str(msgspec.json.decode(said)["token"])


def known_of(kept: Kept) -> Known:
    path = kept.folder / "known.json"
    if not path.exists():
        ninja = lines(exported(kept, "ninja"), NinjaLine)
        planado = lines(exported(kept, "planado"), PlanadoLine)
        planado.sort(key=attrgetter("created_at"), reverse=True)
        ages = sorted(((line.created_at, n) for n, line in enumerate(ninja, 1)), reverse=True)
        known = Known(
            hashids=tuple(line.id for line in ninja),
            uuids=tuple(line.uuid for line in planado),
            newest=tuple(n for _, n in ages),
            gone=frozenset(n for n, line in enumerate(ninja, 1) if line.is_deleted),
        )
        path.write_bytes(msgspec.json.encode(known))
    return msgspec.json.decode(path.read_bytes(), type=Known)


def lines(path: Path, kind: type[T]) -> list[T]:
    with path.open("rb") as file:
        return [msgspec.json.decode(line, type=kind) for line in file]


def exported(kept: Kept, dialect: str) -> Path:
    path = kept.folder / f"{dialect}.ndjson"
    if not path.exists():
        partly = path.with_suffix(".partly")
        words = ["--account", ACCOUNT, "--dialect", dialect, "--force", "-o", str(partly)]
        gateway(kept.database, "export", *words)
        partly.rename(path)
    return path


def peer_store(cache: Path, kept: Kept) -> PeerKept:
    """Made anew when the peer's tables may have changed."""
    text = b"".join(
        Path(__file__).with_name(f"{n}.py").read_bytes() for n in ("peer", "peer_filling")
    )
    version = hashlib.sha256(text).hexdigest()[:8]

    def fill_peer(place: Path) -> None:
        secret = secrets.token_urlsafe()
        words = [sys.executable, "-m", "bench.peer_filling", str(exported(kept, "ninja"))]
        run(words, {"PEER_DATABASE": str(place / "peer.db"), "PEER_TOKEN": secret})
        write_secret(place / "token", secret.encode())

    folder = made(cache / f"peer-{kept.clients}-{version}", fill_peer)
    return PeerKept(folder=folder, token=(folder / "token").read_text())


def made(folder: Path, make: Callable[[Path], None]) -> Path:
    """The folder, which is there whole or not at all."""
    if not folder.exists():
        console.print(f"making {folder} …")
        place = folder.with_suffix(".partly")
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        make(place)
        place.rename(folder)
    return folder


def write_secret(path: Path, text: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(text)


def gateway(database: Path, *words: str) -> bytes:
    return run([*GATEWAY, *words], {"GATEWAY_DATABASE_URL": f"sqlite:///{database}"})


def run(words: list[str], own: dict[str, str]) -> bytes:
    return subprocess.run(  # noqa: S603  our own
        words, env=environment(own), cwd=ROOT, stdout=subprocess.PIPE, check=True
    ).stdout

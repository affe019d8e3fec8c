"""What a load consists of: prepared requests, and which clients their answers must show."""

from enum import Enum
from pathlib import Path

from msgspec import Struct


class Order(Enum):
    """`ANY` draws each request by chance; `ONCE` plays them in their order, none a second time;
    `THROUGH` does so to the end, however long that takes."""

    ANY = "any"
    ONCE = "once"
    THROUGH = "through"


class Ask(Struct, frozen=True):
    """One request. `shows` are the ids that its answer must hold, in order; without any, the
    answer must show what the body says."""

    path: str
    method: str = "GET"
    body: str = ""
    shows: tuple[str, ...] = ()


class Script(Struct, frozen=True, kw_only=True):
    """Requests with the headers that they have in common, and the status of every answer."""

    headers: dict[str, str]
    asks: tuple[Ask, ...]
    status: int = 200
    order: Order = Order.ANY

    def __repr__(self) -> str:
        """Without the headers: one of them is a secret."""
        return f"Script({len(self.asks)} requests like {self.asks[0].path})"

    def write(self, path: Path) -> Path:
        """As load/replay.lua reads it."""
        lines = [f"{name}: {value}" for name, value in self.headers.items()]
        lines += ["", *(f"{a.method}\t{a.path}\t{a.body}" for a in self.asks)]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        path.chmod(0o600)  # a token is in it
        return path

"""Fills the peer's file from a Ninja export of the gateway, so that both serve the same texts:
`python -m bench.peer_filling clients.ndjson`, with PEER_DATABASE and PEER_TOKEN set.
"""

import os
import sys
from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from sqlmodel import Session, SQLModel, insert

from bench.peer import Client, Contact, Token, engine
from bench.peer_ids import uuid_of

BATCH = 1000


def fill(path: Path, token: str) -> None:
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session, path.open("rb") as lines:
        session.add(Token(digest=sha256(token.encode()).hexdigest()))
        numbered = enumerate(lines, start=1)
        while batch := list(islice(numbered, BATCH)):
            rows = [(n, msgspec.json.decode(line)) for n, line in batch]
            session.execute(insert(Client), [client(n, given) for n, given in rows])
            session.execute(insert(Contact), [c for n, given in rows for c in contacts(n, given)])
        session.commit()
    engine.dispose()  # or all of it would stay in the write-ahead log


def client(number: int, given: dict[str, Any]) -> dict[str, Any]:
    own = {name: value for name, value in given.items() if name != "contacts"}
    return own | {"id": number, "uuid": uuid_of(number), "version": 1}


def contacts(number: int, given: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for contact in given["contacts"]:
        own = {name: value for name, value in contact.items() if name != "id"}
        yield own | {"client_id": number}


if __name__ == "__main__":
    fill(Path(sys.argv[1]), os.environ["PEER_TOKEN"])

"""Two accounts in one store: a stranger whose every text has a mark, and copies of one of ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from uuid import UUID

import obstore
from sqlalchemy import Connection, select

from dialects.ninja.protocol.id_codec import id_codec
from gateway.app import create_app
from gateway.settings import Settings
from storage.documents.blob_store import BlobStore
from storage.model.accounts import Account
from storage.model.commands import CreateAccount, CreateToken
from storage.model.generators import Generators
from storage.schema.tables import RUN
from storage.store import Store
from tests.campaigns.scale import rounds
from tests.conftest import CLOCK
from tests.support.account_copies import copy_account
from tests.support.api_callers import Ninja, Planado, Speaker
from tests.support.asgi_client import AsgiClient

MARK = "Xyzzy"
"""Every text of the stranger has it."""
PASSWORD = {"X-API-PASSWORD": "of the account"}
KEY = "key-of-the-stranger"
KEY_HEADER = "Idempotency-Key"
HASHED = ("client", "contact", "group", "document", "company")
LIVE, GONE = 7, 6
"""Records of the stranger whose serials none of ours gets. The second ones end."""
PDF = b"%PDF-1.7\n" + MARK.encode()
PROBED = 10**12
"""Where the sequence of new uuids and random texts begins in each probe."""


class Sequence:
    """A source of uuids and random texts that can give the same ones again."""

    def __init__(self) -> None:
        self.number = 1

    def new_uuid(self) -> UUID:
        self.number += 1
        return UUID(int=self.number)

    def random_text(self, length: int) -> str:
        self.number += 1
        return f"{self.number:0{length}d}"

    @contextmanager
    def repeated(self) -> Iterator[None]:
        number, self.number = self.number, PROBED
        yield
        self.number = number


class Tenants(NamedTuple):
    store: Store
    http: AsgiClient
    blobs: BlobStore
    sequence: Sequence
    own: Account
    stranger: Account
    readers: dict[str, Speaker]
    """Callers of our account itself, for what changes nothing."""
    own_ids: dict[str, str]
    foreign_ids: list[dict[str, str]]
    missing_ids: list[dict[str, str]]

    def caller(self, account: Account, dialect: str) -> Speaker:
        command = CreateToken(account=account.name, dialect=dialect)
        _, token = self.store.create_token(command)
        speakers: dict[str, type[Speaker]] = {"ninja": Ninja, "planado": Planado}
        return speakers[dialect](self.http, str(token))

    def copy(self, dialect: str) -> Speaker:
        """Return a caller with a fresh copy of our account."""
        return self.caller(copy_account(self.store, self.own), dialect)

    def whole(self, account: Account) -> tuple[dict[str, list[Any]], list[Any]]:
        """Return all rows and all files of an account."""
        rows = self.store._write(rows_of, account.id)
        batches = obstore.list(self.blobs.store, prefix=str(account.id))
        files = sorted((e["path"], e["size"]) for batch in batches for e in batch)
        return rows, files


def rows_of(connection: Connection, account_id: int) -> dict[str, list[Any]]:
    return {
        table.name: sorted(map(repr, connection.execute(statement.where(column == account_id))))
        for table in RUN.metadata.sorted_tables
        for statement in [select(*table.c)]
        for column in [table.c.get("account_id", table.c.get("id"))]
        if "account_id" in table.c or table.name == "account"
    }


@contextmanager
def tenants_at(url: str, own_salt: str, other_salt: str) -> Iterator[Tenants]:
    blobs, sequence = BlobStore.at("memory://"), Sequence()
    generators = Generators(
        clock=CLOCK, new_uuid=sequence.new_uuid, random_text=sequence.random_text
    )
    store = Store.open(url, generators, blobs)
    own = store.create_account(CreateAccount(name="own", hash_salt=own_salt))
    stranger = store.create_account(CreateAccount(name=f"{MARK} inc", hash_salt=other_salt))
    for account in (own, stranger):
        store.set_password(account.name, PASSWORD["X-API-PASSWORD"])
    with AsgiClient(create_app(store, Settings())) as http:
        tenants = Tenants(store, http, blobs, sequence, own, stranger, {}, {}, [], [])
        tenants.readers.update({name: tenants.caller(own, name) for name in ("ninja", "planado")})
        tenants.own_ids.update(add_records(tenants, own, "Acme", 0))
        add_records(tenants, own, "Acme", 1)
        others = [add_records(tenants, stranger, MARK, n) for n in range(LIVE + 1)]
        pairs = [(others[LIVE], own_salt), (others[GONE], other_salt)]
        pairs += rounds([], [(others[LIVE], other_salt), (others[GONE], own_salt)])
        for ids, salt in pairs:
            tenants.foreign_ids.append(rewritten(ids, other_salt, salt))
            tenants.missing_ids.append(missing(salt))
        end(tenants, others[GONE], others[0])
        yield tenants
    store.close()


def add_records(tenants: Tenants, account: Account, word: str, n: int) -> dict[str, str]:
    """Add one record of each kind, by requests with keys, and return their ids."""
    ninja, planado = (tenants.caller(account, name) for name in ("ninja", "planado"))
    key = f"{KEY}-{account.id}-{n}"
    ids = {
        "number": f"no-{account.id}-{n:03}",
        "email": f"{account.id}-{n:03}@example.com",
        "external_id": f"ext-{account.id}-{n:03}",
        "company": id_codec(account.hash_salt).encode(account.id),
    }
    group = ninja.post("/group_settings", json={"name": f"{word} {n}"}).json()["data"]
    body = {
        "name": f"{word} {n}",
        "number": ids["number"],
        "id_number": ids["number"],
        "private_notes": word,
        "group_settings_id": group["id"],
        "contacts": [{"first_name": word, "email": ids["email"]}],
    }
    client = ninja.post("/clients", json=body, headers={KEY_HEADER: key}).json()["data"]
    files = {"documents[]": (f"{word}.pdf", PDF)}
    client = ninja.request("PUT", f"/clients/{client['id']}/upload", files=files).json()["data"]
    lee = {"organization": True, "organization_name": word, "external_id": ids["external_id"]}
    uuid = planado.post("/clients", json=lee, headers={KEY_HEADER: key}).json()["client_uuid"]
    serial = id_codec(account.hash_salt).decode(client["id"])
    merged_uuid = tenants.store.get_client(account.id, serial or 0).uuid
    [document], [contact] = client["documents"], client["contacts"]
    records = {"client": client, "contact": contact, "group": group, "document": document}
    ids |= {name: record["id"] for name, record in records.items()}
    return ids | {"uuid": uuid, "merged_uuid": str(merged_uuid), "key": key}


def end(tenants: Tenants, ids: dict[str, str], other: dict[str, str]) -> None:
    """Merge one client of the stranger into another, and delete the other records of the ids."""
    ninja, planado = (tenants.caller(tenants.stranger, name) for name in ("ninja", "planado"))
    document, group = ({"action": "delete", "ids": [ids[name]]} for name in ("document", "group"))
    answers = [
        ninja.post("/documents/bulk", json=document),
        ninja.post("/group_settings/bulk", json=group),
        ninja.post(f"/clients/{other['client']}/{ids['client']}/merge", headers=PASSWORD),
        planado.delete(f"/clients/{ids['uuid']}"),
    ]
    assert [answer.status_code for answer in answers] == [200] * 4


def rewritten(ids: dict[str, str], old_salt: str, salt: str) -> dict[str, str]:
    """Return ids of the same records as another salt writes them."""
    old, new = id_codec(old_salt), id_codec(salt)
    return ids | {name: new.encode(old.decode(ids[name])) for name in HASHED}


def missing(salt: str) -> dict[str, str]:
    """Return ids that nobody has. They are as long as those of the stranger."""
    ids = dict.fromkeys(HASHED, id_codec(salt).encode(77))
    ids |= {"number": "no-7-777", "email": "7-777@example.com", "external_id": "ext-7-777"}
    uuids = dict.fromkeys(("uuid", "merged_uuid"), str(UUID(int=77 * PROBED)))
    return ids | uuids | {"key": f"{KEY}-7-7"}

"""Told clients come true in memory: born, and changed, as the store does it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from msgspec import UNSET, structs

from dialects.base.migration.object_codec import Told
from storage.imports.incoming import Incoming, arriving
from storage.model.accounts import Account
from storage.model.commands import CreateAccount, ImportClient
from storage.model.generators import Makers, random_text
from storage.model.imports import Outcome
from storage.model.records import Client, Origin
from storage.model.runs import Note, StartRun
from storage.rules.client_changes import Birth, applied, created
from storage.rules.contact_changes import Serials
from storage.store import Store

MOMENT = datetime(2030, 1, 1, tzinfo=UTC)
FIRST = 10_000
"""Of the serials that the store gives by itself: no test says one of those."""
ACCOUNT = Account(
    id=1,
    name="acme",
    hash_salt="",
    country_id=840,
    currency_id=1,
    owner_serial=1,
    created_at=MOMENT,
)


def makers() -> Makers:
    return Makers(clock=lambda: MOMENT, uuid=uuid4, random_text=random_text)


def serials() -> Serials:
    return Serials(count(FIRST), count(FIRST))


def account_of(whole: dict[str, Any]) -> Account:
    return structs.replace(ACCOUNT, **whole)


def born(command: ImportClient, account: Account = ACCOUNT) -> Client:
    """A new client, with its own ids wherever it brings some."""
    birth = Birth(
        account=account,
        serial=FIRST if command.serial is UNSET else command.serial,
        number=command.number or "0001",
        serials=serials(),
        now=MOMENT,
        makers=makers(),
    )
    return created(command, birth)


def changed(record: Client, told: Told) -> Client:
    """The client here after the change; the very same when nothing differs but a version."""
    command = structs.replace(told.change(record), version=UNSET)
    return applied(record, command, serials=serials(), now=MOMENT, makers=makers())


def imported(store: Store, account: dict[str, Any], told: Sequence[Told]) -> list[Client]:
    """The clients in an account of their own, by the store's own import."""
    made = store.create_account(CreateAccount(name=str(uuid4()), **account))
    run = store.start_run(made.id, StartRun(verb="import", dialect="any", source="there"))
    outcomes = store.import_clients(made.id, list(map(incoming, told)), run_id=run.id, take=noted)
    return [store.client(made.id, o.serial) for o in outcomes if o.serial is not None]


def incoming(told: Told) -> Incoming:
    origin = Origin(source="there", foreign_id=told.foreign_id, stamp=told.stamp)
    return arriving(origin, told.client, told.change)


def noted(outcomes: tuple[Outcome, ...]) -> Note:
    return Note(checkpoint="", counts={"read": len(outcomes)})

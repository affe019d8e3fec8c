"""Parsed objects become clients in memory: created and changed with the store's own rules."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from msgspec import UNSET, structs

from dialects.base.migration.object_codec import ParsedObject
from storage.imports.incoming import IncomingClient, incoming_client
from storage.model.accounts import Account
from storage.model.commands import CreateAccount, ImportClient
from storage.model.generators import Generators, random_text
from storage.model.imports import ImportOutcome
from storage.model.records import Client, Origin
from storage.model.runs import RunProgress, StartRun
from storage.rules.client_changes import NewClientContext, apply_change, new_client
from storage.rules.contact_changes import SerialPool
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


def makers() -> Generators:
    return Generators(clock=lambda: MOMENT, new_uuid=uuid4, random_text=random_text)


def serials() -> SerialPool:
    return SerialPool(count(FIRST), count(FIRST))


def account_of(whole: dict[str, Any]) -> Account:
    return structs.replace(ACCOUNT, **whole)


def born(command: ImportClient, account: Account = ACCOUNT) -> Client:
    """Return the new client of a command. Ids that the command brings are kept."""
    context = NewClientContext(
        account=account,
        serial=FIRST if command.serial is UNSET else command.serial,
        number=command.number or "0001",
        serials=serials(),
        now=MOMENT,
        generators=makers(),
    )
    return new_client(command, context)


def changed(record: Client, parsed: ParsedObject) -> Client:
    """Return the changed client, or the same object if at most its version differs."""
    command = structs.replace(parsed.change_command(record), version=UNSET)
    return apply_change(record, command, serials=serials(), now=MOMENT, generators=makers())


def import_objects(
    store: Store, account: dict[str, Any], parsed: Sequence[ParsedObject]
) -> list[Client]:
    """Import parsed objects into a new account with the store's own import, and return the
    clients."""
    made = store.create_account(CreateAccount(name=str(uuid4()), **account))
    run = store.start_run(made.id, StartRun(verb="import", dialect="any", source="there"))
    outcomes = store.import_clients(
        made.id, list(map(incoming, parsed)), run_id=run.id, record_progress=count_read
    )
    return [store.get_client(made.id, o.serial) for o in outcomes if o.serial is not None]


def incoming(parsed: ParsedObject) -> IncomingClient:
    origin = Origin(source="there", foreign_id=parsed.foreign_id, stamp=parsed.stamp)
    return incoming_client(origin, parsed.command, parsed.change_command)


def count_read(outcomes: tuple[ImportOutcome, ...]) -> RunProgress:
    return RunProgress(checkpoint="", counts={"read": len(outcomes)})

"""Commands about conflicts: fields that both the store and a service have changed."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
import typer

from gateway.migration.reconcile import Side
from gateway.migration.runs import client_label
from gateway.migration.settlement import settle_conflict
from gateway.settings import DEFAULT_DATABASE
from gateway.terminal import say
from storage import Account, ConflictState, FieldConflict, Invalid, Problem, Store

from ..jobs import dialect_named
from ..options import AccountName, AsJson, Database, open_account
from ..output import print_answer, print_json, print_rows

conflicts_app = typer.Typer(
    help="Conflicts: fields that both sides changed; both values are kept.", no_args_is_help=True
)

ConflictId = Annotated[int, typer.Argument(metavar="ID")]
Take = Annotated[
    str,
    typer.Option("--take", help="here, or the name of the service: whose value."),
]
MAX_VALUE = 60
"""Characters of a value in the list; `show` has all of it."""


@conflicts_app.command("list")
def list_conflicts(
    account: AccountName,
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
    everything: Annotated[bool, typer.Option("--all", help="Those decided as well.")] = False,
) -> None:
    """List the conflicts that wait for a decision, the oldest first."""
    with open_account(database, account) as (store, owner):
        state = None if everything else ConflictState.OPEN
        names = {one.source: one.name for one in store.list_services(owner.id)}
        rows = [
            conflict_row(one, label_of(store, owner, one), name_of(one, names))
            for one in store.list_conflicts(owner.id, state)
        ]
    print_rows("conflicts", rows, as_json=as_json)


@conflicts_app.command("show")
def show_conflict(
    conflict_id: ConflictId,
    account: AccountName,
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Show both values of a conflict, whole."""
    with open_account(database, account) as (store, owner):
        conflict = store.get_conflict(owner.id, conflict_id)
        label = label_of(store, owner, conflict)
        names = {one.source: one.name for one in store.list_services(owner.id)}
    if as_json:
        print_json({"client": label, "conflict": conflict})
        return
    service = name_of(conflict, names)
    say(f"{label}: {conflict.fields} ({state_words(conflict, service)})")
    for name, value in (("here", conflict.here), (service, conflict.there)):
        say(f"  {name + ':':<9} {value_text(conflict, value)}")
    say(
        f"Decide with: gateway conflicts settle {conflict.id} --account {account}"
        f" --take here|{service}"
    )


@conflicts_app.command("settle")
def settle(
    conflict_id: ConflictId,
    account: AccountName,
    take: Take,
    database: Database = DEFAULT_DATABASE,
    as_json: AsJson = False,
) -> None:
    """Choose one of the values for both sides. It can be chosen again."""
    with open_account(database, account) as (store, owner):
        conflict = store.get_conflict(owner.id, conflict_id)
        names = {one.source: one.name for one in store.list_services(owner.id)}
        service, dialect = name_of(conflict, names), dialect_of(conflict)
        winner = winner_named(take, service, dialect)
        settle_conflict(store, owner, dialect_named(dialect), conflict, winner)
        label = label_of(store, owner, conflict)
    told = f"; the next push tells {service}" if winner is Side.HERE else ""
    words = f"{label}: {conflict.fields} is what {take} says{told}"
    print_answer({"id": conflict.id, "taken": winner.value}, words, as_json=as_json)


def winner_named(take: str, service: str, dialect: str) -> Side:
    match take:
        case "here":
            return Side.HERE
        case _ if take in {service, dialect}:
            return Side.THERE
        case _:
            words = f"{take!r} has no value in this conflict: say here or {service}"
            raise Invalid(Problem(("take",), words))


def dialect_of(conflict: FieldConflict) -> str:
    """Return the name of the dialect, with which the name of a source begins."""
    return conflict.source.partition(" ")[0]


def name_of(conflict: FieldConflict, names: Mapping[str, str]) -> str:
    """Return the name of a conflict's service; `names` are those of the services, by source."""
    return names.get(conflict.source, dialect_of(conflict))


def state_words(conflict: FieldConflict, service: str) -> str:
    who = {"here": "here", "there": service}.get(conflict.winner, "")
    return f"{conflict.state.value}: {who} won" if who else conflict.state.value


def conflict_row(conflict: FieldConflict, client: str, service: str) -> dict[str, object]:
    """Return the columns of a conflict in the list."""
    return {
        "id": conflict.id,
        "client": client,
        "field": conflict.fields,
        "service": service,
        "here": shortened(value_text(conflict, conflict.here)),
        "there": shortened(value_text(conflict, conflict.there)),
        "state": state_words(conflict, service),
        "since": conflict.created_at,
    }


def label_of(store: Store, account: Account, conflict: FieldConflict) -> str:
    serial = conflict.client_serial
    record = store.clients_by_serial(account.id, [serial]).get(serial)
    return client_label(record) if record else str(serial)


def value_text(conflict: FieldConflict, value: str) -> str:
    """Return what one side says of the fields of a conflict: one value, or JSON of several."""
    said: dict[str, Any] = {}
    for field in conflict.fields.split(", "):
        found = msgspec.json.decode(value)
        for name in field.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        said[field] = found
    if len(said) > 1:
        return msgspec.json.encode(said).decode()
    [only] = said.values()
    return only if isinstance(only, str) else msgspec.json.encode(only).decode()


def shortened(value: str) -> str:
    return value if len(value) <= MAX_VALUE else f"{value[: MAX_VALUE - 1]}…"


def add_to(app: typer.Typer) -> None:
    app.add_typer(conflicts_app, name="conflicts")

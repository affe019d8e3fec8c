"""How PostgreSQL answers every kind of list: the plan and the time of each statement.

    python -m bench.plans postgresql://… [--account demo]

Prints a table in Markdown, with the indexes that a plan goes by or the word "scan"; with
--plans the plans themselves. The database needs an account with clients (`gateway demo`).
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

import typer
from sqlalchemy import ClauseElement, Connection, Executable, Select, text
from sqlalchemy.ext.compiler import compiles

from storage.clients.filters import ClientFilter
from storage.clients.lookup import key_queries, position_queries
from storage.clients.statements import select_contacts, select_count, select_newest, select_page
from storage.model.commands import LiveKey
from storage.model.queries import (
    ClientColumn,
    ClientQuery,
    Comparison,
    ComparisonOperator,
    Contains,
    OneOf,
    SortKey,
    TextColumn,
)
from storage.model.records import State
from storage.store import Store

NOW = datetime.now(UTC)
DESCENDING = SortKey(column=ClientColumn.NAME, is_descending=True)


def queries(some: Any) -> Iterator[tuple[str, ClientQuery]]:
    """Every parameter of a Ninja list, as `docs/ninja.md` has them, on values of one client."""
    yield "first page", ClientQuery()
    yield "page 500", ClientQuery(offset=10_000)
    yield "last page", ClientQuery(offset=999_980)
    yield "status=active", ClientQuery(states=frozenset({State.ACTIVE}))
    yield "is_deleted=true", ClientQuery(states=frozenset({State.DELETED}))
    yield "client_id=", ClientQuery(serials=(some.serial,))
    yield "number=", ClientQuery(number=some.number)
    yield "id_number=", ClientQuery(id_number=some.id_number or "0")
    yield "email=", ClientQuery(email=some.contacts[0].email)
    yield "filter= (rare)", ClientQuery(text=some.number)
    yield "filter= (common)", ClientQuery(text="example")
    yield "filter= (two letters)", ClientQuery(text="an")
    yield "name=", ClientQuery(name=some.name[:8])
    over = Comparison(operator=ComparisonOperator.GT, amount=Decimal(9_000))
    yield "balance=gt:9000", ClientQuery(balance=over)
    yield "between_balance=0:1", ClientQuery(balance_between=(Decimal(0), Decimal(1)))
    yield "created_at=", ClientQuery(created_from=NOW - timedelta(days=1))
    yield "updated_at=", ClientQuery(arrived_from=NOW - timedelta(days=1))
    yield "country_id=", ClientQuery(one_of=(OneOf(column=ClientColumn.COUNTRY, values=(276,)),))
    yield "group=", ClientQuery(one_of=(OneOf(column=ClientColumn.GROUP, values=(1,)),))
    holding = Contains(column=TextColumn.CUSTOM_VALUE1, text="zzz")
    yield "custom_value1=", ClientQuery(contains=(holding,))
    yield "vat_number=", ClientQuery(contains=(Contains(column=TextColumn.VAT_NUMBER, text="99"),))
    yield "sort=name|asc", ClientQuery(sort_keys=(SortKey(column=ClientColumn.NAME),))
    yield "sort=name|desc", ClientQuery(sort_keys=(DESCENDING,))
    yield "sort=number|asc", ClientQuery(sort_keys=(SortKey(column=ClientColumn.NUMBER),))
    yield (
        "sort=balance|desc",
        ClientQuery(sort_keys=(SortKey(column=ClientColumn.BALANCE, is_descending=True),)),
    )
    yield (
        "sort=updated_at|desc",
        ClientQuery(sort_keys=(SortKey(column=ClientColumn.UPDATED_AT, is_descending=True),)),
    )


def statements(account_id: int, some: Any) -> Iterator[tuple[str, Select[Any]]]:
    for name, query in queries(some):
        client_filter = ClientFilter(account_id, query)
        yield f"Ninja: {name}", select_page(client_filter)
        yield f"Ninja: {name}, total", select_count(client_filter)
    serials = list(range(some.serial, some.serial + 20))
    yield "contacts of a page", select_contacts(account_id, serials)
    here = (some.created_at, some.serial)
    live_states = frozenset({State.ACTIVE, State.ARCHIVED})
    live = ClientFilter(account_id, ClientQuery(states=live_states))
    changed = ClientQuery(states=live_states, arrived_after=NOW - timedelta(days=1))
    yield "Planado: first page", select_newest(live, None)
    yield "Planado: after=", select_newest(live, here)
    yield "Planado: updated_at[after]=", select_newest(ClientFilter(account_id, changed), None)
    key = LiveKey(external_id=str(some.uuid), uuid=some.uuid)
    for n, (statement, given) in enumerate(key_queries(account_id, key)):
        yield f"Planado: one client by {('uuid', 'external_id')[n]}", statement.params(given)
    for n, statement in enumerate(position_queries(account_id, key, prefers_deleted=False)):
        yield f"Planado: place of a cursor ({n + 1})", statement


class explain(Executable, ClauseElement):  # noqa: N801  reads as the SQL statement it is
    inherit_cache = False

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement


@compiles(explain)
def explain_in_sql(element: Any, compiler: Any, **options: Any) -> str:
    return f"EXPLAIN (ANALYZE, BUFFERS) {compiler.process(element.statement, **options)}"


def explained(connection: Connection, statement: Select[Any]) -> str:
    return "\n".join(connection.execute(explain(statement)).scalars())


def told(plan: str) -> str:
    indexes = re.findall(r"Index(?: Only)? Scan(?: Backward)? (?:using|on) (\w+)", plan)
    scans = re.findall(r"Seq Scan on (\w+)", plan)
    words = [*dict.fromkeys(indexes), *(f"**scan of {table}**" for table in dict.fromkeys(scans))]
    return ", ".join(words)


def main(
    url: str,
    account: str = "demo",
    plans: Annotated[bool, typer.Option(help="The whole plans, too.")] = False,
) -> None:
    store = Store.open(url)
    account_id = store.get_account(account).id
    total = store.list_clients(account_id, ClientQuery(limit=1)).total
    some = store.get_client(account_id, total // 3)
    typer.echo(f"| statement at {total:,} clients | goes by | ms |\n| --- | --- | ---: |")
    with store._engine.connect() as connection:
        connection.execute(text("SET statement_timeout = 0"))
        for name, statement in statements(account_id, some):
            explained(connection, statement)  # once to warm up
            plan = explained(connection, statement)
            took = re.findall(r"Execution Time: ([\d.]+) ms", plan)[-1]
            typer.echo(f"| {name} | {told(plan)} | {float(took):.1f} |")
            if plans:
                typer.echo(plan)
    store.close()


if __name__ == "__main__":
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(main)
    app()

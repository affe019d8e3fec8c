"""A ClientQuery as SQL: conditions, order and window. Builds statements, runs none."""

from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, NamedTuple, assert_never

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
    true,
    tuple_,
)

from .among import is_one_of
from .columns import LARGEST_AMOUNT, SMALLEST_AMOUNT
from .folding import fold, folded_key
from .limits import LARGEST, is_storable
from .ordering import lowered, ordering
from .queries import (
    Among,
    ClientQuery,
    Comparison,
    Holding,
    Operator,
    TextColumn,
)
from .records import LIVE, State
from .rows import BETWEEN, CLIENT_COLUMNS, CONTACT_COLUMNS, DOCUMENT_COLUMNS
from .search import candidates, contains
from .tables import CLIENT, CONTACT, DOCUMENT

Condition = ColumnElement[bool]


def by_serials(account_id: int, serials: Sequence[int]) -> Select[Any]:
    mine = (CLIENT.c.account_id == account_id, is_one_of(CLIENT.c.serial, serials))
    return select(*CLIENT_COLUMNS).where(*mine).order_by(CLIENT.c.serial)


def live() -> Condition:
    return CLIENT.c.is_deleted.is_(False)


def contacts_of(account_id: int, serials: list[int]) -> Select[Any]:
    mine = (CONTACT.c.account_id == account_id, CONTACT.c.client_serial.in_(serials))
    return living_contacts(CONTACT.c.client_serial, *CONTACT_COLUMNS).where(*mine)


def living_contacts(*columns: ColumnElement[Any]) -> Select[Any]:
    order = CONTACT.c.is_primary.desc(), CONTACT.c.serial
    return select(*columns).where(CONTACT.c.deleted_at.is_(None)).order_by(*order)


def documents_of(account_id: int, serials: list[int]) -> Select[Any]:
    mine = (DOCUMENT.c.account_id == account_id, DOCUMENT.c.client_serial.in_(serials))
    return select(*DOCUMENT_COLUMNS).where(*mine).order_by(DOCUMENT.c.serial)


def of_one_client(table: Table) -> Condition:
    owner = table.c.client_serial == bindparam("client_serial")
    return and_(table.c.account_id == bindparam("account_id"), owner)


HAS_DOCUMENTS = exists().where(of_one_client(DOCUMENT)).label("has_documents")
"""Told with the contacts: most clients have none, and need not be asked for them. Not told with
the client itself, for its row may have been waited for, and this would be true of before."""
CONTACTS_OF_ONE = living_contacts(*CONTACT_COLUMNS, HAS_DOCUMENTS).where(of_one_client(CONTACT))
DOCUMENTS_OF_ONE = select(*DOCUMENT_COLUMNS).where(of_one_client(DOCUMENT))
"""As the two above, for a single client, and put together once. The documents come in no order:
SQLite would walk those of the whole account to have them in one."""


def counted(account_id: int, query: ClientQuery) -> Select[Any]:
    return select(func.count()).select_from(CLIENT).where(condition(account_id, query))


class Way(NamedTuple):
    """How to come by a page, where the engine does not know better. `is_walked`: clients are
    looked at in their order until there are enough, or all that are found are collected first.
    `from_serial`: the first clients are passed over by a serial to start from, and a number."""

    is_walked: bool | None = None
    from_serial: tuple[int, int] | None = None


def window(account_id: int, query: ClientQuery, way: Way = Way()) -> Select[Any]:  # noqa: B008
    found = condition(account_id, query, by_index=not way.is_walked)
    order = ordering(query, first_of(query), is_collected=way.is_walked is False)
    statement = select(*CLIENT_COLUMNS).where(found).order_by(*order).limit(query.limit)
    if way.from_serial is None:
        return statement.offset(min(query.offset, LARGEST))
    serial, passed = way.from_serial
    return statement.where(CLIENT.c.serial >= serial).offset(passed)


def newest_after(account_id: int, query: ClientQuery, after: tuple[Any, int] | None) -> Select[Any]:
    """Newest first, from just behind a (created_at, serial) on."""
    statement = select(*CLIENT_COLUMNS).where(condition(account_id, query))
    place = tuple_(CLIENT.c.created_at, CLIENT.c.serial)
    if after is not None:
        statement = statement.where(place < after)
    newest = (CLIENT.c.created_at.desc(), CLIENT.c.serial.desc())
    return statement.order_by(*newest).limit(query.limit)


def condition(account_id: int, query: ClientQuery, *, by_index: bool = True) -> Condition:
    found = and_(True, *conditions(account_id, query)) if is_findable(query) else false()
    first = first_of(query)
    if first is not None:
        found = or_(found, CLIENT.c.serial == first)
    named = terms(query) if by_index else ()
    return and_(candidates(account_id, named, first), found)


def first_of(query: ClientQuery) -> int | None:
    return query.first if is_storable(query.first) else None


def is_findable(query: ClientQuery) -> bool:
    """An engine may even refuse to look for a text that it could not store."""
    asked = (query.number, query.id_number, query.name, query.text, query.email)
    return all(map(is_storable, (*asked, *(holding.text for holding in query.holding))))


def terms(query: ClientQuery) -> Iterator[tuple[str, str]]:
    """What is looked for within the columns that are in the index."""
    if query.text is not None:
        yield "search", fold(query.text)
    if query.name is not None:
        yield "name_folded", fold(query.name)
    for holding in query.holding:
        if holding.column is not TextColumn.VAT_NUMBER:
            yield "search", fold(holding.text)


def conditions(account_id: int, query: ClientQuery) -> Iterator[Condition]:
    if query.serials is not None:
        yield is_one_of(CLIENT.c.serial, query.serials)
    yield from map(is_among, query.among)
    yield from map(is_held, query.holding)
    if query.states == LIVE:
        yield live()
    elif query.states is not None:
        yield or_(False, *(in_state(state) for state in query.states))
    yield from amounts(query)
    yield from texts(account_id, query)
    yield from moments(query)


def amounts(query: ClientQuery) -> Iterator[Condition]:
    if query.balance is not None:
        yield compared(query.balance)
    if query.balance_between is not None:
        low, high = query.balance_between
        yield compared(Comparison(operator=Operator.GTE, amount=low))
        yield compared(Comparison(operator=Operator.LTE, amount=high))


def texts(account_id: int, query: ClientQuery) -> Iterator[Condition]:
    if query.number is not None:
        yield CLIENT.c.number_folded == folded_key(query.number)
    if query.id_number is not None:
        yield CLIENT.c.id_number_folded == folded_key(query.id_number)
    if query.name is not None:
        yield contains(CLIENT.c.name_folded, fold(query.name))
    if query.text is not None:
        # A term with the separator in it can be found nowhere.
        yield (
            contains(CLIENT.c.search, fold(query.text)) if BETWEEN not in query.text else or_(False)
        )
    if query.email is not None:
        # Not EXISTS, for which SQLite would look at every client.
        owners = select(CONTACT.c.account_id, CONTACT.c.client_serial).where(
            CONTACT.c.account_id == account_id,
            CONTACT.c.deleted_at.is_(None),
            CONTACT.c.email_folded == folded_key(query.email),
        )
        yield tuple_(CLIENT.c.account_id, CLIENT.c.serial).in_(owners)


def moments(query: ClientQuery) -> Iterator[Condition]:
    if query.created_from is not None:
        yield CLIENT.c.created_at >= query.created_from
    if query.created_to is not None:
        yield CLIENT.c.created_at <= query.created_to
    if query.updated_to is not None:
        yield CLIENT.c.updated_at <= query.updated_to
    if query.updated_from is not None:
        yield CLIENT.c.updated_at >= query.updated_from
    if query.updated_after is not None:
        yield CLIENT.c.updated_at > query.updated_after
    if query.updated_before is not None:
        yield CLIENT.c.updated_at < query.updated_before


def is_among(among: Among) -> Condition:
    values = [ascii_lower(v) if isinstance(v, str) else v for v in among.values]
    return is_one_of(lowered(CLIENT.c[among.column.value]), values)


def is_held(holding: Holding) -> Condition:
    held = contains(CLIENT.c[f"{holding.column.value}_folded"], fold(holding.text))
    if holding.column is TextColumn.VAT_NUMBER:
        return held
    # What a custom value holds, `search` holds too, and that one is in an index.
    return contains(CLIENT.c.search, fold(holding.text)) & held


def ascii_lower(text: str) -> str:
    """As `lower` of the engines: on SQLite, and on PostgreSQL under collation "C"."""
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")


def in_state(state: State) -> Condition:
    match state:
        case State.ACTIVE:
            return and_(live(), CLIENT.c.archived_at.is_(None))
        case State.ARCHIVED:
            return and_(live(), CLIENT.c.archived_at.is_not(None))
        case State.DELETED:
            return CLIENT.c.is_deleted.is_(True)
        case _:
            assert_never(state)


def compared(comparison: Comparison) -> Condition:
    """Exact for any amount: one beyond every balance compares with all of them alike, one finer
    than a balance can be is rounded the way that keeps the comparison true."""
    balance = CLIENT.c.balance
    if abs(comparison.amount) > LARGEST_AMOUNT:
        less, more = (Operator.LT, Operator.LTE), (Operator.GT, Operator.GTE)
        is_true = comparison.operator in (less if comparison.amount > 0 else more)
        return true() if is_true else false()
    match comparison.operator:
        case Operator.LT:
            return balance < storable(comparison.amount, ROUND_CEILING)
        case Operator.LTE:
            return balance <= storable(comparison.amount, ROUND_FLOOR)
        case Operator.GT:
            return balance > storable(comparison.amount, ROUND_FLOOR)
        case Operator.GTE:
            return balance >= storable(comparison.amount, ROUND_CEILING)
        case Operator.EQ:
            exact = storable(comparison.amount, ROUND_FLOOR)
            return balance == exact if exact == comparison.amount else false()
        case _:
            assert_never(comparison.operator)


def storable(amount: Decimal, rounding: str) -> Decimal:
    return amount.quantize(SMALLEST_AMOUNT, rounding)

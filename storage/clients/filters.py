"""A ClientQuery as SQL: conditions, order and window. Builds statements, runs none."""

from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import assert_never

from sqlalchemy import ColumnElement, and_, false, or_, select, true, tuple_

from storage.database.conditions import contains, is_one_of
from storage.indexes.trigram_search import candidates
from storage.model.folding import fold, folded_key
from storage.model.limits import LARGEST_AMOUNT, SMALLEST_AMOUNT
from storage.model.queries import Among, ClientQuery, Comparison, Holding, Operator, TextColumn
from storage.model.records import LIVE, State
from storage.rules.validation import is_storable
from storage.schema.row_mapping import BETWEEN
from storage.schema.tables import CLIENT, CONTACT

from .sort_order import lowered

Condition = ColumnElement[bool]


def live() -> Condition:
    return CLIENT.c.is_deleted.is_(False)


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

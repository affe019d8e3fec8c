"""A ClientQuery as SQL: conditions, order and window. Builds statements, runs none."""

from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import assert_never

from sqlalchemy import ColumnElement, and_, false, or_, select, true, tuple_

from storage.database.conditions import contains_text, in_values
from storage.indexes.trigram_search import candidate_condition
from storage.model.folding import fold, fold_key
from storage.model.limits import AMOUNT_STEP, MAX_AMOUNT
from storage.model.queries import (
    ClientQuery,
    Comparison,
    ComparisonOperator,
    Contains,
    OneOf,
    TextColumn,
)
from storage.model.records import LIVE_STATES, State
from storage.rules.validation import is_storable
from storage.schema.row_mapping import TEXT_SEPARATOR
from storage.schema.tables import CLIENT, CONTACT

from .sort_order import lower_text

Condition = ColumnElement[bool]


def is_live() -> Condition:
    return CLIENT.c.is_deleted.is_(False)


def query_condition(account_id: int, query: ClientQuery, *, by_index: bool = True) -> Condition:
    found = and_(True, *filter_conditions(account_id, query)) if is_findable(query) else false()
    first = pinned_serial(query)
    if first is not None:
        found = or_(found, CLIENT.c.serial == first)
    named = index_terms(query) if by_index else ()
    return and_(candidate_condition(account_id, named, first), found)


def pinned_serial(query: ClientQuery) -> int | None:
    return query.first_serial if is_storable(query.first_serial) else None


def is_findable(query: ClientQuery) -> bool:
    """An engine may even refuse to look for a text that it could not store."""
    asked = (query.number, query.id_number, query.name, query.text, query.email)
    return all(map(is_storable, (*asked, *(holding.text for holding in query.contains))))


def index_terms(query: ClientQuery) -> Iterator[tuple[str, str]]:
    """What is looked for within the columns that are in the index."""
    if query.text is not None:
        yield "search", fold(query.text)
    if query.name is not None:
        yield "name_folded", fold(query.name)
    for holding in query.contains:
        if holding.column is not TextColumn.VAT_NUMBER:
            yield "search", fold(holding.text)


def filter_conditions(account_id: int, query: ClientQuery) -> Iterator[Condition]:
    if query.serials is not None:
        yield in_values(CLIENT.c.serial, query.serials)
    yield from map(one_of_condition, query.one_of)
    yield from map(contains_condition, query.contains)
    if query.states == LIVE_STATES:
        yield is_live()
    elif query.states is not None:
        yield or_(False, *(state_condition(state) for state in query.states))
    yield from balance_conditions(query)
    yield from text_conditions(account_id, query)
    yield from time_conditions(query)


def balance_conditions(query: ClientQuery) -> Iterator[Condition]:
    if query.balance is not None:
        yield comparison_condition(query.balance)
    if query.balance_between is not None:
        low, high = query.balance_between
        yield comparison_condition(Comparison(operator=ComparisonOperator.GTE, amount=low))
        yield comparison_condition(Comparison(operator=ComparisonOperator.LTE, amount=high))


def text_conditions(account_id: int, query: ClientQuery) -> Iterator[Condition]:
    if query.number is not None:
        yield CLIENT.c.number_folded == fold_key(query.number)
    if query.id_number is not None:
        yield CLIENT.c.id_number_folded == fold_key(query.id_number)
    if query.name is not None:
        yield contains_text(CLIENT.c.name_folded, fold(query.name))
    if query.text is not None:
        # A term with the separator in it can be found nowhere.
        yield (
            contains_text(CLIENT.c.search, fold(query.text))
            if TEXT_SEPARATOR not in query.text
            else or_(False)
        )
    if query.email is not None:
        # Not EXISTS, for which SQLite would look at every client.
        owners = select(CONTACT.c.account_id, CONTACT.c.client_serial).where(
            CONTACT.c.account_id == account_id,
            CONTACT.c.deleted_at.is_(None),
            CONTACT.c.email_folded == fold_key(query.email),
        )
        yield tuple_(CLIENT.c.account_id, CLIENT.c.serial).in_(owners)


def time_conditions(query: ClientQuery) -> Iterator[Condition]:
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


def one_of_condition(among: OneOf) -> Condition:
    values = [ascii_lower(v) if isinstance(v, str) else v for v in among.values]
    return in_values(lower_text(CLIENT.c[among.column.value]), values)


def contains_condition(holding: Contains) -> Condition:
    held = contains_text(CLIENT.c[f"{holding.column.value}_folded"], fold(holding.text))
    if holding.column is TextColumn.VAT_NUMBER:
        return held
    # What a custom value holds, `search` holds too, and that one is in an index.
    return contains_text(CLIENT.c.search, fold(holding.text)) & held


def ascii_lower(text: str) -> str:
    """As `lower` of the engines: on SQLite, and on PostgreSQL under collation "C"."""
    return text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass")


def state_condition(state: State) -> Condition:
    match state:
        case State.ACTIVE:
            return and_(is_live(), CLIENT.c.archived_at.is_(None))
        case State.ARCHIVED:
            return and_(is_live(), CLIENT.c.archived_at.is_not(None))
        case State.DELETED:
            return CLIENT.c.is_deleted.is_(True)
        case _:
            assert_never(state)


def comparison_condition(comparison: Comparison) -> Condition:
    """Exact for any amount: one beyond every balance compares with all of them alike, one finer
    than a balance can be is rounded the way that keeps the comparison true."""
    balance = CLIENT.c.balance
    if abs(comparison.amount) > MAX_AMOUNT:
        less, more = (
            (ComparisonOperator.LT, ComparisonOperator.LTE),
            (ComparisonOperator.GT, ComparisonOperator.GTE),
        )
        is_true = comparison.operator in (less if comparison.amount > 0 else more)
        return true() if is_true else false()
    match comparison.operator:
        case ComparisonOperator.LT:
            return balance < round_amount(comparison.amount, ROUND_CEILING)
        case ComparisonOperator.LTE:
            return balance <= round_amount(comparison.amount, ROUND_FLOOR)
        case ComparisonOperator.GT:
            return balance > round_amount(comparison.amount, ROUND_FLOOR)
        case ComparisonOperator.GTE:
            return balance >= round_amount(comparison.amount, ROUND_CEILING)
        case ComparisonOperator.EQ:
            exact = round_amount(comparison.amount, ROUND_FLOOR)
            return balance == exact if exact == comparison.amount else false()
        case _:
            assert_never(comparison.operator)


def round_amount(amount: Decimal, rounding: str) -> Decimal:
    return amount.quantize(AMOUNT_STEP, rounding)

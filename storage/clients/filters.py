"""The filter of a list of clients: translates a ClientQuery into SQL conditions. Runs no SQL."""

from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cached_property
from typing import assert_never

from msgspec import Struct
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

MATCH_ALL = and_(True)
"""The condition of a query without filters, built once: the most frequent list has none."""


class ClientFilter(Struct, frozen=True, dict=True):
    """The filter of one list request: all that its count, its page plan and its page share.

    A condition is built on first use and then kept: at most once per request, and not at all if
    indexes alone give the total and the page is empty. Measured: the condition of a text search
    takes 280 µs to build, 190 µs of them for the part that asks the trigram index.
    """

    account_id: int
    query: ClientQuery

    @cached_property
    def condition(self) -> Condition:
        """Matching clients of the account. SQLite takes candidates from the trigram index."""
        candidates = candidate_condition(self.account_id, self.index_terms, self.pinned_serial)
        return and_(candidates, self.row_condition)

    @cached_property
    def scan_condition(self) -> Condition:
        """The same clients, found without the trigram index: for a walk through all clients."""
        candidates = candidate_condition(self.account_id, (), self.pinned_serial)
        return and_(candidates, self.row_condition)

    @cached_property
    def row_condition(self) -> Condition:
        """Whether a row of the account matches the query or is the pinned client."""
        matches = match_condition(self.account_id, self.query) if self.can_match else false()
        if self.pinned_serial is None:
            return matches
        return or_(matches, CLIENT.c.serial == self.pinned_serial)

    @property
    def index_terms(self) -> tuple[tuple[str, str], ...]:
        """The folded texts to look up in the trigram index, each after the name of its column."""
        return tuple(index_terms(self.query))

    @property
    def pinned_serial(self) -> int | None:
        """The serial of the client that comes first in the list, even if it does not match."""
        return self.query.first_serial if is_storable(self.query.first_serial) else None

    @property
    def can_match(self) -> bool:
        """False if the query has a text that no column can store: an engine may refuse it."""
        query = self.query
        texts = (query.number, query.id_number, query.name, query.text, query.email)
        return all(map(is_storable, (*texts, *(contains.text for contains in query.contains))))


def is_live() -> Condition:
    """Return the condition that a client is not deleted."""
    return CLIENT.c.is_deleted.is_(False)


def index_terms(query: ClientQuery) -> Iterator[tuple[str, str]]:
    if query.text is not None:
        yield "search", fold(query.text)
    if query.name is not None:
        yield "name_folded", fold(query.name)
    for contains in query.contains:
        if contains.column is not TextColumn.VAT_NUMBER:
            yield "search", fold(contains.text)


def match_condition(account_id: int, query: ClientQuery) -> Condition:
    conditions = tuple(filter_conditions(account_id, query))
    return and_(True, *conditions) if conditions else MATCH_ALL


def filter_conditions(account_id: int, query: ClientQuery) -> Iterator[Condition]:
    """Yield the conditions of the query, to be combined with AND. The pinned client has none."""
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
        # The separator stands between the searched texts, so no text contains it.
        yield (
            contains_text(CLIENT.c.search, fold(query.text))
            if TEXT_SEPARATOR not in query.text
            else or_(False)
        )
    if query.email is not None:
        # IN instead of EXISTS: with EXISTS, SQLite would check every client.
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
    if query.arrived_from is not None:
        yield CLIENT.c.arrived_at >= query.arrived_from
    if query.arrived_after is not None:
        yield CLIENT.c.arrived_at > query.arrived_after
    if query.arrived_before is not None:
        yield CLIENT.c.arrived_at < query.arrived_before


def one_of_condition(one_of: OneOf) -> Condition:
    values = [ascii_lower(v) if isinstance(v, str) else v for v in one_of.values]
    return in_values(lower_text(CLIENT.c[one_of.column.value]), values)


def contains_condition(contains: Contains) -> Condition:
    searched = fold(contains.text)
    in_column = contains_text(CLIENT.c[f"{contains.column.value}_folded"], searched)
    if contains.column is TextColumn.VAT_NUMBER:
        return in_column
    # `search` contains all custom values, and it is in an index.
    return contains_text(CLIENT.c.search, searched) & in_column


def ascii_lower(text: str) -> str:
    """Lower-case ASCII only, like `lower` on SQLite and on PostgreSQL under collation "C"."""
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
    """Return the comparison of a client's balance with an amount. It is exact for any amount.

    An amount beyond every possible balance gives a constant. An amount with more decimals than a
    balance has is rounded in the direction that does not change the result.
    """
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
            rounded = round_amount(comparison.amount, ROUND_FLOOR)
            return balance == rounded if rounded == comparison.amount else false()
        case _:
            assert_never(comparison.operator)


def round_amount(amount: Decimal, rounding: str) -> Decimal:
    return amount.quantize(AMOUNT_STEP, rounding)

"""Generated queries for the law of the stores, from the values of its commands."""

from typing import Any

from hypothesis import strategies as st

from storage.model.queries import (
    ClientColumn,
    ClientQuery,
    Comparison,
    ComparisonOperator,
    Contains,
    GroupColumn,
    GroupQuery,
    OneOf,
    SortKey,
    TextColumn,
    TombstoneQuery,
)
from tests.laws.generated_commands import (
    amounts,
    emails,
    live_keys,
    moments,
    mostly,
    numbers,
    serials,
    several_serials,
    states,
    words,
)

PATTERNS = ["%", "_", "a_", "%a", "\\", "\\%", '"', "aäa", "a*"]
NOWHERE = ["a\0b", "\0", "\ud800", "abc\nabc", "ß" * 300]
terms = st.one_of(words, st.sampled_from(PATTERNS), st.sampled_from(PATTERNS + NOWHERE))
cursors = mostly(live_keys, st.none())
MEMBERS = [ClientColumn.CLASSIFICATION, ClientColumn.CITY, ClientColumn.ID_NUMBER]
REFERENCES = [
    ClientColumn.GROUP,
    ClientColumn.COUNTRY,
    ClientColumn.SHIPPING_COUNTRY,
    ClientColumn.ASSIGNED_USER,
]
text_members = st.builds(
    OneOf, column=st.sampled_from(MEMBERS), values=st.lists(terms, max_size=3).map(tuple)
)
reference_members = st.builds(
    OneOf,
    column=st.sampled_from(REFERENCES),
    values=st.lists(st.sampled_from([1, 2, 3, 276, 840, 2**40]), max_size=3).map(tuple),
)
OFTEN = [
    ClientColumn.NAME,
    ClientColumn.CITY,
    ClientColumn.NUMBER,
    ClientColumn.COUNTRY,
    ClientColumn.ARCHIVED_AT,
    ClientColumn.CREATED_AT,
]
orders = st.one_of(st.sampled_from(OFTEN), st.sampled_from(ClientColumn))
sortings = st.builds(SortKey, column=orders, is_descending=st.booleans())
CONDITIONS: dict[str, st.SearchStrategy[Any]] = {
    "serials": several_serials.map(tuple),
    "states": st.frozensets(states),
    "balance": st.builds(Comparison, operator=st.sampled_from(ComparisonOperator), amount=amounts),
    "balance_between": st.tuples(amounts, amounts),
    "email": mostly(emails, terms),
    "id_number": numbers,
    "number": numbers,
    "name": terms,
    "text": terms,
    "one_of": st.lists(st.one_of(text_members, reference_members), max_size=2).map(tuple),
    "contains": st.lists(
        st.builds(Contains, column=st.sampled_from(TextColumn), text=terms), max_size=2
    ).map(tuple),
    "first_serial": serials,
}
for bound in ("created_from", "created_to", "updated_from", "updated_to"):
    CONDITIONS[bound] = moments
for bound in ("arrived_from", "arrived_after", "arrived_before"):
    CONDITIONS[bound] = moments
TEXTUAL = ["text", "name", "email", "one_of", "contains"]
several = st.sets(
    st.one_of(st.sampled_from(TEXTUAL), st.sampled_from(sorted(CONDITIONS))), max_size=3
)
conditions = several.flatmap(
    lambda names: st.fixed_dictionaries({name: CONDITIONS[name] for name in sorted(names)})
)
limits = st.integers(1, 4)
queries = st.builds(
    lambda met, sorting, limit: ClientQuery(sort_keys=sorting, limit=limit, **met),
    conditions,
    st.lists(sortings, max_size=3).map(tuple),
    limits,
)
lookups = st.one_of(
    st.builds(ClientQuery, email=emails), st.builds(ClientQuery, text=st.one_of(emails, terms))
)
stone_queries = st.builds(
    TombstoneQuery,
    arrived_after=st.one_of(st.none(), moments),
    arrived_before=st.one_of(st.none(), moments),
    limit=limits,
)
group_queries = st.builds(
    GroupQuery,
    text=st.one_of(st.none(), terms),
    states=st.one_of(st.none(), st.frozensets(states)),
    column=st.sampled_from(GroupColumn),
    is_descending=st.booleans(),
    limit=limits,
)

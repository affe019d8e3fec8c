"""Commands and queries for the law of the stores, out of few values, so that they often meet."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from msgspec import UNSET, Struct, UnsetType, structs

from storage import (
    Among,
    ChangeClient,
    ChangeGroup,
    Client,
    ClientQuery,
    Comparison,
    ContactDraft,
    CreateClient,
    CreateGroup,
    Expected,
    GroupOrder,
    GroupQuery,
    Holding,
    ImportClient,
    LiveKey,
    Operator,
    Order,
    Origin,
    Secret,
    Sorting,
    State,
    TextColumn,
    TombstoneQuery,
    drafted,
)

START = datetime(2024, 2, 29, 23, 59, 59, 999_990, tzinfo=UTC)
UUIDS = 0xABCDEF << 96
"""The uuids of a run are this number and those behind it; they have letters, and so a case."""

# Texts: what folds alike, sorts apart, means something to SQL or to an index, or is just long

ALPHABET = "aAbäÄßẞİıéKſﬁ\u0301\u0308%_*\"'\\ \t\n\u00a01０１😀！日-"
HARD = ["", "a", "A", "ä", "a\u0308", "SS", "ß", "İ", "i", "😀", "！", "\u0301", "%", "_", "a'--"]
HARD += [
    '"a" OR b',
    "straße",
    "STRASSE",
    "ﬁﬁ",
    "aäa%",
    " a ",
    "1",
    "0001",
    "０００２",
    "individual",
]
words = st.one_of(
    st.sampled_from(HARD),
    st.sampled_from(HARD),
    st.text(ALPHABET, max_size=4),
    st.builds(lambda part, times: part * times, st.sampled_from(HARD), st.integers(3, 120)),
)
numbers = st.sampled_from(
    ["1", "0001", "0002", "０００３", "0004", "a", "Ä", "a\u0308", "ß", "SS", "X9"]
)
uuids = st.integers(0, 9).map(lambda n: UUID(int=UUIDS + n))
external_ids = st.one_of(
    st.sampled_from(["a", "A", "ä", "%", "😀", "x" * 500]),
    uuids.map(str),
    uuids.map(lambda uuid: str(uuid).upper()),
)
serials = st.one_of(st.integers(1, 7), st.sampled_from([0, 8, 2**31, 2**62]))
several_serials = st.lists(serials, max_size=5)
groups = st.integers(1, 4)
moments = st.integers(-2, 12).map(lambda n: START + timedelta(microseconds=n))
amounts = st.sampled_from(
    [Decimal(text) for text in ("0", "1", "-1", "0.000001", "1.5", "999999999.999999")]
)
states = st.sampled_from(State)

# Clients

NOT_TEXTS = {"number", "client_hash", "settings"}
TEXTS = [f for f, kind in Client.__annotations__.items() if kind is str and f not in NOT_TEXTS]
SEEN = ["organization_name", "first_name", "custom_value1", "custom_value2", "city"]
some_texts = st.dictionaries(st.sampled_from(TEXTS + SEEN * 3), words, max_size=5)
country_ids = st.sampled_from([None, 4, 276, 840])
others = st.fixed_dictionaries(
    {},
    optional={
        "number": st.one_of(st.none(), numbers, numbers),
        "id_number": numbers,
        "organization_name": words,
        "phone": words,
        "country_id": country_ids,
        "shipping_country_id": country_ids,
        "group_serial": st.one_of(st.none(), groups),
        "assigned_user_serial": st.sampled_from([None, 1, 2**40]),
        "is_tax_exempt": st.booleans(),
    },
)
places = st.fixed_dictionaries(
    {},
    optional={
        "service_text": st.one_of(st.none(), words),
        "longitude": st.sampled_from([None, 37.6785237278356, -180.0]),
        "settings": st.sampled_from(["", '{"b":1,"a":"😀"}']),
    },
)
fields = st.builds(lambda a, b, c: a | b | c, some_texts, others, places)
contact_fields = st.fixed_dictionaries(
    {},
    optional={
        "first_name": words,
        "last_name": words,
        "email": words,
        "phone": words,
        "email_rank": st.integers(0, 3),
        "is_primary": st.booleans(),
        "custom_value1": words,
        "password_hash": st.sampled_from([None, Secret("hash")]),
    },
)
new_contacts = contact_fields.map(lambda given: ContactDraft(**given))
contact_lists = st.lists(new_contacts, max_size=3).map(tuple)
origins = st.builds(
    Origin,
    source=st.sampled_from(["ninja", "planado"]),
    foreign_id=st.sampled_from(["a", "A", "ä", "9", "10"]),
    foreign_updated_at=st.one_of(st.none(), moments),
)
creations = st.builds(
    lambda given, external_id, contacts, origins: CreateClient(
        external_id=external_id, contacts=contacts, origins=origins, **given
    ),
    fields,
    st.one_of(st.none(), external_ids),
    st.one_of(st.just(UNSET), contact_lists),
    st.one_of(st.just(()), st.lists(origins, max_size=2).map(tuple)),
)
pasts = st.fixed_dictionaries(
    {},
    optional={
        "balance": amounts,
        "paid_to_date": amounts,
        "credit_balance": amounts,
        "created_at": moments,
        "updated_at": moments,
        "archived_at": st.one_of(st.none(), moments),
        "is_deleted": st.booleans(),
        "last_login": st.one_of(st.none(), moments),
        "extras": st.dictionaries(st.sampled_from(["ninja", "planado"]), words, max_size=2),
    },
)


def imported(given: CreateClient, past: Mapping[str, Any]) -> ImportClient:
    return ImportClient(**structs.asdict(given) | past)


new_clients = st.one_of(creations, st.builds(imported, creations, pasts))


class ContactEdit(Struct, frozen=True):
    """One contact as it shall be: the n-th of those that are there, or a new one."""

    place: int | None
    given: dict[str, Any]

    def draft(self, record: Client) -> ContactDraft:
        if self.place is None:
            return ContactDraft(**self.given)
        contact = record.contacts[self.place % len(record.contacts)]
        return structs.replace(drafted(contact), **self.given)


class Edit(Struct, frozen=True):
    """A decision on a record: fields, and perhaps a whole list of contacts."""

    given: dict[str, Any]
    contacts: tuple[ContactEdit, ...] | UnsetType = UNSET

    def __call__(self, record: Client) -> ChangeClient:
        if self.contacts is UNSET:
            return ChangeClient(**self.given)
        drafts = [edit.draft(record) for edit in self.contacts]
        known = {draft.serial: draft for draft in drafts if draft.serial}
        new = [draft for draft in drafts if not draft.serial]
        return ChangeClient(contacts=(*known.values(), *new), **self.given)


kept_contacts = st.builds(ContactEdit, st.integers(0, 3), contact_fields)
contact_edits = st.one_of(
    kept_contacts,
    st.builds(ContactEdit, st.integers(0, 3), st.just({})),
    st.builds(ContactEdit, st.none(), contact_fields),
)
edits = st.builds(
    Edit, fields, st.one_of(st.just(UNSET), st.lists(contact_edits, max_size=4).map(tuple))
)
live_keys = st.one_of(
    st.builds(LiveKey, external_id=external_ids),
    uuids.map(lambda uuid: LiveKey(external_id=str(uuid), uuid=uuid)),
    st.builds(LiveKey, external_id=external_ids, uuid=uuids),
)
keys = st.one_of(serials, serials, live_keys)
cursors = st.one_of(st.none(), live_keys)
versions = st.frozensets(st.integers(1, 3), max_size=2)
expectations = st.one_of(
    st.just(Expected()),
    st.just(Expected()),
    st.builds(Expected, exists=st.sampled_from([None, True, False])),
    st.builds(Expected, versions=versions),
    st.builds(Expected, others=versions),
)
new_groups = st.builds(CreateGroup, name=words, settings=st.sampled_from(["", "{}"]))
group_edits = st.builds(
    ChangeGroup, name=st.one_of(st.just(UNSET), words), settings=st.sampled_from([UNSET, "", "{}"])
)

# Queries

MEMBERS = [Order.CLASSIFICATION, Order.CITY, Order.ID_NUMBER]
REFERENCES = [Order.GROUP, Order.COUNTRY, Order.SHIPPING_COUNTRY, Order.ASSIGNED_USER]
text_members = st.builds(
    Among, column=st.sampled_from(MEMBERS), values=st.lists(words, max_size=3).map(tuple)
)
reference_members = st.builds(
    Among,
    column=st.sampled_from(REFERENCES),
    values=st.lists(st.sampled_from([1, 2, 3, 276, 840, 2**40]), max_size=3).map(tuple),
)
sortings = st.builds(Sorting, order=st.sampled_from(Order), is_descending=st.booleans())
CONDITIONS: dict[str, st.SearchStrategy[Any]] = {
    "serials": several_serials.map(tuple),
    "states": st.frozensets(states),
    "balance": st.builds(Comparison, operator=st.sampled_from(Operator), amount=amounts),
    "balance_between": st.tuples(amounts, amounts),
    "email": words,
    "id_number": numbers,
    "number": numbers,
    "name": words,
    "text": words,
    "among": st.lists(st.one_of(text_members, reference_members), max_size=2).map(tuple),
    "holding": st.lists(
        st.builds(Holding, column=st.sampled_from(TextColumn), text=words), max_size=2
    ).map(tuple),
    "first": serials,
} | {
    bound: moments
    for bound in ("created_from", "created_to", "updated_from", "updated_to")
    + ("updated_after", "updated_before")
}
conditions = st.sets(st.sampled_from(sorted(CONDITIONS)), max_size=3).flatmap(
    lambda names: st.fixed_dictionaries({name: CONDITIONS[name] for name in sorted(names)})
)
limits = st.integers(1, 4)
queries = st.builds(
    lambda met, sorting, limit: ClientQuery(sorting=sorting, limit=limit, **met),
    conditions,
    st.lists(sortings, max_size=3).map(tuple),
    limits,
)
stone_queries = st.builds(
    TombstoneQuery,
    deleted_after=st.one_of(st.none(), moments),
    deleted_before=st.one_of(st.none(), moments),
    limit=limits,
)
group_queries = st.builds(
    GroupQuery,
    text=st.one_of(st.none(), words),
    states=st.one_of(st.none(), st.frozensets(states)),
    order=st.sampled_from(GroupOrder),
    is_descending=st.booleans(),
    limit=limits,
)

"""Generated commands for the law of the stores, from few values, so that they often collide."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from operator import mul
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import strategies as st
from msgspec import UNSET, Struct, UnsetType, structs

from storage.model.commands import (
    ChangeClient,
    ChangeGroup,
    ContactDraft,
    CreateClient,
    CreateGroup,
    ImportClient,
    LiveKey,
    draft_of_contact,
)
from storage.model.preconditions import ANY_VERSION, Precondition, VersionMatch
from storage.model.records import Client, Origin, Secret, State

START = datetime(2024, 2, 29, 23, 59, 59, 999_990, tzinfo=UTC)
UUIDS = 0xABCDEF << 96
"""The uuids of a run are this number and those behind it; they have letters, and so a case."""

T = TypeVar("T")


def mostly(usual: st.SearchStrategy[T], rare: st.SearchStrategy[T]) -> st.SearchStrategy[T]:
    """Draw the rare value in one case of four."""
    return st.integers(0, 3).flatmap(lambda n: rare if n == 3 else usual)


# Texts: what folds alike, sorts apart, means something to SQL or to an index, or is just long

ALPHABET = "aAbäÄßẞİıéKſﬁ\u0301\u0308%_*\"'\\ \t\n\u00a01０１😀！日-"
HARD = ["", "a", "A", "ä", "a\u0308", "SS", "ß", "İ", "i", "😀", "！", "\u0301", "%", "_", "a'--"]
HARD += ['"a" OR b', "straße", "STRASSE", "ﬁﬁ", "aäa%", " a ", "1", "0001", "０００２"]
hard = st.sampled_from([*HARD, "individual"])
words = mostly(
    hard,
    st.one_of(st.text(ALPHABET, max_size=4), st.builds(mul, hard, st.integers(3, 120))),
)
numbers = st.sampled_from(
    ["1", "0001", "0002", "０００３", "0004", "a", "Ä", "a\u0308", "ß", "SS", "X9"]
)
uuids = st.integers(0, 7).map(lambda n: UUID(int=UUIDS + n))
names = st.sampled_from(["a", "a", "A", "x" * 500])
emails = st.sampled_from(["", "a@b", "A@B", "ä@b", "%@b", "ß" * 150 + "@b"])
external_ids = mostly(names, st.one_of(uuids.map(str), uuids.map(lambda u: str(u).upper())))
serials = mostly(st.integers(1, 4), st.sampled_from([0, 5, 6, 7, 8, 2**31, 2**62]))
several_serials = st.lists(serials, max_size=5)
groups = st.integers(1, 4)
moments = st.integers(-2, 12).map(lambda n: START + timedelta(microseconds=n))
amounts = st.sampled_from(
    [Decimal(text) for text in ("0", "1", "-1", "0.000001", "1.5", "999999999.999999")]
)
states = st.sampled_from([State.DELETED, State.ACTIVE, State.ARCHIVED])

# Clients

NOT_TEXTS = {"number", "client_hash", "settings"}
TEXTS = [f for f, kind in Client.__annotations__.items() if kind is str and f not in NOT_TEXTS]
SEEN = ["organization_name", "first_name", "custom_value1", "custom_value2", "city"]
some_texts = st.dictionaries(st.sampled_from(SEEN * 15 + TEXTS), words, min_size=1, max_size=5)
country_ids = st.sampled_from([None, 4, 276, 840])
others = st.fixed_dictionaries(
    {},
    optional={
        "number": mostly(st.none(), numbers),
        "id_number": mostly(st.just(""), numbers),
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
        "email": emails,
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
    mostly(st.just(()), st.lists(origins, max_size=2).map(tuple)),
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


def import_command(given: CreateClient, past: Mapping[str, Any]) -> ImportClient:
    return ImportClient(**structs.asdict(given) | past)


new_clients = st.one_of(creations, st.builds(import_command, creations, pasts))


class ContactEdit(Struct, frozen=True):
    """A change of one contact: of the n-th contact that exists, or of a new one."""

    place: int | None
    given: dict[str, Any]

    def draft(self, record: Client) -> ContactDraft:
        if self.place is None:
            return ContactDraft(**self.given)
        contact = record.contacts[self.place % len(record.contacts)]
        return structs.replace(draft_of_contact(contact), **self.given)


class Edit(Struct, frozen=True):
    """A change function for a record: fields, and perhaps a whole contact list."""

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
several_edits = st.lists(contact_edits, max_size=4).map(tuple)
edits = st.one_of(
    st.builds(Edit, fields),
    st.builds(Edit, st.just({}), several_edits),
    st.builds(Edit, fields, several_edits),
)
live_keys = st.one_of(
    st.builds(LiveKey, external_id=external_ids),
    uuids.map(lambda uuid: LiveKey(external_id=str(uuid), uuid=uuid)),
    st.builds(LiveKey, external_id=external_ids, uuid=uuids),
)
keys = mostly(serials, live_keys)
matches = st.one_of(
    st.just(ANY_VERSION),
    st.builds(VersionMatch, versions=st.frozensets(st.integers(1, 3), max_size=2)),
)
expectations = mostly(
    st.just(Precondition()),
    st.one_of(st.builds(Precondition, match=matches), st.builds(Precondition, none_match=matches)),
)
new_groups = st.builds(CreateGroup, name=words, settings=st.sampled_from(["", "{}"]))
group_edits = st.builds(
    ChangeGroup, name=st.one_of(st.just(UNSET), words), settings=st.sampled_from([UNSET, "", "{}"])
)

# Commands: the store's verb, and what it is given

StoreCall = tuple[Any, ...]


def store_calls(verb: str, *given: st.SearchStrategy[Any]) -> st.SearchStrategy[StoreCall]:
    return st.tuples(st.just(verb), *given)


def upsert_call(
    key: LiveKey, edit: Edit, new: CreateClient, precondition: Precondition
) -> StoreCall:
    create = partial(structs.replace, new, external_id=key.external_id)
    return "upsert_client", key, edit, create, precondition


several_clients = st.lists(new_clients, min_size=1, max_size=3)
creating = store_calls("create_clients", several_clients)
changing = st.one_of(
    store_calls("change_client", keys, edits, expectations),
    store_calls("change_clients", several_serials, edits),
    st.builds(upsert_call, live_keys, edits, new_clients, expectations),
)
moving = st.one_of(
    store_calls("set_client_state", keys, states, expectations),
    store_calls("set_client_states", several_serials, states),
)
removing = st.one_of(
    store_calls("purge_client", keys, expectations),
    st.builds(
        lambda pair, expected: ("merge_clients", *pair, expected),
        st.lists(serials, min_size=2, max_size=2, unique=True),
        expectations,
    ),
)
grouping = st.one_of(
    store_calls("create_group", new_groups),
    store_calls("change_group", groups, group_edits),
    store_calls("set_group_states", st.lists(groups, max_size=3), states),
)

"""Generated clients, and edits that a caller of either dialect could send."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import msgspec
from hypothesis import strategies as st

from dialects.planado.clients.contacts import contact_entries
from storage.model.accounts import Account
from storage.model.commands import ContactDraft, CreateAccount, ImportClient
from storage.model.countries import COUNTRIES
from storage.model.records import Client
from storage.store import Store

NUMBERS = count(1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

LETTERS = "abZÄßñłŽ日本Ω😀0 7-.,'/&\u00a0"
"""Letters of several scripts, blanks of two kinds, and what addresses and names are made of."""

texts = st.text(LETTERS, max_size=12)
filled = texts.filter(str.strip)
words = st.sampled_from(["Ada", "Grace", "O'Reilly", "von", "Łukasz", "Mary Ann", "日本", "Ω"])
names = st.one_of(st.just(""), words, st.lists(words, max_size=4).map("  ".join), filled)
emails = st.sampled_from(["a@example.com", "b@example.org", "C@Example.net", "d@example.com"])
phones = st.sampled_from(["1", "(834) 362-5246", "+49 30 1234", "-", " 55 "])
countries = st.sampled_from([None, 4, 276, 288, 724, 840])
moments = st.integers(0, 10**15).map(lambda n: EPOCH + timedelta(microseconds=n))
money = st.decimals(-(10**9), 10**9, places=6, allow_nan=False).map(Decimal)
reference_ids = st.sampled_from(["", "1", "3"])
settings = st.one_of(
    st.just(""),
    st.fixed_dictionaries(
        {},
        optional={
            "currency_id": reference_ids,
            "industry_id": reference_ids,
            "language_id": reference_ids,
            "entity": st.sampled_from(["", "App\\Models\\Client"]),
            "name": st.sampled_from(["", "1", " y "]),
            "send_reminders": st.booleans(),
            "default_task_rate": st.sampled_from([0, 10, 7.5]),
            "x": st.one_of(st.sampled_from(["", "1", " y "]), st.integers(0, 9), st.booleans()),
        },
    ).map(lambda value: msgspec.json.encode(value).decode()),
)
"""Known keys with values of their own types, and `x` with any."""

contact_drafts = st.builds(
    ContactDraft,
    first_name=names,
    last_name=names,
    email=st.one_of(st.just(""), emails),
    phone=st.one_of(st.just(""), phones),
    is_primary=st.booleans(),
    send_email=st.booleans(),
    custom_value1=texts,
    email_rank=st.integers(0, 5),
    phone_rank=st.integers(0, 5),
)

structured = st.fixed_dictionaries(
    {
        "shipping_address1": texts,
        "shipping_city": texts,
        "shipping_postal_code": st.sampled_from(["", "08008"]),
        "shipping_country_id": countries,
    }
)
in_text = st.fixed_dictionaries(
    {"service_text": st.one_of(st.just(""), filled, st.just("x" * 400))}
)
places = st.one_of(
    st.fixed_dictionaries({"longitude": st.floats(-180, 180), "latitude": st.floats(-90, 90)}),
    st.just({}),
)
kinds = st.one_of(
    st.fixed_dictionaries(
        {
            "classification": st.sampled_from(["", "business", "company"]),
            "organization_name": texts,
        }
    ),
    st.fixed_dictionaries(
        {
            "classification": st.just("individual"),
            "first_name": names,
            "last_name": names,
            "middle_name": names,
        }
    ),
)


@st.composite
def imports(draw: st.DrawFn) -> ImportClient:
    """Any client that an account can hold, as dialects, imports and time have left it."""
    created_at = draw(moments)
    fields: dict[str, Any] = draw(kinds)
    fields |= draw(st.one_of(structured, in_text, st.just({}))) | draw(places)
    for name in ("address1", "city", "website", "private_notes", "custom_value1", "vat_number"):
        fields[name] = draw(texts)
    for name in ("entrance_no", "floor", "apartment", "description"):
        fields[name] = draw(st.one_of(st.just(""), filled))
    return ImportClient(
        external_id=draw(st.one_of(st.none(), filled)),
        phone=draw(st.one_of(st.just(""), phones)),
        phone_rank=draw(st.integers(0, 5)),
        country_id=draw(countries),
        balance=draw(money),
        is_tax_exempt=draw(st.booleans()),
        industry_id=draw(st.one_of(st.none(), st.integers(1, 33))),
        assigned_user_serial=draw(st.one_of(st.none(), st.integers(1, 9))),
        settings=draw(settings),
        created_at=created_at,
        updated_at=created_at,
        archived_at=draw(st.one_of(st.none(), st.just(created_at))),
        contacts=tuple(draw(st.lists(contact_drafts, max_size=4))),
        **fields,
    )


def born(store: Store, command: ImportClient) -> tuple[Account, Client]:
    """Create the client in a new account, and return both."""
    account = store.create_account(CreateAccount(name=f"account {next(NUMBERS)}"))
    return account, store.create_client(account.id, command)


blank = st.sampled_from([None, "", "  "])
ninja_text = st.one_of(blank, texts)

NINJA_TEXTS = [
    "website",
    "private_notes",
    "public_notes",
    "address1",
    "address2",
    "phone",
    "city",
    "state",
    "postal_code",
    "custom_value1",
    "custom_value2",
    "custom_value3",
    "custom_value4",
    "vat_number",
    "routing_id",
    "shipping_address1",
    "shipping_address2",
    "shipping_city",
    "shipping_state",
    "shipping_postal_code",
]
country_ids = st.sampled_from(sorted(COUNTRIES)).map(str)

ninja_contacts = st.fixed_dictionaries(
    {},
    optional={
        "first_name": ninja_text,
        "last_name": ninja_text,
        "phone": ninja_text,
        "custom_value2": ninja_text,
        "is_primary": st.booleans(),
        "send_email": st.booleans(),
    },
)

ninja_edits = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(NINJA_TEXTS, ninja_text)
    | {
        "name": ninja_text,
        "classification": st.sampled_from([None, "individual", "business", "other"]),
        "country_id": country_ids,
        "shipping_country_id": st.one_of(blank, country_ids),
        "is_tax_exempt": st.booleans(),
        "industry_id": st.one_of(blank, st.integers(1, 33).map(str)),
        "contacts": st.lists(ninja_contacts, max_size=3),
    },
)

planado_names = st.one_of(st.none(), names)
planado_contacts = st.builds(
    lambda name, pair: {"name": name, "type": pair[0], "value": pair[1]},
    planado_names,
    st.one_of(
        st.tuples(st.just("email"), emails),
        st.tuples(st.just("phone"), phones),
    ),
)
optional_text = st.one_of(st.none(), st.just(""), texts)
planado_addresses = st.fixed_dictionaries(
    {},
    optional={
        "formatted": optional_text,
        "entrance_no": optional_text,
        "apartment": optional_text,
        "floor": optional_text,
        "description": optional_text,
        "geolocation": st.one_of(
            st.none(),
            st.fixed_dictionaries(
                {"longitude": st.floats(-180, 180), "latitude": st.floats(-90, 90)}
            ),
        ),
    },
)


def planado_edits(record: Client) -> st.SearchStrategy[dict[str, Any]]:
    """Return valid edits of this client: its kind cannot change, and it must keep a name."""
    common = {
        "site_address": planado_addresses,
        "contacts": st.one_of(st.lists(planado_contacts, max_size=6), shuffled(record)),
    }
    if not record.is_individual:
        return st.fixed_dictionaries({}, optional=common | {"organization_name": filled})
    others = dict.fromkeys(("last_name", "middle_name"), planado_names)
    return st.one_of(
        st.fixed_dictionaries({}, optional=common),
        st.fixed_dictionaries({"first_name": filled}, optional=common | others),
    )


def shuffled(record: Client) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Return the shown contact list in another order, with some entries renamed and some
    removed."""

    shown = [{"name": e.name, "type": e.type, "value": e.value} for e in contact_entries(record)]
    if not shown:
        return st.just([])
    kept = st.lists(st.sampled_from(shown), max_size=6)
    renamed = st.tuples(kept, planado_names).map(
        lambda pair: [e | {"name": pair[1]} if n % 2 else e for n, e in enumerate(pair[0])]
    )
    return st.one_of(st.permutations(shown), kept, renamed)

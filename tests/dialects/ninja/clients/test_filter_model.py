"""Law: a list with one or two query parameters answers as the naive model does."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import combinations, count
from random import Random
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given, settings, strategies as st

from gateway.app import create_app
from gateway.settings import Settings
from storage.model.commands import CreateAccount, CreateToken
from storage.model.generators import Generators
from storage.store import Store
from tests.dialects.ninja.clients import filter_model
from tests.dialects.ninja.clients.filter_clients import (
    AMOUNTS,
    CLIENTS,
    HELD,
    LISTED,
    NEW_YEAR,
    client,
)
from tests.dialects.ninja.steps import NOBODY
from tests.support.api_callers import Ninja
from tests.support.arrivals import let_arrive_when_changed
from tests.support.asgi_client import AsgiClient
from tests.support.databases import Databases

ALONE = settings(max_examples=settings().max_examples // 10)

BOUNDS = [*AMOUNTS, "0.0000001", "-0.0000001", "99999999999999999999"]
WORDS_OF_ORDER = ["lt", "lte", "gt", "gte", "eq"]


class Shelf(NamedTuple):
    """The clients as they are shown, a caller of their account, and the values for each
    parameter."""

    ninja: Ninja
    clients: list[filter_model.Shown]
    values: dict[str, st.SearchStrategy[str]]


@pytest.fixture(scope="module")
def shelf(databases: Databases) -> Iterator[Shelf]:
    with databases.database() as url:
        # Whole seconds only: finer times are not shown, so that no model could know them.
        seconds = count()
        store = Store.open(
            url, Generators(clock=lambda: NEW_YEAR + timedelta(days=20, seconds=next(seconds)))
        )
        with AsgiClient(create_app(store, Settings())) as http:
            yield fill_shelf(store, http)
        store.close()


def fill_shelf(store: Store, http: AsgiClient) -> Shelf:
    callers = [a_caller(store, http, name) for name in ("stranger", "acme")]
    # Contacts that are gone must not be found: their clients are changed once more.
    everybody = callers[1].listed("per_page=5000")
    for gone in [c for c in everybody if c["contacts"][0]["email"] and not c["is_deleted"]][:3]:
        callers[1].put(gone["id"], {"contacts": [{"first_name": "Successor"}]})
    clients = request_list(callers[1], {"per_page": "5000"})["data"]
    return Shelf(callers[1], clients, values(clients))


def a_caller(store: Store, http: AsgiClient, name: str) -> Ninja:
    account, random = store.create_account(CreateAccount(name=name)), Random(7)  # noqa: S311
    store.create_clients(account.id, [client(random, n) for n in range(CLIENTS)])
    let_arrive_when_changed(store, account.id)
    _, token = store.create_token(CreateToken(account=name, dialect="ninja"))
    return Ninja(http, str(token))


def request_list(ninja: Ninja, query: filter_model.Query) -> dict[str, Any]:
    answer = ninja.get(f"/clients?{urlencode(query)}")
    assert answer.status_code == 200, answer.text
    return json.loads(answer.content, parse_float=Decimal)


@st.composite
def text_parts(draw: st.DrawFn, texts: list[str]) -> str:
    """Draw a part of one of the texts, or all of it, in any case, with or without accents."""
    text = draw(st.sampled_from([text for text in texts if text]))
    start, end = draw(st.integers(0, len(text) - 1)), draw(st.integers(1, len(text)))
    spelled = draw(
        st.sampled_from([str, str.upper, str.lower, str.swapcase, filter_model.fold_text])
    )
    piece = spelled(text[start:end] if start < end else text)
    return piece if filter_model.fold_text(piece).strip() else text


def moment_texts(clients: list[filter_model.Shown], field: str) -> st.SearchStrategy[str]:
    times = st.sampled_from([datetime.fromtimestamp(c[field], UTC) for c in clients])
    forms = ["%s", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]
    return st.builds(stamp, times, st.sampled_from(forms), st.integers(-1, 1))


NO_MOMENTS = st.sampled_from(["", "nonsense", "2024-13-40", "4102444800", "0,1,2"])


def spans(clients: list[filter_model.Shown], field: str) -> st.SearchStrategy[str]:
    return st.lists(moment_texts(clients, field), min_size=2, max_size=2).map(",".join)


def some_of(members: list[str]) -> st.SearchStrategy[str]:
    known = st.sampled_from(sorted({*members, "garbage", "999", "007", "Business"}))
    return st.lists(known, max_size=4).map(",".join)


def stamp(moment: datetime, form: str, shift: int) -> str:
    moved = moment + timedelta(seconds=shift)
    return str(int(moved.timestamp())) if form == "%s" else moved.strftime(form)


def alike(texts: list[str]) -> st.SearchStrategy[str]:
    """Return one of the texts in another spelling, or a text that only looks like it."""
    spelled = st.sampled_from(
        [str, str.upper, str.lower, filter_model.fold_text, lambda text: text[1:]]
    )
    return st.builds(lambda text, spell: spell(text), st.sampled_from(texts), spelled)


@st.composite
def comparisons(draw: st.DrawFn) -> str:
    word = draw(st.sampled_from([*WORDS_OF_ORDER, "is", ""]))
    return ":".join(draw(st.permutations([word, draw(st.sampled_from(BOUNDS))])))


def values(clients: list[filter_model.Shown]) -> dict[str, st.SearchStrategy[str]]:
    """Return the values that a caller could give for each parameter, most of them with matches."""
    ids = st.sampled_from([*(c["id"] for c in clients), NOBODY, "garbage", "17"])
    emails = [c["email"] for client in clients for c in client["contacts"]]
    bounds = st.tuples(*[st.sampled_from([*AMOUNTS, "-1"])] * 2).map(":".join)
    directions = st.sampled_from(["asc", "desc", "ASC", ""])
    columns = st.sampled_from([*filter_model.KEYS, "documents", "nothing"])
    sortings = st.builds("{}|{}".format, columns, directions) | columns
    words = st.sampled_from(["active", "archived", "deleted", "unheard"])
    texts = [text for c in clients for text in filter_model.searched(c)]
    return {
        "balance": comparisons() | st.sampled_from(["", "10", "lt:", ":", "gt:x", "lt:1:2"]),
        "between_balance": bounds | st.sampled_from(["", "10", "1:2:3", "x:1", "20:10", ":"]),
        "email": alike(emails) | st.sampled_from(["", "ada@acme", NOBODY]),
        "id_number": alike([c["id_number"] for c in clients]),
        "number": alike([c["number"] for c in clients]),
        "filter": text_parts(texts) | st.sampled_from(["", "%", "_", "*", " acme ", "nobody"]),
        "name": text_parts([c["name"] for c in clients]) | st.sampled_from(["", "%", "Acme*"]),
        **{f: moment_texts(clients, f) | NO_MOMENTS for f in ("created_at", "updated_at")},
        "is_deleted": st.sampled_from(["true", "TRUE", "1", "false", "False", "0", "", "yes"]),
        "status": st.lists(words, max_size=3).map(",".join),
        "with_trashed": st.sampled_from(["false", "true", "0", ""]),
        "client_id": ids,
        "group": some_of(filter_model.GROUPS),
        "with": ids,
        "include": st.sampled_from(["", "contacts", "invoices", "documents,gateway_tokens"]),
        **dict.fromkeys(["sort", "sort[0]", "sort[1]"], sortings),
        "per_page": st.integers(-70, 70).map(str) | st.sampled_from(["", "x", "1e1", "9999"]),
        "page": st.integers(-1, 8).map(str) | st.sampled_from(["", "x", "1.5"]),
        "filter_details": st.sampled_from(["true", "false", ""]),
        **{f: text_parts([c[f] for c in clients]) for f in HELD},
        **{f: some_of([str(c[f]) for c in clients]) for f in LISTED},
        "assigned_user_ids": some_of(filter_model.GROUPS),
        "created_between": spans(clients, "created_at") | moment_texts(clients, "created_at"),
        "updated_between": spans(clients, "updated_at") | NO_MOMENTS,
    }


PARAMETERS = """
    balance between_balance email id_number number filter name created_at updated_at is_deleted
    status with_trashed client_id group with include sort sort[0] sort[1] per_page page
    filter_details
    custom_value1 custom_value2 custom_value3 custom_value4 vat_number group_settings_id country_id
    industry_id size_id classification assigned_user_ids created_between updated_between
"""


def check(shelf: Shelf, query: filter_model.Query) -> None:
    """Assert that the gateway's page equals the model's. A query without a page gets one page with
    all."""
    asked = query if {"per_page", "page"} & query.keys() else query | {"per_page": "5000"}
    body = request_list(shelf.ninja, asked)
    ids, paging = filter_model.expected_page(shelf.clients, asked)
    assert [c["id"] for c in body["data"]] == ids
    assert with_pages_of_links(body["meta"]["pagination"], asked) == paging


def with_pages_of_links(paging: dict[str, Any], query: filter_model.Query) -> dict[str, Any]:
    """Return the pagination with a page number for each link. Links must repeat the rest of the
    query."""
    links = {name: dict(parsed(url)) for name, url in dict(paging["links"]).items()}
    rest = {name: value for name, value in query.items() if name != "page"}
    assert all(link | {"page": ""} == rest | {"page": ""} for link in links.values())
    return paging | {"links": {name: link["page"] for name, link in links.items()}}


def parsed(url: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(url).query, keep_blank_values=True)


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("column", filter_model.KEYS)
def test_every_column_sorts_as_the_model_sorts(shelf, column, direction):
    check(shelf, {"sort": f"{column}|{direction}"})


FEW = ["is_deleted", "country_id", "city", "classification", "contact_email", "name", "created_at"]
"""Columns in which many clients are equal, so that the next column decides."""


@given(columns=st.permutations(FEW), directions=st.lists(st.sampled_from(["asc", "desc"])))
def test_several_columns_sort_as_the_model_sorts(shelf, columns, directions):
    sorts = map("{}|{}".format, columns, directions)

    check(shelf, {f"sort[{n}]": sort for n, sort in enumerate(sorts)})


@pytest.mark.parametrize("word", WORDS_OF_ORDER)
def test_every_comparison_of_every_amount_finds_what_the_model_finds(shelf, word):
    for bound in BOUNDS:
        check(shelf, {"balance": f"{word}:{bound}"})


@pytest.mark.parametrize("name", PARAMETERS.split())
@ALONE
@given(data=st.data())
def test_a_parameter_alone_finds_what_the_model_finds(shelf, name, data):
    check(shelf, {name: data.draw(shelf.values[name])})


SAME_FIELD = [
    ("created_at", "created_between"),
    ("updated_at", "updated_between"),
    ("balance", "between_balance"),
    ("group", "group_settings_id"),
    ("status", "is_deleted"),
    ("status", "with_trashed"),
    ("is_deleted", "with_trashed"),
    ("client_id", "with"),
    ("sort", "sort[0]"),
    ("sort[0]", "sort[1]"),
]


@pytest.mark.parametrize("names", SAME_FIELD, ids=" and ".join)
@ALONE
@given(data=st.data())
def test_two_parameters_about_the_same_do_not_replace_each_other(shelf, names, data):
    check(shelf, {name: data.draw(shelf.values[name]) for name in names})


@given(names=st.sampled_from(list(combinations(PARAMETERS.split(), 2))), data=st.data())
def test_two_parameters_together_find_what_the_model_finds(shelf, names, data):
    check(shelf, {name: data.draw(shelf.values[name]) for name in names})

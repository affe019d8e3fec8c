"""A model of the client list in plain Python over clients as JSON: slow, and easy to believe.

It uses nothing of the gateway, so that the two can only be wrong in different ways.
"""

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

Shown = dict[str, Any]
Query = dict[str, str]

GROUPS = ["", "VolejRejNm", "Wpmbk5ezJn", "Opnel5aKBz"]
"""The public ids of no group, 1, 2 and 3: references are sorted by the serial of their record."""


def fold_text(text: str) -> str:
    """Return the text without case and accents."""
    letters = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in letters if unicodedata.category(c) != "Mn")


def searched(client: Shown) -> list[str]:
    own = ["name", "id_number", "number"] + [f"custom_value{n}" for n in range(1, 5)]
    contacts = [c[f] for c in client["contacts"] for f in ("first_name", "last_name")]
    contacts += [c[f] for c in client["contacts"] for f in ("email", "phone")]
    return [client[field] for field in own] + contacts


def equals(field: str) -> Callable[[Shown, str], bool]:
    return lambda client, given: fold_text(given) == fold_text(client[field])


def holds(field: str) -> Callable[[Shown, str], bool]:
    return lambda client, given: fold_text(given) in fold_text(client[field])


def is_one_of(field: str, spelled: Callable[[str], str] = str) -> Callable[[Shown, str], bool]:
    def met(client: Shown, given: str) -> bool:
        members = [spelled(member) for member in given.split(",") if member]
        return not members or spelled(client[field]) in members

    return met


def is_since(field: str) -> Callable[[Shown, str], bool]:
    return lambda client, given: seconds(given) is None or client[field] >= seconds(given)


def is_between(field: str) -> Callable[[Shown, str], bool]:
    def met(client: Shown, given: str) -> bool:
        bounds = [seconds(part) for part in given.split(",")]
        if len(bounds) != 2 or None in bounds:
            return True
        return bounds[0] <= client[field] <= bounds[1]

    return met


def seconds(text: str) -> float | None:
    if text.isdecimal():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def amount(text: str) -> Decimal | None:
    return Decimal(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else None


def has_balance(client: Shown, given: str) -> bool:
    left, colon, right = given.partition(":")
    word, bound = (left, amount(right)) if amount(left) is None else (right, amount(left))
    if not colon or bound is None:
        return True
    balance = client["balance"]
    words = {"lt": balance < bound, "lte": balance <= bound}
    words |= {"gt": balance > bound, "gte": balance >= bound}
    return words.get(word, balance == bound)


def has_balance_between(client: Shown, given: str) -> bool:
    bounds = [amount(part) for part in given.split(":")]
    if len(bounds) != 2 or None in bounds:
        return True
    return bounds[0] <= client["balance"] <= bounds[1]


def has_status(client: Shown, given: str) -> bool:
    wanted = {"active", "archived", "deleted"} & set(given.split(","))
    archived = "archived" if client["archived_at"] else "active"
    return not wanted or ("deleted" if client["is_deleted"] else archived) in wanted


def is_deleted(client: Shown, given: str) -> bool:
    number = re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", given)
    if number and float(given) not in {0, 1}:
        return False
    wants_deleted = given.lower() == "true" or bool(number and float(given))
    return bool(client["is_deleted"] == wants_deleted)


CONDITIONS: dict[str, Callable[[Shown, str], bool]] = {
    "balance": has_balance,
    "between_balance": has_balance_between,
    "email": lambda client, given: any(equals("email")(c, given) for c in client["contacts"]),
    "id_number": equals("id_number"),
    "number": equals("number"),
    "filter": lambda client, given: any(fold_text(given) in fold_text(t) for t in searched(client)),
    "name": lambda client, given: fold_text(given) in fold_text(client["name"]),
    "created_at": is_since("created_at"),
    "updated_at": is_since("updated_at"),
    "is_deleted": is_deleted,
    "status": has_status,
    "with_trashed": lambda client, given: given != "false" or not client["is_deleted"],
    "client_id": lambda client, given: client["id"] == given,
    "group": is_one_of("group_settings_id"),
    "custom_value1": holds("custom_value1"),
    "custom_value2": holds("custom_value2"),
    "custom_value3": holds("custom_value3"),
    "custom_value4": holds("custom_value4"),
    "vat_number": holds("vat_number"),
    "group_settings_id": is_one_of("group_settings_id"),
    "country_id": is_one_of("country_id"),
    "industry_id": is_one_of("industry_id"),
    "size_id": is_one_of("size_id"),
    "classification": is_one_of("classification", str.lower),
    "assigned_user_ids": is_one_of("assigned_user_id"),
    "created_between": is_between("created_at"),
    "updated_between": is_between("updated_at"),
}

REFERENCES = ["country_id", "shipping_country_id", "industry_id", "size_id"]
FOLDED = "id_number vat_number custom_value1 custom_value2 custom_value3 custom_value4"
TEXTS = """
    routing_id classification phone website address1 address2 city state postal_code
    public_notes private_notes
"""
PLAIN = """
    balance paid_to_date payment_balance credit_balance created_at updated_at archived_at is_deleted
    last_login user_id
"""


def contact_name(contact: Shown) -> str:
    return " ".join(part for part in (contact["first_name"], contact["last_name"]) if part)


def contact_email(client: Shown) -> str:
    return str(primary(client)["email"])


def primary(client: Shown) -> Shown:
    [contact] = [contact for contact in client["contacts"] if contact["is_primary"]]
    return contact


def called(client: Shown) -> str:
    """Return the name by which a list is sorted. The primary contact comes first."""
    names = [contact_name(contact) or contact["email"] for contact in client["contacts"]]
    return next(filter(None, [client["name"], *names]), "")


KEYS: dict[str, Callable[[Shown, list[Shown]], Any]] = {
    "id": lambda client, all_: all_.index(client),
    **{f: lambda client, _: fold_text(called(client)) for f in ("name", "display_name")},
    **{
        f: lambda client, _: fold_text(contact_name(primary(client)))
        for f in ("contact", "contacts")
    },
    "contact_email": lambda client, _: fold_text(contact_email(client)),
    "number": lambda client, _: int("".join(re.findall("[0-9]", client["number"])) or 0),
    "group_settings_id": lambda client, _: GROUPS.index(client["group_settings_id"]),
    "assigned_user_id": lambda client, _: GROUPS.index(client["assigned_user_id"]),
    **{f: lambda client, _, f=f: fold_text(client[f]) for f in FOLDED.split()},
    **{f: lambda client, _, f=f: int(client[f] or -1) for f in REFERENCES},
    **{f: lambda client, _, f=f: lowered(client[f]) for f in TEXTS.split()},
    **{f: lambda client, _, f=f: client[f] for f in PLAIN.split()},
}
"""What each column is sorted by; it may look at the place of a client among all of them."""


def lowered(text: str) -> str:
    """Return the text with the letters A to Z in lower case."""
    return re.sub("[A-Z]", lambda letter: letter[0].lower(), text)


def is_ignored(value: str, met: Callable[[Shown, str], bool]) -> bool:
    """Return whether a parameter is empty, which only `is_deleted` may not be."""
    return not value and met is not is_deleted


def matching(clients: list[Shown], query: Query) -> list[Shown]:
    """Return the clients that meet the query, in its order. The clients are given in the order of
    ids."""
    conditions = [(CONDITIONS[n], v.strip()) for n, v in query.items() if n in CONDITIONS]
    found = [c for c in clients if all(is_ignored(v, met) or met(c, v) for met, v in conditions)]
    first = [c for c in clients if c["id"] == query.get("with")]
    return first + [c for c in in_order(found, clients, sortings(query)) if c not in first]


def sortings(query: Query) -> list[tuple[str, bool]]:
    """Return the sort columns and whether each is descending. A list of sorts overrides `sort`."""
    several = [value for name, value in query.items() if name.startswith("sort[")]
    parts = [sort.split("|") for sort in several or [query.get("sort", "")]]
    return [(p[0], p[1] != "asc") for p in parts if len(p) == 2 and p[0] in KEYS]


def in_order(
    found: list[Shown], clients: list[Shown], columns: list[tuple[str, bool]]
) -> list[Shown]:
    ordered = found  # in the order of their ids, which equals keep
    for column, falls in reversed(columns):
        keys = {c["id"]: KEYS[column](c, clients) for c in found}
        ordered = sorted(ordered, key=lambda c: keys[c["id"]], reverse=falls)
    return ordered


def window(query: Query) -> tuple[int, int]:
    """Return the page number and the page size of a query."""
    size, page = query.get("per_page", ""), query.get("page", "")
    number = re.fullmatch(r"-?(\d+)(?:e(\d))?", size)
    per_page = int(number[1]) * 10 ** int(number[2] or 0) if number else 0
    return int(page) if re.fullmatch("[1-9][0-9]*", page) else 1, min(per_page, 5000) or 20


def expected_page(clients: list[Shown], query: Query) -> tuple[list[str], Shown]:
    """Return the ids on the page of a query and its pagination, with each link as its page
    number."""
    found, (page, per_page) = matching(clients, query), window(query)
    shown = [c["id"] for c in found[(page - 1) * per_page : page * per_page]]
    pages = max(1, math.ceil(len(found) / per_page))
    links = {"previous": str(page - 1)} if page > 1 else {}
    links |= {"next": str(page + 1)} if page < pages else {}
    return shown, {
        "total": len(found),
        "count": len(shown),
        "per_page": per_page,
        "current_page": page,
        "total_pages": pages,
        "links": links,
    }

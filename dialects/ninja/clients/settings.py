"""The settings object: kept as it was sent, merged key by key, checked by the names of its keys."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import UNSET, Raw

from storage import Account, Client, Group, Problem

from ..protocol import wire
from ..protocol.input_tree import clean_value
from ..protocol.scalars import text_of
from ..reference.tables import CURRENCY_BY_CODE, LANGUAGE_BY_LOCALE

Settings = dict[str, Any]

BLANK = {"entity": "App\\Models\\Client", "industry_id": "", "size_id": ""}
"""Forced over whatever a new client's settings say."""
GROUP_BLANK = msgspec.json.encode({"entity": BLANK["entity"]})
INTEGER_KEYS = frozenset({"payment_terms", "valid_until"})
DESIGN_KEYS = frozenset(
    {
        "invoice_design_id",
        "quote_design_id",
        "credit_design_id",
        "purchase_order_design_id",
        "statement_design_id",
        "delivery_note_design_id",
    }
)
OBJECT_KEYS = frozenset({"pdf_variables", "translations"})


def shown_settings(record: Client, account: Account) -> Raw:
    """The stored text as it is, or the defaults of a client that never got settings."""
    return Raw(record.settings.encode() or msgspec.json.encode(defaults(account)))


def defaults(account: Account) -> Settings:
    return BLANK | {"currency_id": str(account.currency_id)}


def blank_settings() -> str:
    return msgspec.json.encode(BLANK).decode()


def group_settings(told: Settings, problems: list[Problem]) -> str:
    check_settings(without_nulls(told), problems)
    return msgspec.json.encode({"entity": BLANK["entity"]} | without_nulls(told)).decode()


def new_settings(
    given: wire.ClientInput,
    account: Account,
    groups: Iterable[Group],
    problems: list[Problem],
) -> str:
    """The settings of a new client: the sent ones under the forced and defaulted keys."""
    told = {} if given.settings is UNSET else without_nulls(given.settings)
    told.pop("translations", None)
    told |= settings_of_codes(given)
    check_settings(told, problems)
    if not told.get("currency_id"):
        told.pop("currency_id", None)
    settled = defaults(account) | currency_of(groups) | told | BLANK
    if "default_task_rate" in settled:
        settled["default_task_rate"] = as_float(settled["default_task_rate"])
    return msgspec.json.encode(settled).decode()


def currency_of(groups: Iterable[Group]) -> Settings:
    for group in groups:
        currency = msgspec.json.decode(group.settings or "{}").get("currency_id")
        if currency:
            return {"currency_id": text_of(currency)}
    return {}


def changed_settings(
    given: wire.ClientInput, record: Client, account: Account, problems: list[Problem]
) -> dict[str, str]:
    """Only the keys that were sent and differ; null takes a key away, the currency never goes."""
    before: Settings = msgspec.json.decode(shown_settings(record, account))
    told = {} if given.settings is UNSET else dict(given.settings)
    if language := language_id(text_of(given.language_code)):
        told["language_id"] = language
    differing = {k: v for k, v in told.items() if not same_json(v, clean_value(before.get(k)))}
    if not differing:
        return {}
    check_settings(without_nulls(differing), problems)
    after = {k: v for k, v in (before | differing).items() if differing.get(k, v) is not None}
    if not after.get("currency_id"):
        after["currency_id"] = str(account.currency_id)
    return {"settings": msgspec.json.encode(after).decode()}


def settings_of_codes(given: wire.ClientInput) -> Settings:
    """Currency and language by their codes; they count only for a new client, and over ids."""
    told: Settings = {}
    if currency := text_of(given.currency_code):
        told["currency_id"] = str(CURRENCY_BY_CODE.get(currency.upper(), ""))
    if language := language_id(text_of(given.language_code)):
        told["language_id"] = language
    return told


def language_id(locale: str) -> str:
    """Empty for an unknown locale, which counts as not given."""
    return str(LANGUAGE_BY_LOCALE.get(locale, ""))


def without_nulls(told: Settings) -> Settings:
    return {key: value for key, value in told.items() if value is not None}


def same_json(given: Any, shown_value: Any) -> bool:
    """Equal as JSON: to Python `1`, `1.0` and `true` are all one."""
    return msgspec.json.encode(given) == msgspec.json.encode(shown_value)


def check_settings(told: Settings, problems: list[Problem]) -> None:
    for key, value in told.items():
        kind = expected_type(key, value)
        if kind:
            problems.append(Problem(("settings",), f"{key} is not a valid {kind}"))


def expected_type(key: str, value: Any) -> str:
    """The type that a value should have had, empty when it is right."""
    if isinstance(value, dict | list):
        return "" if key in OBJECT_KEYS else "string"
    if key in DESIGN_KEYS:
        return "" if isinstance(value, str) else "string"
    is_integer = key.endswith(("_id", "number_counter")) or key in INTEGER_KEYS
    whole = re.fullmatch(r"[-+]?[0-9]{1,18}", text_of(value), re.ASCII)
    return "integer" if is_integer and value != "" and not whole else ""


def as_float(value: Any) -> float:
    text = text_of(value)
    return float(text) if re.fullmatch(r"[-+]?[0-9]{1,15}(\.[0-9]{1,15})?", text) else 0.0

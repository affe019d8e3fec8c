"""The settings object of a client or a group.

It is stored as it was sent; sent settings replace the stored ones. The name of a key decides which
values are valid.
"""

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

FORCED_SETTINGS = {"entity": "App\\Models\\Client", "industry_id": "", "size_id": ""}
"""Values that a new client always gets, also when its input has other ones."""
BLANK_GROUP_SETTINGS = msgspec.json.encode({"entity": FORCED_SETTINGS["entity"]})
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
    """Return the stored settings unchanged, or the default settings if there are none."""
    return Raw(record.settings.encode() or msgspec.json.encode(default_settings(account)))


def default_settings(account: Account) -> Settings:
    """Return the settings of a client without settings: the currency is that of the account."""
    return FORCED_SETTINGS | {"currency_id": str(account.currency_id)}


def blank_settings() -> str:
    """Return the settings of a client before it is stored, as JSON."""
    return msgspec.json.encode(FORCED_SETTINGS).decode()


def group_settings(values: Settings, problems: list[Problem]) -> str:
    """Check the given settings of a group and return them as JSON, without nulls."""
    check_settings(without_nulls(values), problems)
    return msgspec.json.encode(
        {"entity": FORCED_SETTINGS["entity"]} | without_nulls(values)
    ).decode()


def new_settings(
    given: wire.ClientInput,
    account: Account,
    groups: Iterable[Group],
    problems: list[Problem],
) -> str:
    """Return the settings of a new client as JSON.

    Later values override earlier ones: the defaults, the currency of the group, the given
    settings, the forced settings.
    """
    values = {} if given.settings is UNSET else without_nulls(given.settings)
    values.pop("translations", None)
    values |= settings_of_codes(given)
    check_settings(values, problems)
    if not values.get("currency_id"):
        values.pop("currency_id", None)
    merged = default_settings(account) | currency_of(groups) | values | FORCED_SETTINGS
    if "default_task_rate" in merged:
        merged["default_task_rate"] = read_float(merged["default_task_rate"])
    return msgspec.json.encode(merged).decode()


def currency_of(groups: Iterable[Group]) -> Settings:
    """Return the currency of the first group that has one, as settings; empty if none has one."""
    for group in groups:
        currency = msgspec.json.decode(group.settings or "{}").get("currency_id")
        if currency:
            return {"currency_id": text_of(currency)}
    return {}


def changed_settings(
    given: wire.ClientInput, record: Client, account: Account, problems: list[Problem]
) -> dict[str, str]:
    """Return the `settings` column if the given settings differ from the shown ones.

    Given settings replace the stored ones: a client program resets a setting by leaving it out.
    A missing currency is kept; an empty one is replaced by that of the account. A language code
    alone changes only the language. Without both, nothing changes.
    """
    before: Settings = msgspec.json.decode(shown_settings(record, account))
    language = language_id(text_of(given.language_code))
    if given.settings is UNSET and not language:
        return {}
    sent = before if given.settings is UNSET else dict(given.settings)
    if language:
        sent = sent | {"language_id": language}
    is_same = {k: k in before and same_json(v, clean_value(before[k])) for k, v in sent.items()}
    changes = {k: v for k, v in sent.items() if not is_same[k] and v is not None}
    check_settings(changes, problems)
    after = {k: before[k] if is_same[k] else v for k, v in sent.items()}
    after = {k: v for k, v in after.items() if v is not None or is_same[k]}
    if "currency_id" in sent and not after.get("currency_id") and not is_same["currency_id"]:
        after["currency_id"] = str(account.currency_id)
    elif "currency_id" in before:
        after.setdefault("currency_id", before["currency_id"])
    return {} if same_json(after, before) else {"settings": encode_settings(after)}


def encode_settings(values: Settings) -> str:
    return msgspec.json.encode(values).decode()


def settings_of_codes(given: wire.ClientInput) -> Settings:
    """Return the currency and the language that are given by code, as settings.

    Only for a new client. The codes override the ids.
    """
    values: Settings = {}
    if currency := text_of(given.currency_code):
        values["currency_id"] = str(CURRENCY_BY_CODE.get(currency.upper(), ""))
    if language := language_id(text_of(given.language_code)):
        values["language_id"] = language
    return values


def language_id(locale: str) -> str:
    """Return the id of a language. Empty for an unknown locale, which is ignored."""
    return str(LANGUAGE_BY_LOCALE.get(locale, ""))


def without_nulls(values: Settings) -> Settings:
    return {key: value for key, value in values.items() if value is not None}


def same_json(given: Any, shown_value: Any) -> bool:
    """Return whether two values are equal as JSON. For Python, `1`, `1.0` and `true` are equal."""
    return msgspec.json.encode(given) == msgspec.json.encode(shown_value)


def check_settings(values: Settings, problems: list[Problem]) -> None:
    """Add a problem for every value of a wrong type."""
    for key, value in values.items():
        kind = expected_type(key, value)
        if kind:
            problems.append(Problem(("settings",), f"{key} is not a valid {kind}"))


def expected_type(key: str, value: Any) -> str:
    """Return the type that a value should have; empty if it has this type."""
    if isinstance(value, dict | list):
        return "" if key in OBJECT_KEYS else "string"
    if key in DESIGN_KEYS:
        return "" if isinstance(value, str) else "string"
    is_integer = key.endswith(("_id", "number_counter")) or key in INTEGER_KEYS
    integer_match = re.fullmatch(r"[-+]?[0-9]{1,18}", text_of(value), re.ASCII)
    return "integer" if is_integer and value != "" and not integer_match else ""


def read_float(value: Any) -> float:
    """Read a decimal number without an exponent; 0 for any other value."""
    text = text_of(value)
    return float(text) if re.fullmatch(r"[-+]?[0-9]{1,15}(\.[0-9]{1,15})?", text) else 0.0

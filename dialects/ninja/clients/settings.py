"""The settings object of a client or a group.

Sent settings replace the stored ones. A known key is stored in its own type, see `setting_types`.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import UNSET, Raw

from storage import Account, Client, Group, Problem

from ..protocol import wire
from ..protocol.input_tree import clean_value
from ..protocol.messages import too_long
from ..protocol.scalars import text_of
from ..reference.tables import CURRENCY_BY_CODE, LANGUAGE_BY_LOCALE, SETTING_TYPES
from .field_rules import MAX_LINE, MAX_TEXT
from .setting_types import PATTERN_KEY, WrongSettingTypeError, is_form_text, read_setting

Settings = dict[str, Any]

NO_CURRENCY = (None, "", "0")
"""Values of `currency_id` that stand for the currency of the account."""
FORCED_SETTINGS = {"entity": "App\\Models\\Client", "industry_id": "", "size_id": ""}
"""Values that a new client always gets, also when its input has other ones."""
BLANK_GROUP_SETTINGS = msgspec.json.encode({"entity": FORCED_SETTINGS["entity"]})


def shown_settings(record: Client, account: Account) -> Raw:
    """Return the stored settings unchanged, or the default settings if there are none."""
    return Raw(record.settings.encode() or msgspec.json.encode(default_settings(account)))


def default_settings(account: Account) -> Settings:
    """Return the settings of a client without settings: the currency is that of the account."""
    return FORCED_SETTINGS | {"currency_id": str(account.currency_id)}


def blank_settings() -> str:
    """Return the settings of a client before it is stored, as JSON."""
    return msgspec.json.encode(FORCED_SETTINGS).decode()


def group_settings(values: Settings, before: Settings, problems: list[Problem]) -> str:
    """Return the given settings of a group as JSON: known keys only, an empty value as a text.

    What the group has and is sent back stays, whatever its key is. One problem stands for all
    values of a wrong type: the original does not name them in a group.
    """
    same = {key: before[key] for key, value in values.items() if is_echo(key, value, before)}
    known = {k: v for k, v in values.items() if k in SETTING_TYPES and k not in same}
    wrong_types: list[Problem] = []
    typed = read_settings(known, wrong_types)
    if wrong_types:
        problems.append(Problem(("settings",), "settings must be a valid json structure"))
    after = {k: "" if v is None else v for k, v in typed.items()} | same
    return encode_settings({key: after[key] for key in values if key in after}, before, problems)


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
    values = without_nulls(read_settings(values | settings_of_codes(given), problems))
    values |= settings_of_logo(given)
    if values.get("currency_id") in NO_CURRENCY:
        values.pop("currency_id", None)
    after = default_settings(account) | currency_of(groups) | values | FORCED_SETTINGS
    return encode_settings(after, {}, problems)


def currency_of(groups: Iterable[Group]) -> Settings:
    """Return the currency of the first group that has one, as settings; empty if none has one.

    An archived group lends nothing.
    """
    for group in groups:
        currency = msgspec.json.decode(group.settings or "{}").get("currency_id")
        if currency and not group.archived_at:
            return {"currency_id": text_of(currency)}
    return {}


def changed_settings(
    given: wire.ClientInput, record: Client, account: Account, problems: list[Problem]
) -> dict[str, str]:
    """Return the `settings` column if the given settings differ from the shown ones.

    Given settings replace the stored ones: a client program resets a setting by leaving it out.
    A missing currency is kept; an empty one is replaced by that of the account. A language code or
    a logo alone changes nothing else. Without all of them, nothing changes.
    """
    before: Settings = msgspec.json.decode(shown_settings(record, account))
    language = language_id(text_of(given.language_code))
    if given.settings is UNSET and not language and not given.company_logo:
        return {}
    sent = before if given.settings is UNSET else dict(given.settings)
    if language:
        sent = sent | {"language_id": language}
    sent = sent | settings_of_logo(given)
    same = {k: before[k] for k, v in sent.items() if is_echo(k, v, before)}
    typed = read_settings({k: v for k, v in sent.items() if k not in same}, problems)
    after = {k: same.get(k, typed.get(k)) for k in sent if k in same or typed.get(k) is not None}
    if "currency_id" in typed and after.get("currency_id") in NO_CURRENCY:
        after["currency_id"] = str(account.currency_id)
    elif "currency_id" in before:
        after.setdefault("currency_id", before["currency_id"])
    if same_json(after, before):
        return {}
    return {"settings": encode_settings(after, before, problems)}


def is_echo(key: str, value: Any, before: Settings) -> bool:
    """Whether a sent value is the shown one, as it arrives: without outer blanks, null if empty.

    A form sends a flag or a number as a text, and an unknown key has no type to read it by.
    """
    if key not in before:
        return False
    return same_json(value, clean_value(before[key])) or is_form_text(value, before[key])


def encode_settings(values: Settings, before: Settings, problems: list[Problem]) -> str:
    """Return settings as JSON. Add a problem if they are too large, unless they shrink."""
    encoded = msgspec.json.encode(values)
    if len(encoded) > max(MAX_TEXT, len(msgspec.json.encode(before))):
        problems.append(too_long("settings", MAX_TEXT))
    pattern = values.get(PATTERN_KEY)
    if isinstance(pattern, str) and len(pattern) > MAX_LINE and pattern != before.get(PATTERN_KEY):
        problems.append(too_long(PATTERN_KEY, MAX_LINE))
    return encoded.decode()


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


def settings_of_logo(given: wire.ClientInput) -> Settings:
    """Return the address of a logo that was sent as a file, as settings."""
    return {"company_logo": given.company_logo} if given.company_logo else {}


def language_id(locale: str) -> str:
    """Return the id of a language. Empty for an unknown locale, which is ignored."""
    return str(LANGUAGE_BY_LOCALE.get(locale, ""))


def without_nulls(values: Settings) -> Settings:
    return {key: value for key, value in values.items() if value is not None}


def same_json(given: Any, shown_value: Any) -> bool:
    """Return whether two values are equal as JSON. For Python, `1`, `1.0` and `true` are equal."""
    return msgspec.json.encode(given) == msgspec.json.encode(shown_value)


def read_settings(values: Settings, problems: list[Problem]) -> Settings:
    """Return the values in the types of their keys, and add a problem for every other value."""
    typed: Settings = {}
    for key, value in values.items():
        try:
            typed[key] = read_setting(key, value)
        except WrongSettingTypeError as error:
            problems.append(Problem(("settings",), f"{key} is not a valid {error}"))
    return typed

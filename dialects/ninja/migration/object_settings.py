"""The settings in objects of other servers: read in the types of their keys, and compared.

1. A known key is stored in its own type, as a request stores it: `payment_terms: 30` as `"30"`.
2. A value that a request would be refused for is kept as it came, and is reported as a loss.
3. A text without such values stays as it was written, but for the white space between its parts:
   a server indents the settings of a list deeper than those of a single client.
4. In a comparison an empty member is the same as a missing one, and `entity` does not count.
"""

from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET, Raw, UnsetType

from dialects.base.migration import lenient_json
from dialects.base.migration.canonical_json import EMPTY_MEMBERS, SORTED_ENCODER, cached_if_short
from dialects.base.migration.losses import Loss, make_loss
from storage import Account, Client

from ..clients import settings as client_settings
from ..clients.setting_types import WrongSettingTypeError, read_setting
from ..clients.settings import NO_CURRENCY
from ..protocol.scalars import read_amount, trim
from ..reference.tables import SETTING_TYPES

UNDECODABLE = (msgspec.MsgspecError, RecursionError)
ENTITY = "entity"
CURRENCY = "currency_id"


class ReadSettings(NamedTuple):
    """The JSON text to store, and a reason for each key whose value has another type.

    The text is UNSET if there are no settings that can be stored; then the reason has no key.
    """

    text: str | UnsetType
    reasons: tuple[tuple[str, str], ...] = ()


def settings_field(
    raw: Raw | UnsetType, losses: list[Loss], path: str = "settings"
) -> str | UnsetType:
    """Return the JSON text of the settings, UNSET if the object has none that can be stored.

    `path` stands before the keys in the names of the losses.
    """
    if raw is UNSET:
        return UNSET
    text, reasons = read_settings(bytes(raw))
    losses += [make_loss(f"{path}.{key}" if key else path, words) for key, words in reasons]
    return text


@cached_if_short
def read_settings(raw: bytes) -> ReadSettings:
    """Return the settings in the types of their keys.

    An empty list becomes an empty object, because PHP writes an empty object as an empty list. Of
    any other value nothing is stored.
    """
    values = decode_object(raw)
    if values is None:
        is_empty = lenient_json.is_empty(Raw(raw))
        if raw.startswith(b"[") and is_empty:
            return ReadSettings("{}")
        return ReadSettings(UNSET, () if is_empty else (("", lenient_json.value_text(Raw(raw))),))
    reasons: list[tuple[str, str]] = []
    typed = {key: typed_value(key, value, reasons) for key, value in values.items()}
    is_same = msgspec.json.encode(typed) == msgspec.json.encode(values)
    text = msgspec.json.format(raw, indent=-1) if is_same else msgspec.json.encode(typed)
    return ReadSettings(text.decode(), tuple(reasons))


def decode_object(raw: bytes) -> dict[str, Any] | None:
    """Return a JSON object; None for any other value, and for one that cannot be decoded later."""
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except UNDECODABLE:
        return None


def typed_value(key: str, value: Any, reasons: list[tuple[str, str]]) -> Any:
    """Return a value in the type of its key, or as it came if that is impossible.

    A reason is added if the value is kept as it came, and if a part of a number was not read.
    """
    text = trim(value) if isinstance(value, str) else None
    if value is None or text == "":
        return value
    try:
        typed = read_in_type(key, value)
    except WrongSettingTypeError as error:
        reasons.append((key, f"{as_text(value)} is not a valid {error}, and is kept as it came"))
        return value
    if text is not None and SETTING_TYPES.get(key) == "float" and read_amount(text) is None:
        reasons.append((key, f"{as_text(value)} is read as {typed}"))
    return typed


def read_in_type(key: str, value: Any) -> Any:
    """Read a setting as a request does, which trims a text. Only a text for people is not trimmed.

    Raises WrongSettingTypeError.
    """
    try:
        return read_setting(key, value)
    except WrongSettingTypeError:
        if not isinstance(value, str):
            raise
        return read_setting(key, trim(value))


def as_text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def settings_members(text: str) -> dict[str, bytes]:
    """Return the canonical JSON of each member that says something, in the type of its key.

    White space at the ends of a text does not count.
    """
    typed = read_settings(text.encode()).text
    values = {} if typed is UNSET else msgspec.json.decode(typed, type=dict[str, Any])
    if values.get(CURRENCY) in NO_CURRENCY:
        values.pop(CURRENCY, None)
    trimmed = {key: trim_texts(value) for key, value in values.items() if key != ENTITY}
    return {
        key: SORTED_ENCODER.encode(value)
        for key, value in trimmed.items()
        if value not in EMPTY_MEMBERS
    }


def trim_texts(value: Any) -> Any:
    match value:
        case str():
            return trim(value)
        case dict():
            return {key: trim_texts(child) for key, child in value.items()}
        case list():
            return [trim_texts(child) for child in value]
        case _:
            return value


def own_settings(given: str, record: Client, account: Account) -> str:
    """Return the settings of a record with which given ones are compared.

    A record without settings shows its account's currency: given back, that is none of its own.
    """
    if record.settings:
        return record.settings
    shown = client_settings.default_settings(account)
    is_shown = settings_members(given) == settings_members(as_text(shown))
    return as_text(shown) if is_shown else "{}"


def is_same_settings(given: str, own: str) -> bool:
    return given == own or settings_members(given) == settings_members(own)

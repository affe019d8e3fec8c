"""Reads single values of this API's objects as values of the store, and compares them with records.

1. Each field has a kind (text, id, flag, amount, time). A kind reads a value in all the forms in
   which servers write it.
2. A `FieldTable` reads all fields of a shape. Fields are grouped by the type that needs no
   reading: nearly always one comparison of types shows that a group can be taken as it is.
3. A value that its field cannot hold becomes a loss. No value is refused for its length or form.
"""

import functools
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from msgspec import UNSET, Struct

from dialects.base.migration.losses import Loss, make_loss
from dialects.base.migration.object_codec import ForeignSaltId
from storage import Problem

from ..protocol.id_codec import IdCodec
from ..protocol.scalars import read_flag, read_integer, read_moment, text_of, trim, write_moment

MAX_UNIX_SECOND = 253_402_300_799
"""The last second of the year 9999, the last that a datetime can hold."""
ZERO_AMOUNT = Decimal(0)
AMOUNT_PLACES = 6
MAX_ID_LENGTH = 20
MAX_DIGITS = 20
"""Before the decimal point. A longer number is no amount of money, and is slow to process."""


class UnreadableValue(Exception):
    """Raised for a value that its field cannot hold."""


class FieldKind(NamedTuple):
    """How the values of a field are read and compared.

    `is_same` compares a value that was read with the value of a record. Values of `plain_type`
    need no reading; None if every value does.
    """

    read_value: Callable[[Any], Any]
    is_same: Callable[[Any, Any], bool]
    plain_type: type | None = None


def read_email(value: Any) -> str:
    """Return the address, or empty text for blanks: the original stores a blank for no address."""
    text = value if type(value) is str else text_of(value)
    return "" if text.isspace() else text


def read_reference_id(value: Any) -> int | None:
    """Return the id of a row of a reference table. The row may be unknown on this server.

    Raises UnreadableValue for a text that is no number.
    """
    if not value or value == "0":
        return None
    text = trim(text_of(value))
    if text in {"", "0"}:
        return None
    number = read_integer(text)
    if number is None:
        raise UnreadableValue
    return number


def read_boolean(value: Any) -> bool:
    flag = read_flag(value)
    if flag is None:
        raise UnreadableValue
    return flag


def read_money(value: Decimal | None) -> Decimal:
    if not value:
        return ZERO_AMOUNT
    if not value.is_finite() or value.adjusted() > MAX_DIGITS:
        raise UnreadableValue
    return value


def read_time(value: Any) -> datetime | None:
    if type(value) is int and 0 < value <= MAX_UNIX_SECOND:
        return datetime.fromtimestamp(value, UTC)
    text = text_of(value) if value else ""
    if text in {"", "0"}:
        return None
    moment = read_moment(text)
    if moment is None:
        raise UnreadableValue
    return moment


def is_same_text(given: str, shown: str) -> bool:
    """Whether two texts are equal without white space at their ends."""
    return given == shown or trim(given) == trim(shown)


def is_same_second(given: datetime | None, shown: datetime | None) -> bool:
    return write_moment(given) == write_moment(shown)


def is_equal(given: Any, shown: Any) -> bool:
    return bool(given == shown)


TEXT_KIND = FieldKind(text_of, is_same_text, str)
EMAIL_KIND = FieldKind(read_email, is_same_text)
REFERENCE_KIND = FieldKind(read_reference_id, is_equal)
FLAG_KIND = FieldKind(read_boolean, is_equal, bool)
MONEY_KIND = FieldKind(read_money, is_equal)
TIME_KIND = FieldKind(read_time, is_same_second)

ADDRESS_KINDS = {
    "address1": TEXT_KIND,
    "address2": TEXT_KIND,
    "city": TEXT_KIND,
    "state": TEXT_KIND,
    "postal_code": TEXT_KIND,
    "country_id": REFERENCE_KIND,
}
SHIPPING_KINDS = {f"shipping_{name}": kind for name, kind in ADDRESS_KINDS.items()}
CUSTOM_VALUE_KINDS = dict.fromkeys(
    ("custom_value1", "custom_value2", "custom_value3", "custom_value4"),
    TEXT_KIND,
)
TIMESTAMP_KINDS = {"created_at": TIME_KIND, "updated_at": TIME_KIND}
CLIENT_FIELD_KINDS = (
    ADDRESS_KINDS
    | CUSTOM_VALUE_KINDS
    | {
        "website": TEXT_KIND,
        "private_notes": TEXT_KIND,
        "public_notes": TEXT_KIND,
        "balance": MONEY_KIND,
        "paid_to_date": MONEY_KIND,
        "payment_balance": MONEY_KIND,
        "credit_balance": MONEY_KIND,
        "last_login": TIME_KIND,
        "size_id": REFERENCE_KIND,
        "client_hash": TEXT_KIND,
        "phone": TEXT_KIND,
        "industry_id": REFERENCE_KIND,
        "is_deleted": FLAG_KIND,
        "vat_number": TEXT_KIND,
        "id_number": TEXT_KIND,
        "archived_at": TIME_KIND,
        "number": TEXT_KIND,
        "has_valid_vat_number": FLAG_KIND,
        "is_tax_exempt": FLAG_KIND,
        "routing_id": TEXT_KIND,
    }
)
CONTACT_FIELD_KINDS = CUSTOM_VALUE_KINDS | {
    "first_name": TEXT_KIND,
    "last_name": TEXT_KIND,
    "email": EMAIL_KIND,
    "is_primary": FLAG_KIND,
    "is_locked": FLAG_KIND,
    "phone": TEXT_KIND,
    "contact_key": TEXT_KIND,
    "send_email": FLAG_KIND,
    "last_login": TIME_KIND,
}
GROUP_FIELD_KINDS = TIMESTAMP_KINDS | {"archived_at": TIME_KIND, "is_deleted": FLAG_KIND}
ALL_CLIENT_KINDS = CLIENT_FIELD_KINDS | SHIPPING_KINDS | TIMESTAMP_KINDS
ALL_CONTACT_KINDS = CONTACT_FIELD_KINDS | TIMESTAMP_KINDS
AMOUNT_FIELDS = tuple(name for name, kind in CLIENT_FIELD_KINDS.items() if kind is MONEY_KIND)
SHARED_ID_PATHS = {("user_id",), ("assigned_user_id",), ("group_settings_id",)}
GENERATED_FIELDS = ("number", "client_hash", "contact_key", "created_at", "updated_at")
"""The store generates these for a client that has none, so an empty value counts as missing."""


class FieldTable:
    """Reads the fields of a shape, grouped by the type that needs no reading."""

    def __init__(self, kinds: Mapping[str, FieldKind]) -> None:
        self._kinds = kinds
        # The order must be the same in every process: the order of the losses depends on it.
        plain_types = dict.fromkeys(kind.plain_type for kind in kinds.values())
        self._groups = tuple(map(self._make_group, plain_types))

    def _make_group(self, plain_type: type | None) -> "FieldGroup":
        names = tuple(name for name, kind in self._kinds.items() if kind.plain_type is plain_type)
        readers = tuple(self._kinds[name].read_value for name in names)
        # A getter of one name gives no tuple.
        values_of = attrgetter(*names, *names[: len(names) == 1])
        return FieldGroup({plain_type}, names, readers, values_of)

    def read_fields(self, given: Struct, losses: list[Loss], path: str = "") -> dict[str, Any]:
        """Return the columns that the object contains, and add a loss for each unreadable value.

        `path` stands before the names of the losses.
        """
        columns: dict[str, Any] = {}
        for plain_types, names, readers, values_of in self._groups:
            values = values_of(given)
            # Nearly always no value of a group needs reading: one comparison shows it.
            if set(map(type, values)) == plain_types:
                columns.update(zip(names, values, strict=False))
                continue
            for name, read, value in zip(names, readers, values, strict=False):
                if value is UNSET:
                    continue
                try:
                    columns[name] = read(value)
                except UnreadableValue:
                    losses.append(make_loss(f"{path}{name}", str(value)))
        return columns


class FieldGroup(NamedTuple):
    """Fields of a shape that have the same `plain_type`, in a set of one; None if they have none.

    `values_of` may return the only value twice.
    """

    plain_types: set[type | None]
    names: tuple[str, ...]
    readers: tuple[Callable[[Any], Any], ...]
    values_of: Callable[[Struct], tuple[Any, ...]]


read_client = FieldTable(ALL_CLIENT_KINDS).read_fields
read_contact = FieldTable(ALL_CONTACT_KINDS).read_fields
read_group = FieldTable(GROUP_FIELD_KINDS).read_fields


def without_generated(columns: dict[str, Any]) -> dict[str, Any]:
    """Remove empty values of `GENERATED_FIELDS`, and return the same dict."""
    for name in GENERATED_FIELDS:
        if not columns.get(name, True):
            del columns[name]
    return columns


def round_amounts(columns: dict[str, Any], losses: list[Loss]) -> dict[str, Any]:
    """Round amounts to the places that the store has, and return the same dict.

    An amount that this changes is added to the losses.
    """
    for name in AMOUNT_FIELDS:
        value = columns.get(name)
        if value and value.as_tuple().exponent < -AMOUNT_PLACES:
            columns[name] = round(value, AMOUNT_PLACES)
            if columns[name] != value:
                losses.append(make_loss(name, f"{value:f}"))
    return columns


@functools.lru_cache(maxsize=4096)
def read_shared_id(value: str, ids: IdCodec) -> int | None:
    """Return the serial in the id of a user or group. Cached: many clients share the same few."""
    return ids.decode(value)


def read_serial(value: Any, ids: IdCodec, path: tuple[str | int, ...]) -> int | None:
    """Return the serial in an id, None if there is no id.

    Raises ForeignSaltId for an id that another salt wrote.
    """
    text = text_of(value)
    if not text:
        return None
    serial = read_shared_id(text, ids) if path in SHARED_ID_PATHS else ids.decode(text)
    if serial is None:
        shown = text if len(text) <= MAX_ID_LENGTH else f"{text[:MAX_ID_LENGTH]}…"
        raise ForeignSaltId(Problem(path, f"{shown!r} was not written with this account's salt"))
    return serial


def changed_fields(
    given: Mapping[str, Any], record: Struct, kinds: Mapping[str, FieldKind]
) -> dict[str, Any]:
    """Return the given fields of these kinds whose values differ from the record's."""
    return {
        name: value
        for name, value in given.items()
        if name in kinds and not kinds[name].is_same(value, getattr(record, name))
    }

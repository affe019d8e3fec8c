"""Single fields as other servers of this API write them, as the store's values; and when a value
is the one that is shown. Nothing is refused for its length or form."""

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

LATEST = 253_402_300_799
ZERO = Decimal(0)
PLACES = 6
MAX_ID_LENGTH = 20
MAX_DIGITS = 20
"""Before the point. More would be no money, and costs time to look at."""


class UnreadableValue(Exception):
    """A value that its field has no place for."""


class FieldKind(NamedTuple):
    """How a value is read, and when one told and one of the record are the same; `plain` is the
    type of those that need no reading."""

    read_value: Callable[[Any], Any]
    is_same: Callable[[Any, Any], bool]
    plain_type: type | None = None


def read_email(value: Any) -> str:
    """The original keeps a blank for an address that there is not."""
    text = value if type(value) is str else text_of(value)
    return "" if text.isspace() else text


def read_reference_id(value: Any) -> int | None:
    """The number of a row of a reference table, which need not be one that is known here."""
    if not value or value == "0":
        return None
    text = trim(text_of(value))
    if text in {"", "0"}:
        return None
    found = read_integer(text)
    if found is None:
        raise UnreadableValue
    return found


def read_boolean(value: Any) -> bool:
    found = read_flag(value)
    if found is None:
        raise UnreadableValue
    return found


def read_money(value: Decimal | None) -> Decimal:
    if not value:
        return ZERO
    if not value.is_finite() or value.adjusted() > MAX_DIGITS:
        raise UnreadableValue
    return value


def read_time(value: Any) -> datetime | None:
    if type(value) is int and 0 < value <= LATEST:
        return datetime.fromtimestamp(value, UTC)
    text = text_of(value) if value else ""
    if text in {"", "0"}:
        return None
    found = read_moment(text)
    if found is None:
        raise UnreadableValue
    return found


def same_text(told: str, shown: str) -> bool:
    return told == shown or trim(told) == trim(shown)


def same_second(told: datetime | None, shown: datetime | None) -> bool:
    return write_moment(told) == write_moment(shown)


def same(told: Any, shown: Any) -> bool:
    return bool(told == shown)


TEXT = FieldKind(text_of, same_text, str)
EMAIL = FieldKind(read_email, same_text)
REFERENCE = FieldKind(read_reference_id, same)
FLAG = FieldKind(read_boolean, same, bool)
MONEY = FieldKind(read_money, same)
TIME = FieldKind(read_time, same_second)

ADDRESS = {
    "address1": TEXT,
    "address2": TEXT,
    "city": TEXT,
    "state": TEXT,
    "postal_code": TEXT,
    "country_id": REFERENCE,
}
SHIPPING = {f"shipping_{name}": kind for name, kind in ADDRESS.items()}
CUSTOM_VALUES = dict.fromkeys(
    ("custom_value1", "custom_value2", "custom_value3", "custom_value4"),
    TEXT,
)
TIMES = {"created_at": TIME, "updated_at": TIME}
CLIENT = (
    ADDRESS
    | CUSTOM_VALUES
    | {
        "website": TEXT,
        "private_notes": TEXT,
        "public_notes": TEXT,
        "balance": MONEY,
        "paid_to_date": MONEY,
        "payment_balance": MONEY,
        "credit_balance": MONEY,
        "last_login": TIME,
        "size_id": REFERENCE,
        "client_hash": TEXT,
        "phone": TEXT,
        "industry_id": REFERENCE,
        "is_deleted": FLAG,
        "vat_number": TEXT,
        "id_number": TEXT,
        "archived_at": TIME,
        "number": TEXT,
        "has_valid_vat_number": FLAG,
        "is_tax_exempt": FLAG,
        "routing_id": TEXT,
    }
)
CONTACT = CUSTOM_VALUES | {
    "first_name": TEXT,
    "last_name": TEXT,
    "email": EMAIL,
    "is_primary": FLAG,
    "is_locked": FLAG,
    "phone": TEXT,
    "contact_key": TEXT,
    "send_email": FLAG,
    "last_login": TIME,
}
GROUP = TIMES | {"archived_at": TIME, "is_deleted": FLAG}
AMOUNTS = tuple(name for name, kind in CLIENT.items() if kind is MONEY)
SHARED = {("user_id",), ("assigned_user_id",), ("group_settings_id",)}
GENERATED = ("number", "client_hash", "contact_key", "created_at", "updated_at")
"""The store has its own for who brings none, so that empty means not told."""


class FieldTable:
    """Fields of a shape by the kinds of their values."""

    def __init__(self, kinds: Mapping[str, FieldKind]) -> None:
        self._kinds = kinds
        # In an order that is the same in every process, and so that of what is lost.
        plain = dict.fromkeys(kind.plain_type for kind in kinds.values())
        self._groups = tuple(map(self._make_group, plain))

    def _make_group(self, plain: type | None) -> "FieldGroup":
        names = tuple(name for name, kind in self._kinds.items() if kind.plain_type is plain)
        # A getter of one name gives no tuple.
        values_of = attrgetter(*names, *names[: len(names) == 1])
        return FieldGroup(
            {plain}, names, tuple(self._kinds[name].read_value for name in names), values_of
        )

    def read_fields(self, given: Struct, losses: list[Loss], path: str = "") -> dict[str, Any]:
        """The columns that the object tells."""
        told: dict[str, Any] = {}
        for plain, names, reads, values_of in self._groups:
            values = values_of(given)
            # Nearly always all of them need no reading, and one look tells.
            if set(map(type, values)) == plain:
                told.update(zip(names, values, strict=False))
                continue
            for name, read, value in zip(names, reads, values, strict=False):
                if value is UNSET:
                    continue
                try:
                    told[name] = read(value)
                except UnreadableValue:
                    losses.append(make_loss(f"{path}{name}", str(value)))
        return told


class FieldGroup(NamedTuple):
    """Fields whose plain values are of one type, or of which none is plain."""

    plain: set[type | None]
    names: tuple[str, ...]
    reads: tuple[Callable[[Any], Any], ...]
    values_of: Callable[[Struct], tuple[Any, ...]]


read_client = FieldTable(CLIENT | SHIPPING | TIMES).read_fields
read_contact = FieldTable(CONTACT | TIMES).read_fields
read_group = FieldTable(GROUP).read_fields


def without_generated(told: dict[str, Any]) -> dict[str, Any]:
    for name in GENERATED:
        if not told.get(name, True):
            del told[name]
    return told


def round_amounts(told: dict[str, Any], losses: list[Loss]) -> dict[str, Any]:
    """Amounts as exact as the store keeps them."""
    for name in AMOUNTS:
        value = told.get(name)
        if value and value.as_tuple().exponent < -PLACES:
            told[name] = round(value, PLACES)
            if told[name] != value:
                losses.append(make_loss(name, f"{value:f}"))
    return told


@functools.lru_cache(maxsize=4096)
def read_shared_id(value: str, ids: IdCodec) -> int | None:
    """Of users and groups there are few: the same ids come again and again."""
    return ids.decode(value)


def read_serial(value: Any, ids: IdCodec, path: tuple[str | int, ...]) -> int | None:
    """None for no id at all."""
    text = text_of(value)
    if not text:
        return None
    serial = read_shared_id(text, ids) if path in SHARED else ids.decode(text)
    if serial is None:
        shown = text if len(text) <= MAX_ID_LENGTH else f"{text[:MAX_ID_LENGTH]}…"
        raise ForeignSaltId(Problem(path, f"{shown!r} was not written with this account's salt"))
    return serial


def changed_fields(
    told: Mapping[str, Any], record: Struct, kinds: Mapping[str, FieldKind]
) -> dict[str, Any]:
    """Those told that are not what is shown."""
    return {
        name: value
        for name, value in told.items()
        if name in kinds and not kinds[name].is_same(value, getattr(record, name))
    }

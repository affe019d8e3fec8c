"""The texts that the original keeps of ours, where it does not keep all of them.

Its columns are shorter than ours, and it cuts without a word. It takes the tags out of names, and
shows a text `0` as an empty one. What it shows of our own text is no edit of that text.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from msgspec import UNSET

from dialects.base.migration import lenient_json
from storage import Account, Client

from ..clients import service_address
from ..protocol.scalars import text_of, trim
from . import contact_pairs, object_shapes
from .object_fields import CONTACT_FIELD_KINDS, CUSTOM_VALUE_KINDS, FieldKind, read_contact

LINE_LENGTH = 191
EMAIL_LENGTH = 100
PHONE_LENGTH = 255
NOTE_BYTES = 65_535
ADDRESS_LINES = ("address1", "address2", "city", "state", "postal_code")
LINES = (
    *("name", "website", "vat_number", "id_number", "number", "routing_id"),
    *ADDRESS_LINES,
    *(f"shipping_{name}" for name in ADDRESS_LINES),
)
NOTES = ("private_notes", "public_notes")
CLIENT_LENGTHS = (
    dict.fromkeys(LINES, LINE_LENGTH)
    | dict.fromkeys((*NOTES, *CUSTOM_VALUE_KINDS), NOTE_BYTES)
    | {"phone": PHONE_LENGTH}
)
CONTACT_LENGTHS = (
    dict.fromkeys(("first_name", "last_name", "phone"), LINE_LENGTH)
    | dict.fromkeys(CUSTOM_VALUE_KINDS, NOTE_BYTES)
    | {"email": EMAIL_LENGTH}
)
TAG = re.compile(r"<(?=\S)[^>]*(?:>|$)")
"""What PHP takes for a tag: it need not end."""
NOTHING = "0"
"""A text that PHP takes for none."""


class KeptText(NamedTuple):
    """A text of which the original keeps another one: the path of its field, and both texts."""

    path: str
    text: str
    kept: str


def kept_text(name: str, text: str, length: int) -> str:
    """Return what the original shows of a text in the field with this name and length."""
    given = trim(text)
    if name == "name":
        given = TAG.sub("", given)
    if name in NOTES:
        given = given.replace("</sc", "<-")
    if length == NOTE_BYTES:
        given = given.encode()[:NOTE_BYTES].decode(errors="ignore")
    return "" if given == NOTHING else trim(given[:length])


def is_kept_whole(name: str, length: int, text: str) -> bool:
    return kept_text(name, text, length) == trim(text)


def is_kept(name: str, length: int, given: Any, shown: Any) -> bool:
    """Whether a given text is what the original shows of the shown one."""
    return isinstance(shown, str) and trim(given) == kept_text(name, shown, length)


def with_kept_texts(
    kinds: Mapping[str, FieldKind], lengths: Mapping[str, int]
) -> dict[str, FieldKind]:
    """Return the kinds so that a text equals what the original keeps of it."""
    return {
        name: kind._replace(is_same=partial(is_same_or_kept, kind, name, lengths[name]))
        if name in lengths
        else kind
        for name, kind in kinds.items()
    }


def is_same_or_kept(kind: FieldKind, name: str, length: int, given: Any, shown: Any) -> bool:
    return kind.is_same(given, shown) or is_kept(name, length, given, shown)


def shortened_texts(record: Client) -> list[KeptText]:
    """Return the texts of a client of which the original keeps others."""
    address = service_address.shown_address(record)
    texts = {
        name: getattr(address, name.removeprefix("shipping_"))
        if name.startswith("shipping_")
        else getattr(record, name)
        for name in CLIENT_LENGTHS
    }
    shortened = list(texts_to_shorten(texts, CLIENT_LENGTHS))
    for n, contact in enumerate(record.contacts):
        texts = {name: getattr(contact, name) for name in CONTACT_LENGTHS}
        shortened += texts_to_shorten(texts, CONTACT_LENGTHS, f"contacts[{n}].")
    return shortened


def texts_to_shorten(
    texts: Mapping[str, str], lengths: Mapping[str, int], path: str = ""
) -> Iterator[KeptText]:
    for name, text in texts.items():
        if text and (kept := kept_text(name, text, lengths[name])) != trim(text):
            yield KeptText(f"{path}{name}", text, kept)


def shortened_fields(raw: bytes, record: Client, _account: Account) -> tuple[str, ...]:
    """Return the paths of the record's texts of which the object has what the original keeps."""
    texts = shortened_texts(record)
    shown = texts_by_path(raw, record) if texts else {}
    return tuple(one.path for one in texts if shown.get(one.path) == one.kept)


def texts_by_path(raw: bytes, record: Client) -> dict[str, str]:
    """Return the texts of an object by the paths that they have in the record."""
    given, _ = lenient_json.read_object(raw, object_shapes.Client)
    values = {name: getattr(given, name) for name in CLIENT_LENGTHS}
    texts = {name: trim(text_of(value)) for name, value in values.items() if value is not UNSET}
    contacts = [read_contact(contact, []) for contact in given.contacts or ()]
    own = [{name: getattr(c, name) for name in CONTACT_FIELD_KINDS} for c in record.contacts]
    for n, place in contact_pairs.pair_places(contacts, own).items():
        names = CONTACT_LENGTHS.keys() & contacts[n].keys()
        texts |= {f"contacts[{place}].{name}": trim(contacts[n][name]) for name in names}
    return texts

"""The contacts array: the whole list is given, known ones are matched by id, the rest are new."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from msgspec import UNSET, UnsetType, structs

from storage import Client, ContactDraft, Problem, Secret, draft_of_contact

from ..protocol import wire
from ..protocol.id_codec import IdCodec
from ..protocol.input_tree import InputTree
from ..protocol.scalars import is_email, text_of, trim
from .field_rules import (
    MAX_LINE,
    MAX_TEXT,
    ReadValue,
    UnacceptableValue,
    flag,
    read_if_changed,
    show_flag,
    text,
)

MAX_EMAIL_LENGTH = 100
MAX_CONTACTS = 1000
SHORTEST_EMAIL, MOST_PASSWORDS = 4, 10
MIN_PASSWORD_LENGTH = 7
PasswordHashes = Mapping[str, Secret]
"""The slow hashes of the passwords in an input, made before the transaction."""


def email(name: str, given: str) -> str:
    if given and not is_email(given):
        raise UnacceptableValue(f"The {name} must be a valid email address.")
    return text(MAX_EMAIL_LENGTH, given)


def field_readers(*, is_new: bool) -> dict[str, ReadValue]:
    # The original says where a bad address stands only when the client is new.
    return READERS | {"email": partial(email, "{}" if is_new else "email")}


READERS: dict[str, ReadValue] = {
    "first_name": partial(text, MAX_LINE),
    "last_name": partial(text, MAX_LINE),
    "phone": partial(text, MAX_LINE),
    "custom_value1": partial(text, MAX_TEXT),
    "custom_value2": partial(text, MAX_TEXT),
    "custom_value3": partial(text, MAX_TEXT),
    "custom_value4": partial(text, MAX_TEXT),
    "is_primary": flag,
    "send_email": flag,
}
FLAGS = frozenset({"is_primary", "send_email"})


def changed_contacts(
    given: list[wire.ContactInput] | UnsetType,
    record: Client | None,
    ids: IdCodec,
    hashes: PasswordHashes,
    problems: list[Problem],
) -> dict[str, Any]:
    """The drafts of a given list; nothing when the list says what is shown."""
    if given is UNSET:
        return {}
    if len(given) > MAX_CONTACTS:
        words = f"The contacts must not have more than {MAX_CONTACTS} items."
        problems.append(Problem(("contacts",), words))
        return {}
    known = {c.serial: draft_of_contact(c) for c in record.contacts} if record else {}
    matched, read = match_by_id(given, known, ids), field_readers(is_new=record is None)
    drafts = [
        draft_contact(n, contact, base, read, problems)
        for n, (contact, base) in enumerate(zip(given, matched, strict=True))
    ]
    refuse_repeated(given, matched, problems)
    check_passwords(given, problems, is_new=record is None)
    drafts = primary_first(with_passwords(given, drafts, hashes))
    if known and {d.serial: d for d in drafts} == known and len(drafts) == len(known):
        return {}
    return {"contacts": tuple(with_recipient(drafts))}


def match_by_id(
    given: list[wire.ContactInput], known: dict[int, ContactDraft], ids: IdCodec
) -> list[ContactDraft]:
    """The live contact of this client behind each id, once; a new one for any other id."""
    left = dict(known)
    new = ContactDraft()
    return [left.pop(ids.decode(text_of(contact.id)) or 0, new) for contact in given]


def draft_contact(
    n: int,
    given: wire.ContactInput,
    base: ContactDraft,
    readers: dict[str, ReadValue],
    problems: list[Problem],
) -> ContactDraft:
    told: dict[str, Any] = {"is_primary": False}
    for field, read in readers.items():
        value = getattr(base, field)
        shown = show_flag(value) if field in FLAGS else value
        new = read_if_changed(("contacts", n, field), getattr(given, field), shown, read, problems)
        if new is not UNSET:
            told[field] = new
        elif field == "is_primary" and given.is_primary is not UNSET:
            told[field] = value
    return structs.replace(base, **told)


def refuse_repeated(
    given: list[wire.ContactInput], matched: list[ContactDraft], problems: list[Problem]
) -> None:
    """Refuse addresses that the list gives twice, unless they all stand like that already."""
    emails = [text_of(contact.email) for contact in given]
    times = Counter(email for email in emails if email)
    fresh = {e for e, base in zip(emails, matched, strict=True) if e != trim(base.email)}
    for n, address in enumerate(emails):
        if times[address] > 1 and address in fresh:
            words = f"The contacts.{n}.email field has a duplicate value."
            problems.append(Problem(("contacts", n, "email"), words))


def check_passwords(
    given: list[wire.ContactInput], problems: list[Problem], *, is_new: bool
) -> None:
    """Refuse weak passwords; one of asterisks only is the echo of a masked one."""
    different = {text_of(contact.password).strip("*") for contact in given} - {""}
    if len(different) > MOST_PASSWORDS:
        words = f"The contacts must not have more than {MOST_PASSWORDS} different passwords."
        problems.append(Problem(("contacts",), words))
    for n, contact in enumerate(given):
        field = f"contacts.{n}.password"
        for words in weaknesses(text_of(contact.password).strip("*"), field):
            told = words if is_new else "Password Strength"
            problems.append(Problem(("contacts", n, "password"), told))


def weaknesses(password: str, field: str) -> Iterator[str]:
    if password and len(password) < MIN_PASSWORD_LENGTH:
        yield f"The {field} must be at least {MIN_PASSWORD_LENGTH} characters."
    elif password and not all(re.search(kind, password) for kind in ("[a-z]", "[A-Z]", "[0-9]")):
        yield f"The {field} format is invalid."


def passwords_to_hash(tree: InputTree) -> set[str]:
    """The passwords worth a hash in an input: given, and not just the echo of a masked one.

    Of too many, none: the input is going to be refused, and each would cost a slow hash.
    """
    contacts = tree.get("contacts")
    given = contacts if isinstance(contacts, list) else []
    texts = {text_of(c.get("password")) for c in given if isinstance(c, dict)}
    strong = {text for text in texts if text.strip("*") and not any(weaknesses(text, ""))}
    return strong if len(strong) <= MOST_PASSWORDS else set()


def with_passwords(
    given: list[wire.ContactInput], drafts: list[ContactDraft], hashes: PasswordHashes
) -> list[ContactDraft]:
    """One password for all contacts of an address; without an address nobody could use it."""
    told = {
        d.email: hashes[text_of(contact.password)]
        for contact, d in zip(given, drafts, strict=True)
        if text_of(contact.password) in hashes and len(d.email) >= SHORTEST_EMAIL
    }
    return [structs.replace(d, password_hash=told.get(d.email, d.password_hash)) for d in drafts]


def primary_first(drafts: list[ContactDraft]) -> list[ContactDraft]:
    """The first flagged one, or else the first, is primary, and nobody else is."""
    ordered = sorted(drafts, key=lambda d: not d.is_primary)
    return [structs.replace(d, is_primary=n == 0) for n, d in enumerate(ordered)]


def with_recipient(drafts: list[ContactDraft]) -> list[ContactDraft]:
    """Somebody gets the mail: the first one when nobody would."""
    if not drafts or any(d.send_email for d in drafts):
        return drafts
    return [structs.replace(drafts[0], send_email=True), *drafts[1:]]

"""The contacts of a client in an input.

The list is complete: contacts with the id of a stored contact change it, and all others are new.
Stored contacts that the list does not have are removed.
"""

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
from ..protocol.scalars import is_email, read_flag, text_of, trim
from .field_rules import (
    ReadValue,
    UnacceptableValue,
    read_flag_field,
    read_if_changed,
    read_limited_text,
    read_line,
    read_long_text,
    write_flag,
)

MAX_EMAIL_LENGTH = 100
MAX_CONTACTS = 1000
MIN_EMAIL_LENGTH, MAX_PASSWORDS = 4, 10
MIN_PASSWORD_LENGTH = 7
PasswordHashes = Mapping[str, Secret]
"""Hashes by password, for the passwords in an input.

They are slow to compute, so they are computed before the transaction.
"""


def read_email_address(name: str, given: str) -> str:
    """Read an e-mail address. `name` is the field in the sentence about a wrong one."""
    if given and not is_email(given):
        raise UnacceptableValue(f"The {name} must be a valid email address.")
    return read_limited_text(MAX_EMAIL_LENGTH, given)


def field_readers(*, is_new: bool) -> dict[str, ReadValue]:
    """Return the readers by field, for a new client or for a change of one."""
    # The original names the contact of a wrong address only if the client is new.
    return FIELD_READERS | {"email": partial(read_email_address, "{}" if is_new else "email")}


FIELD_READERS: dict[str, ReadValue] = {
    "first_name": read_line,
    "last_name": read_line,
    "phone": read_line,
    "custom_value1": read_long_text,
    "custom_value2": read_long_text,
    "custom_value3": read_long_text,
    "custom_value4": read_long_text,
    "is_primary": read_flag_field,
    "send_email": read_flag_field,
}
FLAG_FIELDS = frozenset({"is_primary", "send_email"})


def changed_contacts(
    given: list[wire.ContactInput] | UnsetType,
    record: Client | None,
    ids: IdCodec,
    hashes: PasswordHashes,
    problems: list[Problem],
) -> dict[str, Any]:
    """Return the `contacts` column for a given list, or no column if the list changes nothing."""
    if given is UNSET:
        return {}
    if len(given) > MAX_CONTACTS:
        message = f"The contacts must not have more than {MAX_CONTACTS} items."
        problems.append(Problem(("contacts",), message))
        return {}
    own_drafts = {c.serial: draft_of_contact(c) for c in record.contacts} if record else {}
    bases, read = match_by_id(given, own_drafts, ids), field_readers(is_new=record is None)
    drafts = [
        draft_contact(n, contact, base, read, problems)
        for n, (contact, base) in enumerate(zip(given, bases, strict=True))
    ]
    check_repeated_emails(given, bases, problems)
    check_passwords(given, problems, is_new=record is None)
    drafts = with_recipient(primary_first(with_passwords(given, drafts, hashes)), given, own_drafts)
    return {} if are_stored(drafts, own_drafts) else {"contacts": tuple(drafts)}


def are_stored(drafts: list[ContactDraft], own_drafts: dict[int, ContactDraft]) -> bool:
    """Return whether the drafts are the contacts that the client has already."""
    by_serial = {draft.serial: draft for draft in drafts}
    return bool(own_drafts) and by_serial == own_drafts and len(drafts) == len(own_drafts)


def match_by_id(
    given: list[wire.ContactInput], own_drafts: dict[int, ContactDraft], ids: IdCodec
) -> list[ContactDraft]:
    """Return a draft for each given contact: that of the stored contact with its id, or a new one.

    A stored contact is matched once. If its id is repeated, the second one is new.
    """
    remaining = dict(own_drafts)
    new = ContactDraft()
    return [remaining.pop(ids.decode(text_of(contact.id)) or 0, new) for contact in given]


def draft_contact(
    n: int,
    given: wire.ContactInput,
    base: ContactDraft,
    readers: dict[str, ReadValue],
    problems: list[Problem],
) -> ContactDraft:
    """Return the draft `base` with the values of the given contact, which is the n-th of its list.

    A contact that is not given as primary is not primary.
    """
    values: dict[str, Any] = {"is_primary": False}
    for field, read in readers.items():
        value = getattr(base, field)
        shown = write_flag(value) if field in FLAG_FIELDS else value
        new = read_if_changed(("contacts", n, field), getattr(given, field), shown, read, problems)
        if new is not UNSET:
            values[field] = new
        elif field == "is_primary" and given.is_primary is not UNSET:
            values[field] = value
    return structs.replace(base, **values)


def check_repeated_emails(
    given: list[wire.ContactInput], bases: list[ContactDraft], problems: list[Problem]
) -> None:
    """Add a problem for every repeated address, unless all contacts with it have it already."""
    emails = [text_of(contact.email) for contact in given]
    counts = Counter(email for email in emails if email)
    changed_emails = {e for e, base in zip(emails, bases, strict=True) if e != trim(base.email)}
    for n, address in enumerate(emails):
        if counts[address] > 1 and address in changed_emails:
            message = f"The contacts.{n}.email field has a duplicate value."
            problems.append(Problem(("contacts", n, "email"), message))


def check_passwords(
    given: list[wire.ContactInput], problems: list[Problem], *, is_new: bool
) -> None:
    """Add a problem for every weak password. Only asterisks mean a masked one that is sent back."""
    passwords = {text_of(contact.password).strip("*") for contact in given} - {""}
    if len(passwords) > MAX_PASSWORDS:
        message = f"The contacts must not have more than {MAX_PASSWORDS} different passwords."
        problems.append(Problem(("contacts",), message))
    for n, contact in enumerate(given):
        field = f"contacts.{n}.password"
        for message in password_problems(contact.password, field):
            sentence = message if is_new else "Password Strength"
            problems.append(Problem(("contacts", n, "password"), sentence))


def password_problems(given: Any, field: str) -> Iterator[str]:
    """Yield the sentence about a given password that is weak or no text."""
    if isinstance(given, str):
        yield from weaknesses(given.strip("*"), field)
    elif given is not UNSET and given is not None:
        yield f"The {field} must be a string."


def weaknesses(password: str, field: str) -> Iterator[str]:
    """Yield the sentence about a weak password; an empty password is not weak."""
    if password and len(password) < MIN_PASSWORD_LENGTH:
        yield f"The {field} must be at least {MIN_PASSWORD_LENGTH} characters."
    elif password and not all(re.search(kind, password) for kind in ("[a-z]", "[A-Z]", "[0-9]")):
        yield f"The {field} format is invalid."


def passwords_to_hash(tree: InputTree) -> set[str]:
    """Return the passwords in an input that need a hash: not weak, and not only asterisks.

    Empty if there are more than MAX_PASSWORDS: the input will be refused, and each hash is slow.
    """
    contacts = tree.get("contacts")
    given = contacts if isinstance(contacts, list) else []
    texts = {text_of(c.get("password")) for c in given if isinstance(c, dict)}
    passwords = {text for text in texts if text.strip("*") and not any(weaknesses(text, ""))}
    return passwords if len(passwords) <= MAX_PASSWORDS else set()


def with_passwords(
    given: list[wire.ContactInput], drafts: list[ContactDraft], hashes: PasswordHashes
) -> list[ContactDraft]:
    """Return the drafts with their password hashes.

    Contacts with the same address, in any case, have the same password. The password of a contact
    without an address is ignored, because it could not be used.
    """
    hash_by_email = {
        d.email.lower(): hashes[text_of(contact.password)]
        for contact, d in zip(given, drafts, strict=True)
        if text_of(contact.password) in hashes and len(d.email) >= MIN_EMAIL_LENGTH
    }
    return [
        structs.replace(d, password_hash=hash_by_email.get(d.email.lower(), d.password_hash))
        for d in drafts
    ]


def primary_first(drafts: list[ContactDraft]) -> list[ContactDraft]:
    """Return the drafts with one primary contact, which comes first.

    It is the first contact that is marked as primary, or else the first of all.
    """
    ordered = sorted(drafts, key=lambda d: not d.is_primary)
    return [structs.replace(d, is_primary=n == 0) for n, d in enumerate(ordered)]


def with_recipient(
    drafts: list[ContactDraft],
    given: list[wire.ContactInput],
    own_drafts: dict[int, ContactDraft],
) -> list[ContactDraft]:
    """Return the drafts with a contact that gets e-mails: the first one if the input names none.

    Only what the input says counts, not a default and not what is stored. Contacts that are sent
    back as they are shown stay as they are.
    """
    if not drafts or any(read_flag(contact.send_email) for contact in given):
        return drafts
    if all(contact.send_email is not UNSET for contact in given) and are_stored(drafts, own_drafts):
        return drafts
    return [structs.replace(drafts[0], send_email=True), *drafts[1:]]

"""Builds the command that changes a record as another server's object differs from it.

A value that equals the one shown for the record is no change. White space at the ends of a text
does not count, nor does a text that the original has shortened. A field that the object does not
contain stays as it is.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec import UNSET, Raw, Struct, structs

from dialects.base.migration.canonical_json import is_same_json
from storage import (
    Account,
    Client,
    Contact,
    ImportClient,
    ImportContact,
    draft_of_contact,
    is_individual,
)

from ..clients import (
    names,
    service_address,
    translate,
)
from ..protocol import wire
from . import object_fields
from .kept_texts import CLIENT_LENGTHS, CONTACT_LENGTHS, LINE_LENGTH, is_kept, with_kept_texts
from .object_fields import changed_fields, is_same_text
from .object_reader import EMPTY_EXTRAS, FieldValues, ParsedFields
from .object_settings import is_same_settings, own_settings

COMPARED_KINDS = with_kept_texts(object_fields.CLIENT_FIELD_KINDS, CLIENT_LENGTHS) | dict.fromkeys(
    ("user_serial", "assigned_user_serial", "group_serial"), object_fields.REFERENCE_KIND
)
COMPARED_CONTACT_KINDS = with_kept_texts(object_fields.CONTACT_FIELD_KINDS, CONTACT_LENGTHS)
COMPARED_SHIPPING_KINDS = with_kept_texts(object_fields.SHIPPING_KINDS, CLIENT_LENGTHS)


def change_client(record: Client, parsed: ParsedFields, account: Account) -> ImportClient:
    """Return the command with the fields in which the object differs from the record."""
    changes = changed_fields(parsed.columns, record, COMPARED_KINDS)
    changes |= names_change(parsed, record)
    changes |= address_change(parsed.shipping_address, record)
    changes |= settings_change(parsed, record, account)
    changes |= extras_change(parsed.extras, record)
    if parsed.contacts is not UNSET:
        changes |= contacts_change(parsed.contacts, record)
    return ImportClient(**changes)


def names_change(parsed: ParsedFields, record: Client) -> FieldValues:
    """Return the changed names and classification, as `names.changed_names` does for a request.

    Unlike there, any classification and a name of any length is accepted.
    """
    name = record.name if parsed.name is UNSET else parsed.name
    classification = (
        record.classification if parsed.classification is UNSET else parsed.classification
    )
    has_same_name = (
        is_same_text(name, record.name)
        or names.same_name(name, record.name, is_individual=record.is_individual)
        or is_kept("name", LINE_LENGTH, name, record.name)
    )
    if has_same_name and is_same_text(classification, record.classification):
        return {}
    is_person = is_individual(classification, name)
    if has_same_name and is_person == record.is_individual:
        return {"classification": classification}
    stored_name = record.name if has_same_name else name
    return {
        "classification": classification,
        **names.stored_names(stored_name, is_individual=is_person),
    }


def address_change(given: FieldValues, record: Client) -> FieldValues:
    """Return all columns of the service address if one of its fields differs, else nothing.

    A changed address is a structured one. Fields that were not given stay as they are shown.
    """
    before = service_address.shown_address(record)
    changes = {
        name.removeprefix("shipping_"): value
        for name, value in given.items()
        if not COMPARED_SHIPPING_KINDS[name].is_same(
            value, getattr(before, name.removeprefix("shipping_"))
        )
    }
    if not changes:
        return {}
    after = before._replace(**changes)
    return service_address.CLEARED_LOCATION | {
        f"shipping_{k}": value for k, value in after._asdict().items()
    }


def settings_change(parsed: ParsedFields, record: Client, account: Account) -> FieldValues:
    if parsed.settings is UNSET:
        return {}
    is_same = is_same_settings(parsed.settings, own_settings(parsed.settings, record, account))
    return {} if is_same else {"settings": parsed.settings}


def extras_change(given: Mapping[str, Raw], record: Client) -> FieldValues:
    shown = translate.extras_of(record)
    changes = {k: v for k, v in given.items() if not is_same_json(v, getattr(shown, k))}
    if not changes:
        return {}
    others = {k: v for k, v in record.extras.items() if k != "ninja"}
    return {"extras": others | encode_extras(structs.replace(shown, **changes))}


def encode_extras(extras: wire.Extras) -> dict[str, str]:
    """Return this API's entry for the extras of a record, nothing if all values are empty."""
    if all(getattr(extras, name) == empty for name, empty in EMPTY_EXTRAS.items()):
        return {}
    return {"ninja": msgspec.json.encode(extras).decode()}


class ContactMatch(Struct, frozen=True):
    """A contact of an object, and the contact of the record that it matches, if any."""

    given: FieldValues
    before: Contact | None

    @property
    def changed_fields(self) -> FieldValues:
        return (
            changed_fields(self.given, self.before, COMPARED_CONTACT_KINDS)
            if self.before
            else self.given
        )

    def with_primary_flag(self, *, is_primary: bool) -> "ContactMatch":
        return ContactMatch(self.given | {"is_primary": is_primary}, self.before)

    def to_draft(self, serials: frozenset[int]) -> ImportContact:
        """Return the contact to store: the matched one with its changes, or a new one.

        A new contact keeps its serial, unless it is one of these serials of the record's contacts.
        """
        if self.before is None:
            serial = self.given["serial"]
            return ImportContact(**self.given | {"serial": None if serial in serials else serial})
        fields = structs.asdict(draft_of_contact(self.before))
        changes = self.changed_fields
        if changes and "updated_at" in self.given:
            changes["updated_at"] = self.given["updated_at"]
        return ImportContact(**fields | changes)


def contacts_change(given: Sequence[FieldValues], record: Client) -> FieldValues:
    """Return the whole list if a contact is new, is missing or differs in more than its times."""
    if not given:
        return {} if is_only_blank_contact(record.contacts) else {"contacts": ()}
    matches = with_one_primary(list(match_contacts(given, record.contacts)))
    has_same_length = len(matches) == len(record.contacts)
    if has_same_length and all(m.before and not m.changed_fields for m in matches):
        return {}
    serials = frozenset(contact.serial for contact in record.contacts)
    return {"contacts": tuple(match.to_draft(serials) for match in matches)}


def is_only_blank_contact(contacts: Sequence[Contact]) -> bool:
    """Whether the only contact is the blank one that the store adds to a client without any."""
    return len(contacts) == 1 and not any(
        getattr(contacts[0], name)
        for name in object_fields.CONTACT_FIELD_KINDS
        if is_personal_field(name)
    )


def is_personal_field(name: str) -> bool:
    return name not in {"contact_key", "is_primary", "send_email"}


def with_one_primary(matches: Sequence[ContactMatch]) -> list[ContactMatch]:
    """Return the matches with exactly one primary contact.

    After a merge several contacts of the original have the flag, in no order. So the record's
    primary contact stays it if it has the flag, or if no contact has. Else it is the first contact
    with the flag, else the first of all.
    """
    flagged = [n for n, match in enumerate(matches) if match.given.get("is_primary")]
    own = [n for n, match in enumerate(matches) if match.before and match.before.is_primary]
    primary = [*(n for n in own if n in flagged or not flagged), *flagged, 0][0]
    return [match.with_primary_flag(is_primary=n == primary) for n, match in enumerate(matches)]


def match_contacts(
    given: Sequence[FieldValues], contacts: Sequence[Contact]
) -> Iterator[ContactMatch]:
    """Yield each given contact with its match, found by the first of `MATCH_KEYS` that agrees."""
    matched: dict[int, Contact] = {}
    unmatched = {contact.serial: contact for contact in contacts}
    for key in MATCH_KEYS:
        by_key = {tuple(getattr(c, name) for name in key): c for c in unmatched.values()}
        for n, contact in enumerate(given):
            match = by_key.get(tuple(contact.get(name) or "" for name in key))
            if n not in matched and match and match.serial in unmatched:
                matched[n] = unmatched.pop(match.serial)
    for n, contact in enumerate(given):
        yield ContactMatch(contact, matched.get(n))


MATCH_KEYS = (
    ("serial", "contact_key"),
    ("contact_key",),
    ("serial",),
    ("email", "phone", "first_name", "last_name"),
)
"""A contact whose id was taken in this store has another id here, but the same `contact_key`. A
contact with neither id nor key is matched by its names and addresses."""

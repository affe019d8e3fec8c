"""What a client here becomes when another server of this API shows it otherwise: what equals the
shown is no change, outer blanks do not count, and what was not told stays."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec import UNSET, Raw, Struct, structs

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
    settings as client_settings,
    translate,
)
from ..protocol import wire
from . import object_fields
from .object_fields import SHIPPING, changed_fields, same_text
from .object_reader import EXTRAS, FieldValues, ParsedFields

ENCODER = msgspec.json.Encoder(order="sorted")
COLUMNS = object_fields.CLIENT | dict.fromkeys(
    ("user_serial", "assigned_user_serial", "group_serial"), object_fields.REFERENCE
)


def change_client(record: Client, said: ParsedFields, account: Account) -> ImportClient:
    told = changed_fields(said.columns, record, COLUMNS)
    if told.get("country_id", record) is None and record.country_id == account.country_id:
        del told["country_id"]  # no country is the account's
    told |= names_change(said, record)
    told |= address_change(said.shipping_address, record)
    told |= settings_change(said, record, account)
    told |= extras_change(said.extras, record)
    if said.contacts is not UNSET:
        told |= contacts_change(said.contacts, record)
    return ImportClient(**told)


def names_change(said: ParsedFields, record: Client) -> FieldValues:
    """As names.changed has it, with any word and a name of any length."""
    name = record.name if said.name is UNSET else said.name
    word = record.classification if said.classification is UNSET else said.classification
    is_name = same_text(name, record.name) or names.same_name(
        name, record.name, is_individual=record.is_individual
    )
    if is_name and same_text(word, record.classification):
        return {}
    is_person = is_individual(word, name)
    if is_name and is_person == record.is_individual:
        return {"classification": word}
    kept = record.name if is_name else name
    return {"classification": word} | names.stored_names(kept, is_individual=is_person)


def address_change(told: FieldValues, record: Client) -> FieldValues:
    """Any difference makes the address structured; what was not told stays as it is shown."""
    before = service_address.shown_address(record)
    given = {
        name.removeprefix("shipping_"): value
        for name, value in told.items()
        if not SHIPPING[name].is_same(value, getattr(before, name.removeprefix("shipping_")))
    }
    if not given:
        return {}
    after = before._replace(**given)
    return service_address.CLEARED_LOCATION | {
        f"shipping_{k}": value for k, value in after._asdict().items()
    }


def settings_change(said: ParsedFields, record: Client, account: Account) -> FieldValues:
    if said.settings is UNSET or said.settings == record.settings:
        return {}
    shown = client_settings.shown_settings(record, account)
    return {} if same_json(Raw(said.settings.encode()), shown) else {"settings": said.settings}


def extras_change(told: Mapping[str, Raw], record: Client) -> FieldValues:
    shown = translate.extras_of(record)
    given = {k: v for k, v in told.items() if not same_json(v, getattr(shown, k))}
    if not given:
        return {}
    others = {k: v for k, v in record.extras.items() if k != "ninja"}
    return {"extras": others | encode_extras(structs.replace(shown, **given))}


def encode_extras(known: wire.Extras) -> dict[str, str]:
    """Nothing when there is nothing in them."""
    if all(getattr(known, name) == default for name, default in EXTRAS.items()):
        return {}
    return {"ninja": msgspec.json.encode(known).decode()}


def same_json(told: Raw, shown: Raw) -> bool:
    return told == shown or canonical_json(told) == canonical_json(shown)


def canonical_json(raw: Raw) -> bytes:
    return ENCODER.encode(msgspec.json.decode(raw))


class ContactMatch(Struct, frozen=True):
    """A contact told, and the one of the client that it is, if any."""

    sent: FieldValues
    before: Contact | None

    @property
    def changed_fields(self) -> FieldValues:
        return (
            changed_fields(self.sent, self.before, object_fields.CONTACT)
            if self.before
            else self.sent
        )

    def to_draft(self, taken: frozenset[int]) -> ImportContact:
        """Changed in place; a new one with its serial, unless the client has that already."""
        if self.before is None:
            serial = self.sent["serial"]
            return ImportContact(**self.sent | {"serial": None if serial in taken else serial})
        kept = structs.asdict(draft_of_contact(self.before))
        differing = self.changed_fields
        if differing and "updated_at" in self.sent:
            differing["updated_at"] = self.sent["updated_at"]
        return ImportContact(**kept | differing)


def contacts_change(told: Sequence[FieldValues], record: Client) -> FieldValues:
    """The whole list, when anybody differs in more than a time, is new, or is missing."""
    if not told:
        return {} if is_only_blank_contact(record.contacts) else {"contacts": ()}
    matches = list(match_contacts(with_one_primary(told, record), record.contacts))
    is_whole = len(matches) == len(record.contacts)
    if is_whole and all(m.before and not m.changed_fields for m in matches):
        return {}
    serials = frozenset(contact.serial for contact in record.contacts)
    return {"contacts": tuple(match.to_draft(serials) for match in matches)}


def is_only_blank_contact(contacts: Sequence[Contact]) -> bool:
    """Whether there is but the blank contact that the store makes where there is none."""
    return len(contacts) == 1 and not any(
        getattr(contacts[0], name) for name in object_fields.CONTACT if is_personal(name)
    )


def is_personal(name: str) -> bool:
    return name not in {"contact_key", "is_primary", "send_email"}


def with_one_primary(told: Sequence[FieldValues], record: Client) -> list[FieldValues]:
    """The first flagged one; when nobody is, whoever is it here, or else the first."""
    flagged = [n for n, contact in enumerate(told) if contact.get("is_primary")]
    mine = record.primary_contact.serial if record.primary_contact else None
    here = [n for n, contact in enumerate(told) if contact["serial"] == mine]
    chosen = [*flagged, *here, 0][0]
    return [contact | {"is_primary": n == chosen} for n, contact in enumerate(told)]


def match_contacts(
    told: Sequence[FieldValues], contacts: Sequence[Contact]
) -> Iterator[ContactMatch]:
    """Who is who, by the first of the likenesses that two have."""
    found: dict[int, Contact] = {}
    left = {contact.serial: contact for contact in contacts}
    for words in MATCH_KEYS:
        known = {tuple(getattr(c, word) for word in words): c for c in left.values()}
        for n, contact in enumerate(told):
            mine = known.get(tuple(contact.get(word) or "" for word in words))
            if n not in found and mine and mine.serial in left:
                found[n] = left.pop(mine.serial)
    for n, contact in enumerate(told):
        yield ContactMatch(contact, found.get(n))


MATCH_KEYS = (
    ("serial", "contact_key"),
    ("contact_key",),
    ("serial",),
    ("email", "phone", "first_name", "last_name"),
)
"""An id that was taken here has become another; who has neither id nor key is known by the rest."""

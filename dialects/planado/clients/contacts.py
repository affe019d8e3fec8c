"""A client's phone numbers and addresses as this API's one list, and a new list aligned with it.

The store keeps people with an e-mail and a phone slot each; this API knows lines of name, type
and value. A line given is matched with a line shown, so that what this API cannot see of a
person (custom values, keys, flags, a password) stays with the person.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct, field, structs

from storage import (
    Client,
    Contact,
    ContactDraft,
    collapse_spaces,
    draft_of_contact,
    split_contact_name,
)

from ..protocol import wire

SLOTS = ("email", "phone")


class ContactLine(NamedTuple):
    """One entry of the list in normal form: what two entries are compared by."""

    name: str
    type: str
    value: str


class LineHolder(Struct, eq=False):
    """Whoever holds values: the client itself (one nameless phone) or a contact."""

    draft: ContactDraft
    name: str = ""
    is_client: bool = False
    values: dict[str, str] = field(default_factory=dict)
    ranks: dict[str, int] = field(default_factory=dict)
    was_visible: bool = False

    @property
    def is_emptied(self) -> bool:
        return self.was_visible and not self.values

    @property
    def is_blank(self) -> bool:
        """Nobody yet: no name, no values, and nothing that belongs to somebody who was here."""
        draft = self.draft
        hidden = (draft.custom_value1, draft.custom_value2, draft.custom_value3)
        is_taken = self.name or self.values or self.was_visible or self.is_client
        return not (is_taken or any(hidden) or draft.custom_value4 or draft.password_hash)

    def has_room(self, slot: str) -> bool:
        return slot not in self.values and (slot == "phone" or not self.is_client)


class ShownLine(Struct, eq=False):
    """A line as it is shown now, and where it lives."""

    line: ContactLine
    holder: LineHolder


class AlignedContacts(NamedTuple):
    """What a given list makes of the client's own phone and of its contacts."""

    phone: str
    phone_rank: int
    contacts: tuple[ContactDraft, ...]


def contact_entries(record: Client) -> list[wire.Contact]:
    """Every value in the order of the ranks; the client's own phone has no name."""
    ranked = [(record.phone_rank, wire.Contact(name=None, value=record.phone, type="phone"))]
    for c in record.contacts:
        name = collapse_spaces(c.name) or None
        ranked.append((c.email_rank, wire.Contact(name=name, value=c.email, type="email")))
        ranked.append((c.phone_rank, wire.Contact(name=name, value=c.phone, type="phone")))
    visible = [(rank, entry) for rank, entry in ranked if entry.value.strip()]
    return [entry for _, entry in sorted(visible, key=lambda pair: pair[0])]


def contact_line(entry: wire.Contact | wire.ContactInput) -> ContactLine:
    return ContactLine(collapse_spaces(entry.name or ""), entry.type, entry.value)


def align_contacts(record: Client | None, given: Iterable[ContactLine]) -> AlignedContacts:
    """The given list laid over the client's (None: a new client's), as the mapping has it.

    First equal lines stay; then a line with another name renames its contact, if all lines of
    the contact are renamed alike, or else moves; then a line of the same name and type takes
    the new value; what is left over is gone or new.
    """
    holders = [] if record is None else list(holders_of(record))
    if record is None:
        holders.append(LineHolder(ContactDraft(), is_client=True))
    alignment = Alignment(holders, list(given))
    alignment.keep_equal()
    alignment.rename()
    alignment.keep_values_under_another_name()
    alignment.change_values()
    alignment.place_new()
    return aligned_result(holders)


def holders_of(record: Client) -> Iterator[LineHolder]:
    values = {"phone": record.phone} if record.phone.strip() else {}
    yield LineHolder(ContactDraft(), is_client=True, values=values, was_visible=bool(values))
    for contact in record.contacts:
        yield holder_of(contact)


def holder_of(contact: Contact) -> LineHolder:
    values = {slot: getattr(contact, slot) for slot in SLOTS if getattr(contact, slot).strip()}
    name = collapse_spaces(contact.name)
    return LineHolder(draft_of_contact(contact), name=name, values=values, was_visible=bool(values))


def aligned_result(holders: list[LineHolder]) -> AlignedContacts:
    own, *people = holders
    kept = [h for h in people if h.draft.is_primary or not h.is_emptied]
    return AlignedContacts(
        own.values.get("phone", ""),
        own.ranks.get("phone", 0),
        tuple(draft_of(holder) for holder in kept),
    )


def draft_of(holder: LineHolder) -> ContactDraft:
    """The contact afterwards; its name as it was unless the list says otherwise."""
    draft = holder.draft
    name = "" if holder.is_emptied else holder.name
    if name != collapse_spaces(f"{draft.first_name} {draft.last_name}"):
        first, last = split_contact_name(name)
        draft = structs.replace(draft, first_name=first, last_name=last)
    values = {slot: holder.values.get(slot, hidden_value(getattr(draft, slot))) for slot in SLOTS}
    ranks = {f"{slot}_rank": holder.ranks.get(slot, 0) for slot in SLOTS}
    return structs.replace(draft, **values, **ranks)


def hidden_value(value: str) -> str:
    """What is left of a value that no line carries: it is gone, unless it never was a line."""
    return "" if value.strip() else value


class Alignment:
    """The steps of `aligned`, over the lines that are not settled yet."""

    def __init__(self, holders: list[LineHolder], given: list[ContactLine]) -> None:
        self.holders = holders
        self.given = dict(enumerate(given, start=1))
        self.shown = [
            ShownLine(ContactLine(holder.name, slot, value), holder)
            for holder in holders
            for slot, value in holder.values.items()
        ]

    def keep_equal(self) -> None:
        for rank, shown in self.equal_pairs(lambda line: line):
            self.result(rank, shown)

    def rename(self) -> None:
        """Rename the contacts all of whose lines come back under one other name."""
        pairs = list(self.equal_pairs(lambda line: (line.type, line.value)))
        for holder in self.holders:
            mine = [(rank, shown) for rank, shown in pairs if shown.holder is holder]
            names = {self.given[rank].name for rank, _ in mine}
            whole = len(mine) == len(holder.values)
            if whole and len(names) == 1 and not holder.is_client:
                holder.name = names.pop()
                for rank, shown in mine:
                    self.result(rank, shown)

    def keep_values_under_another_name(self) -> None:
        """A value that only some lines of a contact carry elsewhere leaves the contact."""
        for _, shown in self.equal_pairs(lambda line: (line.type, line.value)):
            self.shown.remove(shown)
            del shown.holder.values[shown.line.type]

    def change_values(self) -> None:
        for rank, shown in self.equal_pairs(lambda line: (line.name, line.type)):
            shown.holder.values[shown.line.type] = self.given[rank].value
            self.result(rank, shown)
        for shown in self.shown:
            del shown.holder.values[shown.line.type]

    def place_new(self) -> None:
        for rank, new in sorted(self.given.items()):
            holder = self.place_line(new)
            holder.name = new.name
            holder.values[new.type] = new.value
            holder.ranks[new.type] = rank

    def place_line(self, new: ContactLine) -> LineHolder:
        """The holder of that name with a free slot, else a blank contact, else a new one."""
        namesakes = [h for h in self.holders if h.name == new.name and h.has_room(new.type)]
        homes = [h for h in namesakes if not h.is_blank] + [h for h in self.holders if h.is_blank]
        if homes:
            return homes[0]
        holder = LineHolder(ContactDraft())
        self.holders.append(holder)
        return holder

    def equal_pairs(self, key: Callable[[ContactLine], object]) -> Iterator[tuple[int, ShownLine]]:
        """Given and shown lines that agree in a key, each at most once, in order."""
        waiting: dict[object, list[ShownLine]] = {}
        for shown in self.shown:
            waiting.setdefault(key(shown.line), []).append(shown)
        for rank, line in list(self.given.items()):
            if same := waiting.get(key(line)):
                yield rank, same.pop(0)

    def result(self, rank: int, shown: ShownLine) -> None:
        shown.holder.ranks[shown.line.type] = rank
        del self.given[rank]
        self.shown.remove(shown)

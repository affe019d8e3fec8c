"""The list of a client's phone numbers and e-mail addresses, and the alignment of a new list.

The store has contacts, each with one e-mail and one phone. This API has lines of name, type and
value. Each given line is matched with a shown line, so that a contact keeps the fields that this
API does not show: custom values, keys, flags, a password. `align_contacts` matches in five steps,
and each step works on the lines that the steps before left over:

1. `keep_equal_lines`: a line that is given as it is shown stays with its contact.
2. `rename_contacts`: if all lines of a contact come back with one other name, rename the contact.
3. `move_values`: a value that comes back with another name, for only some lines of a contact,
   leaves its holder. Step 5 places it.
4. `change_values`: a line with the same name and type takes the given value. Shown lines that
   are left over after this are deleted.
5. `place_new_lines`: each given line that is left over goes to a contact of that name with a free
   slot, else to a blank contact, else to a new contact.
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
    """One entry of the list in normal form. Entries are compared in this form."""

    name: str
    type: str
    value: str


class LineHolder(Struct, eq=False):
    """The owner of lines: a contact, or the client itself with its one phone without a name."""

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
        """Whether the contact is free for a new person: no name, no values, no hidden fields."""
        draft = self.draft
        hidden = (draft.custom_value1, draft.custom_value2, draft.custom_value3)
        is_taken = self.name or self.values or self.was_visible or self.is_client
        return not (is_taken or any(hidden) or draft.custom_value4 or draft.password_hash)

    def has_room(self, slot: str) -> bool:
        return slot not in self.values and (slot == "phone" or not self.is_client)


class ShownLine(Struct, eq=False):
    """A line as it is shown now, and its holder."""

    line: ContactLine
    holder: LineHolder


class AlignedContacts(NamedTuple):
    """The client's own phone and its contacts after the alignment of a given list."""

    phone: str
    phone_rank: int
    contacts: tuple[ContactDraft, ...]


def contact_entries(record: Client) -> list[wire.Contact]:
    """Return the list of a client in the order of ranks. The client's own phone has no name."""
    ranked = [(record.phone_rank, wire.Contact(name=None, value=record.phone, type="phone"))]
    for c in record.contacts:
        name = collapse_spaces(c.name) or None
        ranked.append((c.email_rank, wire.Contact(name=name, value=c.email, type="email")))
        ranked.append((c.phone_rank, wire.Contact(name=name, value=c.phone, type="phone")))
    visible = [(rank, entry) for rank, entry in ranked if entry.value.strip()]
    return [entry for _, entry in sorted(visible, key=lambda pair: pair[0])]


def contact_line(entry: wire.Contact | wire.ContactInput) -> ContactLine:
    """Return the normal form of an entry."""
    return ContactLine(collapse_spaces(entry.name or ""), entry.type, entry.value)


def align_contacts(record: Client | None, given: Iterable[ContactLine]) -> AlignedContacts:
    """Align a given list with the list of a client, as described above; None for a new client."""
    holders = [] if record is None else list(holders_of(record))
    if record is None:
        holders.append(LineHolder(ContactDraft(), is_client=True))
    alignment = Alignment(holders, list(given))
    alignment.keep_equal_lines()
    alignment.rename_contacts()
    alignment.move_values()
    alignment.change_values()
    alignment.place_new_lines()
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
    client, *contacts = holders
    remaining = [h for h in contacts if h.draft.is_primary or not h.is_emptied]
    return AlignedContacts(
        client.values.get("phone", ""),
        client.ranks.get("phone", 0),
        tuple(draft_of_holder(holder) for holder in remaining),
    )


def draft_of_holder(holder: LineHolder) -> ContactDraft:
    """Return the contact after the alignment. Its name is unchanged unless the list changes it."""
    draft = holder.draft
    name = "" if holder.is_emptied else holder.name
    if name != collapse_spaces(f"{draft.first_name} {draft.last_name}"):
        first, last = split_contact_name(name)
        draft = structs.replace(draft, first_name=first, last_name=last)
    values = {slot: holder.values.get(slot, hidden_value(getattr(draft, slot))) for slot in SLOTS}
    ranks = {f"{slot}_rank": holder.ranks.get(slot, 0) for slot in SLOTS}
    return structs.replace(draft, **values, **ranks)


def hidden_value(value: str) -> str:
    """Return what remains of a value without a line: a blank value was never shown, and stays."""
    return "" if value.strip() else value


class Alignment:
    """The steps of `align_contacts`. `given` and `shown` are the lines that are not matched yet."""

    def __init__(self, holders: list[LineHolder], given: list[ContactLine]) -> None:
        self.holders = holders
        self.given = dict(enumerate(given, start=1))
        self.shown = [
            ShownLine(ContactLine(holder.name, slot, value), holder)
            for holder in holders
            for slot, value in holder.values.items()
        ]

    def keep_equal_lines(self) -> None:
        for rank, shown in self.equal_pairs(lambda line: line):
            self.match_lines(rank, shown)

    def rename_contacts(self) -> None:
        """Rename each contact whose lines all come back with one other name."""
        pairs = list(self.equal_pairs(lambda line: (line.type, line.value)))
        for holder in self.holders:
            own_pairs = [(rank, shown) for rank, shown in pairs if shown.holder is holder]
            names = {self.given[rank].name for rank, _ in own_pairs}
            has_all_lines = len(own_pairs) == len(holder.values)
            if has_all_lines and len(names) == 1 and not holder.is_client:
                holder.name = names.pop()
                for rank, shown in own_pairs:
                    self.match_lines(rank, shown)

    def move_values(self) -> None:
        """Take from its holder each value that comes back with another name."""
        for _, shown in self.equal_pairs(lambda line: (line.type, line.value)):
            self.shown.remove(shown)
            del shown.holder.values[shown.line.type]

    def change_values(self) -> None:
        for rank, shown in self.equal_pairs(lambda line: (line.name, line.type)):
            shown.holder.values[shown.line.type] = self.given[rank].value
            self.match_lines(rank, shown)
        for shown in self.shown:
            del shown.holder.values[shown.line.type]

    def place_new_lines(self) -> None:
        for rank, new in sorted(self.given.items()):
            holder = self.choose_holder(new)
            holder.name = new.name
            holder.values[new.type] = new.value
            holder.ranks[new.type] = rank

    def choose_holder(self, new: ContactLine) -> LineHolder:
        """Return a holder of that name with a free slot, else a blank contact, else a new one."""
        namesakes = [h for h in self.holders if h.name == new.name and h.has_room(new.type)]
        choices = [h for h in namesakes if not h.is_blank] + [h for h in self.holders if h.is_blank]
        if choices:
            return choices[0]
        holder = LineHolder(ContactDraft())
        self.holders.append(holder)
        return holder

    def equal_pairs(self, key: Callable[[ContactLine], object]) -> Iterator[tuple[int, ShownLine]]:
        """Yield given and shown lines that have equal keys, each line at most once, in order."""
        unmatched: dict[object, list[ShownLine]] = {}
        for shown in self.shown:
            unmatched.setdefault(key(shown.line), []).append(shown)
        for rank, line in list(self.given.items()):
            if equal_lines := unmatched.get(key(line)):
                yield rank, equal_lines.pop(0)

    def match_lines(self, rank: int, shown: ShownLine) -> None:
        shown.holder.ranks[shown.line.type] = rank
        del self.given[rank]
        self.shown.remove(shown)

"""Where a client here and its counterpart at a service stand, and what is to be done about it.

1. Both are brought into views of the service's API (`FieldGroups`).
2. Their link says what each side showed when the two last agreed: the base. A link that has no base
   stands for one, as long as one side is still as it was then.
3. `reconcile` decides. What it names is carried over by objects of the API: ours with the groups
   that are taken changes the record, theirs with the groups that are told changes the service.
4. The next base notes what is agreed on now, and leaves out what is still to be done.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple, assert_never

import msgspec
from msgspec import structs

from dialects.base.dialect import Dialect
from dialects.base.migration.field_groups import (
    CONTACTS,
    Members,
    View,
    changed_fields,
    decode_members,
    encode_raw,
    family_of,
    is_shown,
)
from storage import (
    Account,
    Client,
    ConflictPolicy,
    GroupConflict,
    ImportClient,
    Invalid,
    Origin,
    Problem,
)

from .link_keys import LinkKeys
from .packed_base import pack_base, unpack_base
from .reconcile import (
    EMPTY_VALUES,
    NO_BASE,
    Base,
    Reconciliation,
    Rules,
    Side,
    base_after,
    reconcile,
)

NAME = "name"
NO_VALUES = (*EMPTY_VALUES, "0")
"""Values of a field that say nothing, an amount of nothing too."""


class Counterpart(NamedTuple):
    """A client of a service: its object, its origin as of now, and its link, if it has one."""

    raw: bytes
    origin: Origin
    link: Origin | None


class ComparedClient(NamedTuple):
    """A client here and its counterpart, as objects and as views, with the base of their link."""

    dialect: Dialect
    account: Account
    record: Client
    counterpart: Counterpart
    ours: Members
    theirs: Members
    here: View
    there: View
    base: Base

    def reconcile(self, winner: Side | None) -> Reconciliation:
        groups = self.dialect.codec.groups
        rules = Rules(groups, winner, groups.derived_groups(self.record))
        return reconcile(self.base, self.here, self.there, rules)

    def take_command(self, taken: Collection[str]) -> ImportClient:
        """Return the command that changes the record by these groups of theirs.

        It also gives our contacts the keys that they have there. Raises Invalid.
        """
        codec = self.dialect.codec
        if not taken and self.is_aligned:
            return ImportClient()
        merged = codec.groups.with_groups(self.ours, self.theirs, taken)
        return codec.read_object(msgspec.json.encode(merged), self.account).change_command(
            self.record
        )

    @property
    def is_aligned(self) -> bool:
        """Whether the parts of our object have the ids that they have there."""
        own = self.dialect.codec.groups.own_object(self.record, self.account)
        return own == self.ours

    @property
    def is_same_client(self) -> bool:
        """Whether the two have a name, or a contact with all that it says, in common, or all."""
        return not self.differing_groups() or any(
            there and there == self.here.get(group)
            for group, there in self.there.items()
            if group.startswith(f"{CONTACTS}.") or (group == NAME and filled(there))
        )

    def told_object(self, told: Collection[str]) -> bytes:
        """Return their object with these groups of ours."""
        merged = self.dialect.codec.groups.with_groups(self.theirs, self.ours, told)
        return msgspec.json.encode(merged)

    def fields_of(self, groups: Iterable[str]) -> tuple[str, ...]:
        """Return the fields in which the two sides differ in these groups, each once."""
        names = {
            name: None
            for group in sorted(groups)
            for name in changed_fields(group, self.here.get(group), self.there.get(group))
        }
        return tuple(names)

    def differing_groups(self) -> set[str]:
        """Return the groups that both sides show otherwise, without what each server sets."""
        groups = {*self.here, *self.there} - self.dialect.codec.groups.own_groups
        return {
            group
            for group in groups
            if is_shown(group, self.here) and is_shown(group, self.there)
            if self.here.get(group) != self.there.get(group)
            if family_of(group) not in self.dialect.codec.groups.own_groups
        }

    def is_settled(self, group: str) -> bool:
        """Whether both sides show of a group what they showed when they last agreed."""
        values = (self.here.get(group), self.there.get(group))
        was = (self.base.here.get(group), self.base.there.get(group))
        return is_shown(group, self.base.there) and values == was

    def hidden_fields(self) -> tuple[str, ...]:
        """Return the fields that have a value here, and that the service does not show at all."""
        groups = self.dialect.codec.groups
        hidden = {
            group
            for group, value in self.here.items()
            if value not in EMPTY_VALUES
            and not is_shown(group, self.there)
            and family_of(group) not in groups.own_groups
        }
        return (*self.fields_of(hidden), *self.hidden_parts())

    def hidden_parts(self) -> Iterator[str]:
        """Yield the fields with a value here that the service lacks in groups that it shows."""
        groups = self.dialect.codec.groups
        if lacked := groups.lacked_keys(self.theirs):
            own = groups.own_object(self.record, self.account)
            parts = {key: own[key] for key in lacked if key in own}
            for group in groups.view_of(msgspec.json.encode(parts)).values():
                yield from sorted(name for name, v in group.items() if v not in NO_VALUES)

    def conflicts_of(
        self, result: Reconciliation, winner: Side | None
    ) -> tuple[GroupConflict, ...]:
        """Return the groups that both sides have changed, with both values."""
        codec = self.dialect.codec

        def part_of(members: Members, group: str) -> str:
            return msgspec.json.encode(codec.groups.with_groups({}, members, [group])).decode()

        return tuple(
            GroupConflict(
                group=group,
                fields=self.fields_of([group]),
                here=part_of(self.ours, group),
                there=part_of(self.theirs, group),
                winner=winner.value if winner and group in result.overwritten else "",
            )
            for group in sorted(result.held | result.overwritten)
        )

    def base_after(self, after: Client, pending: Reconciliation) -> Base:
        """Return the base when the record has become `after`, and some groups are pending."""
        here = self.here
        if after is not self.record:
            here = view_here(self.dialect, self.account, after, self.theirs).view
        return base_after(self.base, here, self.there, pending)


def filled(names: Any) -> bool:
    """Whether names say who a client is: kind and classification alone do not."""
    kinds = {"classification", "organization"}
    return isinstance(names, dict) and any(v for k, v in names.items() if k not in kinds)


class OwnView(NamedTuple):
    """A record as an object of an API, with the ids of its counterpart's parts, and its view."""

    members: Members
    view: View


def view_here(dialect: Dialect, account: Account, record: Client, theirs: Members) -> OwnView:
    groups = dialect.codec.groups
    members = groups.aligned(groups.own_object(record, account), theirs)
    return OwnView(members, groups.view_of(msgspec.json.encode(members)))


def compare(
    dialect: Dialect,
    account: Account,
    keys: LinkKeys | None,
    record: Client,
    counterpart: Counterpart,
) -> ComparedClient:
    """Compare a record with its counterpart.

    A link key that a push has set on the service counts as none. Raises Invalid for an object that
    is no client of the dialect.
    """
    theirs = decode_object(counterpart.raw)
    external_id = msgspec.json.decode(theirs.get("external_id", b"null"))
    if keys is not None and keys.is_given(external_id, record):
        theirs |= {"external_id": encode_raw(None)}
    there = dialect.codec.groups.view_of(msgspec.json.encode(theirs))
    ours, here = view_here(dialect, account, record, theirs)
    base = base_of(counterpart, record, here, there)
    return ComparedClient(dialect, account, record, counterpart, ours, theirs, here, there, base)


def decode_object(raw: bytes) -> Members:
    try:
        return decode_members(raw)
    except msgspec.MsgspecError as error:
        raise Invalid(Problem((), "is no JSON object")) from error


def base_of(counterpart: Counterpart, record: Client, here: View, there: View) -> Base:
    """Return the base of a link.

    A side that is as it was when the link was saved shows what it showed then, whatever was noted
    of it: our own answers change with our versions, and a service may print a value otherwise.
    """
    link = counterpart.link
    if link is None:
        return NO_BASE
    is_same_here = link.version is not None and link.version == record.version
    is_same_there = bool(link.stamp) and link.stamp == counterpart.origin.stamp
    known = unpack_base(link.agreed)
    if known is None:
        # What has not changed stands for what both agreed on.
        known = Base(here, here) if is_same_here else Base(there, there)
        if not (is_same_here or is_same_there):
            return NO_BASE
    return Base(here if is_same_here else known.here, there if is_same_there else known.there)


def winner_of(
    policy: ConflictPolicy, changed_here: datetime, changed_there: datetime | None
) -> Side | None:
    """Return the side whose value counts where both have changed, None if it is to be held."""
    match policy:
        case ConflictPolicy.HOLD:
            return None
        case ConflictPolicy.LOCAL:
            return Side.HERE
        case ConflictPolicy.REMOTE:
            return Side.THERE
        case ConflictPolicy.NEWEST:
            is_newer = changed_there is not None and changed_there > changed_here
            return Side.THERE if is_newer else Side.HERE
        case _:
            assert_never(policy)


def linked(origin: Origin, after: Client, base: Base, pending: Reconciliation) -> Origin:
    """Return the link when a sync is done; a side with something pending is not in step."""
    return structs.replace(
        origin,
        version=None if pending.tell or pending.held else after.version,
        stamp="" if pending.take or pending.held else origin.stamp,
        agreed=pack_base(base),
    )

"""The settlement of a conflict by a person: one of its two values becomes the value on both sides.

1. The chosen value is taken into the client here, if it is not there already.
2. The link notes that both sides have agreed on the service's value. So a value of ours that was
   chosen is a change here, which the next push tells; and a value of theirs is none.
3. If the service has changed the field once more in the meantime, that is an edit like any other.

A conflict that a policy has decided, or a person, can be settled once more: this takes it back.
"""

from collections.abc import Sequence

import msgspec
from msgspec import structs

from dialects.base.dialect import Dialect
from dialects.base.migration.field_groups import View, decode_members, encode_raw, family_of
from storage import (
    Account,
    Client,
    ClientLink,
    ConflictState,
    FieldConflict,
    ImportClient,
    Invalid,
    Origin,
    Problem,
    State,
    Store,
)

from .packed_base import pack_base, unpack_base
from .reconcile import DELETION, NO_BASE, Base, Side


def settle_conflict(
    store: Store, account: Account, dialect: Dialect, conflict: FieldConflict, winner: Side
) -> None:
    """Settle a conflict. A deletion that is chosen settles all open ones of its client.

    Raises Invalid if the client is not linked any more, and if its value cannot be taken.
    """
    serial = conflict.client_serial
    link = store.client_links(account.id, conflict.source, [serial]).get(serial)
    if link is None:
        words = "the client is not linked to the service any more"
        raise Invalid(Problem(("conflict",), words))
    settlement = Settlement(dialect, account, link)
    settled = [conflict]
    if conflict.group == DELETION:
        is_deleted = bool(msgspec.json.decode(chosen_value(conflict, winner)).get(DELETION))
        state = State.DELETED if is_deleted else State.ACTIVE
        store.set_client_state(account.id, serial, state)
        settled += others_of_client(store, account, conflict) if is_deleted else []
    else:
        store.change_client(
            account.id, serial, lambda current: settlement.command(current, conflict, winner)
        )
    new_link = ClientLink(serial, settlement.link_after(settled))
    store.settle_conflicts(account.id, [one.id for one in settled], winner.value, new_link)


def chosen_value(conflict: FieldConflict, winner: Side) -> str:
    return conflict.here if winner is Side.HERE else conflict.there


def others_of_client(
    store: Store, account: Account, conflict: FieldConflict
) -> list[FieldConflict]:
    """Return the other open conflicts of a client with the same service."""
    return [
        one
        for one in store.list_conflicts(account.id, ConflictState.OPEN)
        if one.id != conflict.id
        and (one.client_serial, one.source) == (conflict.client_serial, conflict.source)
    ]


class Settlement:
    """The change here and the link after conflicts of a client have been settled."""

    def __init__(self, dialect: Dialect, account: Account, link: Origin) -> None:
        self.dialect = dialect
        self.groups = dialect.codec.groups
        self.account = account
        self.origin = link

    def command(self, record: Client, conflict: FieldConflict, winner: Side) -> ImportClient:
        """Return the command that gives a record the chosen value."""
        own = self.groups.own_object(record, self.account)
        part = decode_members(chosen_value(conflict, winner).encode())
        merged = self.groups.with_groups(own, part, [conflict.group])
        raw = msgspec.json.encode(merged)
        return self.dialect.codec.read_object(raw, self.account).change_command(record)

    def link_after(self, settled: Sequence[FieldConflict]) -> Origin:
        """Return the link whose sides agree on the service's values."""
        here, there = unpack_base(self.origin.agreed) or NO_BASE
        for conflict in settled:
            theirs = self.view_there(conflict)
            names = (conflict.group, family_of(conflict.group))
            shown = {name: theirs[name] for name in names if name in theirs}
            here, there = (
                {k: v for k, v in view.items() if k != conflict.group} | shown
                for view in (here, there)
            )
        agreed = pack_base(Base(here, there))
        return structs.replace(self.origin, version=None, stamp="", agreed=agreed)

    def view_there(self, conflict: FieldConflict) -> View:
        """Return the view of the service's value, as part of an object that has an id."""
        part = decode_members(conflict.there.encode())
        foreign_id = encode_raw(self.origin.foreign_id)
        identified = {"id": foreign_id, "uuid": foreign_id} | part
        return self.groups.view_of(msgspec.json.encode(identified))

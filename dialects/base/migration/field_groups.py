"""The interface by which two versions of a client, here and there, are compared and merged. Pure.

A field group is what changes as one: an address, a contact, a setting. A view is what one side
shows of a client, group by group, in normal form: equal values are equal views.

Groups of one family, such as the settings, have the name of the family before a dot. A view that
shows a family has the family's name as a key; a member that it does not have is then empty.
Anything else that a view does not have is not shown, which is not the same as empty.
"""

from collections.abc import Callable, Collection
from typing import Any

import msgspec
from msgspec import Raw, Struct

from storage import Account, Client

View = dict[str, Any]
"""Values by group, of the types that JSON has."""
Members = dict[str, Raw]
"""An object of an API: its values by key, not decoded."""
CONTACTS = "contacts"


def not_aligned(ours: Members, _theirs: Members) -> Members:
    """Return our object as it is: objects of this API have no parts with ids."""
    return ours


def nothing_lacked(_object: Members) -> frozenset[str]:
    """Return no key: objects of this API always show all fields of a group."""
    return frozenset()


def no_group(_group: str) -> bool:
    return False


def nothing_derived(_record: Client) -> frozenset[str]:
    return frozenset()


class FieldGroups(Struct, frozen=True, kw_only=True):
    """The field groups of an API's objects.

    `own_object` is the object of a record, without what our answers fill in. `view_of` is the view
    of an object. `aligned` is our object with the ids of those parts that their object has too.
    `lacked_keys` are the keys that an object lacks in groups of which it shows others.
    `with_groups` is the first object with some groups of the second; a member of a family that the
    second lacks is left out. `is_read_only` tells the groups that only the service itself changes.
    `is_quiet` tells the groups that no person fills in: where both sides change one, ours counts.
    `derived_groups` are the groups that a record shows of another field, because it has no value of
    their own. `given_groups` are what the service itself gives a client that is new there,
    `own_groups` those (or their families) in which two servers always differ.
    """

    own_object: Callable[[Client, Account], Members]
    view_of: Callable[[bytes], View]
    with_groups: Callable[[Members, Members, Collection[str]], Members]
    aligned: Callable[[Members, Members], Members] = not_aligned
    lacked_keys: Callable[[Members], Collection[str]] = nothing_lacked
    is_read_only: Callable[[str], bool] = no_group
    is_quiet: Callable[[str], bool] = no_group
    derived_groups: Callable[[Client], frozenset[str]] = nothing_derived
    given_groups: Callable[[Client], frozenset[str]] = nothing_derived
    own_groups: frozenset[str] = frozenset()


def family_of(group: str) -> str:
    """Return the name of the family of a group; without a family, its own name."""
    return group.partition(".")[0]


def is_member(group: str) -> bool:
    """Whether a group is a member of a family, so that a view need not have it."""
    return "." in group


def is_shown(group: str, view: View) -> bool:
    """Whether a view shows a group, which may be empty in it."""
    return family_of(group) in view


def changed_fields(group: str, one: Any, other: Any) -> tuple[str, ...]:
    """Return the fields of a group in which two values differ, by names that a person knows."""
    if family_of(group) in {CONTACTS, "contact_state", "primary_contact", "contacts_order"}:
        return (CONTACTS,)
    if not isinstance(one, dict) and not isinstance(other, dict):
        return (group,)
    first, second = (value if isinstance(value, dict) else {} for value in (one, other))
    return tuple(name for name in {**first, **second} if first.get(name) != second.get(name))


def decode_members(raw: bytes) -> Members:
    """Return the members of a JSON object. Raises msgspec.MsgspecError for anything else."""
    return msgspec.json.decode(raw, type=Members)


def encode_raw(value: Any) -> Raw:
    return Raw(msgspec.json.encode(value))


def simple_groups(
    names: Collection[str], write_object: Callable[[Client, Account], bytes]
) -> FieldGroups:
    """Return groups of one field each, for objects whose values need no normal form."""

    def view_of(raw: bytes) -> View:
        given = msgspec.json.decode(raw)
        return {name: given[name] for name in names if name in given}

    def with_groups(target: Members, source: Members, groups: Collection[str]) -> Members:
        return target | {name: source[name] for name in groups if name in source}

    return FieldGroups(
        own_object=lambda record, account: decode_members(write_object(record, account)),
        view_of=view_of,
        with_groups=with_groups,
    )

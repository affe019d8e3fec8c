"""The differences between an object of an API and a record, by what both of them show.

It is the rule by which `gateway check` compares a client with its counterpart.
"""

import msgspec

from dialects.base.migration.field_groups import (
    changed_fields,
    decode_members,
    family_of,
    is_shown,
)
from dialects.base.migration.object_codec import ObjectCodec
from storage.model.accounts import Account
from storage.model.records import Client

FILLED_IN = "settings.currency_id"
"""What our answers show of a client without settings: the currency of its account."""


def filled_in(record: Client) -> set[str]:
    """Return the fields that our answers show of a record though it has no value of them."""
    return set() if record.settings else {FILLED_IN}


def differing_fields(codec: ObjectCodec, raw: bytes, record: Client, account: Account) -> set[str]:
    """Return the names of the fields in which an object and a record differ."""
    return {
        name
        for group, values in differing_groups(codec, raw, record, account).items()
        for name in changed_fields(group, *values)
    }


def differing_groups(
    codec: ObjectCodec, raw: bytes, record: Client, account: Account
) -> dict[str, tuple[object, object]]:
    """Return the values, of the record and of the object, of each group in which they differ.

    Groups that one of the two does not show are left out, and those that each server sets.
    """
    ours = codec.groups.aligned(codec.groups.own_object(record, account), decode_members(raw))
    here, there = codec.groups.view_of(msgspec.json.encode(ours)), codec.groups.view_of(raw)
    return {
        group: (here.get(group), there.get(group))
        for group in {**here, **there}
        if is_shown(group, here) and is_shown(group, there)
        if here.get(group) != there.get(group)
        if family_of(group) not in codec.groups.own_groups
    }

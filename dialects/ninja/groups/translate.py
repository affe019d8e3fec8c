"""Translations of groups of clients: records to wire shapes, inputs to commands. Pure."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import UNSET, Raw

from dialects.base.protocol.shaping import to_shape
from storage import (
    EPOCH,
    ChangeGroup,
    Client,
    CreateGroup,
    Group,
    GroupColumn,
    GroupQuery,
    Invalid,
    OrUnset,
    Problem,
)

from ..clients import filters, list_query, settings
from ..clients.field_rules import MAX_LINE, UnacceptableValue, read_limited_text
from ..protocol import wire
from ..protocol.id_codec import IdCodec
from ..protocol.input_tree import InputTree
from ..protocol.messages import describe_type
from ..protocol.pagination import Window
from ..protocol.scalars import read_sorting, text_of, write_moment

GROUP_SORT_COLUMNS = {order.value: order for order in GroupColumn} | {
    "id": GroupColumn.SERIAL,
    "name": GroupColumn.NAME,
}


def group(record: Group, ids: IdCodec) -> wire.Group:
    """Return a group as this API shows it. It has no documents here."""
    return wire.Group(
        id=ids.encode(record.serial),
        name=record.name,
        settings=shown_group_settings(record),
        created_at=write_moment(record.created_at),
        updated_at=write_moment(record.updated_at),
        archived_at=write_moment(record.archived_at),
        is_deleted=record.is_deleted,
        documents=[],
    )


def shown_group_settings(record: Group) -> Raw:
    """Return the stored settings unchanged, or those of a group that never had any."""
    return Raw(record.settings.encode() or settings.BLANK_GROUP_SETTINGS)


def blank_group(ids: IdCodec) -> wire.Group:
    """Return the group that a form for a new one starts with: default fields and an empty id."""
    wire_group = group(Group(serial=0, name="", created_at=EPOCH, updated_at=EPOCH), ids)
    wire_group.id = ""
    return wire_group


def group_query(inputs: InputTree, at: Window) -> GroupQuery:
    """Return the store's query for a list of groups."""
    list_query.check_lengths(inputs)
    given = list_query.params(inputs)
    column, is_descending = read_sorting(text_of(inputs.get("sort")), GROUP_SORT_COLUMNS)
    return GroupQuery(
        text=text_of(given.filter) or text_of(given.name) or None,
        states=filters.read_states(given),
        column=GROUP_SORT_COLUMNS[column],
        is_descending=is_descending,
        offset=(at.page - 1) * at.per_page,
        limit=at.per_page,
    )


def group_serials(records: Iterable[Client]) -> list[int]:
    """Return the serials of the groups of the clients, each once, in ascending order."""
    return sorted({c.group_serial for c in records if c.group_serial is not None})


def shown_groups(records: Iterable[Client], asked: InputTree) -> list[int]:
    """Return the serials of the groups that `include` shows with the clients."""
    return group_serials(records) if list_query.wants_groups(list_query.params(asked)) else []


def add_groups(
    shown: Sequence[wire.Client],
    records: Sequence[Client],
    groups: Mapping[int, Group],
    ids: IdCodec,
) -> None:
    """Show with each client its group, unless it has none or an archived one."""
    for record, wire_client in zip(records, shown, strict=True):
        own_group = groups.get(record.group_serial or 0)
        if own_group is not None and not own_group.archived_at:
            wire_client.group_settings = group(own_group, ids)


def create_group(tree: InputTree) -> CreateGroup:
    """Return the command for a new group. Raises Invalid for input that cannot be stored."""
    problems: list[Problem] = []
    given = to_shape(tree, wire.GroupInput, describe_type, problems)
    name = read_group_name(given, problems)
    new_settings = settings.encode_settings(settings.FORCED_SETTINGS, {}, problems)
    if given.settings is not UNSET:
        new_settings = settings.group_settings(given.settings, {}, problems)
    if problems:
        raise Invalid(*problems)
    return CreateGroup(name=name, settings=new_settings)


def change_group(tree: InputTree, record: Group) -> ChangeGroup:
    """Return the command of a PUT to a group. Raises Invalid for input that cannot be stored.

    Given settings replace all settings of the group: a front end removes an override by leaving its
    key out. Settings that are not given stay.
    """
    problems: list[Problem] = []
    given = to_shape(tree, wire.GroupInput, describe_type, problems)
    name: OrUnset[str] = read_group_name(given, problems) if "name" in tree else UNSET
    changed_settings: OrUnset[str] = UNSET
    if given.settings is not UNSET:
        before = msgspec.json.decode(shown_group_settings(record))
        changed_settings = settings.group_settings(given.settings, before, problems)
    if problems:
        raise Invalid(*problems)
    return ChangeGroup(name=name, settings=changed_settings)


def read_group_name(given: wire.GroupInput, problems: list[Problem]) -> str:
    """Return the name, or add a problem if it is missing or too long."""
    name = text_of(given.name)
    if not name and not problems:
        problems.append(Problem(("name",), "The name field is required."))
    try:
        return read_limited_text(MAX_LINE, name)
    except UnacceptableValue as error:
        problems.append(Problem(("name",), str(error).format("name")))
        return ""

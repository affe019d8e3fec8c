"""Groups of clients as this API shows them and takes them. Pure."""

from collections.abc import Iterable

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
from ..clients.field_rules import MAX_LINE, UnacceptableValue, text
from ..protocol import wire
from ..protocol.id_codec import IdCodec
from ..protocol.input_tree import InputTree
from ..protocol.messages import describe_type
from ..protocol.pagination import Window
from ..protocol.scalars import read_sorting, text_of, write_moment

COLUMNS = {order.value: order for order in GroupColumn} | {
    "id": GroupColumn.SERIAL,
    "name": GroupColumn.NAME,
}


def group(record: Group, ids: IdCodec) -> wire.Group:
    return wire.Group(
        id=ids.encode(record.serial),
        name=record.name,
        settings=Raw(record.settings.encode() or settings.GROUP_BLANK),
        created_at=write_moment(record.created_at),
        updated_at=write_moment(record.updated_at),
        archived_at=write_moment(record.archived_at),
        is_deleted=record.is_deleted,
        documents=[],
    )


def blank(ids: IdCodec) -> wire.Group:
    """A group before it is stored."""
    shown = group(Group(serial=0, name="", created_at=EPOCH, updated_at=EPOCH), ids)
    shown.id = ""
    return shown


def query(asked: InputTree, at: Window) -> GroupQuery:
    given = list_query.params(asked)
    column, is_descending = read_sorting(text_of(asked.get("sort")), COLUMNS)
    return GroupQuery(
        text=text_of(given.filter) or text_of(given.name) or None,
        states=filters.states(given),
        column=COLUMNS[column],
        is_descending=is_descending,
        offset=(at.page - 1) * at.per_page,
        limit=at.per_page,
    )


def serials_of(records: Iterable[Client]) -> list[int]:
    return sorted({c.group_serial for c in records if c.group_serial is not None})


def create_group(tree: InputTree) -> CreateGroup:
    problems: list[Problem] = []
    given = to_shape(tree, wire.GroupInput, describe_type, problems)
    name = read_name(given, problems)
    told = settings.group_settings({} if given.settings is UNSET else given.settings, problems)
    if problems:
        raise Invalid(*problems)
    return CreateGroup(name=name, settings=told)


def change_group(tree: InputTree) -> ChangeGroup:
    """Given settings replace the group's, unlike a client's: a front end takes an override back by
    leaving its key out. Settings that are not given stay."""
    problems: list[Problem] = []
    given = to_shape(tree, wire.GroupInput, describe_type, problems)
    name: OrUnset[str] = read_name(given, problems) if "name" in tree else UNSET
    told: OrUnset[str] = UNSET
    if given.settings is not UNSET:
        told = settings.group_settings(given.settings, problems)
    if problems:
        raise Invalid(*problems)
    return ChangeGroup(name=name, settings=told)


def read_name(given: wire.GroupInput, problems: list[Problem]) -> str:
    name = text_of(given.name)
    if not name and not problems:
        problems.append(Problem(("name",), "The name field is required."))
    try:
        return text(MAX_LINE, name)
    except UnacceptableValue as error:
        problems.append(Problem(("name",), str(error).format("name")))
        return ""

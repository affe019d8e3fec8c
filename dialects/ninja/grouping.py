"""Groups of clients as this API shows them and takes them. Pure."""

from collections.abc import Iterable

from msgspec import UNSET, Raw

from dialects.base import shaped
from storage import ChangeGroup, Client, CreateGroup, Given, Group, Invalid, Problem

from . import settings, wire
from .errors import describe
from .fields import LINE, Unacceptable, text
from .hashid import Ids
from .inputs import Tree
from .scalars import text_of, write_moment


def group(record: Group, ids: Ids) -> wire.Group:
    return wire.Group(
        id=ids.write(record.serial),
        name=record.name,
        settings=Raw(record.settings.encode() or settings.GROUP_BLANK),
        created_at=write_moment(record.created_at),
        updated_at=write_moment(record.updated_at),
        archived_at=write_moment(record.archived_at),
        is_deleted=record.is_deleted,
        documents=[],
    )


def serials_of(records: Iterable[Client]) -> list[int]:
    return sorted({c.group_serial for c in records if c.group_serial is not None})


def create_group(tree: Tree) -> CreateGroup:
    problems: list[Problem] = []
    given = shaped(tree, wire.GroupInput, describe, problems)
    name = read_name(given, problems)
    told = settings.of_group({} if given.settings is UNSET else given.settings, problems)
    if problems:
        raise Invalid(*problems)
    return CreateGroup(name=name, settings=told)


def change_group(tree: Tree) -> ChangeGroup:
    """Given settings replace the group's: what a group says is said whole."""
    problems: list[Problem] = []
    given = shaped(tree, wire.GroupInput, describe, problems)
    name: Given[str] = read_name(given, problems) if "name" in tree else UNSET
    told: Given[str] = UNSET
    if given.settings is not UNSET:
        told = settings.of_group(given.settings, problems)
    if problems:
        raise Invalid(*problems)
    return ChangeGroup(name=name, settings=told)


def read_name(given: wire.GroupInput, problems: list[Problem]) -> str:
    name = text_of(given.name)
    if not name and not problems:
        problems.append(Problem(("name",), "The name field is required."))
    try:
        return text(LINE, name)
    except Unacceptable as error:
        problems.append(Problem(("name",), str(error).format("name")))
        return ""

"""Groups of clients: their endpoints, and a group as clients nest it."""

from collections.abc import Iterable

import msgspec
from msgspec import Raw
from starlette.requests import Request
from starlette.responses import Response

from dialects.base import account_of, ask, reply, shaped, tell
from storage import (
    ChangeGroup,
    Client,
    CreateGroup,
    Group,
    GroupQuery,
    Invalid,
    NotFound,
    Problem,
    Store,
)

from . import listing, settings, wire
from .bodies import inputs, query_inputs
from .envelope import enveloped
from .errors import describe
from .fields import LINE, Unacceptable, text
from .hashid import Ids, ids_of
from .headers import API_VERSION
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
    told = {} if isinstance(given.settings, msgspec.UnsetType) else given.settings
    if problems:
        raise Invalid(*problems)
    return CreateGroup(name=name, settings=settings.of_group(told))


def change_group(tree: Tree) -> ChangeGroup:
    problems: list[Problem] = []
    given = shaped(tree, wire.GroupInput, describe, problems)
    name = read_name(given, problems) if "name" in tree else msgspec.UNSET
    told = given.settings
    if problems:
        raise Invalid(*problems)
    kept = msgspec.UNSET if isinstance(told, msgspec.UnsetType) else settings.of_group(told)
    return ChangeGroup(name=name, settings=kept)


def read_name(given: wire.GroupInput, problems: list[Problem]) -> str:
    name = text_of(given.name)
    if not name and not problems:
        problems.append(Problem(("name",), "The name field is required."))
    try:
        return text(LINE, name)
    except Unacceptable as error:
        problems.append(Problem(("name",), str(error).format("name")))
        return ""


class Groups:
    def __init__(self, store: Store) -> None:
        self.store = store

    async def index(self, request: Request) -> Response:
        asked = query_inputs(request)
        at = listing.window(listing.params(asked))
        words = text_of(asked.get("filter")) or text_of(asked.get("name"))
        query = GroupQuery(
            text=words or None, offset=(at.page - 1) * at.per_page, limit=at.per_page
        )
        found = await ask(self.store.groups, account_of(request).id, query)
        shown = [group(record, self.ids(request)) for record in found.records]
        pagination = listing.pagination(found.total, len(shown), at, [])
        return reply(enveloped(shown, asked, wire.Meta(pagination)), headers=API_VERSION)

    async def create(self, request: Request) -> Response:
        tree = await inputs(request)
        made = await tell(self.store.create_group, account_of(request).id, create_group(tree))
        return self.item(request, made, tree)

    async def show(self, request: Request) -> Response:
        serial = self.serial(request)
        found = await ask(self.store.groups_by_serial, account_of(request).id, [serial])
        if serial not in found:
            raise NotFound("group")
        return self.item(request, found[serial], query_inputs(request))

    async def update(self, request: Request) -> Response:
        tree = await inputs(request)
        return await self.changed(request, change_group(tree), tree)

    async def delete(self, request: Request) -> Response:
        return await self.changed(request, ChangeGroup(is_deleted=True), query_inputs(request))

    async def changed(self, request: Request, command: ChangeGroup, asked: Tree) -> Response:
        account_id, serial = account_of(request).id, self.serial(request)
        record = await tell(self.store.change_group, account_id, serial, command)
        return self.item(request, record, asked)

    def item(self, request: Request, record: Group, asked: Tree) -> Response:
        shown = group(record, self.ids(request))
        return reply(enveloped(shown, asked), headers=API_VERSION)

    def ids(self, request: Request) -> Ids:
        return ids_of(account_of(request).hash_salt)

    def serial(self, request: Request) -> int:
        serial = self.ids(request).read(request.path_params["id"])
        if serial is None:
            raise NotFound("group")
        return serial

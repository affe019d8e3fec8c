"""The endpoints of groups: decode, ask the store, encode. Nothing else happens here."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from dialects.base import WrongMethod, account_of, ask, reply, tell
from storage import ChangeGroup, Group, GroupQuery, NotFound

from . import listing
from .bodies import inputs, query_inputs
from .clients import Clients, serial_of
from .envelope import enveloped
from .grouping import change_group, create_group, group
from .hashid import Ids, ids_of
from .headers import API_VERSION
from .inputs import Tree
from .overriding import meant, override
from .scalars import text_of


class Groups:
    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        self.store = clients.store

    async def index(self, request: Request) -> Response:
        asked = query_inputs(request)
        at = listing.window(listing.params(asked))
        words = text_of(asked.get("filter")) or text_of(asked.get("name"))
        query = GroupQuery(
            text=words or None, offset=(at.page - 1) * at.per_page, limit=at.per_page
        )
        found = await ask(self.store.groups, account_of(request).id, query)
        shown = [group(record, self.ids(request)) for record in found.records]
        return self.clients.page(request, shown, found.total, at, asked)

    async def create(self, request: Request) -> Response:
        tree = await inputs(request)
        match override(request, tree):
            case "GET" | "HEAD":
                return await self.index(request)
            case "POST":
                made = create_group(tree)
                record = await tell(self.store.create_group, account_of(request).id, made)
                return self.item(request, record, tree)
            case _:
                raise WrongMethod("GET, HEAD, POST")

    async def show(self, request: Request) -> Response:
        return self.item(request, await self.found(request), query_inputs(request))

    async def update(self, request: Request) -> Response:
        return await self.updated(request, await inputs(request))

    async def updated(self, request: Request, tree: Tree) -> Response:
        await self.found(request)  # a missing group is missing, whatever the input
        return await self.changed(request, change_group(tree), tree)

    async def delete(self, request: Request) -> Response:
        return await self.changed(request, ChangeGroup(is_deleted=True), query_inputs(request))

    async def override(self, request: Request) -> Response:
        tree = await inputs(request)
        update = partial(self.updated, request, tree)
        return await meant(request, tree, show=self.show, update=update, delete=self.delete)

    async def found(self, request: Request) -> Group:
        serial = self.serial(request)
        found = await ask(self.store.groups_by_serial, account_of(request).id, [serial])
        if serial not in found:
            raise NotFound("group")
        return found[serial]

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
        return serial_of(request, self.clients.caller(request), "group")

"""The endpoints of groups: decode, ask the store, encode. Nothing else happens here."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from dialects.base import WrongMethod, account_of, ask, ignored_headers, reply, tell
from storage import Group, NotFound, Page, State

from . import bulk, grouping, ignored, listing
from .bodies import inputs, query_inputs
from .clients import Clients, serial_of
from .envelope import enveloped
from .hashid import Ids, ids_of
from .headers import API_VERSION
from .inputs import Tree
from .listing import Window
from .overriding import meant, override


class Groups:
    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        self.store = clients.store

    async def index(self, request: Request) -> Response:
        asked = query_inputs(request)
        at = listing.window(listing.params(asked))
        found = await ask(self.store.groups, account_of(request).id, grouping.query(asked, at))
        return self.listed(request, found, at, asked)

    async def create(self, request: Request) -> Response:
        tree = await inputs(request)
        match override(request, tree):
            case "GET" | "HEAD":
                return await self.index(request)
            case "POST":
                command = grouping.create_group(tree)
                record = await tell(self.store.create_group, account_of(request).id, command)
                return self.written(request, record, tree)
            case _:
                raise WrongMethod("GET, HEAD, POST")

    async def blank(self, request: Request) -> Response:
        shown = grouping.blank(self.ids(request))
        return reply(enveloped(shown, query_inputs(request)), headers=API_VERSION)

    async def show(self, request: Request) -> Response:
        return self.item(request, await self.found(request), query_inputs(request))

    async def update(self, request: Request) -> Response:
        return await self.updated(request, await inputs(request))

    async def updated(self, request: Request, tree: Tree) -> Response:
        before = await self.found(request)  # a missing group is missing, whatever the input
        command = grouping.change_group(tree)
        account_id = account_of(request).id
        record = await tell(self.store.change_group, account_id, before.serial, command)
        return self.written(request, record, tree)

    async def delete(self, request: Request) -> Response:
        account_id, serials = account_of(request).id, [self.serial(request)]
        (record,) = await tell(self.store.move_groups, account_id, serials, State.DELETED)
        return self.item(request, record, query_inputs(request))

    async def override(self, request: Request) -> Response:
        tree = await inputs(request)
        update = partial(self.updated, request, tree)
        return await meant(request, tree, show=self.show, update=update, delete=self.delete)

    async def bulk(self, request: Request) -> Response:
        tree, account_id = await inputs(request), account_of(request).id
        serials, state = bulk.read_move(tree, self.ids(request))
        known = await ask(self.store.groups_by_serial, account_id, serials)
        bulk.refuse_missing(serials, len(known))
        records = await tell(self.store.move_groups, account_id, serials, state)
        at = listing.window(listing.params(tree), default=len(serials))
        return self.listed(request, bulk.page(records, at), at, tree)

    async def found(self, request: Request) -> Group:
        serial = self.serial(request)
        found = await ask(self.store.groups_by_serial, account_of(request).id, [serial])
        if serial not in found:
            raise NotFound("group")
        return found[serial]

    def written(self, request: Request, record: Group, asked: Tree) -> Response:
        answer = self.item(request, record, asked)
        answer.headers.update(ignored_headers(ignored.of_group(asked)))
        return answer

    def item(self, request: Request, record: Group, asked: Tree) -> Response:
        shown = grouping.group(record, self.ids(request))
        return reply(enveloped(shown, asked), headers=API_VERSION)

    def listed(self, request: Request, found: Page[Group], at: Window, asked: Tree) -> Response:
        shown = [grouping.group(record, self.ids(request)) for record in found.records]
        return self.clients.page(request, shown, found.total, at, asked)

    def ids(self, request: Request) -> Ids:
        return ids_of(account_of(request).hash_salt)

    def serial(self, request: Request) -> int:
        return serial_of(request, self.clients.caller(request), "group")

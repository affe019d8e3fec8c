"""A stand-in for the original Invoice Ninja: our own API, with its departures undone.

It plays 5.10.17, or an older release: see `original_ages`.

The replay of the recordings proves that our API answers as the original, but for its departures
(docs/ninja.md). This wrapper undoes those that a pull, a push or a check can meet:

- JSON is printed with four blanks a level, so an item and a list element of one client are
  different bytes; there is no ETag and no Vary.
- Contacts of equal rank come in another order with every answer.
- The contact that a client without contacts gets has a blank as its e-mail.
- Texts are cut at the lengths of the columns. The answer to POST still shows all of them.
- PUT without `settings` leaves nothing of them but the company's currency; an empty member stays,
  as null. PUT with `contacts` moves `updated_at`; PUT with `documents` does nothing.
- An upload moves no time of the client, and is a POST that says it is a PUT.
- The settings of the company can be changed, and its counter makes numbers from then on.
- If no contact of a request wants mail, the primary one gets it, though it was off before.
- A client that is gone is answered with 400.
- A client can be seen half-made, before its contacts are stored: see `half_made`.

`tests/support/test_original_ninja.py` compares it with the recordings.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

import anyio
import anyio.to_thread
import httpx
from msgspec import structs
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dialects.ninja.protocol.id_codec import id_codec
from storage.model.accounts import Account
from storage.model.commands import ImportClient, ImportContact, draft_of_contact
from storage.model.records import Client
from storage.store import Store
from tests.support.original_ages import PLAYED, Age, age_of
from tests.support.original_answers import (
    NO_RECORD,
    Tree,
    map_clients,
    original_headers,
    pretty_json,
    shown_client,
    with_blank_email,
    without_queries,
)
from tests.support.original_company import OriginalCompany
from tests.support.original_requests import (
    read_tree,
    sent_contacts,
    stored_tree,
    uncut_texts,
    with_currency,
    with_empty_members,
)
from tests.support.original_times import read_times, write_times

PREFIX = "/api/v1/"
CLIENTS_PATH = re.compile(r"/api/v1/clients/?")
CLIENT_PATH = re.compile(r"/api/v1/clients/(?!create|bulk)([^/]+)/?")
UPLOAD_PATH = re.compile(r"/api/v1/clients/([^/]+)/upload/?")
WRONG_VERB = "Method not supported for this route"
COMPANY_PATH = re.compile(r"/api/v1/companies(/[^/]+)?/?")
OK, NOT_FOUND, NOT_ALLOWED, UNPROCESSABLE = 200, 404, 405, 422
JSON_HEADERS = {"content-type": "application/json"}
NO_FILE = json.dumps(
    {
        "message": "The given data was invalid.",
        "errors": {
            "documents.0": [
                "The documents.0 must be a file.",
                "The documents.0 must be a file of type: png, ai, jpeg, tiff, pdf, gif, psd, txt,"
                " doc, xls, ppt, xlsx, docx, pptx.",
            ]
        },
    }
).encode()
THIS_AGE = age_of(PLAYED)
DROPPED_ON_CREATION = ("translations", "entity", "industry_id", "size_id")
"""Settings that a new client does not take over."""


class Exchange(NamedTuple):
    """A request to the original: who asks, what, and the object in its body, if it has one."""

    scope: Scope
    body: bytes
    account: Account | None
    tree: Tree

    @property
    def client_id(self) -> str:
        """The id in the path of one client, else empty."""
        match = CLIENT_PATH.fullmatch(self.scope["path"])
        return match[1] if match else ""

    @property
    def is_json(self) -> bool:
        return bool(self.tree) or self.body in {b"", b"{}"}

    @property
    def is_creation(self) -> bool:
        path = self.scope["path"]
        return self.scope["method"] == "POST" and CLIENTS_PATH.fullmatch(path) is not None

    @property
    def uploaded_to(self) -> str:
        """The id of the client that an upload is for, else empty."""
        match = UPLOAD_PATH.fullmatch(self.scope["path"])
        return match[1] if match and self.scope["method"] in {"POST", "PUT"} else ""

    @property
    def is_change(self) -> bool:
        return self.scope["method"] in {"PUT", "PATCH"} and self.client_id != ""


class OriginalNinja:
    """An ASGI application around ours. Paths of other APIs are passed on as they are."""

    def __init__(
        self, app: ASGIApp, store: Store, clock: Callable[[], datetime], age: Age = THIS_AGE
    ) -> None:
        self.app = app
        self.store = store
        self.clock = clock
        self.age = age
        self.half_made_ids: set[str] = set()
        self.sent_settings: dict[tuple[int, str], Tree] = {}
        """The settings that a client was last sent, by account and id."""
        self.written_emails: set[tuple[int, str]] = set()
        """The contacts whose e-mail was in a PUT, by account and id: of these, none is none."""
        self.blank_contacts: set[tuple[int, str]] = set()
        """The contacts that an older server has made by itself, by account and id."""
        self.company = OriginalCompany()
        self.turns: Counter[str] = Counter()
        self.recorded: dict[tuple[int, str], Tree] = {}
        """Clients as the original showed them, by account and id."""

    def take_over(self, before: "OriginalNinja") -> None:
        """Know what an older server knew: this one is its upgrade."""
        self.sent_settings = before.sent_settings
        self.written_emails = before.written_emails
        self.blank_contacts = before.blank_contacts
        self.recorded = before.recorded

    @contextmanager
    def half_made(self, client_id: str) -> Iterator[None]:
        """Show a client as it is between the first statement of its POST and the next ones.

        It has no number and no contacts yet.
        """
        self.half_made_ids.add(client_id)
        try:
            yield
        finally:
            self.half_made_ids.remove(client_id)

    def copy_memory(self, account_id: int, copy_id: int) -> None:
        """Know of the copy of an account what is known of the account."""
        self.sent_settings |= {
            (copy_id, client_id): sent
            for (owner, client_id), sent in self.sent_settings.items()
            if owner == account_id
        }
        self.written_emails |= {
            (copy_id, contact) for owner, contact in self.written_emails if owner == account_id
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self.app(scope, receive, send)
            return
        exchange = await self.read_exchange(scope, receive)
        response = await self.answer(exchange)
        headers = original_headers(response.headers)
        body = self.body_of(exchange, response)
        status = {NOT_FOUND: 400, NOT_ALLOWED: 404}.get(response.status_code, response.status_code)
        raw_headers = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw_headers})
        await send({"type": "http.response.body", "body": body})

    async def read_exchange(self, scope: Scope, receive: Receive) -> Exchange:
        body, is_whole = b"", False
        while not is_whole:
            message = await receive()
            body += message.get("body", b"")
            is_whole = not message.get("more_body", False)
        token = dict(scope["headers"]).get(b"x-api-token", b"").decode()
        access = await anyio.to_thread.run_sync(self.store.find_access, "ninja", token)
        return Exchange(scope, body, access.account if access else None, read_tree(body))

    async def answer(self, exchange: Exchange) -> httpx.Response:
        """Ask our application, and do what the original does beside."""
        if exchange.uploaded_to and exchange.account:
            return await self.upload(exchange)
        if COMPANY_PATH.fullmatch(exchange.scope["path"]) and exchange.account:
            return await self.answer_company(exchange, exchange.account.id)
        if not (exchange.is_creation or exchange.is_change) or not exchange.is_json:
            return await self.ask(exchange)
        if exchange.is_change and exchange.tree.get("documents"):
            refused = httpx.Response(UNPROCESSABLE, content=NO_FILE, headers=JSON_HEADERS)
            return refused if self.age.refuses_documents else await self.ask(exchange, {})
        response = await self.ask(exchange, self.sent_tree(exchange))
        if response.status_code == OK:
            self.note_sent_values(exchange, response)
            if exchange.is_change and "contacts" in exchange.tree:
                await anyio.to_thread.run_sync(self.touch_client, exchange)
                return await self.ask(exchange, method="GET")
        return response

    async def answer_company(self, exchange: Exchange, account_id: int) -> httpx.Response:
        """Show or change the company of the token."""
        if is_put := exchange.scope["method"] == "PUT":
            self.company.change(account_id, exchange.tree)
        response = await self.ask(exchange, method="GET" if is_put else "")
        if response.status_code != OK:
            return response
        content = self.company.shown(account_id, response.content)
        return httpx.Response(OK, headers={"content-type": "application/json"}, content=content)

    def numbered(self, exchange: Exchange, tree: Tree) -> Tree:
        """Return the object of a creation with the next number of the company's counter."""
        account = exchange.account
        number = self.company.number(account.id) if account and not tree.get("number") else ""
        return tree | {"number": number} if number else tree

    async def upload(self, exchange: Exchange) -> httpx.Response:
        """Attach files, and leave the time of the client as it was."""
        if exchange.scope["method"] == "POST" and b'name="_method"' not in exchange.body:
            return httpx.Response(NOT_FOUND, json={"message": WRONG_VERB})
        assert exchange.account is not None
        account = exchange.account
        serial = id_codec(account.hash_salt).decode(exchange.uploaded_to) or 0
        times = await anyio.to_thread.run_sync(read_times, self.store, account.id, serial)
        response = await self.ask(exchange)
        if times is not None:
            await anyio.to_thread.run_sync(write_times, self.store, account.id, serial, times)
            shown = {**exchange.scope, "path": exchange.scope["path"].removesuffix("/upload")}
            item = await self.ask(exchange._replace(scope=shown), method="GET")
            return item if response.status_code == OK else response
        return response

    def sent_tree(self, exchange: Exchange) -> Tree:
        """Return what our application is sent, so that it does what the original does."""
        tree = self.age.known_fields(exchange.tree)
        if exchange.is_creation:
            tree = self.numbered(exchange, tree)
            return stored_tree(self.age.new_settings(tree), self.age)
        if self.age.deletes_contacts and not sent_contacts(tree):
            tree = tree | {"contacts": []}
        if self.age.wipes_settings or "settings" in tree:
            tree = with_currency(tree)
        return stored_tree(tree, self.age)

    async def ask(
        self, exchange: Exchange, tree: Tree | None = None, method: str = ""
    ) -> httpx.Response:
        """Ask our application, with another object or another method than the request has."""
        body = b"" if method else exchange.body if tree is None else json.dumps(tree).encode()
        scope = {**exchange.scope, "method": method or exchange.scope["method"]}
        scope["headers"] = [
            (name, str(len(body)).encode() if name == b"content-length" else value)
            for name, value in exchange.scope["headers"]
        ]
        incoming = iter([{"type": "http.request", "body": body, "more_body": False}])
        sent: list[Message] = []

        async def receive() -> Message:
            for message in incoming:
                return message
            await anyio.sleep_forever()
            raise AssertionError

        async def send(message: Message) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        content = b"".join(message.get("body", b"") for message in sent[1:])
        return httpx.Response(sent[0]["status"], headers=sent[0]["headers"], content=content)

    def note_sent_values(self, exchange: Exchange, response: httpx.Response) -> None:
        client = response.json().get("data")
        settings = exchange.tree.get("settings")
        if exchange.account is not None and client:
            if self.age.deletes_contacts and not sent_contacts(exchange.tree):
                made = {(exchange.account.id, contact["id"]) for contact in client["contacts"]}
                self.blank_contacts |= made
            for contact in sent_contacts(exchange.tree):
                if "email" in contact and isinstance(contact.get("id"), str):
                    self.written_emails.add((exchange.account.id, contact["id"]))
            sent = dict(settings) if isinstance(settings, dict) else {}
            dropped = DROPPED_ON_CREATION if exchange.is_creation else ()
            if exchange.is_creation:
                sent = self.age.new_settings({"settings": sent})["settings"]
            kept = {key: value for key, value in sent.items() if key not in dropped}
            self.sent_settings[exchange.account.id, client["id"]] = kept

    def touch_client(self, exchange: Exchange) -> None:
        """Move the time of a client and of its contacts, though nothing else may have changed."""
        assert exchange.account is not None
        account, now = exchange.account, self.clock()
        serial = id_codec(account.hash_salt).decode(exchange.client_id)
        assert serial is not None

        def touch(record: Client) -> ImportClient:
            drafts = [structs.asdict(draft_of_contact(c)) for c in record.contacts]
            return ImportClient(
                contacts=tuple(ImportContact(**draft, updated_at=now) for draft in drafts)
            )

        self.store.change_client(account.id, serial, touch)

    def body_of(self, exchange: Exchange, response: httpx.Response) -> bytes:
        """Return the body as the original writes it: successes pretty, others compact."""
        if response.status_code == NOT_FOUND and b"No query results" in response.content:
            return NO_RECORD
        is_json = response.headers.get("content-type", "").startswith("application/json")
        tree = response.json() if is_json and response.content else None
        if response.status_code != OK or not isinstance(tree, dict):
            return response.content
        shown = map_clients(tree, lambda client: self.show_client(exchange, client))
        if exchange.is_creation and shown.get("data"):
            shown["data"] |= uncut_texts(exchange.tree, shown["data"])
        return pretty_json(without_queries(shown))

    def show_client(self, exchange: Exchange, client: Tree) -> Tree:
        """Return a client as the original shows it in one answer, and in no other."""
        account_id = exchange.account.id if exchange.account else 0
        recorded = self.recorded.get((account_id, client["id"]), {})
        sent = self.sent_settings.get((account_id, client["id"]), recorded.get("settings", {}))
        if recorded and client["updated_at"] == recorded["updated_at"]:
            return recorded
        contacts = self.turned(client["id"], client["contacts"])
        shown = client | {
            "documents": recorded.get("documents", client["documents"]),
            "settings": with_empty_members(self.age.shown_settings(client["settings"], sent), sent),
            "contacts": [
                contact
                if (account_id, contact["id"]) in self.written_emails
                else with_blank_email(
                    contact, is_automatic=(account_id, contact["id"]) in self.blank_contacts
                )
                for contact in contacts
            ],
        }
        if client["id"] in self.half_made_ids:
            shown |= {"number": "", "contacts": []}
        return shown_client(shown)

    def turned(self, client_id: str, contacts: list[Tree]) -> list[Tree]:
        """Return the primary contact and the others, which begin with another one each time."""
        first, others = contacts[:1], contacts[1:]
        self.turns[client_id] += 1
        start = self.turns[client_id] % len(others) if others else 0
        return [*first, *others[start:], *others[:start]]

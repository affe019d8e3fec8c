"""The requests by which another Invoice Ninja is read and told; pure.

Its pages are windows of a list by id: one that is purged meanwhile moves all behind it one place
forward, which the total on every page gives away. Users and groups of another server are not ours:
they are never told.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import UNSET, Raw, Struct, structs

from dialects.base.migration.losses import Loss, make_loss
from dialects.base.migration.object_codec import ParsedObject, constantly
from dialects.base.migration.remote_api import (
    ApiRequest,
    ObjectPage,
    RemoteApi,
    RemoteFile,
    RemoteObject,
    WriteReceipt,
)
from storage import Account, Client, ImportClient, Invalid, Problem

from ..clients import translate
from ..protocol import wire
from ..protocol.id_codec import id_codec
from ..protocol.scalars import read_moment, text_of, write_moment
from .change_stamps import change_stamp_of_json

PATH = "/api/v1/clients"
PER_PAGE = "500"
INCLUDE = "contacts,documents,gateway_tokens,group_settings"
STRANGE = ("assigned_user_id", "group_settings_id", "documents")
CODES = ("country_code", "shipping_country_code", "currency_code", "language_code")
TOLD = tuple(n for n in wire.ClientInput.__struct_fields__ if n not in (*STRANGE, *CODES))
TOLD_OF_CONTACT = tuple(
    n for n in wire.ContactInput.__struct_fields__ if n not in ("id", "password")
)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
ENCODER = msgspec.json.Encoder(decimal_format="number")


class Window(Struct):
    total: int
    current_page: int
    total_pages: int


class Meta(Struct):
    pagination: Window


class Listed(Struct):
    data: list[Raw]
    meta: Meta


class Identified(Struct):
    id: str
    created_at: wire.Scalar = 0


class Answered(Struct):
    data: Raw


class ObjectSummary(Struct):
    """What a write has to know of what is there."""

    id: str
    number: wire.Scalar = ""
    name: wire.Scalar = ""
    client_hash: wire.Scalar = ""
    updated_at: wire.Scalar = 0
    archived_at: wire.Scalar = 0
    contacts: list[dict[str, Any]] | None = None


def list_request(since: datetime | None) -> ApiRequest:
    changed = {} if since is None else {"updated_at": str(write_moment(since))}
    window = {"per_page": PER_PAGE, "page": "1", "sort": "id|asc", "include": INCLUDE}
    return ApiRequest(path=PATH, params=window | changed)


def read_page(ask: ApiRequest, body: bytes) -> ObjectPage:
    try:
        listed = msgspec.json.decode(body, type=Listed)
        objects = tuple(map(bytes, listed.data))
        found = [msgspec.json.decode(one, type=Identified) for one in objects]
    except msgspec.MsgspecError as error:
        words = f"is no page of Invoice Ninja clients: {error}"
        raise Invalid(Problem(("data",), words)) from error
    window = listed.meta.pagination
    is_last = not objects or window.current_page >= window.total_pages
    page = {"page": str(int(ask.params["page"]) + 1)}
    return ObjectPage(
        objects=objects,
        ids=tuple(one.id for one in found),
        created_at=tuple(read_moment(text_of(one.created_at)) or LONG_AGO for one in found),
        next_request=None if is_last else structs.replace(ask, params={**ask.params, **page}),
        total=window.total,
    )


def identify(raw: bytes, account: Account) -> ParsedObject:
    """By its number, and by its id where that is one of ours."""
    there = read_summary(raw)
    serial = id_codec(account.hash_salt).decode(there.id)
    return ParsedObject(
        foreign_id=there.id,
        stamp=change_stamp_of_json(raw),
        updated_at=read_moment(text_of(there.updated_at)),
        label=f"{text_of(there.number)} {text_of(there.name)}".strip(),
        full_command=constantly(
            ImportClient(
                serial=UNSET if serial is None else serial,
                number=text_of(there.number) or UNSET,
                client_hash=text_of(there.client_hash),
            )
        ),
        change_command=lambda _record: ImportClient(),
    )


def show_request(foreign_id: str) -> ApiRequest:
    return ApiRequest(path=path_of(foreign_id), params={"include": INCLUDE})


def path_of(foreign_id: str) -> str:
    return f"{PATH}/{quote(foreign_id, safe='')}"


def unwrap_object(body: bytes) -> bytes:
    """The object in an answer about one client, or in a list of one."""
    try:
        raw = bytes(msgspec.json.decode(body, type=Answered).data)
        return bytes(msgspec.json.decode(raw, type=list[Raw])[0]) if raw[:1] == b"[" else raw
    except (msgspec.MsgspecError, IndexError) as error:
        raise Invalid(Problem(("data",), f"is no Invoice Ninja client: {error}")) from error


def read_summary(body: bytes) -> ObjectSummary:
    try:
        return msgspec.json.decode(body, type=ObjectSummary)
    except msgspec.MsgspecError as error:
        raise Invalid(Problem(("data",), f"is no Invoice Ninja client: {error}")) from error


def create_request(record: Client, _key: str, account: Account) -> ApiRequest:
    body = ENCODER.encode(body_of(record, account, ()))
    return ApiRequest(method="POST", path=PATH, body=body, is_repeatable=False)


def change_request(record: Client, there: RemoteObject, account: Account) -> ApiRequest:
    body = ENCODER.encode(body_of(record, account, read_summary(there.raw).contacts or ()))
    return ApiRequest(method="PUT", path=path_of(there.foreign_id), body=body)


def body_of(record: Client, account: Account, people: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """All that may be written; contacts that are there already keep their ids."""
    seen = translate.client(record, translate.Caller(account, url=""))
    told: dict[str, Any] = {name: getattr(seen, name) for name in TOLD}
    contacts = [{n: getattr(c, n) for n in TOLD_OF_CONTACT} for c in seen.contacts]
    return told | {"contacts": with_ids(contacts, list(people))}


def with_ids(
    contacts: Sequence[dict[str, Any]], people: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Each contact with the id of the one there that has its address, its name, or its place as
    the primary one; who is left over is new."""
    known: dict[int, Any] = {}
    for mark in (address, name, is_primary):
        for n, contact in enumerate(contacts):
            if n in known or not mark(contact):
                continue
            same = next((p for p in people if mark(p) == mark(contact)), None)
            if same is not None:
                people.remove(same)
                known[n] = same.get("id")
    return [{"id": known[n]} | c if n in known else dict(c) for n, c in enumerate(contacts)]


def address(contact: dict[str, Any]) -> str:
    return str(contact.get("email") or "").strip().casefold()


def name(contact: dict[str, Any]) -> str:
    return f"{contact.get('first_name') or ''} {contact.get('last_name') or ''}".strip().casefold()


def is_primary(contact: dict[str, Any]) -> bool:
    return bool(contact.get("is_primary"))


class FileEntry(Struct):
    """What an object says of a file."""

    id: str = ""
    name: str = ""
    type: str = ""
    size: int = 0
    is_public: bool = True
    width: int = 0
    height: int = 0
    is_deleted: bool = False


class FileEntries(Struct):
    documents: list[FileEntry] = []


def list_files(raw: bytes) -> tuple[RemoteFile, ...]:
    """Those that can be fetched; an object that says it in another way has none."""
    try:
        named = msgspec.json.decode(raw, type=FileEntries, strict=False).documents
    except msgspec.MsgspecError:
        return ()
    return tuple(
        RemoteFile(
            path=f"/api/v1/documents/{quote(one.id, safe='')}/download",
            name=one.name,
            type=one.type or one.name.rpartition(".")[2].lower(),
            size=one.size,
            is_public=one.is_public,
            width=one.width,
            height=one.height,
        )
        for one in named
        if one.id and not one.is_deleted
    )


def delete_request(foreign_id: str) -> ApiRequest:
    return ApiRequest(method="DELETE", path=path_of(foreign_id))


def read_receipt(body: bytes, _there: RemoteObject | None, _account: Account) -> WriteReceipt:
    raw = unwrap_object(body)
    return WriteReceipt(foreign_id=read_summary(raw).id, stamp=change_stamp_of_json(raw))


def follow_up_request(record: Client, body: bytes) -> ApiRequest | None:
    """A new client is active, and no edit archives or restores it."""
    there = read_summary(unwrap_object(body))
    is_archived = text_of(there.archived_at) not in {"", "0"}
    if is_archived == (record.archived_at is not None):
        return None
    action = "restore" if is_archived else "archive"
    told = ENCODER.encode({"action": action, "ids": [there.id]})
    return ApiRequest(method="POST", path=f"{PATH}/bulk", body=told)


def unsendable_fields(record: Client) -> tuple[Loss, ...]:
    """What only the server itself, or its administrator, may say of a client."""
    money = ("balance", "paid_to_date", "payment_balance", "credit_balance")
    told = {field: str(getattr(record, field)) for field in money if getattr(record, field)}
    told |= {"assigned_user": str(record.assigned_user_serial or "")}
    told |= {"group": str(record.group_serial or "")}
    told |= {f"documents[{n}]": d.name for n, d in enumerate(record.documents)}
    locked = [n for n, c in enumerate(record.contacts) if c.password_hash is not None]
    told |= {f"contacts[{n}].password": "is known only as a hash" for n in locked}
    return tuple(make_loss(field, text) for field, text in told.items() if text)


REMOTE = RemoteApi(
    list_request=list_request,
    read_page=read_page,
    identify=identify,
    show_request=show_request,
    unwrap_object=unwrap_object,
    create_request=create_request,
    change_request=change_request,
    delete_request=delete_request,
    read_receipt=read_receipt,
    follow_up_request=follow_up_request,
    unsendable_fields=unsendable_fields,
    list_files=list_files,
)

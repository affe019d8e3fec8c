"""The requests with which another Planado account is read and written. Pure.

The list begins with the newest client and ends with an empty page. The answer to a write contains
only a uuid, so the new version is computed: the version before the change plus one.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

import msgspec
from msgspec import Struct

from dialects.base.migration.field_groups import CONTACTS, family_of
from dialects.base.migration.object_codec import ParsedObject, constantly
from dialects.base.migration.remote_api import (
    ApiRequest,
    Credential,
    ObjectPage,
    RemoteApi,
    RemoteObject,
    WriteReceipt,
)
from storage import Account, Client, ImportClient, Invalid, Problem

from ..clients import translate
from ..protocol.scalars import write_moment
from .field_groups import KEYS, ORDER, OWN_PHONE
from .object_reader import to_moment

PATH = "/v2/clients"
PAGE_LIMIT = "100"
PER_MINUTE = 90
UNTOLD = frozenset({"external_id"})
"""What is sent for a new client only."""
REQUEST_ENCODER = msgspec.json.Encoder()


class ObjectIdentity(Struct):
    """The uuid of an object on a page."""

    uuid: str


class ObjectSummary(Struct):
    """The fields of an object that matching and writing its client need."""

    uuid: UUID
    external_id: str | None = None
    name: str | None = ""
    version: int = 0
    updated_at: str | None = ""


class ListBody(Struct):
    """The body of a page."""

    clients: list[msgspec.Raw]


class ShowBody(Struct):
    """The body of an answer about one client."""

    client: msgspec.Raw


class AnswerBody(Struct):
    """The body of an answer to a write."""

    client_uuid: UUID


def list_request(since: datetime | None) -> ApiRequest:
    """Request the first page of all clients, or of those changed since a moment."""
    changed = {} if since is None else {"updated_at[after]": write_moment(since)}
    return ApiRequest(path=PATH, params={"limit": PAGE_LIMIT, **changed})


def read_page(request: ApiRequest, body: bytes) -> ObjectPage:
    """Return the page in the answer to a list request. Raises Invalid for any other answer."""
    try:
        objects = tuple(map(bytes, msgspec.json.decode(body, type=ListBody).clients))
        ids = tuple(msgspec.json.decode(one, type=ObjectIdentity).uuid for one in objects)
    except msgspec.MsgspecError as error:
        words = f"is no page of Planado clients: {error}"
        raise Invalid(Problem(("clients",), words)) from error
    next_params = {**request.params, "after": ids[-1]} if ids else {}
    return ObjectPage(
        objects=objects,
        ids=ids,
        next_request=msgspec.structs.replace(request, params=next_params) if ids else None,
    )


def identify(raw: bytes, _account: Account) -> ParsedObject:
    """Return the identifiers of an object: its uuid and its external id."""
    summary = read_summary(raw)
    return ParsedObject(
        foreign_id=str(summary.uuid),
        stamp=str(summary.version),
        updated_at=to_moment(summary.updated_at) if summary.updated_at else None,
        label=f"{summary.external_id or summary.uuid} {summary.name or ''}".strip(),
        full_command=constantly(ImportClient(uuid=summary.uuid, external_id=summary.external_id)),
        change_command=lambda _record: ImportClient(),
    )


def read_summary(raw: bytes) -> "ObjectSummary":
    try:
        return msgspec.json.decode(raw, type=ObjectSummary)
    except msgspec.MsgspecError as error:
        raise Invalid(Problem((), f"is no Planado client: {error}")) from error


def show_request(foreign_id: str) -> ApiRequest:
    """Request one client, by its uuid."""
    return ApiRequest(path=client_path(foreign_id))


def client_path(key: str) -> str:
    """Return the path of a client. The key is its uuid or its external id."""
    return f"{PATH}/{quote(key, safe='')}"


def unwrap_object(body: bytes) -> bytes:
    """Return the object in the answer to `show_request`. Raises Invalid for any other answer."""
    try:
        return bytes(msgspec.json.decode(body, type=ShowBody).client)
    except msgspec.MsgspecError as error:
        raise Invalid(Problem(("client",), f"is no Planado client: {error}")) from error


def create_request(record: Client, key: str, _account: Account) -> ApiRequest:
    """Request a new client under a key.

    The key makes the request repeatable: the second time, it changes the client of the first.
    """
    return ApiRequest(
        method="PATCH",
        path=client_path(record.external_id or key),
        body=REQUEST_ENCODER.encode(write_body(record)),
    )


def change_request(
    merged: bytes, groups: Collection[str], before: RemoteObject
) -> ApiRequest | None:
    """Request the change of a client to these groups of the merged object.

    An empty object stands for no address, because the API refuses null.
    """
    members = msgspec.json.decode(merged)
    names = {key for group in groups for key in sent_keys(group) if key in members}
    fields = {name: members[name] for name in names}
    if "site_address" in fields:
        fields["site_address"] = sent_address(fields["site_address"])
    if not fields:
        return None
    body = REQUEST_ENCODER.encode(fields)
    return ApiRequest(method="PATCH", path=client_path(before.foreign_id), body=body)


def sent_keys(group: str) -> tuple[str, ...]:
    """Return the keys that a request has of a group. The one name is built by the server."""
    if family_of(group) in {CONTACTS, ORDER, OWN_PHONE}:
        return (CONTACTS,)
    return tuple(key for key in KEYS.get(group, ()) if key not in {"name", *UNTOLD})


def sent_address(address: dict[str, Any] | None) -> dict[str, Any]:
    return {key: value for key, value in (address or {}).items() if value is not None}


def write_body(record: Client) -> dict[str, Any]:
    """Return all writable fields of a new client, without an address if it has none."""
    fields: dict[str, Any] = msgspec.to_builtins(translate.client(record))
    for name in ("uuid", "external_id", "name", "version", "created_at", "updated_at"):
        del fields[name]
    address = sent_address(fields.pop("site_address"))
    return fields | ({"site_address": address} if address else {})


def delete_request(foreign_id: str) -> ApiRequest:
    """Request the deletion of a client."""
    return ApiRequest(method="DELETE", path=client_path(foreign_id))


def read_receipt(body: bytes, before: RemoteObject | None, _account: Account) -> WriteReceipt:
    """Return uuid and computed version of the client in the answer to a write."""
    try:
        uuid = msgspec.json.decode(body, type=AnswerBody).client_uuid
    except msgspec.MsgspecError as error:
        raise Invalid(Problem((), f"is no answer of Planado's: {error}")) from error
    version = read_summary(before.raw).version if before else 0
    return WriteReceipt(foreign_id=str(uuid), stamp=str(version + 1))


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
    unsendable_fields=lambda _record: (),
    untold_groups=UNTOLD,
    has_keys=True,
    per_minute=PER_MINUTE,
    server="a Planado account",
    token=Credential(option="--key", variable="PLANADO_KEY", name="API key"),
    default_url="https://api.planadoapp.com",
)

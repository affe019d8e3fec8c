"""The requests by which another Planado is read and told; pure.

Its list begins with the newest client and only ends with an empty page. A write answers with a
uuid alone, so what version it made is reckoned: one more than the version that was changed.
"""

from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

import msgspec
from msgspec import Struct

from dialects.base.migration.object_codec import ParsedObject, constantly
from dialects.base.migration.remote_api import (
    ApiRequest,
    ObjectPage,
    RemoteApi,
    RemoteObject,
    WriteReceipt,
)
from storage import Account, Client, ImportClient, Invalid, Problem

from ..clients import translate
from ..protocol.scalars import write_moment
from .object_reader import to_moment

PATH = "/v2/clients"
LIMIT = "100"
PER_MINUTE = 90
ENCODER = msgspec.json.Encoder()


class Identified(Struct):
    uuid: str


class ObjectSummary(Struct):
    """What a client is recognised by, and how it stands."""

    uuid: UUID
    external_id: str | None = None
    name: str | None = ""
    version: int = 0
    updated_at: str | None = ""


class Listed(Struct):
    clients: list[msgspec.Raw]


class Shown(Struct):
    client: msgspec.Raw


class Answered(Struct):
    client_uuid: UUID


def list_request(since: datetime | None) -> ApiRequest:
    changed = {} if since is None else {"updated_at[after]": write_moment(since)}
    return ApiRequest(path=PATH, params={"limit": LIMIT, **changed})


def read_page(ask: ApiRequest, body: bytes) -> ObjectPage:
    try:
        objects = tuple(map(bytes, msgspec.json.decode(body, type=Listed).clients))
        ids = tuple(msgspec.json.decode(one, type=Identified).uuid for one in objects)
    except msgspec.MsgspecError as error:
        words = f"is no page of Planado clients: {error}"
        raise Invalid(Problem(("clients",), words)) from error
    following = {**ask.params, "after": ids[-1]} if ids else {}
    return ObjectPage(
        objects=objects,
        ids=ids,
        next_request=msgspec.structs.replace(ask, params=following) if ids else None,
    )


def identify(raw: bytes, _account: Account) -> ParsedObject:
    there = read_summary(raw)
    return ParsedObject(
        foreign_id=str(there.uuid),
        stamp=str(there.version),
        updated_at=to_moment(there.updated_at) if there.updated_at else None,
        label=f"{there.external_id or there.uuid} {there.name or ''}".strip(),
        full_command=constantly(ImportClient(uuid=there.uuid, external_id=there.external_id)),
        change_command=lambda _record: ImportClient(),
    )


def read_summary(raw: bytes) -> "ObjectSummary":
    try:
        return msgspec.json.decode(raw, type=ObjectSummary)
    except msgspec.MsgspecError as error:
        raise Invalid(Problem((), f"is no Planado client: {error}")) from error


def show_request(key: str) -> ApiRequest:
    return ApiRequest(path=f"{PATH}/{quote(key, safe='')}")


def unwrap_object(body: bytes) -> bytes:
    """The object in the answer to `one`."""
    try:
        return bytes(msgspec.json.decode(body, type=Shown).client)
    except msgspec.MsgspecError as error:
        raise Invalid(Problem(("client",), f"is no Planado client: {error}")) from error


def create_request(record: Client, key: str, _account: Account) -> ApiRequest:
    """Under a key, so that whoever repeats it changes the client that is there by then."""
    return ApiRequest(
        method="PATCH",
        path=show_request(record.external_id or key).path,
        body=ENCODER.encode(body_of(record, is_new=True)),
    )


def change_request(record: Client, there: RemoteObject, _account: Account) -> ApiRequest:
    return ApiRequest(
        method="PATCH",
        path=show_request(there.foreign_id).path,
        body=ENCODER.encode(body_of(record, is_new=False)),
    )


def body_of(record: Client, *, is_new: bool) -> dict[str, Any]:
    """All that may be written. No address is an empty object, for null is refused; a new client
    has none anyway."""
    told: dict[str, Any] = msgspec.to_builtins(translate.client(record))
    for name in ("uuid", "external_id", "name", "version", "created_at", "updated_at"):
        del told[name]
    if told["site_address"] is None:
        del told["site_address"]
        return told if is_new else told | {"site_address": {}}
    told["site_address"] = {k: v for k, v in told["site_address"].items() if v is not None}
    return told


def delete_request(foreign_id: str) -> ApiRequest:
    return ApiRequest(method="DELETE", path=show_request(foreign_id).path)


def read_receipt(body: bytes, there: RemoteObject | None, _account: Account) -> WriteReceipt:
    try:
        uuid = msgspec.json.decode(body, type=Answered).client_uuid
    except msgspec.MsgspecError as error:
        raise Invalid(Problem((), f"is no answer of Planado's: {error}")) from error
    before = read_summary(there.raw).version if there else 0
    return WriteReceipt(foreign_id=str(uuid), stamp=str(before + 1))


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
    follow_up_request=lambda _record, _body: None,
    unsendable_fields=lambda _record: (),
    create_only_fields=("external_id",),
    per_minute=PER_MINUTE,
)

"""The requests with which another Invoice Ninja is read and written. Pure.

Pages are numbered, in a list sorted by id. If a client is purged during a scan, all clients after
it move one place forward; the total on every page shows it. Users and groups of another server are
not those of this one, so no request sends them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import UNSET, Raw, Struct, structs

from dialects.base.migration.object_codec import ParsedObject, constantly
from dialects.base.migration.remote_api import (
    ApiRequest,
    Credential,
    ObjectPage,
    RemoteApi,
    RemoteObject,
    WriteReceipt,
    is_gone,
)
from storage import EPOCH, Account, Client, ImportClient, Invalid, Problem

from ..clients import translate
from ..protocol import wire
from ..protocol.id_codec import id_codec
from ..protocol.scalars import read_moment, text_of, write_moment
from .change_stamps import change_stamp_of_json
from .losses import unsendable_fields
from .remote_files import list_files

PATH = "/api/v1/clients"
PER_PAGE = "500"
INCLUDE = "contacts,documents,gateway_tokens,group_settings"
FOREIGN_FIELDS = ("assigned_user_id", "group_settings_id", "documents")
SENT_FIELDS = tuple(
    n
    for n in wire.ClientInput.__struct_fields__
    if n in wire.Client.__struct_fields__ and n not in FOREIGN_FIELDS
)
SENT_CONTACT_FIELDS = tuple(
    n for n in wire.ContactInput.__struct_fields__ if n not in ("id", "password")
)
MATCHED_FIELD = "contact_key"
"""The field of a contact by which it is recognised. It is not sent: the server makes its own."""
REQUEST_ENCODER = msgspec.json.Encoder(decimal_format="number")


class ListPagination(Struct):
    """The position of a page in its list."""

    total: int
    current_page: int
    total_pages: int


class ListMeta(Struct):
    """The `meta` of a page."""

    pagination: ListPagination


class ListBody(Struct):
    """The body of a page."""

    data: list[Raw]
    meta: ListMeta


class ObjectIdentity(Struct):
    """Id and creation time of an object on a page."""

    id: str
    created_at: wire.Scalar = 0


class AnswerBody(Struct):
    """The body of an answer about one client."""

    data: Raw


class ObjectSummary(Struct):
    """The fields of an object that matching and writing its client need."""

    id: str
    number: wire.Scalar = ""
    name: wire.Scalar = ""
    client_hash: wire.Scalar = ""
    updated_at: wire.Scalar = 0
    archived_at: wire.Scalar = 0
    contacts: list[dict[str, Any]] | None = None


def list_request(since: datetime | None) -> ApiRequest:
    """Request the first page of all clients, or of those changed since a moment."""
    changed = {} if since is None else {"updated_at": str(write_moment(since))}
    page = {"per_page": PER_PAGE, "page": "1", "sort": "id|asc", "include": INCLUDE}
    return ApiRequest(path=PATH, params=page | changed)


def read_page(request: ApiRequest, body: bytes) -> ObjectPage:
    """Return the page in the answer to a list request. Raises Invalid for any other answer."""
    try:
        listed = msgspec.json.decode(body, type=ListBody)
        objects = tuple(map(bytes, listed.data))
        identities = [msgspec.json.decode(raw, type=ObjectIdentity) for raw in objects]
    except msgspec.MsgspecError as error:
        words = f"is no page of Invoice Ninja clients: {error}"
        raise Invalid(Problem(("data",), words)) from error
    pagination = listed.meta.pagination
    is_last = not objects or pagination.current_page >= pagination.total_pages
    next_params = {**request.params, "page": str(int(request.params["page"]) + 1)}
    return ObjectPage(
        objects=objects,
        ids=tuple(one.id for one in identities),
        created_at=tuple(read_moment(text_of(one.created_at)) or EPOCH for one in identities),
        next_request=None if is_last else structs.replace(request, params=next_params),
        total=pagination.total,
    )


def identify(raw: bytes, account: Account) -> ParsedObject:
    """Return the identifiers of an object: its number, its hash, and its serial.

    The serial is left out if another salt than the account's wrote the id.
    """
    summary = read_summary(raw)
    serial = id_codec(account.hash_salt).decode(summary.id)
    return ParsedObject(
        foreign_id=summary.id,
        stamp=change_stamp_of_json(raw),
        updated_at=read_moment(text_of(summary.updated_at)),
        label=f"{text_of(summary.number)} {text_of(summary.name)}".strip(),
        full_command=constantly(
            ImportClient(
                serial=UNSET if serial is None else serial,
                number=text_of(summary.number) or UNSET,
                client_hash=text_of(summary.client_hash),
            )
        ),
        change_command=lambda _record: ImportClient(),
    )


def show_request(foreign_id: str) -> ApiRequest:
    """Request one client."""
    return ApiRequest(path=client_path(foreign_id), params={"include": INCLUDE})


def client_path(foreign_id: str) -> str:
    return f"{PATH}/{quote(foreign_id, safe='')}"


def unwrap_object(body: bytes) -> bytes:
    """Return the object in an answer about one client. A list of one object is accepted."""
    try:
        raw = bytes(msgspec.json.decode(body, type=AnswerBody).data)
        return bytes(msgspec.json.decode(raw, type=list[Raw])[0]) if raw[:1] == b"[" else raw
    except (msgspec.MsgspecError, IndexError) as error:
        raise Invalid(Problem(("data",), f"is no Invoice Ninja client: {error}")) from error


def read_summary(body: bytes) -> ObjectSummary:
    try:
        return msgspec.json.decode(body, type=ObjectSummary)
    except msgspec.MsgspecError as error:
        raise Invalid(Problem(("data",), f"is no Invoice Ninja client: {error}")) from error


def create_request(record: Client, _key: str, account: Account) -> ApiRequest:
    """Request a new client. The API has no keys, so a repetition creates a second one."""
    body = REQUEST_ENCODER.encode(write_body(record, account, ()))
    return ApiRequest(method="POST", path=PATH, body=body, is_repeatable=False)


def change_request(record: Client, remote_object: RemoteObject, account: Account) -> ApiRequest:
    """Request the change of a client to this record."""
    contacts = read_summary(remote_object.raw).contacts or ()
    body = REQUEST_ENCODER.encode(write_body(record, account, contacts))
    return ApiRequest(method="PUT", path=client_path(remote_object.foreign_id), body=body)


def write_body(
    record: Client, account: Account, remote_contacts: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Return all writable fields. Contacts that the other server has keep their ids."""
    shown = translate.client(record, translate.Caller(account, url=""))
    fields: dict[str, Any] = {name: getattr(shown, name) for name in SENT_FIELDS}
    names = (*SENT_CONTACT_FIELDS, MATCHED_FIELD)
    contacts = [{n: getattr(c, n) for n in names} for c in shown.contacts]
    return fields | {"contacts": with_remote_ids(contacts, list(remote_contacts))}


def with_remote_ids(
    contacts: Sequence[dict[str, Any]], unmatched: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the contacts with the ids of their matches on the other server.

    Two contacts match by their key, else by name, e-mail and phone together, else by their e-mail,
    else by their name, else if both are the primary contact. Never by their place: the original
    shows contacts in no order. `unmatched` are the contacts there; the matched ones are removed. A
    contact without a match gets no id, so it is a new one.
    """
    ids: dict[int, Any] = {}
    for key_of in (contact_key, person_key, email_key, name_key, is_primary):
        for n, contact in enumerate(contacts):
            if n in ids or not key_of(contact):
                continue
            match = next((c for c in unmatched if key_of(c) == key_of(contact)), None)
            if match is not None:
                unmatched.remove(match)
                ids[n] = match.get("id")
    sent = [{k: v for k, v in c.items() if k != MATCHED_FIELD} for c in contacts]
    return [{"id": ids[n]} | c if n in ids else c for n, c in enumerate(sent)]


def contact_key(contact: dict[str, Any]) -> str:
    return str(contact.get(MATCHED_FIELD) or "")


def person_key(contact: dict[str, Any]) -> tuple[str, str, str]:
    return (name_key(contact), email_key(contact), str(contact.get("phone") or "").strip())


def email_key(contact: dict[str, Any]) -> str:
    return str(contact.get("email") or "").strip().casefold()


def name_key(contact: dict[str, Any]) -> str:
    return f"{contact.get('first_name') or ''} {contact.get('last_name') or ''}".strip().casefold()


def is_primary(contact: dict[str, Any]) -> bool:
    return bool(contact.get("is_primary"))


def delete_request(foreign_id: str) -> ApiRequest:
    """Request the deletion of a client."""
    return ApiRequest(method="DELETE", path=client_path(foreign_id))


def read_receipt(body: bytes, _before: RemoteObject | None, _account: Account) -> WriteReceipt:
    """Return id and change stamp of the client in the answer to a write."""
    raw = unwrap_object(body)
    return WriteReceipt(foreign_id=read_summary(raw).id, stamp=change_stamp_of_json(raw))


def follow_up_request(record: Client, body: bytes) -> ApiRequest | None:
    """Request to archive or restore the written client, None if its state is right already.

    A new client is active, and no change request archives or restores a client.
    """
    summary = read_summary(unwrap_object(body))
    is_archived = text_of(summary.archived_at) not in {"", "0"}
    if is_archived == (record.archived_at is not None):
        return None
    action = "restore" if is_archived else "archive"
    content = REQUEST_ENCODER.encode({"action": action, "ids": [summary.id]})
    return ApiRequest(method="POST", path=f"{PATH}/bulk", body=content)


NO_RECORD = b"No query results"
"""The start of an answer of some versions when a client does not exist: its status is not 404."""


def is_missing(status: int, body: bytes) -> bool:
    """Whether an answer says that the client does not exist on the server."""
    return is_gone(status, body) or NO_RECORD in body[:200]


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
    is_missing=is_missing,
    is_read_again=True,
    server="an Invoice Ninja",
    token=Credential(option="--token", variable="NINJA_TOKEN", name="API token"),
    secrets=(
        Credential(
            option="--secret", variable="NINJA_SECRET", name="API secret", setting="api_secret"
        ),
    ),
)

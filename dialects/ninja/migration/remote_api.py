"""The requests with which another Invoice Ninja is read and written. Pure.

Pages are numbered, in a list sorted by id. If a client is purged during a scan, all clients after
it move one place forward; the total on every page shows it. The writes are in `remote_writes.py`.
"""

from datetime import datetime

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
from storage import EPOCH, Account, ImportClient, Invalid, Problem

from ..protocol import wire
from ..protocol.id_codec import id_codec
from ..protocol.scalars import read_moment, text_of, write_moment
from .change_stamps import change_stamp_of_json
from .losses import unsendable_fields
from .remote.remote_counter import COUNTER
from .remote.remote_files import list_files, upload_form
from .remote.remote_groups import GROUP_REQUESTS
from .remote.remote_writes import (
    PATH,
    archive_request,
    change_request,
    client_path,
    create_request,
    delete_request,
    dropped_groups,
    objection,
    without_taken,
)

PER_PAGE = "500"
INCLUDE = "contacts,documents,gateway_tokens,group_settings"


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
    contacts: list[dict[str, Raw]] | None = None


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


def read_receipt(body: bytes, _before: RemoteObject | None, _account: Account) -> WriteReceipt:
    """Return id and change stamp of the client in the answer to a write."""
    raw = unwrap_object(body)
    stamp = change_stamp_of_json(raw)
    return WriteReceipt(foreign_id=read_summary(raw).id, stamp=stamp, raw=raw)


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
    archive_request=archive_request,
    dropped_groups=dropped_groups,
    objection=objection,
    without_taken=without_taken,
    filled_groups=frozenset({"settings.currency_id"}),
    untold_groups=frozenset({"tax_info", "e_invoice", "assigned_user_id"}),
    unsendable_fields=unsendable_fields,
    list_files=list_files,
    upload_form=upload_form,
    groups=GROUP_REQUESTS,
    counter=COUNTER,
    fresh_words="ids, hashes and portal links",
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

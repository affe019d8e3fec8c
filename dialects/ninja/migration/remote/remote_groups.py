"""Groups of clients on another Invoice Ninja: read, made, and named in objects and requests. Pure.

Each server counts its groups by itself, so that an id means another group on another server.
"""

from typing import TypeVar

import msgspec
from msgspec import Raw, Struct, structs

from dialects.base.migration.field_groups import decode_members, encode_raw
from dialects.base.migration.remote_api import ApiRequest, GroupPage, RemoteGroup, RemoteGroups
from storage import EPOCH, Account, Group, Invalid, Problem

from ...protocol import wire
from ...protocol.id_codec import id_codec
from ...protocol.scalars import read_moment, text_of
from .remote_writes import REQUEST_ENCODER

GROUPS_PATH = "/api/v1/group_settings"
T = TypeVar("T")
REFERENCE, GROUP = "group_settings_id", "group_settings"
GROUPS_PER_PAGE = "500"


class GroupEntry(Struct):
    """A group in the answer of a server. Its other keys are ignored."""

    id: str
    name: wire.Scalar = ""
    created_at: wire.Scalar = 0
    is_deleted: bool = False


class GroupPagination(Struct, frozen=True):
    """The position of a page in the list of groups."""

    current_page: int = 1
    total_pages: int = 1


class GroupMeta(Struct, frozen=True):
    """The `meta` of a page."""

    pagination: GroupPagination = GroupPagination()


class GroupList(Struct):
    """The body of a page of groups."""

    data: list[GroupEntry]
    meta: GroupMeta = GroupMeta()


class GroupAnswer(Struct):
    """The body of an answer about one group."""

    data: GroupEntry


class GroupReference(Struct):
    """The group of a client, in an object."""

    group_settings_id: wire.Scalar = ""


def list_groups_request() -> ApiRequest:
    return ApiRequest(
        path=GROUPS_PATH, params={"per_page": GROUPS_PER_PAGE, "page": "1", "sort": "id|asc"}
    )


def read_group_page(request: ApiRequest, body: bytes) -> GroupPage:
    """Return the groups in the answer to a list request. Raises Invalid for any other answer."""
    listed = decode_group(body, GroupList)
    at = listed.meta.pagination
    is_last = not listed.data or at.current_page >= at.total_pages
    params = {**request.params, "page": str(int(request.params["page"]) + 1)}
    return GroupPage(
        groups=tuple(map(group_of, listed.data)),
        next_request=None if is_last else structs.replace(request, params=params),
    )


def decode_group(body: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.MsgspecError as error:
        raise Invalid(Problem(("data",), f"is no Invoice Ninja group: {error}")) from error


def group_of(entry: GroupEntry) -> RemoteGroup:
    return RemoteGroup(
        id=entry.id,
        name=text_of(entry.name),
        created_at=read_moment(text_of(entry.created_at)) or EPOCH,
        is_deleted=entry.is_deleted,
    )


def create_group_request(group: Group) -> ApiRequest:
    """Request a new group with our name and settings. A repetition could create a second one."""
    settings = {"settings": Raw(group.settings.encode())} if group.settings else {}
    body = REQUEST_ENCODER.encode({"name": group.name, **settings})
    return ApiRequest(method="POST", path=GROUPS_PATH, body=body, is_repeatable=False)


def read_created(body: bytes) -> RemoteGroup:
    """Return the group in the answer to its creation."""
    return group_of(decode_group(body, GroupAnswer).data)


def id_in(raw: bytes) -> str:
    """Return the id of the group that an object names, empty if it names none."""
    try:
        return text_of(msgspec.json.decode(raw, type=GroupReference).group_settings_id)
    except msgspec.MsgspecError:
        return ""


def with_id(raw: bytes, group_id: str) -> bytes:
    """Return an object with another id of its group, also in the group that it brings along."""
    members = decode_members(raw)
    members |= {REFERENCE: encode_raw(group_id)}
    if GROUP in members:
        group = decode_members(members[GROUP]) | {"id": encode_raw(group_id)}
        members |= {GROUP: encode_raw(group)}
    return msgspec.json.encode(members)


def sent_with(request: ApiRequest, group_id: str) -> ApiRequest:
    """Return a request that also tells a client's group; an empty id says that it has none."""
    fields = decode_members(request.body) | {REFERENCE: encode_raw(group_id)}
    return structs.replace(request, body=msgspec.json.encode(fields))


def group_id_of(serial: int, account: Account) -> str:
    return id_codec(account.hash_salt).encode(serial)


def group_serial_of(group_id: str, account: Account) -> int | None:
    return id_codec(account.hash_salt).decode(group_id)


GROUP_REQUESTS = RemoteGroups(
    field=REFERENCE,
    list_request=list_groups_request,
    read_page=read_group_page,
    create_request=create_group_request,
    read_created=read_created,
    id_in=id_in,
    with_id=with_id,
    sent_with=sent_with,
    id_of=group_id_of,
    serial_of=group_serial_of,
)

"""The requests that write a client of another Invoice Ninja. Pure.

Users of another server are not those of this one, so no request sends them. Groups are named by
`remote_groups.py`.
"""

from collections.abc import Collection, Container
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import Raw, Struct, structs

from dialects.base.migration.field_groups import View, decode_members, family_of
from dialects.base.migration.remote_api import ApiRequest, RemoteObject
from storage import Account, Client, has_provisional_number

from ...clients import translate
from ...protocol import wire
from ..field_groups import contacts_of, keys_of, settings_of, text_in

PATH = "/api/v1/clients"
FOREIGN_FIELDS = ("assigned_user_id", "group_settings_id", "documents")
SENT_FIELDS = tuple(
    n
    for n in wire.ClientInput.__struct_fields__
    if n in wire.Client.__struct_fields__ and n not in FOREIGN_FIELDS
)
SENT_CONTACT_FIELDS = tuple(
    n for n in wire.ContactInput.__struct_fields__ if n not in ("id", "password")
)
ARCHIVE_GROUP = "archived_at"
REQUEST_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Refusal(Struct):
    """The body of a refusal: the sentences by field."""

    errors: dict[str, Any] = {}


def client_path(foreign_id: str) -> str:
    return f"{PATH}/{quote(foreign_id, safe='')}"


def create_request(record: Client, _key: str, account: Account) -> ApiRequest:
    """Request a new client. The API has no keys, so a repetition creates a second one."""
    body = REQUEST_ENCODER.encode(write_body(record, account))
    return ApiRequest(method="POST", path=PATH, body=body, is_repeatable=False)


def without_taken(request: ApiRequest, body: bytes) -> ApiRequest | None:
    """Return a creation without its number, if that alone is refused: it is another client's.

    The server then gives one of its own.
    """
    try:
        refusal = msgspec.json.decode(body, type=Refusal)
    except msgspec.MsgspecError:
        return None
    fields = decode_members(request.body)
    if set(refusal.errors) != {"number"} or "number" not in fields:
        return None
    del fields["number"]
    return structs.replace(request, body=REQUEST_ENCODER.encode(fields))


def change_request(
    merged: bytes, groups: Collection[str], before: RemoteObject
) -> ApiRequest | None:
    """Request the change of a client to these groups of the merged object.

    Older servers delete contacts that a request does not name, and newer ones wipe the settings. So
    a request that is needed at all has all contacts and the whole settings.
    """
    if not frozenset(groups) - {ARCHIVE_GROUP}:
        return None
    members = decode_members(merged)
    keys = [key for group in groups for key in keys_of(group) if key in SENT_FIELDS]
    known = contacts_of(decode_members(before.raw)).values()
    known_ids = {text_in(contact, "id") for contact in known}
    contacts = msgspec.json.decode(members.get("contacts", b"[]")) or []
    fields = {key: members[key] for key in keys if key in members} | {
        "settings": settings_of(members),
        "contacts": [sent_contact(contact, known_ids) for contact in contacts],
    }
    body = REQUEST_ENCODER.encode(fields)
    return ApiRequest(method="PUT", path=client_path(before.foreign_id), body=body)


def sent_contact(contact: dict[str, Any], known_ids: Container[Any]) -> dict[str, Any]:
    """Return what is sent of a contact. One that the server does not know gets its id there."""
    names = ("id", *SENT_CONTACT_FIELDS) if contact.get("id") in known_ids else SENT_CONTACT_FIELDS
    return {name: contact[name] for name in names if name in contact}


FIRST_WITH_REFUSAL_OF_MAIL = (5, 3, 29)
"""Earlier servers turn mail on for every contact, though it was refused."""


def objection(record: Client, version: str) -> str:
    """Return why a client should not be told to a server: people would get mail they refused."""
    numbers = tuple(int(part) for part in version.split(".") if part.isdigit())
    refusing = sum(not contact.send_email for contact in record.contacts)
    if not refusing or not numbers or numbers >= FIRST_WITH_REFUSAL_OF_MAIL:
        return ""
    return f"Invoice Ninja {version} would send mail to {refusing} of its contacts who refuse it"


def archive_request(foreign_id: str, is_archived: bool) -> ApiRequest:
    """Request to archive or to restore a client: no change request does it."""
    action = "archive" if is_archived else "restore"
    content = REQUEST_ENCODER.encode({"action": action, "ids": [foreign_id]})
    return ApiRequest(method="POST", path=f"{PATH}/bulk", body=content)


def dropped_groups(here: View, there: View) -> frozenset[str]:
    """Return the settings that a new client lacks: servers before 5.5.0 drop some, others a few."""
    return frozenset(
        group for group in here if family_of(group) == "settings" and group not in there
    )


def write_body(record: Client, account: Account) -> dict[str, Any]:
    """Return all writable fields of a new client."""
    shown = translate.client(record, translate.Caller(account, url=""))
    fields: dict[str, Any] = {name: getattr(shown, name) for name in SENT_FIELDS}
    contacts = [{n: getattr(c, n) for n in SENT_CONTACT_FIELDS} for c in shown.contacts]
    # What our answers fill in is nobody's setting.
    settings = Raw(record.settings.encode() or b"{}")
    if has_provisional_number(record):
        del fields["number"]  # the server gives one
    return fields | {"contacts": contacts, "settings": settings}


def delete_request(foreign_id: str) -> ApiRequest:
    """Request the deletion of a client."""
    return ApiRequest(method="DELETE", path=client_path(foreign_id))

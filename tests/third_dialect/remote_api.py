"""The requests by which an address book on another server is read and written."""

from datetime import datetime

import msgspec

from dialects.base.migration.remote_api import (
    ApiRequest,
    Credential,
    ObjectPage,
    RemoteApi,
    RemoteObject,
    WriteReceipt,
)
from storage import Account, Client, Invalid, Problem

from . import wire
from .object_codec import parse_card, read_object

PATH = "/cards/v1/cards"


class RawCards(msgspec.Struct):
    cards: list[msgspec.Raw]
    total: int


def list_request(_since: datetime | None) -> ApiRequest:
    """Ask for all: this API cannot tell what has changed."""
    return ApiRequest(path=PATH, params={"start": "0"})


def read_page(ask: ApiRequest, body: bytes) -> ObjectPage:
    try:
        page = msgspec.json.decode(body, type=RawCards)
    except msgspec.MsgspecError as error:
        raise Invalid(Problem(("cards",), f"is no page of cards: {error}")) from error
    objects = tuple(map(bytes, page.cards))
    start = int(ask.params["start"]) + len(objects)
    following = msgspec.structs.replace(ask, params={"start": str(start)})
    return ObjectPage(
        objects=objects,
        ids=tuple(parse_card(raw).id for raw in objects),
        next_request=following if objects and start < page.total else None,
        total=page.total,
    )


def show_request(key: str) -> ApiRequest:
    return ApiRequest(path=f"{PATH}/{key}")


def create_request(record: Client, _key: str, _account: Account) -> ApiRequest:
    card = wire.card(record)
    body = {"organization": card.organization, "mail": card.mail}
    return ApiRequest(method="POST", path=PATH, body=msgspec.json.encode(body), is_repeatable=False)


def change_request(record: Client, there: RemoteObject, _account: Account) -> ApiRequest:
    body = msgspec.json.encode({"organization": wire.card(record).organization})
    return ApiRequest(method="PATCH", path=f"{PATH}/{there.foreign_id}", body=body)


def read_receipt(body: bytes, _there: RemoteObject | None, _account: Account) -> WriteReceipt:
    card = parse_card(body)
    return WriteReceipt(foreign_id=card.id, stamp=str(card.version))


REMOTE = RemoteApi(
    list_request=list_request,
    read_page=read_page,
    identify=read_object,
    show_request=show_request,
    unwrap_object=bytes,
    create_request=create_request,
    change_request=change_request,
    delete_request=lambda key: ApiRequest(method="DELETE", path=f"{PATH}/{key}"),
    read_receipt=read_receipt,
    unsendable_fields=lambda _record: (),
    server="an address book",
    token=Credential(option="--password", variable="CARDS_PASSWORD", name="password"),
)

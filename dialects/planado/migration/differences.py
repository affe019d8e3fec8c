"""In which fields an object of this API and a record differ, in normal form, and without what each
server gives by itself: ids, versions, times, and the name that is derived of the others."""

from typing import Any

from msgspec import UNSET, structs

from dialects.base.migration import json_diff
from dialects.base.protocol import json_codec
from storage import Account, Client

from ..clients import translate
from ..clients.service_address import read_address
from . import object_reader
from .object_reader import ParsedFields


def differences(raw: bytes, record: Client, _account: Account) -> tuple[str, ...]:
    here = object_reader.read_fields(json_codec.ENCODER.encode(translate.client(record)))
    return tuple(json_diff.diff_paths(normalize(object_reader.read_fields(raw)), normalize(here)))


def normalize(said: ParsedFields) -> dict[str, Any]:
    told: dict[str, Any] = {name: text or None for name, text in said.names.items()}
    told["organization"] = said.is_organization
    if said.external_id is not UNSET:
        told["external_id"] = said.external_id
    if said.address is not UNSET:
        told["site_address"] = structs.asdict(read_address(said.address, []))
    if said.lines is not UNSET:
        told["contacts"] = [entry._asdict() for entry in said.lines]
    return told

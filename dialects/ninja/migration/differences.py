"""In which fields an object of this API and a record differ, in normal form, and without what each
server gives by itself."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Raw

from dialects.base.migration import json_diff
from dialects.base.protocol import json_codec
from storage import Account, Client, folded_blanks

from ..clients import translate as clients_translate
from ..protocol.id_codec import Ids
from ..protocol.scalars import trimmed
from . import object_fields, object_reader
from .object_changes import canonical
from .object_reader import Said, Told

OWN = {
    "client_hash",
    "last_login",
    "archived_at",
    *object_reader.USERS.values(),
    *object_fields.TIMES,
}
OWN_OF_CONTACT = {
    "serial",
    "is_primary",
    "contact_key",
    "is_locked",
    "last_login",
    *object_fields.TIMES,
}


class StrangeIds(Ids):
    """Ids of a server that has a salt of its own: what they say is nothing to us."""

    def read(self, text: object) -> int | None:
        return 1 if text else None


STRANGE = StrangeIds("")


def differences(raw: bytes, record: Client, account: Account) -> tuple[str, ...]:
    _, said = object_reader.read(raw, account, STRANGE)
    caller = clients_translate.Caller(account, url="")
    _, here = object_reader.read(
        json_codec.ENCODER.encode(clients_translate.client(record, caller)), account
    )
    told, shown = normal(said, record, account), normal(here, record, account)
    if "settings" in told:
        # A key that one of the two lacks is a difference here, as it is nowhere else.
        told["settings"] = dict.fromkeys(shown["settings"]) | told["settings"]
    return tuple(json_diff.differing(told, shown))


def normal(said: Said, record: Client, account: Account) -> Told:
    told = {k: plain(v) for k, v in said.columns.items() if k not in OWN}
    if "country_id" in told:
        told["country_id"] = told["country_id"] or account.country_id
    if "archived_at" in said.columns:
        told["archived_at"] = said.columns["archived_at"] is not None
    if said.name is not UNSET:
        name = folded_blanks(said.name) if record.is_individual else said.name
        told["name"] = plain(name)
    if said.classification is not UNSET:
        told["classification"] = plain(said.classification)
    if said.settings is not UNSET:
        told["settings"] = normal_settings(said.settings)
    told |= {name: canonical(value) for name, value in said.extras.items()}
    if said.contacts is not UNSET:
        told["contacts"] = normal_contacts(said.contacts)
    return told


def normal_settings(text: str) -> Told:
    """Key by key; null is as good as none."""
    members = msgspec.json.decode(text, type=dict[str, Raw])
    return {key: canonical(value) for key, value in members.items() if bytes(value) != b"null"}


def normal_contacts(contacts: Sequence[Told]) -> list[Told]:
    """The first flagged one is primary, and first; where nobody is, that is not told."""
    chosen = next((n for n, contact in enumerate(contacts) if contact.get("is_primary")), None)
    told = []
    for n, contact in enumerate(contacts):
        one = {k: plain(v) for k, v in contact.items() if k not in OWN_OF_CONTACT}
        told.append(one | ({} if chosen is None else {"is_primary": n == chosen}))
    return sorted(told, key=lambda contact: not contact.get("is_primary")) or [{}]


def plain(value: Any) -> Any:
    return trimmed(value) if isinstance(value, str) else value

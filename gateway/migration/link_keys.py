"""The external ids under which a push creates clients on a service that knows them by such ids.

A link key is `ninja-<tag>-<id>`, as in `ninja-w0ip8-VolejRejNm`: a person who sees it in Planado
knows where the client comes from.

1. The id is that of the client in the other dialect. The tag says whose id it is: that of the Ninja
   service that gave it, or else that of this account, which is the Ninja then.
2. A tag is a certain witness. Under a service's tag the client is who is linked with that id there;
   so a new store of the same services knows everybody. Under the account's tag it is who has or had
   that id here.
3. A key without a tag, or with a tag of somebody else, only says who the client may be: another
   server gives the same ids. It needs another witness.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import UnsetType

from dialects.base.dialect import Dialect
from storage import Account, Client, Service, Store, short_tag

PARTS = re.compile(r"(?:(?P<tag>[a-z0-9]{5})-)?(?P<id>.+?)(?:-\d)?")
"""The parts of a key behind the name of the dialect. A digit follows where a key was taken."""


class LinkKey(NamedTuple):
    """A link key, taken apart. `tag` is empty in keys of older gateways."""

    tag: str
    other_id: str


class KeyOwner(NamedTuple):
    """The serial of a client here that a key names. If it is not certain, the key is a hint."""

    serial: int
    is_certain: bool


class LinkKeys(NamedTuple):
    """The link keys of a service's clients.

    `homes` are the account's services of the other dialect, which give the ids in the keys.
    `has_own_ids`: ids that this service gives stand in the link keys of other services.
    """

    store: Store
    account: Account
    service: Service
    other: Dialect
    homes: tuple[Service, ...]
    has_own_ids: bool

    def key_of(self, record: Client) -> str:
        """Return the key of a client: with the tag of the service that has given its id."""
        own_id = self.other.codec.id_of(record, self.account)
        tags = (home.tag for home in self.homes if self.id_at(home, record.serial) == own_id)
        return f"{self.other.name}-{next(tags, account_tag(self.account))}-{own_id}"

    def id_at(self, home: Service, serial: int) -> str | None:
        link = self.store.client_links(self.account.id, home.source, [serial]).get(serial)
        return link.foreign_id if link else None

    def other_serial(self, client_id: str) -> int | None:
        """Return the serial in an id of the other dialect, None if its ids carry none."""
        return self.other.codec.serial_of(client_id, self.account)

    def is_given(self, key: str | UnsetType | None, record: Client) -> bool:
        """Whether this is a link key, and the client has no external id in the store.

        Which client it names does not matter: ids of clients change when a service gives them one.
        """
        if record.external_id is not None or not isinstance(key, str):
            return False
        own_id = self.other.codec.id_of(record, self.account)
        return self.parse_key(key) is not None or key == f"{self.other.name}-{own_id}"

    def parse_key(self, key: str | UnsetType | None) -> LinkKey | None:
        """Take a link key apart; return None for any other external id."""
        prefix, _, rest = key.partition("-") if isinstance(key, str) else ("", "", "")
        parts = PARTS.fullmatch(rest) if prefix == self.other.name else None
        if parts is None or self.other_serial(parts["id"]) is None:
            return None
        return LinkKey(parts["tag"] or "", parts["id"])

    def find_owners(self, claims: Mapping[str, str | UnsetType | None]) -> dict[str, KeyOwner]:
        """Find who clients of the service are here, by their ids there.

        `claims` are their external ids. A client without a link key is left out, unless its own id
        is in the link key of a client here, which another service has brought before.
        """
        parsed = {foreign_id: self.parse_key(key) for foreign_id, key in claims.items()}
        keys = {foreign_id: key for foreign_id, key in parsed.items() if key is not None}
        hints = self.find_hints(keys)
        return {**self.find_brought(claims), **hints, **self.find_linked(keys)}

    def find_linked(self, keys: Mapping[str, LinkKey]) -> dict[str, KeyOwner]:
        """Find the clients that are linked with the ids of keys at the service of the tag."""
        found: dict[str, KeyOwner] = {}
        for home in self.homes:
            ids = {fid: key.other_id for fid, key in keys.items() if key.tag == home.tag}
            serials = self.store.find_linked(self.account.id, home.source, list(ids.values()))
            found |= {
                fid: KeyOwner(serials[other_id], is_certain=True)
                for fid, other_id in ids.items()
                if other_id in serials
            }
        return found

    def find_hints(self, keys: Mapping[str, LinkKey]) -> dict[str, KeyOwner]:
        """Find the clients that have or had the serials in keys; by our own tag it is certain."""
        own_tag = account_tag(self.account)
        wanted = {fid: self.other_serial(key.other_id) for fid, key in keys.items()}
        serials = self.store.find_serials(self.account.id, [s for s in wanted.values() if s])
        return {
            fid: KeyOwner(serials[serial], is_certain=keys[fid].tag == own_tag)
            for fid, serial in wanted.items()
            if serial in serials
        }

    def find_brought(self, foreign_ids: Iterable[str]) -> dict[str, KeyOwner]:
        """Find the clients here whose external id is the link key of a client of this service."""
        if not self.has_own_ids:
            return {}
        keys = {f"{self.service.dialect}-{self.service.tag}-{fid}": fid for fid in foreign_ids}
        serials = self.store.find_external_ids(self.account.id, list(keys))
        return {keys[key]: KeyOwner(serial, is_certain=True) for key, serial in serials.items()}


def account_tag(account: Account) -> str:
    """Return the tag of the ids that the account itself gives.

    A new store of the same name is another account: it gives its ids to other clients.
    """
    return short_tag(f"{account.hash_salt} {account.name} {account.created_at.isoformat()}")


def link_keys(
    store: Store, account: Account, dialects: Sequence[Dialect], service: Service
) -> LinkKeys:
    """Return the link keys of a service's clients, made of the ids of the other dialect."""
    target = next(dialect for dialect in dialects if dialect.name == service.dialect)
    other = next(dialect for dialect in dialects if dialect.name != target.name)
    known = store.list_services(account.id)
    homes = tuple(one for one in known if one.dialect == other.name)
    return LinkKeys(store, account, service, other, homes, target.codec.has_serials)

"""The external ids under which a push creates clients on a service that knows them by such ids."""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import UnsetType

from dialects.base.dialect import Dialect
from storage import Account, Client


class LinkKeys(NamedTuple):
    """The external ids under which a push creates clients that have no external id.

    A link key is the other dialect's name and its id of the client, as in `ninja-VolejRejNm`: a
    person who sees it in the service knows where the client comes from.
    """

    account: Account
    other: Dialect

    def key_of(self, record: Client) -> str:
        return f"{self.other.name}-{self.other.codec.id_of(record, self.account)}"

    def other_serial(self, client_id: str) -> int | None:
        """Return the serial in an id of the other dialect, None if its ids carry none."""
        return self.other.codec.serial_of(client_id, self.account)

    def is_given(self, key: str | UnsetType | None, record: Client) -> bool:
        """Whether this is the link key of a client that has no external id in the store."""
        return record.external_id is None and key == self.key_of(record)

    def serial_of(self, key: str | UnsetType | None) -> int | None:
        """Return the serial in a link key, or None for any other external id."""
        prefix, _, client_id = key.partition("-") if isinstance(key, str) else ("", "", "")
        if prefix != self.other.name:
            return None
        return self.other.codec.serial_of(client_id, self.account)


def link_keys(dialects: Sequence[Dialect], target: Dialect, account: Account) -> LinkKeys:
    """Return the link keys for a service of `target`, made of the ids of the other dialect."""
    return LinkKeys(account, next(dialect for dialect in dialects if dialect.name != target.name))

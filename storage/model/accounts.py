"""Accounts, API tokens, live services and the status of the database."""

from datetime import datetime
from hashlib import sha256

from .moments import EPOCH
from .records import Record


class Account(Record, frozen=True, kw_only=True):
    """The owner of clients.

    `hash_salt` is the salt of the public ids of the account's clients.
    """

    id: int
    name: str
    hash_salt: str
    country_id: int
    currency_id: int
    owner_serial: int
    created_at: datetime


class Token(Record, frozen=True, kw_only=True):
    """The description of an API token, without its secret text: only the caller has that."""

    id: int
    account: str
    dialect: str
    label: str
    is_read_only: bool
    created_at: datetime
    revoked_at: datetime | None = None


class Access(Record, frozen=True, kw_only=True):
    """The access that a valid token gives: its account and its rights.

    `dialect` is the one that the token was made for. `wrote_at` is the time of the token's last
    recorded write. None: no write was recorded. Writes are recorded where there is a read replica,
    which may not have the last one yet. `changes_until` is a moment up to which all changes of the
    account's clients had arrived before the request. Until `frozen_until` the token cannot write,
    because the account is being cut over.
    """

    token_id: int
    dialect: str
    account: Account
    is_read_only: bool
    wrote_at: datetime | None = None
    changes_until: datetime = EPOCH
    frozen_until: datetime | None = None


class Service(Record, frozen=True, kw_only=True):
    """A live service that an account is kept in step with.

    `source` is its identity, which links, runs, conflicts and aliases name: it never changes.
    `name` is what people call it, unique in the account. `url` is where it is now. `tag` is a short
    text that stays, part of the keys of its clients at other services. `version` is what the
    service last said of its own version, empty if it says nothing.
    """

    source: str
    dialect: str
    name: str
    url: str
    tag: str
    version: str
    created_at: datetime

    @property
    def label(self) -> str:
        """The name and the URL, as people read them."""
        return f"{self.name} at {self.url}"


TAG_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
TAG_LENGTH = 5


def short_tag(text: str) -> str:
    """Return a tag of five lower-case letters and digits: always the same one of the same text."""
    number = int.from_bytes(sha256(text.encode()).digest()[:8])
    digits = []
    for _ in range(TAG_LENGTH):
        number, digit = divmod(number, len(TAG_DIGITS))
        digits.append(TAG_DIGITS[digit])
    return "".join(digits)


class DatabaseStatus(Record, frozen=True, kw_only=True):
    """The engine and the schema revision of a database.

    `schema` is its revision; None for an empty database. `newest` is the revision to which this
    gateway would upgrade it.
    """

    engine: str
    version: str
    schema: str | None
    newest: str
    has_search_index: bool

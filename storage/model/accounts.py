"""Who owns clients, what opens them to a caller, and the database that they are in."""

from datetime import datetime

from .records import Record


class Account(Record, frozen=True, kw_only=True):
    """Whoever owns the clients. `hash_salt` salts the public ids of the account's clients."""

    id: int
    name: str
    hash_salt: str
    country_id: int
    currency_id: int
    owner_serial: int
    created_at: datetime


class Token(Record, frozen=True, kw_only=True):
    """An API token as it may be shown: the token itself is known only to its holder."""

    id: int
    account: str
    dialect: str
    label: str
    is_read_only: bool
    created_at: datetime
    revoked_at: datetime | None = None


class Access(Record, frozen=True, kw_only=True):
    """What a presented token opens. `wrote_at`: when it last wrote, if there is a replica that
    may not have heard of it."""

    token_id: int
    account: Account
    is_read_only: bool
    wrote_at: datetime | None = None


class DatabaseStatus(Record, frozen=True, kw_only=True):
    """What a database is. `schema` and `newest` are revisions: where it is, None for an empty
    one, and where this gateway would bring it."""

    engine: str
    version: str
    schema: str | None
    newest: str
    has_search_index: bool

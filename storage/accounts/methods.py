"""The store's methods for accounts, their passwords, tokens and services, and the rate limiter."""

from datetime import datetime

from storage.database.transactions import TransactionRunner
from storage.model.accounts import Access, Account, Service, Token
from storage.model.commands import CreateAccount, CreateService, CreateToken
from storage.model.records import Secret

from . import accounts, services, tokens
from .passwords import hash_password
from .rate_limiter import RateLimit, RateLimiter


class AccountMethods(TransactionRunner):
    """The part of the store that deals with accounts, tokens and the rate of calls."""

    _rate_limiter: RateLimiter

    def create_account(self, command: CreateAccount) -> Account:
        """Create an account. Raises Conflict if its name is in use, Invalid for a bad value."""
        return self._write(accounts.insert_account, command, self._generators)

    def get_account(self, name: str) -> Account:
        """Return the account with a name. Raises NotFound."""
        return self._read(accounts.get_account, name)

    def list_accounts(self) -> tuple[Account, ...]:
        """Return all accounts in the order of their ids."""
        return self._read(accounts.list_accounts)

    def set_password(self, name: str, password: str) -> Account:
        """Set the account's API password, which operations that cannot be undone ask for."""
        return self._write(accounts.save_password, name, hash_password(password))

    def find_password_hash(self, account_id: int) -> str | None:
        """Return the hash of the account's API password; None if it has no password."""
        return self._read(accounts.find_password_hash, account_id)

    def create_token(self, command: CreateToken) -> tuple[Token, Secret]:
        """Create a token. Returns its record and the token itself, which cannot be read again."""
        return self._write(tokens.insert_token, command, self._generators)

    def list_tokens(self) -> tuple[Token, ...]:
        """Return all tokens in the order of their ids, also those that are revoked."""
        return self._read(tokens.list_tokens)

    def get_token(self, token_id: int) -> Token:
        """Return a token's record. Raises NotFound."""
        return self._read(tokens.get_token, token_id)

    def revoke_token(self, token_id: int) -> Token:
        """Revoke a token and return its record. Raises NotFound."""
        return self._write(tokens.revoke_token, token_id, self._generators)

    def freeze_writes(self, account_id: int, dialect: str, until: datetime | None) -> None:
        """Refuse writes with tokens of a dialect until a moment, or allow them again with None.

        The moment is the guard: if whoever cuts over dies, writes are accepted after it.
        """
        self._write(accounts.freeze_writes, account_id, dialect, until)

    def create_service(self, account_id: int, command: CreateService) -> Service:
        """Create a live service of an account.

        Raises Conflict if its name is in use, and Invalid for a name that cannot be used.
        """
        now = self._generators.clock()
        return self._write(services.insert_service, account_id, command, now)

    def list_services(self, account_id: int) -> tuple[Service, ...]:
        """List the live services of an account, the oldest first."""
        return self._read(services.list_services, account_id)

    def get_service(self, account_id: int, source: str) -> Service:
        """Return the service with a source. Raises NotFound."""
        return self._read(services.get_service, account_id, source)

    def move_service(self, account_id: int, source: str, url: str) -> Service:
        """Note that a service is at another URL now. Raises NotFound."""
        return self._write(services.update_service, account_id, source, {"url": url})

    def rename_service(self, account_id: int, source: str, name: str) -> Service:
        """Give a service another name. Raises NotFound, Conflict, and Invalid for the name."""
        return self._write(services.rename_service, account_id, source, name)

    def note_version(self, account_id: int, source: str, version: str) -> None:
        """Remember what a service says of its own version."""
        self._write(services.save_version, account_id, source, version)

    def forget_unused_service(self, account_id: int, source: str) -> None:
        """Delete a service that no link, run or mirror names."""
        self._write(services.delete_unused_service, account_id, source)

    def find_access(self, dialect: str, token: str) -> Access | None:
        """Find what a token gives access to in a dialect.

        None: the token is unknown or revoked, or it belongs to another dialect.
        """
        return self._read(tokens.find_access, dialect, token)

    def acquire_call(self, token_id: int, rate: RateLimit) -> float:
        """Count a call of a token and return 0.0, or return the seconds until it may be made."""
        return self._rate_limiter.acquire(token_id, rate)

    def count_failure(self, guesser: int) -> float:
        """Count a failure to authenticate and return 0.0, or the seconds until the next may come.

        `guesser`: the id of an account, or a negative number for an address.
        """
        return self._rate_limiter.count_failure(guesser)

    def refusal_seconds(self, guesser: int) -> float:
        """Return the seconds for which a guesser is refused, 0.0 for none."""
        return self._rate_limiter.refusal_seconds(guesser)

    @property
    def has_replica(self) -> bool:
        return self._replica is not None

    def pin_to_primary(self, token_id: int) -> None:
        """Send a token's reads to the primary for a while, because the token is going to write."""
        if self._replica is not None:
            precision = self._replica.pin_duration / 4
            self._write(tokens.record_write_time, token_id, self._generators.clock(), precision)

    def may_read_replica(self, access: Access) -> bool:
        """Return whether a token's reads of lists and single clients may use the replica.

        If so, pass `may_lag=True` to these methods.
        """
        if self._replica is None:
            return False
        return (
            access.wrote_at is None
            or self._generators.clock() - access.wrote_at > self._replica.pin_duration
        )

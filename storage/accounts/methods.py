"""The store's methods about accounts."""

from storage.database.transactions import TransactionRunner
from storage.model.accounts import Access, Account, Token
from storage.model.commands import CreateAccount, CreateToken
from storage.model.records import Secret

from . import accounts, tokens
from .passwords import hash_password, verify_password
from .rate_limiter import RateLimit, RateLimiter


class AccountMethods(TransactionRunner):
    _rate_limiter: RateLimiter

    def create_account(self, command: CreateAccount) -> Account:
        return self._write(accounts.insert_account, command, self._generators)

    def get_account(self, name: str) -> Account:
        return self._read(accounts.find_account, name)

    def list_accounts(self) -> tuple[Account, ...]:
        return self._read(accounts.list_accounts)

    def set_password(self, name: str, password: str) -> Account:
        """The account's API password, which the final operations ask for."""
        return self._write(accounts.save_password, name, hash_password(password))

    def verify_password(self, account_id: int, password: str) -> bool:
        """False also when the account has no password."""
        hashed = self._read(accounts.find_password_hash, account_id)
        return hashed is not None and verify_password(hashed, password)

    def create_token(self, command: CreateToken) -> tuple[Token, Secret]:
        """The token's record, and the token itself: this is the only time it can be seen."""
        return self._write(tokens.insert_token, command, self._generators)

    def list_tokens(self) -> tuple[Token, ...]:
        return self._read(tokens.list_tokens)

    def revoke_token(self, token_id: int) -> Token:
        return self._write(tokens.revoke_token, token_id, self._generators)

    def find_access(self, dialect: str, token: str) -> Access | None:
        """What a token opens in a dialect; None when it is unknown, revoked or another's."""
        return self._read(tokens.find_access, dialect, token)

    def acquire_call(self, token_id: int, rate: RateLimit) -> float:
        """Count a call of a token. Seconds until it may be made; 0.0 when it may be made now."""
        return self._rate_limiter.acquire(token_id, rate)

    @property
    def has_replica(self) -> bool:
        return self._replica is not None

    def pin_to_primary(self, token_id: int) -> None:
        """Keep a token's reads with the primary for a while: it is going to write."""
        if self._replica is not None:
            precision = self._replica.pin_duration / 4
            self._write(tokens.record_write_time, token_id, self._generators.clock(), precision)

    def may_read_replica(self, access: Access) -> bool:
        """Whether the reads of a token may be a little late. If so, lists and single clients can
        be asked for with `may_lag`."""
        if self._replica is None:
            return False
        return (
            access.wrote_at is None
            or self._generators.clock() - access.wrote_at > self._replica.pin_duration
        )

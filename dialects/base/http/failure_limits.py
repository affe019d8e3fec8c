"""Limits of failures to authenticate: per address for tokens, per account for passwords.

1. Each failure is counted in the store, for all workers of the machine.
2. After 20 failures in a minute, an address or an account is refused for a minute.
3. A valid token always passes: somebody else at the same address cannot lock its owner out.
4. A worker remembers which addresses are refused. It then refuses their unknown tokens without
   asking the store. Where the snapshot reader cannot tell which tokens are valid, those that were
   valid before pass as usual, and the others are looked up one at a time.
"""

import math
import time
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address

from starlette.types import Scope

from dialects.base.protocol.failures import TooManyRequests
from storage import Store, verify_password

from .store_calls import run_hash, run_rate_check, run_read

ADDRESS_SLOTS = 2**16
"""Numbers that stand for addresses. Addresses with the same number are counted together, so the
counts have a bounded size however many addresses there are."""
NETWORK_BITS = 64
"""Bits of an IPv6 address that are counted: a caller can choose the others."""
MAX_KNOWN_TOKENS = 4096


class TokenFailures:
    """The failures of addresses, and which addresses this worker refuses."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._refused_until: dict[int, float] = {}
        self._known_tokens: set[int] = set()

    async def count(self, scope: Scope) -> None:
        """Count a failure of a request. Raise TooManyRequests if its address is refused."""
        guesser = address_number(scope)
        wait = await run_rate_check(self._store.count_failure, guesser)
        if wait:
            self._refused_until[guesser] = time.monotonic() + wait
            raise TooManyRequests(math.ceil(wait))

    def seconds_refused(self, scope: Scope) -> int:
        """Return for how long this worker refuses the address of a request; 0 for no refusal."""
        if not self._refused_until:
            return 0
        guesser = address_number(scope)
        left = self._refused_until.get(guesser, 0.0) - time.monotonic()
        if left <= 0:
            self._refused_until.pop(guesser, None)
        return max(math.ceil(left), 0)

    def is_known(self, token: str) -> bool:
        """Return whether a token was valid before."""
        return hash(token) in self._known_tokens

    def remember(self, token: str) -> None:
        """Remember a valid token."""
        if len(self._known_tokens) >= MAX_KNOWN_TOKENS:
            self._known_tokens.clear()
        self._known_tokens.add(hash(token))


def address_number(scope: Scope) -> int:
    """Return the negative number that stands for the address of a request."""
    host = (scope.get("client") or ("", 0))[0]
    digest = blake2b(network_of(host).encode(), digest_size=8).digest()
    return -1 - int.from_bytes(digest) % ADDRESS_SLOTS


def network_of(host: str) -> str:
    """Return an IPv4 address as it is, and the network of 64 bits of an IPv6 address."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return f"{int(address) >> NETWORK_BITS:x}/{NETWORK_BITS}"


async def check_password(store: Store, account_id: int, password: str) -> bool:
    """Return whether this is the account's API password; False if the account has none.

    Raises TooManyRequests after many wrong passwords, also for the right one.
    """
    await run_rate_check(refuse_guesser, store, account_id)
    password_hash = await run_read(store.find_password_hash, account_id)
    if password_hash is None:
        return False
    return await run_hash(verify_and_count, store, account_id, password_hash, password)


def verify_and_count(store: Store, account_id: int, password_hash: str, password: str) -> bool:
    # Others that waited before this one may have failed.
    refuse_guesser(store, account_id)
    is_right = verify_password(password_hash, password)
    if not is_right:
        store.count_failure(account_id)
    return is_right


def refuse_guesser(store: Store, guesser: int) -> None:
    wait = store.refusal_seconds(guesser)
    if wait:
        raise TooManyRequests(math.ceil(wait))

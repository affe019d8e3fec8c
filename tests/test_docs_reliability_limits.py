"""`docs/reliability.md` states the limits that the gateway has."""

from pathlib import Path

import pytest

from dialects.base.http.failure_limits import ADDRESS_SLOTS, NETWORK_BITS
from dialects.base.http.store_calls import MAX_WAITING_GUESSES
from gateway.cli.serve_command import ALLOW_OLD_WAL
from gateway.readiness import MAX_SECONDS
from gateway.settings import DEFAULT_MIN_FREE, MIN_FREE
from storage.accounts.rate_limiter import FAILURE_SECONDS, MAX_FAILURES
from storage.database.database_file import CHECK_SECONDS
from storage.database.sqlite import MAX_WAL_BYTES
from storage.database.sqlite_driver import WAL_RESET_FIXES

PAGE = " ".join((Path(__file__).parent.parent / "docs" / "reliability.md").read_text().split())


@pytest.mark.parametrize(
    "fact",
    [
        f"After {MAX_FAILURES} of them within {FAILURE_SECONDS} seconds",
        f"{ADDRESS_SLOTS:_}".replace("_", " ") + " counters",
        f"network of {NETWORK_BITS} bits",
        f"more than {MAX_WAITING_GUESSES} of them wait",
        f"noticed within {CHECK_SECONDS} seconds",
        f"cut to {MAX_WAL_BYTES // 2**20} MiB",
        f"`{MIN_FREE}` ({DEFAULT_MIN_FREE})",
        f"`too slow` after {MAX_SECONDS:.0f} seconds",
        f"`{ALLOW_OLD_WAL}=1`",
        *(".".join(map(str, version)) for version in WAL_RESET_FIXES),
    ],
)
def test_the_page_says_the_limit(fact: str) -> None:
    assert fact in PAGE

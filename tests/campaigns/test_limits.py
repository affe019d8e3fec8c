"""Two workers share one count of the calls of a token."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.support.live_server import Served, served

CAPACITY = 40
PER_MINUTE = 6
CALLERS, CALLS = 8, 20


def test_two_workers_let_in_what_one_bucket_takes(tmp_path: Path) -> None:
    limits = {
        "GATEWAY_PLANADO_RATE_LIMIT": str(PER_MINUTE),
        "GATEWAY_PLANADO_RATE_CAPACITY": str(CAPACITY),
    }
    with served(tmp_path, workers=2, **limits) as server, ThreadPoolExecutor(CALLERS) as pool:
        codes = Counter(code for made in pool.map(calls, [server] * CALLERS) for code in made)

    assert set(codes) == {200, 429}
    assert CAPACITY <= codes[200] <= CAPACITY + PER_MINUTE


def calls(server: Served) -> list[int]:
    with server.caller("planado") as caller:
        return [caller.get("/clients").status_code for _ in range(CALLS)]

"""A primary dies under load and its synchronous standby takes over: `make failover`.

Nothing that was acknowledged may be lost, whoever asks meanwhile is told 503, and soon after the
promotion all are served again although nobody has touched the gateway.
"""

import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from gateway.printing import print_rows
from tests.failures.gateways import Gateway, gateway
from tests.failures.journal import Figures, Journal
from tests.failures.load import load

from .debian import USER, Missing, Postgres, programs, scratch, wait_until

LONGEST_RECOVERY = 5.0
LONGEST_ANSWER = 10.0
UP, DOWN = 3.0, 2.0
"""Seconds of load before the end and after the promotion, and between the two."""
SYNCHRONOUS = (
    "ALTER SYSTEM SET synchronous_standby_names = '*'",
    "ALTER SYSTEM SET synchronous_commit = 'on'",
    "SELECT pg_reload_conf()",
)
IN_SYNC = "SELECT count(*) > 0 FROM pg_stat_replication WHERE sync_state = 'sync'"


def main(
    times: Annotated[int, typer.Option(min=1, max=100, help="How many primaries die.")] = 3,
) -> None:
    """Kill one primary after the other, and count what it costs."""
    try:
        programs()
    except Missing as missing:
        typer.echo(f"failover: {missing}", err=True)
        raise typer.Exit(1) from missing
    with ExitStack() as stack:
        pair = stack.enter_context(Pair())
        served = stack.enter_context(gateway(pair.url, pair.folder))
        rows = [turn(pair, served, n) for n in range(1, times + 1)]
    print_rows("turns", rows, as_json=False)
    broken = [row["promise"] for row in rows if row["promise"] != "kept"]
    typer.echo("A promise was broken." if broken else f"All promises kept, {times} times.")
    raise typer.Exit(bool(broken))

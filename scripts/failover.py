"""A primary dies under load and its synchronous standby takes over: `make failover`.

Nothing that was acknowledged may be lost, whoever asks meanwhile is told 503, and soon after the
promotion all are served again although nobody has touched the gateway.
"""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, NamedTuple

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import URL

from scripts.debian import USER, Missing, Postgres, end_cleanly, programs, scratch, wait_until
from tests.failures.acknowledged_writes import Figures, Journal
from tests.failures.load import load
from tests.failures.server_process import Gateway, gateway

LONGEST_RECOVERY = 5.0
LONGEST_ANSWER = 10.0
UP, DOWN = 3.0, 2.5
"""Seconds of load before the death and after the promotion, and between the two."""
MOST_TOLD = 5
SYNCHRONOUS = (
    "ALTER SYSTEM SET synchronous_standby_names = '*'",
    "ALTER SYSTEM SET synchronous_commit = 'on'",
    "SELECT pg_reload_conf()",
)
CUT_OFF = ("ALTER SYSTEM SET primary_conninfo = ''", "SELECT pg_reload_conf()")
ALONE = ("ALTER SYSTEM SET synchronous_commit = 'local'", "SELECT pg_reload_conf()")
IS_FOLLOWED = "SELECT count(*) > 0 FROM pg_stat_replication WHERE sync_state = 'sync'"
IS_PRIMARY = "SELECT NOT pg_is_in_recovery()"


class Pair(NamedTuple):
    primary: Postgres
    standby: Postgres

    @property
    def url(self) -> str:
        """What an operator writes down once, whoever of the two is the primary."""
        hosts = [f"127.0.0.1:{server.port}" for server in self]
        query = {"host": hosts, "target_session_attrs": "read-write"}
        url = URL.create("postgresql", username=USER, database="postgres", query=query)
        return url.render_as_string(hide_password=False).replace("%3A", ":")

    def follow(self) -> None:
        """The standby copies the primary, and from then on no commit succeeds without it."""
        self.standby.copy(self.primary)
        self.standby.start()
        for statement in SYNCHRONOUS:
            self.primary.asked(statement)
        wait_until(lambda: bool(self.primary.asked(IS_FOLLOWED)), "the standby to be in step")

    def part(self) -> None:
        """From now on the primary commits without its standby, which hears nothing any more."""
        for server, statements in ((self.primary, ALONE), (self.standby, CUT_OFF)):
            for statement in statements:
                server.asked(statement)

    def fail_over(self) -> float:
        """Kill the one, promote the other. The moment from which that one takes writes."""
        say(f"  {self.primary.name} is killed; {DOWN} s without a primary")
        self.primary.end(signal.SIGKILL)
        time.sleep(DOWN)
        say(f"  {self.standby.name} is promoted")
        self.standby.asked("SELECT pg_promote(false)")
        wait_until(lambda: bool(self.standby.asked(IS_PRIMARY)), "the promotion")
        return time.monotonic()


@contextmanager
def pair() -> Iterator[Pair]:
    with scratch("failover") as folder:
        found = Pair(Postgres(folder, "left"), Postgres(folder, "right"))
        try:
            say(f"PostgreSQL {programs().parent.name}, a primary and its standby, in {folder}")
            found.primary.create()
            found.primary.start()
            found.follow()
            yield found
        finally:
            # The standby's end first: without it the primary would wait for its last commits.
            for server in reversed(found):
                server.end(signal.SIGQUIT)


def turns(
    servers: Pair, served: Gateway, times: int, *, control: bool
) -> Iterator[dict[str, object]]:
    """Each time the one that was promoted is the next to die."""
    yield turn(servers, served, 1, control=control)
    for number in range(2, times + 1):
        say(f"  {servers.primary.name} becomes the standby of {servers.standby.name}")
        servers = Pair(servers.standby, servers.primary)
        servers.follow()
        yield turn(servers, served, number, control=control)


def turn(servers: Pair, served: Gateway, number: int, *, control: bool) -> dict[str, object]:
    """One death, as a row of figures."""
    say(f"Failover {number}: both dialects write and read")
    journal = Journal()
    with load(served, journal, f"turn-{number}"):
        time.sleep(UP)
        if control:
            servers.part()
            time.sleep(UP)
        back = servers.fail_over()
        time.sleep(UP)
    figures = journal.figures(back)
    lost = served.lost(journal)
    for problem in [*lost, *journal.troubles][:MOST_TOLD]:
        say(f"  {problem}")
    promises = {
        "nothing acknowledged is lost": not lost,
        "no half client": served.halves() == 0,
        "only successes and 503": not journal.troubles,
        f"served again within {LONGEST_RECOVERY} s": figures.recovery <= LONGEST_RECOVERY,
        f"no answer later than {LONGEST_ANSWER} s": figures.slowest <= LONGEST_ANSWER,
    }
    return told(number, figures, len(lost)) | {
        "broken": ", ".join(p for p, is_kept in promises.items() if not is_kept) or "nothing"
    }


def told(number: int, figures: Figures, lost: int) -> dict[str, object]:
    return {
        "turn": number,
        "acknowledged": figures.acknowledged,
        "lost": lost,
        "503": figures.refused,
        "back in": f"{figures.recovery:.2f} s",
        "slowest": f"{figures.slowest:.2f} s",
    }


def main(
    times: Annotated[int, typer.Option(min=1, max=100, help="How many primaries die.")] = 3,
    control: Annotated[
        bool, typer.Option("--control", help="Part the two before: losses must be seen.")
    ] = False,
) -> None:
    """Kill one primary after the other under load, and count what it costs."""
    end_cleanly()
    try:
        programs()
    except Missing as missing:
        say(f"failover: {missing}")
        raise typer.Exit(1) from missing
    with pair() as servers, gateway(servers.url, servers.primary.folder) as served:
        say(f"The gateway, with two workers, at {servers.url}")
        rows = list(turns(servers, served, times, control=control))
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*map(str, row.values()))
    Console().print(table)
    is_kept = all(row["broken"] == "nothing" for row in rows)
    say("All promises kept." if is_kept else "A promise was broken.")
    raise typer.Exit(0 if is_kept else 1)


def say(words: str) -> None:
    typer.echo(words)


if __name__ == "__main__":
    typer.run(main)

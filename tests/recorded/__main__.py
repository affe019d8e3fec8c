"""`make recorded`: the kinds of answers that differ from the original's without a reason.

The most frequent comes first, each with the first request that shows it.

Without a URL the gateway in this process is asked, over a new SQLite file. With `--url` and
`--token` a server of your own is asked, so that it can be compared in the same way. The requests
write, delete and purge clients there: give each file an empty company.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import msgspec

from .comparison import Difference
from .departures import Pattern, departures, explaining
from .in_process import new_gateway
from .replay import FILES, Asked, Credentials, Replay, path_shape, read_lines

MAX_VALUE_LENGTH = 60


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.recorded", description=__doc__)
    parser.add_argument("files", nargs="*", default=FILES, metavar="FILE")
    parser.add_argument("--url", help="a server to ask instead of the gateway: scheme and host")
    parser.add_argument("--token", default="", help="its API token")
    parser.add_argument("--password", default="", help="the password of the token's user")
    parser.add_argument("--most", type=int, default=40, help="kinds that are printed")
    given = parser.parse_args()
    used: Counter[Pattern] = Counter()
    unexplained = 0
    for name in given.files:
        with server(given) as replay:
            asked = list(replay.run(read_lines(name)))
        kinds = Kinds(asked)
        used += kinds.used
        unexplained += len(kinds.unexplained)
        alike = sum(not one.differences for one in asked)
        departed = len(asked) - alike - len(kinds.unexplained)
        sys.stdout.write(
            f"\n{name}: {len(asked)} asked, {alike} answered alike, {departed} depart on purpose, "
            f"{len(kinds.unexplained)} unexplained\n"
        )
        kinds.print_most(given.most)
    if set(given.files) == set(FILES):
        for departure in departures():
            for pattern in departure.patterns:
                if not used[pattern]:
                    sys.stdout.write(f"explains nothing: {departure.letters} {pattern}\n")
    sys.exit(1 if unexplained else 0)


@contextmanager
def server(given: argparse.Namespace) -> Iterator[Replay]:
    if given.url:
        with httpx.Client(base_url=given.url, timeout=60) as caller:
            yield Replay(caller, Credentials(given.token, given.password))
        return
    with TemporaryDirectory() as folder, new_gateway(Path(folder)) as replay:
        yield replay


class Kinds:
    """The differences of answers: those without a reason by their kinds, and the reasons used."""

    def __init__(self, asked: list[Asked]) -> None:
        self.used: Counter[Pattern] = Counter()
        self.unexplained: set[str] = set()
        self.numbers: Counter[str] = Counter()
        self.first: dict[str, str] = {}
        for one in asked:
            self.add(one)

    def add(self, asked: Asked) -> None:
        kinds = set()
        for difference in asked.differences:
            patterns = [p for _, p in explaining(asked, difference)]
            self.used.update(patterns)
            if not patterns:
                kinds.add(kind_of(asked, difference))
        name = asked.line["name"]
        if kinds:
            self.unexplained.add(name)
        self.numbers.update(kinds)
        for kind in kinds:
            self.first.setdefault(kind, name)

    def print_most(self, most: int) -> None:
        for kind, number in self.numbers.most_common(most):
            sys.stdout.write(f"{number:6}  {kind}   [{self.first[kind]}]\n")


def kind_of(asked: Asked, difference: Difference) -> str:
    values = f"{short(difference.original)} -> {short(difference.ours)}"
    return f"{asked.line['method']} {path_shape(asked.line)}  {difference.place}: {values}"


def short(value: Any) -> str:
    try:
        text = msgspec.json.encode(value).decode()
    except TypeError:
        text = repr(value)
    return text if len(text) <= MAX_VALUE_LENGTH else f"{text[:MAX_VALUE_LENGTH]}…"


if __name__ == "__main__":
    main()

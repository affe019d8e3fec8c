"""`make recorded`: the kinds of answers that differ from the original's, most frequent first.

Without a URL the gateway in this process is asked, over a new SQLite file. With `--url` and
`--token` a server of your own is asked, so that it can be compared in the same way.
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
    total = 0
    for name in given.files:
        with server(given) as replay:
            asked = list(replay.run(read_lines(name)))
        alike = sum(not one.differences for one in asked)
        total += len(asked) - alike
        sys.stdout.write(f"\n{name}: {len(asked)} asked, {alike} answered alike\n")
        print_kinds(asked, given.most)
    sys.exit(1 if total else 0)


@contextmanager
def server(given: argparse.Namespace) -> Iterator[Replay]:
    if given.url:
        with httpx.Client(base_url=given.url, timeout=60) as caller:
            yield Replay(caller, Credentials(given.token, given.password))
        return
    with TemporaryDirectory() as folder, new_gateway(Path(folder)) as replay:
        yield replay


def print_kinds(asked: list[Asked], most: int) -> None:
    numbers: Counter[str] = Counter()
    first: dict[str, str] = {}
    for one in asked:
        for kind in {kind_of(one, difference) for difference in one.differences}:
            numbers[kind] += 1
            first.setdefault(kind, one.line["name"])
    for kind, number in numbers.most_common(most):
        sys.stdout.write(f"{number:6}  {kind}   [{first[kind]}]\n")


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

"""How long a search takes by the size of its account: `python -m bench.search [size ...]`.

Read the growth from left to right, not the milliseconds: machines differ and are noisy. With the
index of storage/search.py a rare and an absent term must hardly grow; a common one grows with
what it finds, and a short one, which no index of trigrams knows, with the account.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from gateway.demo.fill import fill_account, get_or_create_account
from storage.model.queries import ClientColumn, ClientQuery, SortKey
from storage.store import Store

SIZES = (1_000, 10_000, 100_000)
REPETITIONS = 15
NEWEST = (SortKey(column=ClientColumn.SERIAL, is_descending=True),)
ASKED = {
    "rare": ClientQuery(text=".777@example"),
    "rare, sorted": ClientQuery(text=".777@example", sort_keys=NEWEST, first_serial=1),
    "rare digits": ClientQuery(text="00000777"),
    "frequent": ClientQuery(text="lovelace"),
    "common": ClientQuery(text="example.com"),
    "short": ClientQuery(text="zq"),
    "absent": ClientQuery(text="needle in no haystack"),
    "absent, long": ClientQuery(text="%" * 60_000),
    "name": ClientQuery(name="gmbh"),
}


def main(sizes: tuple[int, ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        store = Store.open(f"sqlite:///{path}")
        columns = list(measured(store, sizes))
        store.close()
        say("clients", [f"{size:,}" for size in sizes])
        for name in columns[0]:
            say(name, [column[name] for column in columns])
        say("file, MB", [f"{path.stat().st_size / 1e6:.0f} at the end"])


def measured(store: Store, sizes: tuple[int, ...]) -> Iterator[dict[str, str]]:
    """What each size answers: milliseconds for a page with its total, and how many are found."""
    account = get_or_create_account(store, "bench")
    for start, stop in zip((0, *sizes), sizes, strict=False):
        filling = milliseconds(lambda *only: sum(fill_account(store, account, *only)), start, stop)
        column = {"filling, each": f"{filling / (stop - start):.3f}"}
        for name, query in ASKED.items():
            asking = [
                milliseconds(store.list_clients, account.id, query) for _ in range(REPETITIONS)
            ]
            total = store.list_clients(account.id, query).total
            column[name] = f"{median(asking):.2f} ({total:,})"
        yield column


def milliseconds(act: Callable[..., object], *arguments: object) -> float:
    start = time.perf_counter()
    act(*arguments)
    return (time.perf_counter() - start) * 1000


def say(name: str, cells: list[str]) -> None:
    sys.stdout.write(f"{name:14}" + "".join(f"{cell:>20}" for cell in cells) + "\n")


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or SIZES)

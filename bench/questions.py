"""The questions of the curve: every kind of list, with arguments that differ each time.

Of the demo clients most is known beforehand: client number n is the same in every store.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import count, islice
from urllib.parse import quote

from msgspec import Struct

from bench.asking import Caller
from bench.checking import records
from bench.stores import Kept
from gateway.demo.clients import demo_client, slug
from gateway.demo.words import LOCALES
from storage.model.commands import ContactDraft

NINJA = "/api/v1/clients"
PAGE = 20
OLDEST, LAST = 200, 40
"""Deep cursors are among so many of the oldest clients, but for those whose pages are not full."""
FEWEST_OF_COMMON = 5
"""Of a thousand clients, how many at least have a common word."""


class Place(Struct, frozen=True, kw_only=True):
    """A store of some size, and a caller of its server."""

    kept: Kept
    caller: Caller

    @property
    def ninja(self) -> Mapping[str, str]:
        return {"X-API-TOKEN": self.kept.tokens.ninja}

    @property
    def planado(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.kept.tokens.planado}"}

    def ones(self) -> Iterator[int]:
        """Numbers of demo clients by chance, none twice."""
        drawn = random.Random(self.kept.clients)  # noqa: S311  repeats itself
        return iter(drawn.sample(range(self.kept.clients), min(self.kept.clients, 10_000)))


class Question(Struct, frozen=True, kw_only=True):
    """`paths` yields one path after the other, `fewest` and `most` are how many clients each
    finds. The median at the largest size is to be at most `growth` times that at the smallest,
    and under `limit` milliseconds."""

    name: str
    title: str
    paths: Callable[[Place], Iterator[str]]
    fewest: int = 1
    most: int = 100
    growth: float = 2.0
    limit: float | None = None

    def headers(self, place: Place) -> Mapping[str, str]:
        return place.planado if self.name.startswith("planado") else place.ninja


@cache
def mailbox(n: int) -> ContactDraft:
    """The first contact of a demo client."""
    return demo_client(n).contacts[0]  # type: ignore[index]  # they all have two


def first_page(_place: Place) -> Iterator[str]:
    """Page sizes from 1 on: no two answers are the same."""
    return (f"{NINJA}?per_page={size}" for size in count(1))


def last_page(place: Place) -> Iterator[str]:
    """The last one that is full."""
    for size in count(1):
        yield f"{NINJA}?per_page={size}&page={place.kept.clients // size}"


def by_email(place: Place) -> Iterator[str]:
    return (f"{NINJA}?email={quote(mailbox(n).email)}" for n in place.ones())


def by_number(place: Place) -> Iterator[str]:
    """Numbers are given in the order of creation, with four digits at least."""
    return (f"{NINJA}?number={n + 1:04d}" for n in place.ones())


def rare_word(place: Place) -> Iterator[str]:
    """The end of a mailbox, which only one client has."""
    for n in place.ones():
        first = mailbox(n)
        yield f"{NINJA}?filter={quote(f'{slug(first.last_name)}.{n}@')}"


def common_word(place: Place) -> Iterator[str]:
    """Family names that of each thousand clients some have."""
    people = [who for locale in LOCALES for who in (locale.women, locale.men)]
    for name in sorted({name for who in people for name in who.last_names}):
        having = sum(name == mailbox(n).last_name for n in range(1000))
        if having >= FEWEST_OF_COMMON:
            yield f"{NINJA}?filter={quote(name)}"


def updated_since(place: Place) -> Iterator[str]:
    """Since the moments when the last changed clients were changed: each finds one more."""
    newest = place.caller.found(f"{NINJA}?sort=updated_at|desc&per_page=100", place.ninja)
    return (f"{NINJA}?updated_at={record['updated_at']}" for record in records(newest))


def balance_above(place: Place) -> Iterator[str]:
    """Above the largest balances: each finds one more, the largest itself none."""
    largest = place.caller.found(f"{NINJA}?sort=balance|desc&per_page=100", place.ninja)
    return (f"{NINJA}?balance=gt:{record['balance']}" for record in records(largest))


def deep_cursor(place: Place) -> Iterator[str]:
    """After clients near the end of a list of the newest first. In a store of any size they are
    among the oldest so many, so that their pages overlap alike."""
    oldest = place.caller.found(f"{NINJA}?sort=created_at|asc&per_page={OLDEST}", place.ninja)
    for record in records(oldest)[LAST:]:
        client = demo_client(int(record["number"]) - 1)
        if client.external_id and not client.is_deleted:
            path = f"/v2/clients/{client.external_id}"
            shown = place.caller.found(path, place.planado)["client"]
            yield f"/v2/clients?limit={PAGE}&after={shown['uuid']}"


ALL = (
    Question(name="first-page", title="first page", paths=first_page),
    Question(name="last-page", title="last page", paths=last_page),
    Question(name="email", title="`email=`", paths=by_email, most=1),
    Question(name="number", title="`number=`", paths=by_number, most=1),
    Question(name="filter-rare", title="`filter=`, rare word", paths=rare_word, most=1),
    Question(
        name="filter-common",
        title="`filter=`, common word",
        paths=common_word,
        growth=10.0,
        limit=50.0,
    ),
    Question(name="updated-at", title="`updated_at=`, a few newer", paths=updated_since),
    Question(name="balance", title="`balance=gt:`, a few above", paths=balance_above, fewest=0),
    Question(name="planado-deep", title="Planado cursor, deep", paths=deep_cursor, fewest=PAGE),
)


def prepared(question: Question, place: Place, number: int) -> tuple[str, ...]:
    """So many different paths; fewer where there are no more."""
    return tuple(islice(question.paths(place), number))

"""The requests of the workloads, to the gateway and to its peer, with what each is to show."""

import random
from collections.abc import Iterator
from functools import lru_cache

import msgspec
from msgspec import Struct

from bench.peer_ids import uuid_of
from bench.scripts import Ask, Order, Script
from bench.stores import Kept, Known, PeerKept

PAGE = 20
LONG_PAGE = 500
WRITES_A_SECOND = 8000
"""More than any server here acknowledges; a load that runs out of requests ends early."""


class Case(Struct, frozen=True, kw_only=True, eq=False):
    """The clients that the workloads ask for, and what opens the servers that have them."""

    kept: Kept
    known: Known
    peer: PeerKept
    seconds: int

    @property
    def ninja(self) -> dict[str, str]:
        return {"X-API-TOKEN": self.kept.tokens.ninja}

    @property
    def planado(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.kept.tokens.planado}"}

    @property
    def fastapi(self) -> dict[str, str]:
        return {"X-API-TOKEN": self.peer.token}


def pages(case: Case, path: str, ids: tuple[str, ...], size: int = PAGE) -> Iterator[Ask]:
    mark = "&" if "?" in path else "?"
    for first in range(0, len(ids), size):
        yield Ask(f"{path}{mark}page={first // size + 1}", shows=ids[first : first + size])


def shuffled(script: Script, number: int) -> Script:
    asks = list(script.asks)
    random.Random(number).shuffle(asks)  # noqa: S311  repeats itself
    return Script(headers=script.headers, asks=tuple(asks), order=Order.ONCE)


def following(path: str, ids: tuple[str, ...]) -> Iterator[Ask]:
    """Each page of Planado's list that is full, by the client that it follows."""
    for n in range(len(ids) - PAGE):
        yield Ask(f"{path}?limit={PAGE}&after={ids[n]}", shows=ids[n + 1 : n + 1 + PAGE])


@lru_cache
def numbers(case: Case) -> tuple[str, ...]:
    """The peer's ids in its order."""
    return tuple(map(str, range(1, case.kept.clients + 1)))


@lru_cache
def newest_of_peer(case: Case) -> tuple[str, ...]:
    return tuple(str(uuid_of(n)) for n in case.known.newest)


@lru_cache
def ninja_pages(case: Case, _round: int = 0) -> Script:
    asks = tuple(pages(case, "/api/v1/clients", case.known.hashids))
    return Script(headers=case.ninja, asks=asks)


@lru_cache
def peer_pages(case: Case, _round: int = 0) -> Script:
    return Script(headers=case.fastapi, asks=tuple(pages(case, "/clients", numbers(case))))


@lru_cache
def planado_pages(case: Case, _round: int = 0) -> Script:
    asks = tuple(following("/v2/clients", case.known.uuids))
    return Script(headers=case.planado, asks=asks)


@lru_cache
def peer_following(case: Case, _round: int = 0) -> Script:
    return Script(headers=case.fastapi, asks=tuple(following("/v2/clients", newest_of_peer(case))))


def ninja_first_sight(case: Case, number: int) -> Script:
    return shuffled(ninja_pages(case), number)


def peer_first_sight(case: Case, number: int) -> Script:
    return shuffled(peer_pages(case), number)


def ninja_first_page(case: Case, _round: int) -> Script:
    return Script(headers=case.ninja, asks=ninja_pages(case).asks[:1])


def peer_first_page(case: Case, _round: int) -> Script:
    return Script(headers=case.fastapi, asks=peer_pages(case).asks[:1])


def ninja_long_pages(case: Case, _round: int) -> Script:
    path = f"/api/v1/clients?per_page={LONG_PAGE}"
    return Script(headers=case.ninja, asks=tuple(pages(case, path, case.known.hashids, LONG_PAGE)))


def peer_long_pages(case: Case, _round: int) -> Script:
    path = f"/clients?per_page={LONG_PAGE}"
    return Script(headers=case.fastapi, asks=tuple(pages(case, path, numbers(case), LONG_PAGE)))


def each(path: str, ids: tuple[str, ...]) -> tuple[Ask, ...]:
    return tuple(Ask(f"{path}/{one}", shows=(one,)) for one in ids)


@lru_cache
def ninja_each(case: Case, _round: int = 0) -> Script:
    return Script(headers=case.ninja, asks=each("/api/v1/clients", case.known.hashids))


@lru_cache
def peer_each(case: Case, _round: int = 0) -> Script:
    return Script(headers=case.fastapi, asks=each("/clients", numbers(case)))


@lru_cache
def planado_each(case: Case, _round: int = 0) -> Script:
    return Script(headers=case.planado, asks=each("/v2/clients", case.known.uuids))


@lru_cache
def peer_each_brief(case: Case, _round: int = 0) -> Script:
    return Script(headers=case.fastapi, asks=each("/v2/clients", newest_of_peer(case)))


def ninja_unchanged(case: Case, _round: int) -> Script:
    return unchanged(ninja_each(case))


def peer_unchanged(case: Case, _round: int) -> Script:
    return unchanged(peer_each(case))


def unchanged(script: Script) -> Script:
    """Every demo client is in its first version, whose tag is "1"."""
    return Script(headers=script.headers | {"If-None-Match": '"1"'}, asks=script.asks, status=304)


def ninja_creates(case: Case, number: int) -> Script:
    return creates(case, number, case.ninja, "/api/v1/clients")


def peer_creates(case: Case, number: int) -> Script:
    return creates(case, number, case.fastapi, "/clients")


def creates(case: Case, number: int, headers: dict[str, str], path: str) -> Script:
    bodies = (new_client(f"{number}-{n}") for n in range(case.seconds * WRITES_A_SECOND))
    asks = tuple(Ask(path, "POST", body) for body in bodies)
    return Script(
        headers=headers | {"Content-Type": "application/json"}, asks=asks, order=Order.ONCE
    )


def new_client(mark: str) -> str:
    given = {
        "name": f"Newcomer {mark} Ltd",
        "private_notes": "Call before noon",
        "address1": "47 The Green",
        "city": "York",
        "contacts": [
            {"first_name": "Henry", "last_name": "Patel", "email": f"henry.{mark}@example.org"},
            {"first_name": "Emily", "last_name": "Hughes", "email": f"emily.{mark}@example.net"},
        ],
    }
    return msgspec.json.encode(given).decode()


def ninja_patches(case: Case, number: int) -> Script:
    return patches(case, number, case.ninja, "PUT", ninja_each(case).asks)


def peer_patches(case: Case, number: int) -> Script:
    return patches(case, number, case.fastapi, "PATCH", peer_each(case).asks)


def patches(
    case: Case, number: int, headers: dict[str, str], method: str, each_of: tuple[Ask, ...]
) -> Script:
    """Every client that is not deleted at most once in a round, with a text that it never had."""
    live = [ask for n, ask in enumerate(each_of, 1) if n not in case.known.gone]
    drawn = random.Random(number)  # noqa: S311  repeats itself
    some = drawn.sample(live, min(len(live), case.seconds * WRITES_A_SECOND))
    asks = [
        Ask(ask.path, method, f'{{"private_notes":"Told in round {number}, as number {n}"}}')
        for n, ask in enumerate(some)
    ]
    headers = headers | {"Content-Type": "application/json"}
    return Script(headers=headers, asks=tuple(asks), order=Order.ONCE)

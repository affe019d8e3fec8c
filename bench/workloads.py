"""What is measured: each workload with its requests and what is asked of the gateway."""

from collections.abc import Callable

from msgspec import Struct

from bench.loading import CONNECTIONS
from bench.preparing import (
    Case,
    ninja_creates,
    ninja_each,
    ninja_first_page,
    ninja_first_sight,
    ninja_long_pages,
    ninja_pages,
    ninja_patches,
    ninja_unchanged,
    peer_creates,
    peer_each,
    peer_each_brief,
    peer_first_page,
    peer_first_sight,
    peer_following,
    peer_long_pages,
    peer_pages,
    peer_patches,
    peer_unchanged,
    planado_each,
    planado_pages,
)
from bench.scripts import Script


class Target(Struct, frozen=True, kw_only=True):
    """What is asked of the gateway: a share of the ceiling's rate, so many times the peer's."""

    of_ceiling: float | None = None
    of_peer: float | None = None


Scripted = Callable[[Case, int], Script]
"""The script of a round; that of round 0 is for the checks before."""


class Workload(Struct, frozen=True, kw_only=True):
    """`route` is the gateway's path as the ceiling's Starlette writes it. A cold one meets a
    gateway that was started just now, and plays but a second."""

    name: str
    title: str
    route: str
    gateway: Scripted
    peer: Scripted
    target: Target = Target()
    connections: int = CONNECTIONS
    is_writing: bool = False
    is_cold: bool = False


ALL = (
    Workload(
        name="list-random-ninja",
        title="list of 20, random page, Ninja",
        route="/api/v1/clients",
        gateway=ninja_pages,
        peer=peer_pages,
        target=Target(of_ceiling=0.12, of_peer=15),
    ),
    Workload(
        name="list-first-sight",
        title="list of 20, each page for the first time, Ninja",
        route="/api/v1/clients",
        gateway=ninja_first_sight,
        peer=peer_first_sight,
        is_cold=True,
    ),
    Workload(
        name="list-random-planado",
        title="list of 20, random cursor, Planado",
        route="/v2/clients",
        gateway=planado_pages,
        peer=peer_following,
        target=Target(of_ceiling=0.12, of_peer=15),
    ),
    Workload(
        name="list-hot",
        title="list of 20, first page, Ninja",
        route="/api/v1/clients",
        gateway=ninja_first_page,
        peer=peer_first_page,
        target=Target(of_ceiling=0.40, of_peer=40),
    ),
    Workload(
        name="list-500",
        title="list of 500, random page, Ninja",
        route="/api/v1/clients",
        gateway=ninja_long_pages,
        peer=peer_long_pages,
        connections=4,
    ),
    Workload(
        name="get-one-ninja",
        title="one at random, Ninja",
        route="/api/v1/clients/{id}",
        gateway=ninja_each,
        peer=peer_each,
        target=Target(of_ceiling=0.25, of_peer=12),
    ),
    Workload(
        name="get-one-planado",
        title="one at random, Planado",
        route="/v2/clients/{id}",
        gateway=planado_each,
        peer=peer_each_brief,
        target=Target(of_ceiling=0.25, of_peer=12),
    ),
    Workload(
        name="get-unchanged",
        title="one at random, If-None-Match, Ninja",
        route="/api/v1/clients/{id}",
        gateway=ninja_unchanged,
        peer=peer_unchanged,
    ),
    Workload(
        name="create",
        title="create, Ninja",
        route="/api/v1/clients",
        gateway=ninja_creates,
        peer=peer_creates,
        target=Target(of_peer=5),
        is_writing=True,
    ),
    Workload(
        name="patch",
        title="change one field, Ninja",
        route="/api/v1/clients/{id}",
        gateway=ninja_patches,
        peer=peer_patches,
        target=Target(of_peer=5),
        is_writing=True,
    ),
)

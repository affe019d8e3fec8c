"""A list scan from the first page to the last over real httpx, and its use of memory."""

import tracemalloc
from collections.abc import Iterator

import httpx
import msgspec
import pytest
import respx

from gateway.app import DIALECTS
from gateway.migration.failures import UnstableList
from gateway.migration.live.list_scan import (
    ListScan,
    Position,
    ScannedPage,
    SeenIds,
    start_position,
)
from gateway.remote.failures import RetriesExhausted
from gateway.remote.http_client import HttpClient
from tests.gateway.migration.remote_stand_ins import Hours, stream_response

BASE = "https://remote.test"
NINJA, PLANADO = (dialect.remote for dialect in DIALECTS)
MANY, LARGE, MIB = 20_000, 500, 1 << 20


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
def service(hours: Hours) -> Iterator[HttpClient]:
    with HttpClient(BASE, {}, clock=hours.clock, sleep=hours.sleep, chance=lambda: 0.5) as opened:
        yield opened


@pytest.fixture
def planado() -> Iterator[respx.Route]:
    """The list route of a Planado."""
    with respx.mock(base_url=BASE) as router:
        yield router.get("/v2/clients")


@pytest.fixture
def ninja() -> Iterator[respx.Route]:
    with respx.mock(base_url=BASE) as router:
        yield router.get("/api/v1/clients")


def page(*numbers: int) -> httpx.Response:
    clients = [{"uuid": f"00000000-0000-7000-8000-{n:012}"} for n in numbers]
    return httpx.Response(200, json={"clients": clients})


def window(numbers: list[int], total: int, current: int, pages: int) -> httpx.Response:
    shown = {"total": total, "current_page": current, "total_pages": pages}
    clients = [{"id": f"id {n}"} for n in numbers]
    return httpx.Response(200, json={"data": clients, "meta": {"pagination": shown}})


def read(service: HttpClient, remote: object, start: Position | None = None) -> list[ScannedPage]:
    seen = SeenIds()
    position = start or start_position(remote.list_request(None))
    pages = list(ListScan(service, remote, position, seen).pages())
    seen.close()
    return pages


def numbers(pages: list[ScannedPage]) -> list[int]:
    return [int(name[-2:]) for page in pages for name in page.ids]


def test_a_cursor_is_followed_to_an_empty_page(service: HttpClient, planado: respx.Route):
    planado.side_effect = [page(1, 2), page(3), page()]

    pages = read(service, PLANADO)

    assert numbers(pages) == [1, 2, 3]
    asked = [call.request.url.params.get("after") for call in planado.calls]
    assert [name and int(name[-2:]) for name in asked] == [None, 2, 3]


@pytest.mark.parametrize(
    "fault",
    [
        httpx.Response(429, headers={"Retry-After": "5"}),
        httpx.Response(429, text="Rate Limit Exceeded"),
        httpx.Response(200, text="Rate Limit Exceeded"),
        httpx.Response(500),
        httpx.Response(200, content=b'{"clients":[{"uu'),
        httpx.ConnectError("refused"),
        httpx.ReadError("reset"),
        httpx.ReadTimeout("silence"),
        httpx.RemoteProtocolError("half"),
    ],
    ids=str,
)
def test_a_fault_that_passes_is_not_seen(
    service: HttpClient, planado: respx.Route, hours: Hours, fault: httpx.Response | Exception
):
    planado.side_effect = [page(1, 2), fault, page(3), page()]

    pages = read(service, PLANADO)

    assert numbers(pages) == [1, 2, 3]
    assert len(hours.waits) == 1


def test_a_fault_that_lasts_ends_it(service: HttpClient, planado: respx.Route):
    planado.side_effect = [page(1, 2), *[httpx.Response(503)] * 9]

    with pytest.raises(RetriesExhausted, match="503 six times"):
        read(service, PLANADO)


def test_what_was_shown_before_is_not_handed_on_again(service: HttpClient, planado: respx.Route):
    planado.side_effect = [page(1, 2), page(2, 3), page(1, 4), page()]

    pages = read(service, PLANADO)

    assert numbers(pages) == [1, 2, 3, 4]
    assert [sheet.repeated for sheet in pages] == [0, 1, 1, 0]


def test_a_list_that_only_repeats_itself_is_given_up(service: HttpClient, planado: respx.Route):
    planado.side_effect = [page(1, 2)] * 9

    with pytest.raises(UnstableList, match="repeats itself"):
        read(service, PLANADO)

    assert planado.call_count == 4


def test_a_list_that_gives_no_rest_is_given_up(service: HttpClient, ninja: respx.Route):
    ninja.side_effect = [window([1], total, 1, 1) for total in (2, 2, 2, 2)]

    with pytest.raises(UnstableList, match="1 clients came of 2, in 4 scans"):
        read(service, NINJA)


def test_a_list_that_shrinks_is_read_again(service: HttpClient, ninja: respx.Route):
    ninja.side_effect = [
        window([1, 2], 4, 1, 2),
        window([4], 3, 2, 2),
        window([2, 3], 3, 1, 2),
        window([4], 3, 2, 2),
    ]

    assert numbers(read(service, NINJA)) == [1, 2, 4, 3]


def test_a_scan_goes_on_where_a_position_says(service: HttpClient, ninja: respx.Route):
    ninja.side_effect = [window([1, 2], 3, 1, 2), window([3], 3, 2, 2)]
    position = msgspec.json.encode(read(service, NINJA)[0].position)

    ninja.side_effect = [window([3], 3, 2, 2)]
    pages = read(service, NINJA, msgspec.json.decode(position, type=Position))

    assert numbers(pages) == [3]
    assert pages[-1].position.read == 3


class Endless(httpx.BaseTransport):
    """An Invoice Ninja with many clients that are generated on request."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        current = int(request.url.params["page"])
        first = (current - 1) * LARGE
        clients = [
            {"id": f"id {n}", "name": "x" * 200} for n in range(first + 1, first + LARGE + 1)
        ]
        shown = {"total": MANY, "current_page": current, "total_pages": MANY // LARGE}
        tree = {"data": clients, "meta": {"pagination": shown}}
        return stream_response(msgspec.json.encode(tree))


def test_a_long_list_is_never_held_whole():
    """Its objects are 5 MB and more, and twice that as Python's."""
    with HttpClient(BASE, {}, transport=Endless()) as service:
        seen = SeenIds()
        tracemalloc.start()
        read_in_all = sum(
            len(page.objects)
            for page in ListScan(
                service, NINJA, start_position(NINJA.list_request(None)), seen
            ).pages()
        )
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        seen.close()

    assert read_in_all == MANY
    assert peak < 2 * MIB

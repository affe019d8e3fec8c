"""Downloads: any bytes, in parts, with their own limits of size and time."""

import httpx
import pytest

from gateway.remote.failures import (
    AccessDenied,
    CompressedAnswer,
    DownloadRefused,
    RetriesExhausted,
    TooLarge,
)
from tests.gateway.remote.conftest import Hours, Open

PATH = "/documents/1/download"


def stream_parts(*parts: bytes | Exception):
    for part in parts:
        if isinstance(part, Exception):
            raise part
        yield part


def test_a_download_is_what_the_server_sent(service, remote) -> None:
    route = remote.get(PATH).respond(200, content=b"\x89PNG\r\n")

    assert b"".join(service.download(PATH)) == b"\x89PNG\r\n"
    assert route.calls.last.request.headers["accept"] == "*/*"


def test_a_download_is_tried_again_until_it_begins(service, remote, hours: Hours) -> None:
    faults = [httpx.Response(502), httpx.ReadError, httpx.Response(200, content=b"abc")]
    remote.get(PATH).mock(side_effect=faults)

    assert b"".join(service.download(PATH)) == b"abc"
    assert hours.waits == [1, 2]


def test_a_download_that_breaks_off_is_not_glued_together(service, remote) -> None:
    broken = stream_parts(b"abc", httpx.ReadError("x"))
    route = remote.get(PATH).mock(side_effect=lambda _: httpx.Response(200, content=broken))
    download = service.download(PATH)

    assert next(download) == b"abc"
    with pytest.raises(RetriesExhausted, match=f"GET {PATH}: the connection broke"):
        next(download)
    assert route.call_count == 1


def test_a_download_has_a_cap_of_its_own(open_service: Open, remote) -> None:
    service = open_service(body_bytes=1, download_bytes=5)
    parts = stream_parts(b"abc", b"def")
    remote.get(PATH).mock(side_effect=lambda _: httpx.Response(200, content=parts))
    download = service.download(PATH)

    assert next(download) == b"abc"
    with pytest.raises(TooLarge, match="longer than 5 bytes"):
        next(download)


def test_a_download_has_a_deadline_of_its_own(open_service: Open, remote, hours: Hours) -> None:
    service = open_service(request_seconds=1, download_seconds=5)
    parts = stream_parts(b"abc", b"def", b"ghi")
    remote.get(PATH).mock(side_effect=lambda _: httpx.Response(200, content=parts))
    download = service.download(PATH)

    assert next(download) == b"abc"
    hours.now += 4
    assert next(download) == b"def"
    hours.now += 4
    with pytest.raises(RetriesExhausted, match="took too long"):
        next(download)


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_is_refused_with_its_status(service, remote, status: int) -> None:
    remote.get(PATH).respond(status)

    with pytest.raises(DownloadRefused, match=f"the server answered {status}") as failure:
        next(service.download(PATH))

    assert failure.value.status == status


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (httpx.Response(401), AccessDenied),
        (
            httpx.Response(
                200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"x")
            ),
            CompressedAnswer,
        ),
    ],
)
def test_what_ends_a_call_ends_a_download(service, remote, answer, failure) -> None:
    remote.get(PATH).mock(return_value=answer)

    with pytest.raises(failure):
        next(service.download(PATH))

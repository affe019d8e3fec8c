"""The upload of a large file through a real server: it is streamed, never wholly in memory."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.live_server import Served, served

MEGABYTE = 2**20
SIZE = 90 * MEGABYTE
MOST_GROWTH = 32 * MEGABYTE
PART = b'--x\r\nContent-Disposition: form-data; name="documents[]"; filename="a.pdf"\r\n\r\n'


def upload(http: httpx.Client, client_id: str, size: int) -> dict[str, Any]:
    answer = http.put(
        f"/clients/{client_id}/upload",
        content=form(size),
        headers={"Content-Type": "multipart/form-data; boundary=x"},
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["documents"][-1]


def downloaded(http: httpx.Client, document: dict[str, Any]) -> int:
    with http.stream("GET", f"/documents/{document['id']}/download") as answer:
        return sum(len(chunk) for chunk in answer.iter_raw())


def form(size: int) -> Iterator[bytes]:
    yield PART
    head = b"%PDF-1.7\n"
    yield head
    left = size - len(head)
    while left:
        yield bytes(min(left, MEGABYTE))
        left -= min(left, MEGABYTE)
    yield b"\r\n--x--\r\n"


@pytest.fixture(params=["folder", "bucket"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    bucket = request.param == "bucket"
    place = {"GATEWAY_BLOBS": request.getfixturevalue("bucket")} if bucket else {}
    with served(tmp_path, **place) as server:
        yield server


def test_a_large_file_comes_and_goes_in_pieces(server: Served) -> None:
    with server.caller("ninja") as http:
        client_id = http.post("/clients", json={}).json()["data"]["id"]
        downloaded(http, upload(http, client_id, MEGABYTE))
        before = server.memory("VmRSS")

        large = upload(http, client_id, SIZE)
        size = downloaded(http, large)

    growth = server.memory("VmHWM") - before
    assert large["size"] == size == SIZE
    assert growth < MOST_GROWTH, f"{growth / MEGABYTE:.1f} MiB"
    print(f"grew by {growth / MEGABYTE:.1f} MiB")  # noqa: T201

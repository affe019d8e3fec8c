"""A large file on its way through a real server: in pieces, never wholly in memory."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from storage import CreateAccount, CreateToken, Store

MEGABYTE = 2**20
SIZE = 90 * MEGABYTE
MOST_GROWTH = 32 * MEGABYTE
PART = b'--x\r\nContent-Disposition: form-data; name="documents[]"; filename="a.pdf"\r\n\r\n'


class Server:
    def __init__(self, process: subprocess.Popen[bytes], url: str, token: str) -> None:
        self.process = process
        self.http = httpx.Client(
            base_url=f"{url}/api/v1", headers={"X-API-TOKEN": token}, timeout=60
        )

    def memory(self, field: str) -> int:
        """`VmRSS` is what the process holds now, `VmHWM` the most that it ever held."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) * 1024
        raise LookupError(field)

    def upload(self, client_id: str, size: int) -> dict[str, Any]:
        answer = self.http.put(
            f"/clients/{client_id}/upload",
            content=form(size),
            headers={"Content-Type": "multipart/form-data; boundary=x"},
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]["documents"][-1]

    def downloaded(self, document: dict[str, Any]) -> int:
        with self.http.stream("GET", f"/documents/{document['id']}/download") as answer:
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
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    database = f"sqlite:///{tmp_path / 'gateway.db'}"
    store = Store.open(database)
    store.create_account(CreateAccount(name="acme"))
    token = str(store.create_token(CreateToken(account="acme", dialect="ninja"))[1])
    store.close()
    place = tmp_path / "blobs"
    if request.param == "bucket":
        place = request.getfixturevalue("bucket")
    port = free_port()
    command = [sys.executable, "-m", "gateway", "serve", "--port", str(port)]
    environment = {"GATEWAY_DATABASE_URL": database, "GATEWAY_BLOBS": str(place)}
    process = subprocess.Popen(command, env=os.environ | environment)  # noqa: S603  our own
    server = Server(process, f"http://127.0.0.1:{port}", token)
    wait_for(server)
    yield server
    server.http.close()
    process.terminate()
    process.wait(10)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def wait_for(server: Server) -> None:
    for _ in range(200):
        try:
            server.http.get("/ping")
        except httpx.ConnectError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError


def test_a_large_file_comes_and_goes_in_pieces(server: Server) -> None:
    client_id = server.http.post("/clients", json={}).json()["data"]["id"]
    server.downloaded(server.upload(client_id, MEGABYTE))
    before = server.memory("VmRSS")

    large = server.upload(client_id, SIZE)
    size = server.downloaded(large)

    growth = server.memory("VmHWM") - before
    assert large["size"] == size == SIZE
    assert growth < MOST_GROWTH, f"{growth / MEGABYTE:.1f} MiB"
    print(f"grew by {growth / MEGABYTE:.1f} MiB")  # noqa: T201

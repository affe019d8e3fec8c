"""The files of a real server: who can read them, a full disk, and a database that is replaced."""

import os
import resource
import shutil
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.live_server import Served, served

NOBODY_ELSE = stat.S_IRWXG | stat.S_IRWXO
ORGANIZATION = {"organization": True, "organization_name": "A"}
SECONDS = 5.0


@pytest.fixture(params=[1, 2])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    """A server with one worker or two, under a umask that lets everybody read."""
    os.chmod(tmp_path, 0o755)  # noqa: S103  pytest closes it
    umask = os.umask(0o022)
    url = f"sqlite:///{tmp_path / 'gateway.db'}"
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    try:
        with served(
            tmp_path, workers=request.param, GATEWAY_DATABASE_URL=url, TMPDIR=str(scratch)
        ) as server:
            yield server
    finally:
        os.umask(umask)


def write_in_both(server: Served) -> list[httpx.Response]:
    with server.caller("ninja") as ninja, server.caller("planado") as planado:
        return [
            ninja.post("/clients", json={"name": "A"}),
            planado.post("/clients", json=ORGANIZATION),
        ]


def readiness(server: Served) -> dict[str, object]:
    answer: dict[str, object] = httpx.get(f"{server.url}/readyz").json()
    return answer


def await_true(condition: Callable[[], bool]) -> bool:
    """Return whether a condition becomes true in time."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_nobody_else_can_read_what_the_server_creates(server: Served, tmp_path: Path) -> None:
    with server.caller("ninja") as ninja:
        client = ninja.post("/clients", json={"name": "A"}).json()["data"]["id"]
        file = {"documents[]": ("a.txt", b"secret", "text/plain")}
        upload = ninja.post(f"/clients/{client}/upload", files=file)
        assert upload.status_code == 200
        ninja.get("/clients", headers={"X-API-TOKEN": "wrong"})
        found = list(tmp_path.rglob("*"))
        # The test created the database itself, before the server, and opened its log.
        ours = {tmp_path / name for name in ("gateway.db", "scratch", "server.log")}
        exposed = [
            str(path)
            for path in found
            if path not in ours
            and path.stat().st_mode & NOBODY_ELSE
            and not path.name.startswith("gateway.db-")
        ]

    assert any("blobs" in str(path) for path in found)
    assert any(path.name == "buckets" for path in found)
    assert exposed == []


def test_a_full_disk_is_refused_and_over_by_itself(server: Served) -> None:
    workers = [server.process.pid, *children(server.process.pid)]
    before = readiness(server)

    for pid in workers:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    refused = write_in_both(server)
    time.sleep(1.1)
    told = readiness(server)
    for pid in workers:
        resource.prlimit(
            pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        )

    assert before["ready"] is True
    assert [answer.status_code for answer in refused] == [503, 503]
    assert [list(answer.json()) for answer in refused] == [["message"], ["message"]]
    assert told["checks"] == {"write": "failed", "schema": "ok", "blobs": "failed", "disk": "ok"}
    assert await_true(lambda: readiness(server)["ready"] is True)
    assert [answer.status_code for answer in write_in_both(server)] == [200, 201]


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def test_a_database_that_is_replaced_is_refused_within_a_second(
    server: Served, tmp_path: Path
) -> None:
    write_in_both(server)
    path, kept = tmp_path / "gateway.db", tmp_path / "kept.db"
    with server.caller("ninja") as ninja:
        before = {ninja.get("/clients").status_code for _ in range(20)}

        path.rename(kept)
        shutil.copyfile(kept, path)
        time.sleep(0.5)
        lost = {ninja.get("/clients").status_code for _ in range(20)}
        writes = [answer.status_code for answer in write_in_both(server)]
        kept.rename(path)

        assert before == {200}
        assert lost == {503}
        assert writes == [503, 503]
        assert await_true(lambda: ninja.get("/clients").status_code == 200)
        with sqlite3.connect(path) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)

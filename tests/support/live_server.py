"""A real server: `gateway serve`, or a stand-in for it, on a free port of loopback.

It has its own database.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from gateway.demo.clients import demo_generators
from gateway.demo.fill import fill_account
from storage.model.commands import CreateAccount, CreateToken
from storage.store import Store
from tests.support.secret_watch import assert_log_has_no_secret

PREFIXES = {"ninja": "/api/v1", "planado": "/v2"}


class Served:
    def __init__(self, process: subprocess.Popen[bytes], url: str, tokens: dict[str, str]) -> None:
        self.process = process
        self.url = url
        self.tokens = tokens

    def caller(self, dialect: str) -> httpx.Client:
        """Return an HTTP client for a dialect, on its own connection."""
        token = self.tokens[dialect]
        names = {"ninja": {"X-API-TOKEN": token}, "planado": {"Authorization": f"Bearer {token}"}}
        base = self.url + PREFIXES[dialect]
        return httpx.Client(base_url=base, headers=names[dialect], timeout=60, verify=False)  # noqa: S501  loopback

    def memory(self, field: str) -> int:
        """Return a memory figure in bytes: `VmRSS` is the current use, `VmHWM` the peak."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) * 1024
        raise LookupError(field)


ORIGINAL = "tests.support.original_server"
"""The module of a server that answers for Invoice Ninja as the original does."""


@contextmanager
def served(
    folder: Path, *, workers: int = 1, module: str = "gateway", **environment: str
) -> Iterator[Served]:
    """Serve an account with a token for each dialect.

    `module` is the program that serves. `environment` adds settings, for example the URL of another
    database.
    """
    database = environment.get("GATEWAY_DATABASE_URL", f"sqlite:///{folder / 'gateway.db'}")
    tokens = create_account_and_tokens(database)
    port = free_port()
    command = [sys.executable, "-m", module, "serve", "--port", str(port)]
    command += ["--workers", str(workers)]
    given = {"GATEWAY_DATABASE_URL": database, "GATEWAY_BLOBS": str(folder / "blobs")}
    log = folder / "server.log"
    with log.open("ab") as stderr:
        process = subprocess.Popen(  # noqa: S603  our own
            command,
            env=os.environ | given | environment,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        )
    try:
        server = Served(process, f"http://127.0.0.1:{port}", tokens)
        wait_until_served(server.url)
        yield server
    finally:
        process.terminate()
        process.wait(30)
        sys.stderr.write(log.read_text(errors="replace"))
    assert_log_has_no_secret(log, tokens.values())


@contextmanager
def served_services(folder: Path, clients: int = 0) -> Iterator[Served]:
    """Serve the original Invoice Ninja with clients, and an empty Planado, on one port."""
    with served(folder, module=ORIGINAL) as server:
        store = Store.open(f"sqlite:///{folder / 'gateway.db'}", demo_generators(0))
        for _ in fill_account(store, store.get_account("acme"), 0, clients):
            pass
        store.create_account(CreateAccount(name="field"))
        _, key = store.create_token(CreateToken(account="field", dialect="planado"))
        store.close()
        server.tokens["planado"] = str(key)
        yield server


def create_account_and_tokens(database: str) -> dict[str, str]:
    store = Store.open(database)
    store.create_account(CreateAccount(name="acme"))
    commands = {dialect: CreateToken(account="acme", dialect=dialect) for dialect in PREFIXES}
    tokens = {dialect: str(store.create_token(c)[1]) for dialect, c in commands.items()}
    store.close()
    return tokens


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def wait_until_served(url: str) -> None:
    # Without certificates, which take 60 ms to read.
    with httpx.Client(verify=False) as http:  # noqa: S501  loopback
        for _ in range(1200):
            try:
                http.get(f"{url}/livez")
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
    raise TimeoutError

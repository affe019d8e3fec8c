"""How each dialect creates, changes and shows a client: just enough to count losses."""

from collections.abc import Callable
from typing import Any, NamedTuple

import httpx
import msgspec

from tests.failures.acknowledged_writes import Kept


class Tongue(NamedTuple):
    create: Callable[[httpx.Client, str, str], httpx.Response]
    key: Callable[[httpx.Response], str]
    change: Callable[[httpx.Client, str, str], httpx.Response]
    client: Callable[[Any], Any]

    def shown(self, caller: httpx.Client, key: str) -> Kept | None:
        """What is there, to be compared with what was acknowledged."""
        answer = caller.get(f"/clients/{key}")
        if answer.status_code == 404:
            return None
        assert answer.status_code == 200, answer.text
        client = self.client(answer.json())
        return Kept(int(client["name"].rsplit(" ", 1)[1]), version(answer))


def create_in_ninja(caller: httpx.Client, label: str, name: str) -> httpx.Response:
    people = [{"first_name": "Ada", "email": f"{label}@example.com"}]
    return caller.post("/clients", json={"name": name, "id_number": label, "contacts": people})


def create_in_planado(caller: httpx.Client, label: str, name: str) -> httpx.Response:
    people = [{"name": "Ada", "value": f"{label}@example.com", "type": "email"}]
    body = {"external_id": label, "organization": True, "organization_name": name}
    return caller.post("/clients", json=body | {"contacts": people})


def change_in_ninja(caller: httpx.Client, key: str, name: str) -> httpx.Response:
    return caller.put(f"/clients/{key}", json={"name": name})


def change_in_planado(caller: httpx.Client, key: str, name: str) -> httpx.Response:
    return caller.patch(f"/clients/{key}", json={"organization_name": name})


def key_in_ninja(answer: httpx.Response) -> str:
    return str(answer.json()["data"]["id"])


def key_in_planado(answer: httpx.Response) -> str:
    """Return the external id from the request that created the client."""
    body = answer.request.read()
    return str(msgspec.json.decode(body)["external_id"])


TONGUES = {
    "ninja": Tongue(create_in_ninja, key_in_ninja, change_in_ninja, lambda body: body["data"]),
    "planado": Tongue(
        create_in_planado, key_in_planado, change_in_planado, lambda body: body["client"]
    ),
}


def version(answer: httpx.Response) -> int:
    return int(answer.headers["etag"].strip('"'))

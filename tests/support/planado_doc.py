"""docs/planado.md: its two clients, and its statements that no single exchange can show."""

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from starlette.testclient import TestClient
from starlette.types import ASGIApp

from dialects.planado import DIALECT
from gateway.app import create_app
from gateway.server.request_log import with_request_log
from gateway.settings import Settings
from storage.model.accounts import Account
from storage.model.commands import ImportClient
from storage.store import Store
from tests.dialects.planado.clients.test_upsert import patched_at_once
from tests.support.api_callers import Ninja, Planado
from tests.support.doc_tables import Page

BASE = "http://planado.test"
PAGE = Page("planado.md", "departure", "not served", "decided")
ACME: dict[str, Any] = {
    "external_id": "acme",
    "organization": True,
    "organization_name": "ACME Corporation",
    "site_address": {"formatted": "Passeig de Gràcia, 92, 08008 Barcelona, Spain"},
    "contacts": [{"name": "Pedro", "value": "(834) 362-5246", "type": "phone"}],
}
JOHN: dict[str, Any] = {
    "external_id": "john",
    "organization": False,
    "first_name": "John",
    "last_name": "Doe",
}


class Scene(NamedTuple):
    """The two clients of the page, their callers, and the placeholders for their keys."""

    planado: Planado
    ninja: Ninja
    store: Store
    account: Account
    names: dict[str, str]


def logged_app(store: Store, **environment: str) -> ASGIApp:
    return with_request_log(create_app(store, Settings(environment=environment)))


def elsewhere(scene: Scene, **environment: str) -> Planado:
    """Return the same caller of an app with other settings."""
    app = logged_app(scene.store, **environment)
    http = TestClient(app, BASE, raise_server_exceptions=False)
    return Planado(http, scene.planado.token)


def refuses_in_plain_text(scene: Scene) -> None:
    limited = elsewhere(scene, GATEWAY_PLANADO_RATE_LIMIT="1")

    first, second = (limited.get("/clients") for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 429)
    assert second.headers["content-type"].startswith("text/plain")
    assert second.text == "Rate Limit Exceeded"
    assert int(second.headers["retry-after"]) > 0


def is_not_limited_unless_asked(scene: Scene) -> None:
    assert DIALECT.options().rate_limit == 0
    refuses_in_plain_text(scene)


def makes_uuids_that_sort_by_time(scene: Scene) -> None:
    acme, john = (UUID(scene.names[name]) for name in ("{acme}", "{john}"))

    assert (acme.version, john.version) == (7, 7)
    assert acme < john


def shows_a_scan_nothing_that_is_made_meanwhile(scene: Scene) -> None:
    page = scene.planado.listed("limit=1")
    scene.planado.created(organization=False, last_name="Lee")

    rest = scene.planado.listed(f"after={page[-1]['uuid']}")

    assert [client["external_id"] for client in page + rest] == ["john", "acme"]


def lists_the_archived(scene: Scene) -> None:
    ids = [client["id"] for client in scene.ninja.listed()]
    scene.ninja.post("/clients/bulk", json={"action": "archive", "ids": ids})

    assert all(client["archived_at"] for client in scene.ninja.listed())
    assert len(scene.planado.listed()) == 2


def keeps_what_it_does_not_show(scene: Scene) -> None:
    acme = scene.ninja.listed("number=0001")[0]
    contact = acme["contacts"][0] | {"custom_value1": "vip"}
    scene.ninja.put(acme["id"], {"contacts": [contact]})

    scene.planado.patched("acme", {"contacts": [ACME["contacts"][0] | {"value": "1"}]})

    [kept] = scene.ninja.shown(acme["id"])["contacts"]
    assert (kept["phone"], kept["custom_value1"]) == ("1", "vip")


def holds_twenty_on_a_page(scene: Scene) -> None:
    for n in range(20):
        scene.planado.created(organization=False, last_name=str(n))

    smaller = elsewhere(scene, GATEWAY_PLANADO_PAGE_SIZE="3")
    assert len(scene.planado.listed()) == 20
    assert len(smaller.listed()) == 3


def lists_the_last_of_a_moment_first(scene: Scene) -> None:
    commands = [ImportClient(last_name=name, classification="individual") for name in "ab"]
    scene.store.create_clients(scene.account.id, commands)

    last, first = scene.planado.listed("limit=2")
    assert last["created_at"] == first["created_at"]
    assert (last["name"], first["name"]) == ("b", "a")


def takes_what_is_long(scene: Scene) -> None:
    address = {"formatted": "x" * 5000, "floor": "x" * 100}
    contacts = [{"value": "x" * 5000, "type": "phone"}] * 100

    answer = scene.planado.patch("john", {"site_address": address, "contacts": contacts})

    assert answer.status_code == 200


def tells_of_the_purged_and_merged(scene: Scene) -> None:
    lee = scene.planado.created(organization=False, last_name="Lee")
    scene.store.set_password(scene.account.name, "secret")
    acme, john, other = [client["id"] for client in scene.ninja.listed()]

    for path in (f"{acme}/purge", f"{john}/{other}/merge"):
        answer = scene.ninja.post(f"/clients/{path}", headers={"X-API-PASSWORD": "secret"})
        assert answer.status_code == 200

    gone = [stone["uuid"] for stone in scene.planado.listed("deleted=true")]
    assert gone == [lee, scene.names["{acme}"]]


def tells_no_more_of_the_restored(scene: Scene) -> None:
    scene.planado.delete("/clients/acme")
    ids = [client["id"] for client in scene.ninja.listed()]
    scene.ninja.post("/clients/bulk", json={"action": "restore", "ids": ids})

    assert scene.planado.listed("deleted=true") == []
    assert scene.planado.shown("acme")


def creates_once(scene: Scene) -> None:
    app, headers = scene.planado.http.app, scene.planado.headers()

    answers = asyncio.run(patched_at_once(app, headers, 4))

    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [201]


PROOFS: dict[str, Callable[[Scene], None]] = {
    "waits on a 429 that is no JSON": refuses_in_plain_text,
    "the version of new uuids": makes_uuids_that_sort_by_time,
    "clients made during a scan": shows_a_scan_nothing_that_is_made_meanwhile,
    "archived clients, which only Invoice Ninja has": lists_the_archived,
    "purged and merged in Invoice Ninja": tells_of_the_purged_and_merged,
    "restored in Invoice Ninja": tells_no_more_of_the_restored,
    "what Invoice Ninja knows of a contact that stays": keeps_what_it_does_not_show,
    "several callers at once with the same new external id": creates_once,
    "page size": holds_twenty_on_a_page,
    "clients that are imported at once": lists_the_last_of_a_moment_first,
    "what a 429 says": refuses_in_plain_text,
    "limits of bodies, addresses and contacts": takes_what_is_long,
    "archived clients": lists_the_archived,
    "a rate limit that the operator sets": is_not_limited_unless_asked,
}
"""What no single exchange could show."""

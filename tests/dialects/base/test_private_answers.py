"""Answers behind a credential stay with their caller, whatever they say."""

import pytest

from tests.support.api_callers import Ninja, Planado

PRIVATE = {"cache-control": "private, no-store", "x-content-type-options": "nosniff"}
NINJA_VARY = PRIVATE | {"vary": "X-API-TOKEN, X-NINJA-TOKEN"}
PLANADO_VARY = PRIVATE | {"vary": "Authorization, X-Planado-Api-Key, X-Planado-Api-Token"}
STRANGER = {"X-API-TOKEN": "nobody", "Authorization": "Bearer nobody"}
ASKED = [
    ("GET", "/clients", {}, 200),
    ("GET", "/clients/{key}", {}, 200),
    ("GET", "/clients/{key}", {"If-None-Match": "*"}, 304),
    ("GET", "/clients/nobody", {}, 404),
    ("PUT", "/clients", {}, 405),
    ("GET", "/clients", STRANGER, 401),
]


@pytest.mark.parametrize(("method", "path", "headers", "status"), ASKED)
def test_no_cache_keeps_an_answer_of_planado(
    planado: Planado, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    key = planado.post("/clients", json={"organization": False, "last_name": "Lee"}).json()

    answer = planado.request(method, path.format(key=key["client_uuid"]), headers=headers)

    assert answer.status_code == status
    assert {name: answer.headers.get_list(name) for name in PLANADO_VARY} == {
        name: [value] for name, value in PLANADO_VARY.items()
    }


@pytest.mark.parametrize(("method", "path", "headers", "status"), ASKED)
def test_no_cache_keeps_an_answer_of_ninja(
    ninja: Ninja, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    key = ninja.created(name="Acme")["id"]

    answer = ninja.request(method, path.format(key=key), headers=headers)

    assert answer.status_code == {401: 403}.get(status, status)
    assert {name: answer.headers.get_list(name) for name in NINJA_VARY} == {
        name: [value] for name, value in NINJA_VARY.items()
    }

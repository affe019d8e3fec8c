"""Authentication: one header and two older ones, each for one account."""

import pytest

from storage.model.commands import CreateToken
from tests.dialects.planado.answer_checks import message_in

BODY = {"organization": True, "organization_name": "ACME"}


def asked(http, headers, method="GET", path="/v2/clients"):
    return http.request(method, path, headers=headers)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Authorization", "Bearer {}"),
        ("authorization", "bearer {}"),
        ("AUTHORIZATION", "BEARER {}"),
        ("X-Planado-API-Key", "{}"),
        ("X-Planado-API-Token", "{}"),
        ("X-Planado-Api-Token", "{}"),
        ("x-planado-api-key", "{}"),
    ],
)
def test_a_key_opens_its_account(http, planado, header, value):
    planado.created(**BODY)

    answer = asked(http, {header: value.format(planado.token)})

    assert [client["name"] for client in answer.json()["clients"]] == ["ACME"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "{}"},
        {"Authorization": "Token {}"},
        {"Authorization": "Basic {}"},
        {"Authorization": "Bearer {}x"},
        {"Authorization": b"Bearer \xff\xfe"},
        {"X-Planado-API-Key": "wrong"},
        {"X-Planado-API-Token": ""},
        {"X-API-TOKEN": "{}"},
    ],
)
def test_anything_else_is_refused(http, planado, headers):
    told = {
        name: value.format(planado.token) if isinstance(value, str) else value
        for name, value in headers.items()
    }

    answer = asked(http, told)

    assert message_in(answer, 401) == "Unauthorized"
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v2/clients"),
        ("GET", "/v2/clients/42"),
        ("PATCH", "/v2/clients/42"),
        ("DELETE", "/v2/clients/42"),
        ("GET", "/v2/clients/"),
    ],
)
def test_every_operation_asks_for_a_key(http, planado, method, path):
    planado.created(**BODY, external_id="42")

    assert message_in(asked(http, {}, method, path), 401) == "Unauthorized"
    assert planado.shown("42")["version"] == 1


def test_a_token_of_the_other_api_opens_nothing_here(http, ninja):
    for headers in (
        {"Authorization": f"Bearer {ninja.token}"},
        {"X-Planado-API-Key": ninja.token},
        ninja.headers(),
    ):
        assert asked(http, headers).status_code == 401


def test_a_revoked_key_opens_nothing(http, store, account):
    token, secret = store.create_token(CreateToken(account=account.name, dialect="planado"))
    store.revoke_token(token.id)

    assert asked(http, {"Authorization": f"Bearer {secret}"}).status_code == 401


def test_a_key_shows_its_own_account_only(planado, stranger):
    planado.created(**BODY)

    assert stranger.listed() == []


def test_a_key_that_only_reads_does_not_write(http, planado, store, account):
    command = CreateToken(account=account.name, dialect="planado", is_read_only=True)
    _, secret = store.create_token(command)
    planado.created(**BODY, external_id="42")
    headers = {"Authorization": f"Bearer {secret}"}

    assert asked(http, headers).status_code == 200
    for method, path in (("POST", ""), ("PATCH", "/42"), ("DELETE", "/42")):
        assert asked(http, headers, method, f"/v2/clients{path}").status_code == 403
    assert planado.shown("42")["version"] == 1


def test_headers_that_steer_other_things_are_ignored(planado):
    headers = {"X-Planado-Notify-Assignees": "false", "X-Planado-Trigger-Webhooks": "true"}

    answer = planado.request("POST", "/clients", json=BODY, headers=headers)

    assert answer.status_code == 201
    assert answer.headers.get("X-Gateway-Ignored-Fields") is None

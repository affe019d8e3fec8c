"""Authentication: a token on every request, and the API secret if the operator has set one."""

import pytest

from gateway.app import create_app
from gateway.settings import Settings
from storage.model.commands import CreateToken
from tests.dialects.ninja.steps import NOBODY
from tests.support.asgi_client import AsgiClient

INVALID_TOKEN = {"message": "Invalid token", "errors": {}}
INVALID_SECRET = {"message": "Invalid secret", "errors": {}}
ROUTES = [
    ("GET", "/clients"),
    ("POST", "/clients"),
    ("GET", "/clients/create"),
    ("GET", f"/clients/{NOBODY}"),
    ("GET", f"/clients/{NOBODY}/edit"),
    ("PUT", f"/clients/{NOBODY}"),
    ("PATCH", f"/clients/{NOBODY}"),
    ("DELETE", f"/clients/{NOBODY}"),
    ("POST", f"/clients/{NOBODY}"),
    ("POST", "/clients/bulk"),
]
WRITES = [(method, path) for method, path in ROUTES if method != "GET"]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_route_opens_without_a_token(http, method, path):
    answer = http.request(method, f"/api/v1{path}")

    assert answer.status_code == 403
    assert answer.json() == INVALID_TOKEN


@pytest.mark.parametrize(
    "headers",
    [
        {"X-API-TOKEN": ""},
        {"X-API-TOKEN": "company-token-test"},
        {"X-API-TOKEN": "x" * 64},
        {"X-API-TOKEN": "ä".encode("latin-1") * 64},
        {"Authorization": "Bearer {token}"},
        {"X-API-TOKEN": "{token}x"},
    ],
)
def test_nothing_else_opens(ninja, headers):
    given = {
        name: value.format(token=ninja.token) if isinstance(value, str) else value
        for name, value in headers.items()
    }

    answer = ninja.http.get("/api/v1/clients", headers=given)

    assert answer.status_code == 403
    assert answer.json() == INVALID_TOKEN


def test_a_token_in_the_query_opens_nothing(ninja):
    assert ninja.http.get(f"/api/v1/clients?X-API-TOKEN={ninja.token}").status_code == 403


def test_a_token_of_the_other_api_opens_nothing(ninja, planado):
    answer = ninja.http.get("/api/v1/clients", headers={"X-API-TOKEN": planado.token})

    assert answer.status_code == 403
    assert answer.json() == INVALID_TOKEN


def test_a_revoked_token_opens_nothing(ninja, store, account):
    token, secret = store.create_token(CreateToken(account=account.name, dialect="ninja"))
    store.revoke_token(token.id)

    answer = ninja.http.get("/api/v1/clients", headers={"X-API-TOKEN": str(secret)})

    assert answer.status_code == 403
    assert answer.json() == INVALID_TOKEN


@pytest.mark.parametrize("name", ["X-API-TOKEN", "X-Api-Token", "x-api-token"])
def test_the_name_of_the_header_is_read_in_any_case(ninja, name):
    assert ninja.http.get("/api/v1/clients", headers={name: ninja.token}).status_code == 200


def test_a_token_has_64_letters_and_digits(ninja):
    assert len(ninja.token) == 64
    assert ninja.token.isascii()
    assert ninja.token.isalnum()


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_a_token_that_only_reads_writes_nothing(ninja, reader, method, path):
    client = ninja.created(name="Acme")
    body = {"name": "Bolt", "action": "delete", "ids": [client["id"]], "_method": "PUT"}

    answer = reader.request(method, path.replace(NOBODY, client["id"]), json=body)

    assert answer.status_code == 401
    assert answer.json() == {"message": "This action is unauthorized."}
    assert ninja.listed() == [client]


@pytest.mark.parametrize("path", ["/clients", "/clients/create", "/clients/{}", "/clients/{}/edit"])
def test_a_token_that_only_reads_reads(ninja, reader, path):
    path = path.format(ninja.created(name="Acme")["id"])

    assert reader.get(path).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Requested-With": "XMLHttpRequest"},
        {"X-API-COMPANY-KEY": "x", "X-CLIENT-PLATFORM": "x", "X-CLIENT-VERSION": "x"},
        {"X-React": "true", "X-Socket-Id": "1"},
        {"X-API-PASSWORD": "x", "X-API-OAUTH-PASSWORD": "x"},
    ],
)
def test_other_headers_have_no_effect(ninja, headers):
    assert ninja.get("/clients", headers=headers).status_code == 200


@pytest.fixture
def guarded(store):
    """The app with an API secret."""
    settings = Settings(environment={"GATEWAY_NINJA_API_SECRET": "pässword"})
    with AsgiClient(create_app(store, settings)) as http:
        yield http


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_route_opens_without_the_secret(guarded, ninja, method, path):
    answer = guarded.request(method, f"/api/v1{path}", headers={"X-API-TOKEN": ninja.token})

    assert answer.status_code == 403
    assert answer.json() == INVALID_SECRET


@pytest.mark.parametrize("secret", ["", "wrong", "Pässword", "pässwor"])
def test_a_wrong_secret_opens_nothing(guarded, ninja, secret):
    headers = {b"X-API-TOKEN": ninja.token.encode(), b"X-API-SECRET": secret.encode()}

    answer = guarded.get("/api/v1/clients", headers=headers)

    assert answer.status_code == 403
    assert answer.json() == INVALID_SECRET


def test_the_secret_and_the_token_together_open(guarded, ninja):
    headers = {b"X-API-TOKEN": ninja.token.encode(), b"X-API-SECRET": "pässword".encode()}

    assert guarded.get("/api/v1/clients", headers=headers).status_code == 200


def test_the_secret_alone_opens_nothing(guarded):
    answer = guarded.get("/api/v1/clients", headers={b"X-API-SECRET": "pässword".encode()})

    assert answer.status_code == 403
    assert answer.json() == INVALID_TOKEN


def test_the_header_of_the_version_before_opens_too(ninja):
    answer = ninja.http.get("/api/v1/clients", headers={"X-Ninja-Token": ninja.token})

    assert answer.status_code == 200

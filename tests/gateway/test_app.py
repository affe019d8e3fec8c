"""The app around the dialects: their paths, the open routes, and the effect of settings."""

import json
import logging

import pytest
from starlette.testclient import TestClient

from gateway.app import DIALECTS, create_app
from gateway.server.request_log import with_request_log
from gateway.settings import Settings
from storage.model.accounts import Account
from storage.model.commands import CreateToken
from storage.model.errors import Invalid
from storage.store import Store
from tests.support.api_callers import Ninja, Planado
from tests.support.asgi_client import AsgiClient


def test_livez_answers_without_a_token(http: TestClient) -> None:
    answer = http.get("/livez")

    assert (answer.status_code, answer.text) == (200, "ok")


def test_the_bare_address_says_where_the_dialects_are(http: TestClient) -> None:
    assert http.get("/").json() == {"ninja": "/api/v1", "planado": "/v2"}


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("POST", "/livez", 405)]
)
def test_errors_outside_the_dialects_are_json(
    http: TestClient, method: str, path: str, status: int
) -> None:
    answer = http.request(method, path)

    assert answer.status_code == status
    assert list(answer.json()) == ["message"]


def test_a_failure_outside_the_dialects_is_json() -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError

    http = TestClient(with_request_log(fail), raise_server_exceptions=False)

    answer = http.get("/")

    assert (answer.status_code, answer.json()) == (500, {"message": "Internal error"})


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
@pytest.mark.parametrize("path", ["/clients", "/nowhere", "/clients/x"])
def test_nothing_inside_a_dialect_answers_without_a_token(
    http: TestClient, dialect: object, path: str
) -> None:
    (status,) = {
        http.request(method, prefix + path).status_code
        for prefix in dialect.prefixes  # type: ignore[attr-defined]  ids need objects
        for method in ("GET", "POST", "DELETE")
    }

    assert status in {401, 403}


def test_a_token_of_one_dialect_opens_nothing_in_the_other(ninja: Ninja, planado: Planado) -> None:
    strange_ninja = Ninja(ninja.http, planado.token)
    strange_planado = Planado(planado.http, ninja.token)

    assert strange_ninja.get("/clients").status_code == 403
    assert strange_planado.get("/clients").status_code == 401


def test_a_read_only_token_reads_and_writes_nothing(
    http: TestClient, store: Store, account: Account, ninja: Ninja
) -> None:
    made = ninja.created(name="Acme")
    tokens = {
        dialect: str(
            store.create_token(
                CreateToken(account=account.name, dialect=dialect, is_read_only=True)
            )[1]
        )
        for dialect in ("ninja", "planado")
    }
    reader, other = Ninja(http, tokens["ninja"]), Planado(http, tokens["planado"])

    assert reader.get("/clients").status_code == other.get("/clients").status_code == 200
    assert reader.post("/clients", json={}).status_code == 401
    assert reader.delete(f"/clients/{made['id']}").status_code == 401
    assert other.post("/clients", json={}).status_code == 403
    assert len(ninja.listed()) == 1


@pytest.mark.parametrize(
    ("secret", "status"), [(None, 403), ("", 403), ("wrong", 403), ("pä", 403), ("s3cret", 200)]
)
def test_a_secret_set_by_the_operator_is_demanded(
    store: Store, ninja: Ninja, secret: str | None, status: int
) -> None:
    settings = Settings(environment={"GATEWAY_NINJA_API_SECRET": "s3cret"})
    guarded = Ninja(AsgiClient(create_app(store, settings)), ninja.token)
    headers = {} if secret is None else {"X-API-SECRET": secret.encode("latin-1")}

    with guarded.http:
        answer = guarded.get("/clients", headers=headers)

    assert answer.status_code == status
    if status == 403:
        assert answer.json() == {"message": "Invalid secret", "errors": {}}


def test_a_public_url_and_a_version_can_be_set(store: Store, ninja: Ninja) -> None:
    settings = Settings(
        environment={
            "GATEWAY_NINJA_PUBLIC_URL": "https://clients.example.com",
            "GATEWAY_NINJA_VERSION": "5.5.124",
            "GATEWAY_PLANADO_PAGE_SIZE": "3",
        }
    )
    moved = Ninja(TestClient(create_app(store, settings)), ninja.token)

    made = moved.created(name="Acme")
    pagination = moved.get("/clients").json()["meta"]["pagination"]

    assert made["contacts"][0]["link"].startswith("https://clients.example.com/client/key_login/")
    assert pagination["links"] == []


def test_a_setting_that_does_not_fit_is_named(store: Store) -> None:
    settings = Settings(environment={"GATEWAY_PLANADO_PAGE_SIZE": "many"})

    with pytest.raises(Invalid, match="GATEWAY_PLANADO_PAGE_SIZE"):
        create_app(store, settings)


def test_a_defect_answers_in_the_dialects_shape_without_its_traceback(
    ninja: Ninja, planado: Planado, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise ZeroDivisionError("the secret inside")

    monkeypatch.setattr(store, "list_clients", broken)
    monkeypatch.setattr(store, "list_newest_clients", broken)

    answers = [ninja.get("/clients?status=active"), planado.get("/clients?deleted=false")]

    assert [a.status_code for a in answers] == [500, 500]
    assert [a.json() for a in answers] == [
        {"message": "Server Error"},
        {"message": "Internal error"},
    ]


def test_a_defect_in_the_look_up_of_a_token_is_answered_too(
    ninja: Ninja, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(store, "find_access", broken)
    monkeypatch.setattr(store, "snapshot_reader", lambda: None)

    with caplog.at_level(logging.ERROR):
        answer = ninja.get("/clients")

    assert (answer.status_code, answer.json()) == (500, {"message": "Server Error"})
    assert "ZeroDivisionError" in caplog.text
    assert ninja.token not in caplog.text


def test_a_request_is_logged_without_its_query_and_headers(
    store: Store, ninja: Ninja, capsys: pytest.CaptureFixture[str]
) -> None:
    app = with_request_log(create_app(store, Settings()))
    speaker = Ninja(TestClient(app), ninja.token)

    answer = speaker.get("/clients?filter=hidden", headers={"X-Request-Id": "abc-1"})

    logged = capsys.readouterr()
    line = logged.out + logged.err
    assert answer.headers["x-request-id"] == "abc-1"
    assert "/api/v1/clients" in line
    assert "abc-1" in line
    assert "hidden" not in line
    assert ninja.token not in line


def test_a_harmful_request_id_is_replaced(store: Store, ninja: Ninja) -> None:
    app = with_request_log(create_app(store, Settings()))
    speaker = Ninja(TestClient(app), ninja.token)

    answer = speaker.get("/clients", headers={"X-Request-Id": "a b;" + "c" * 100})

    assert len(answer.headers["x-request-id"]) == 32
    assert json.loads(answer.content)["data"] == []


def test_settings_and_options_show_no_values() -> None:
    environment = {"GATEWAY_NINJA_API_SECRET": "s3cret", "OTHER_SECRET": "0ther"}
    settings = Settings.of("sqlite://", environment)

    shown = repr([settings, *(settings.options(dialect) for dialect in DIALECTS)])

    assert "GATEWAY_NINJA_API_SECRET" in shown
    assert "s3cret" not in shown
    assert "0ther" not in shown
    assert "OTHER_SECRET" not in settings.environment

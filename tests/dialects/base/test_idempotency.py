"""A request that is sent again with its Idempotency-Key is carried out once."""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response

from storage.documents.blob_store import BlobStore
from storage.model.accounts import Account
from storage.model.commands import CreateAccount, CreateToken
from storage.model.errors import Undecided
from storage.store import Store
from tests.support.api_callers import Ninja, Planado, Speaker
from tests.support.clock import Clock

DIALECTS = Path(__file__).parents[3] / "dialects"
KEYS = count(1)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
LEE = {"organization": False, "last_name": "Lee"}
Request = tuple[str, str, dict[str, Any]]


@pytest.fixture(autouse=True)
def still(clock: Clock) -> None:
    """Stop the clock, so that only the test moves it."""


@pytest.fixture
def key() -> dict[str, str]:
    """The header of a key that no other test uses."""
    return {"Idempotency-Key": f'"key-{next(KEYS)}"'}


@pytest.fixture
def confirmed(store: Store, account: Account, key: dict[str, str]) -> dict[str, str]:
    """The headers of a key and of the account's password."""
    store.set_password(account.name, "secret")
    return key | {"X-API-PASSWORD": "secret"}


@pytest.fixture
def speakers(ninja: Ninja, planado: Planado) -> dict[str, Speaker]:
    return {"ninja": ninja, "planado": planado}


def send(speaker: Speaker, request: Request, headers: dict[str, str]) -> Response:
    method, path, options = request
    return speaker.request(
        method, path, **options | {"headers": options.get("headers", {}) | headers}
    )


def is_replayed(answer: Response) -> bool:
    return answer.headers.get("idempotency-replayed") == "true"


def new_client(ninja: Ninja) -> str:
    return str(ninja.created(name="Acme")["id"])


def upload(ninja: Ninja) -> Request:
    files = {"documents[0]": ("a.png", PNG, "image/png")}
    return "POST", f"/clients/{new_client(ninja)}/upload", {"files": files}


def with_logo(ninja: Ninja) -> Request:
    return "POST", "/clients", {"data": {"name": "A"}, "files": {"company_logo": ("a.png", PNG)}}


def contacts_form(ninja: Ninja) -> Request:
    return "POST", "/clients", {"files": {"contacts[0][email]": (None, "ada@example.com")}}


def overridden(method: str) -> Callable[[Ninja], Request]:
    def request(ninja: Ninja) -> Request:
        headers = {"X-HTTP-METHOD-OVERRIDE": method}
        return "POST", f"/clients/{new_client(ninja)}", {"headers": headers, "json": {"city": "B"}}

    return request


def bulk(action: str) -> Callable[[Ninja], Request]:
    def request(ninja: Ninja) -> Request:
        ids = [new_client(ninja), new_client(ninja)]
        return "POST", "/clients/bulk", {"json": {"ids": ids, "action": action}}

    return request


def group(ninja: Ninja) -> str:
    answer = ninja.post("/group_settings", json={"name": f"Group {next(KEYS)}"})
    return str(answer.json()["data"]["id"])


def group_bulk(ninja: Ninja) -> Request:
    return "POST", "/group_settings/bulk", {"json": {"ids": [group(ninja)], "action": "delete"}}


def with_group(ninja: Ninja) -> Request:
    body = {"name": "A", "group_settings_id": group(ninja)}
    return "POST", "/clients?include=group_settings", {"json": body}


def document_bulk(ninja: Ninja) -> Request:
    _, path, options = upload(ninja)
    [file] = ninja.post(path, **options).json()["data"]["documents"]
    return "POST", "/documents/bulk", {"json": {"ids": [file["id"]], "action": "delete"}}


NINJA_WRITES: dict[str, Callable[[Ninja], Request]] = {
    "create": lambda _: ("POST", "/clients", {"json": {"name": "Acme"}}),
    "create with a contacts' form": contacts_form,
    "create with a logo": with_logo,
    "create, shown with its group": with_group,
    "update": lambda ninja: ("PUT", f"/clients/{new_client(ninja)}", {"json": {"city": "B"}}),
    "override PUT": overridden("PUT"),
    "override DELETE": overridden("DELETE"),
    "bulk archive": bulk("archive"),
    "bulk delete": bulk("delete"),
    "purge": lambda ninja: ("POST", f"/clients/{new_client(ninja)}/purge", {}),
    "merge": lambda n: ("POST", f"/clients/{new_client(n)}/{new_client(n)}/merge", {}),
    "upload": upload,
    "document bulk": document_bulk,
    "group": lambda _: ("POST", "/group_settings", {"json": {"name": f"G {next(KEYS)}"}}),
    "group update": lambda n: ("PUT", f"/group_settings/{group(n)}", {"json": {"name": "H"}}),
    "group bulk": group_bulk,
}


def everything(ninja: Ninja) -> list[Any]:
    """Return what the account has: each client with its documents, and each group."""
    return [
        ninja.get(path).json()["data"]
        for path in ("/clients?per_page=500", "/group_settings", "/documents")
    ]


@pytest.mark.parametrize("write", NINJA_WRITES)
def test_every_write_is_carried_out_once_and_answered_again(
    ninja: Ninja, confirmed: dict[str, str], write: str
) -> None:
    request = NINJA_WRITES[write](ninja)

    first = send(ninja, request, confirmed)
    after = everything(ninja)
    second = send(ninja, request, confirmed)

    assert first.status_code == 200
    assert not is_replayed(first)
    assert (second.status_code, second.content) == (200, first.content)
    assert is_replayed(second)
    assert everything(ninja) == after


PLANADO_WRITES = {
    "create": ("POST", "/clients", {"json": LEE}),
    "create with an external id": ("POST", "/clients", {"json": LEE | {"external_id": "crm-1"}}),
    "upsert": ("PATCH", "/clients/crm-2", {"json": LEE}),
}


@pytest.mark.parametrize("write", PLANADO_WRITES)
def test_every_write_of_planado_is_carried_out_once(
    planado: Planado, key: dict[str, str], write: str
) -> None:
    first = send(planado, PLANADO_WRITES[write], key)
    second = send(planado, PLANADO_WRITES[write], key)

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert second.headers["etag"] == first.headers["etag"]
    assert is_replayed(second)
    assert len(planado.listed()) == 1


def test_the_answer_is_that_of_the_first_time_although_the_client_has_changed_since(
    ninja: Ninja, key: dict[str, str]
) -> None:
    first = ninja.post("/clients", json={"name": "Acme"}, headers=key)
    client_id = first.json()["data"]["id"]
    ninja.put(client_id, {"name": "Globex"})

    second = ninja.post("/clients", json={"name": "Acme"}, headers=key)

    assert second.content == first.content
    assert ninja.shown(client_id)["name"] == "Globex"


def test_two_requests_without_a_key_make_two_clients(planado: Planado) -> None:
    answers = [planado.post("/clients", json=LEE) for _ in range(2)]

    assert not any(map(is_replayed, answers))
    assert len(planado.listed()) == 2


OTHERS: dict[str, Request] = {
    "body": ("POST", "/clients", {"json": {"name": "Globex"}}),
    "query": ("POST", "/clients?include=group_settings", {"json": {"name": "Acme"}}),
    "path": ("POST", "/group_settings", {"json": {"name": "Acme"}}),
    "override": (
        "POST",
        "/clients",
        {"json": {"name": "Acme"}, "headers": {"X-HTTP-METHOD-OVERRIDE": "PUT"}},
    ),
}


@pytest.mark.parametrize("other", OTHERS)
def test_a_key_is_refused_for_another_request(
    ninja: Ninja, key: dict[str, str], other: str
) -> None:
    ninja.post("/clients", json={"name": "Acme"}, headers=key)

    answer = send(ninja, OTHERS[other], key)

    assert answer.status_code == 422
    assert answer.json() == {
        "message": "The given data was invalid.",
        "errors": {"Idempotency-Key": ["The Idempotency-Key was used for another request."]},
    }
    assert len(ninja.listed()) == 1


def test_a_key_is_refused_for_another_method_of_the_same_path(
    planado: Planado, key: dict[str, str]
) -> None:
    planado.request("PATCH", "/clients/crm-1", json=LEE, headers=key)

    answer = planado.request("DELETE", "/clients/crm-1", json=LEE, headers=key)

    assert answer.status_code == 422
    assert answer.json() == {
        "message": "Cannot process request",
        "errors": {"Idempotency-Key": ["The Idempotency-Key was used for another request."]},
    }
    assert len(planado.listed()) == 1


def test_a_form_that_is_sent_again_with_another_boundary_is_the_same_request(
    ninja: Ninja, key: dict[str, str]
) -> None:
    _, path, _ = upload(ninja)
    part = b'Content-Disposition: form-data; name="documents[]"; filename="a.png"\r\n\r\n'

    def sent(boundary: bytes, file: bytes) -> Response:
        body = b"--%b\r\n%b%b\r\n--%b--\r\n" % (boundary, part, file, boundary)
        kind = f"multipart/form-data; boundary={boundary.decode()}"
        return ninja.post(path, content=body, headers=key | {"Content-Type": kind})

    first = sent(b"left", PNG)

    assert sent(b"a-longer-boundary", PNG).content == first.content
    assert sent(b"left", PNG + b"\0").status_code == 422
    assert len(first.json()["data"]["documents"]) == 1


@pytest.mark.parametrize(
    "text", ["", '""', "a b", '"a', "é", "a" * 256, '"a";b=1', '"' + "a" * 256 + '"', '"a\\b"']
)
@pytest.mark.parametrize("dialect", ["ninja", "planado"])
def test_a_key_that_cannot_be_read_is_refused(
    speakers: dict[str, Speaker], dialect: str, text: str
) -> None:
    headers = {"Idempotency-Key": text.encode("latin-1")}

    answer = speakers[dialect].post("/clients", json=LEE, headers=headers)

    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["message"]
    assert speakers[dialect].get("/clients").json()[{"ninja": "data"}.get(dialect, "clients")] == []


def test_two_keys_in_one_request_are_refused(planado: Planado) -> None:
    headers = [*planado.headers().items(), ("Idempotency-Key", "a"), ("Idempotency-Key", "a")]

    answer = planado.http.post("/v2/clients", json=LEE, headers=headers)

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("text", "same"), [('"abc"', "abc"), ("a" * 255, '"' + "a" * 255 + '"'), ('"a\\"b"', 'a"b')]
)
def test_quotes_are_no_part_of_a_key(planado: Planado, text: str, same: str) -> None:
    planado.post("/clients", json=LEE, headers={"Idempotency-Key": text})

    assert is_replayed(planado.post("/clients", json=LEE, headers={"Idempotency-Key": same}))


def test_a_key_belongs_to_one_account(planado: Planado, store: Store, key: dict[str, str]) -> None:
    other = store.create_account(CreateAccount(name=f"other {next(KEYS)}"))
    _, token = store.create_token(CreateToken(account=other.name, dialect="planado"))
    stranger = Planado(planado.http, str(token))
    first = planado.post("/clients", json=LEE, headers=key)

    answer = stranger.post("/clients", json=LEE, headers=key)

    assert answer.status_code == 201
    assert not is_replayed(answer)
    assert answer.json() != first.json()


def test_a_key_belongs_to_one_dialect(planado: Planado, ninja: Ninja, key: dict[str, str]) -> None:
    planado.post("/clients", json=LEE, headers=key)

    answer = ninja.post("/clients", json=LEE, headers=key)

    assert answer.status_code == 200
    assert not is_replayed(answer)


def test_all_tokens_of_an_account_share_its_keys(
    planado: Planado, store: Store, account: Account, key: dict[str, str]
) -> None:
    _, token = store.create_token(CreateToken(account=account.name, dialect="planado"))
    planado.post("/clients", json=LEE, headers=key)

    assert is_replayed(Planado(planado.http, str(token)).post("/clients", json=LEE, headers=key))


def test_a_refused_request_leaves_its_key_free(planado: Planado, key: dict[str, str]) -> None:
    refused = planado.post("/clients", json={"organization": "perhaps"}, headers=key)

    answer = planado.post("/clients", json=LEE, headers=key)

    assert refused.status_code == 422
    assert answer.status_code == 201
    assert not is_replayed(answer)


def test_a_request_that_is_refused_by_the_store_leaves_its_key_free(
    planado: Planado, key: dict[str, str]
) -> None:
    planado.post("/clients", json=LEE | {"external_id": "crm-1"})

    answers = [
        planado.post("/clients", json=LEE | {"external_id": external_id}, headers=key)
        for external_id in ("crm-1", "crm-2")
    ]

    assert [answer.status_code for answer in answers] == [422, 201]


def test_a_read_only_token_is_refused_before_its_key_is_looked_at(
    ninja: Ninja, store: Store, account: Account, key: dict[str, str]
) -> None:
    command = CreateToken(account=account.name, dialect="ninja", is_read_only=True)
    reader = Ninja(ninja.http, str(store.create_token(command)[1]))
    ninja.post("/clients", content=b" " * 20_000, headers=key)

    answers = [
        reader.post("/clients", content=b" " * 20_000, headers=headers)
        for headers in (key, {"Idempotency-Key": ""})
    ]

    assert [answer.status_code for answer in answers] == [401, 401]


def test_a_read_ignores_a_key(ninja: Ninja, key: dict[str, str]) -> None:
    ninja.post("/clients", json={"name": "Acme"}, headers=key)

    for path in ("/search", "/companies/current"):
        assert ninja.post(path, headers=key).status_code == 200
    assert ninja.get("/clients", headers={"Idempotency-Key": ""}).status_code == 200
    get = key | {"X-HTTP-METHOD-OVERRIDE": "GET"}
    assert len(ninja.post("/clients", headers=get).json()["data"]) == 1


def test_a_key_is_kept_for_a_day(planado: Planado, clock: Clock, key: dict[str, str]) -> None:
    planado.post("/clients", json=LEE, headers=key)

    clock.tick(hours=24, seconds=-1)
    within = planado.post("/clients", json=LEE, headers=key)
    clock.tick(seconds=1)
    after = planado.post("/clients", json=LEE, headers=key)

    assert is_replayed(within)
    assert not is_replayed(after)
    assert is_replayed(planado.post("/clients", json=LEE, headers=key))
    assert len(planado.listed()) == 2


def lose_after_the_commit(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = type(store)._commit

    def lose(self: Store, step: Any, **options: Any) -> Any:
        commit(self, step, **options)
        raise Undecided("it may have been written, or not")

    monkeypatch.setattr("storage.database.write_methods.WriteMethod.can_submit", False)
    monkeypatch.setattr(type(store), "_commit", lose)


def test_a_write_whose_commit_nobody_knows_of_is_answered_if_it_was_done(
    planado: Planado, store: Store, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_after_the_commit(store, monkeypatch)

    answer = planado.post("/clients", json=LEE, headers=key)

    assert answer.status_code == 201
    assert len(planado.listed()) == 1


def test_a_browser_may_send_a_key_and_read_that_an_answer_was_stored(
    ninja: Ninja, key: dict[str, str]
) -> None:
    asked = ninja.http.options("/api/v1/clients")
    ninja.post("/clients", json={}, headers=key)
    answered = ninja.post("/clients", json={}, headers=key)

    assert "Idempotency-Key" in asked.headers["access-control-allow-headers"].split(",")
    read = answered.headers["access-control-expose-headers"].split(",")
    assert is_replayed(answered)
    assert "Idempotency-Replayed" in read


def late_twins(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each request look for its key too early: before its twin is carried out."""
    find, looks = type(store).find_answer, count(1)

    def find_late(self: Store, *key: Any) -> Any:
        return find(self, *key) if next(looks) % 2 == 0 else None

    monkeypatch.setattr(type(store), "find_answer", find_late)


@pytest.mark.parametrize("write", NINJA_WRITES)
def test_a_twin_that_comes_too_late_for_its_write_gets_the_answer_of_the_first(
    ninja: Ninja,
    store: Store,
    confirmed: dict[str, str],
    write: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request = NINJA_WRITES[write](ninja)
    first = send(ninja, request, confirmed)
    after = everything(ninja)
    late_twins(store, monkeypatch)

    second = send(ninja, request, confirmed)

    assert (second.status_code, second.content) == (200, first.content)
    assert is_replayed(second)
    assert everything(ninja) == after


def test_a_twin_whose_precondition_fails_after_the_first_gets_its_answer(
    planado: Planado, store: Store, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = key | {"If-None-Match": "*"}
    first = planado.request("PATCH", "/clients/crm-1", json=LEE, headers=headers)
    late_twins(store, monkeypatch)

    second = planado.request("PATCH", "/clients/crm-1", json=LEE, headers=headers)

    assert second.content == first.content
    assert is_replayed(second)


def test_a_twin_of_an_upload_leaves_no_bytes_behind(
    ninja: Ninja, store: Store, key: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    request = upload(ninja)
    send(ninja, request, key)
    late_twins(store, monkeypatch)
    deleted: list[str] = []
    remove = BlobStore.remove

    def note(blobs: BlobStore, name: str) -> None:
        deleted.append(name)
        remove(blobs, name)

    monkeypatch.setattr(BlobStore, "remove", note)

    assert is_replayed(send(ninja, request, key))
    assert len(deleted) == 1


def test_the_bytes_of_an_upload_stay_if_nobody_knows_whether_it_was_written(
    ninja: Ninja, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    client_id = new_client(ninja)
    lose_after_the_commit(store, monkeypatch)

    refused = ninja.post(f"/clients/{client_id}/upload", files={"documents[0]": ("a.png", PNG)})

    [file] = ninja.shown(client_id)["documents"]
    assert refused.status_code == 503
    assert ninja.get(f"/documents/{file['id']}/download").content == PNG


@pytest.mark.parametrize("module", sorted(DIALECTS.glob("[!b]*/http/*.py")), ids=lambda p: p.name)
def test_no_endpoint_writes_past_the_key_of_its_request(module: Path) -> None:
    assert "run_write" not in module.read_text()

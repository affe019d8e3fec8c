"""Every write of this API checks its precondition or refuses it."""

from collections.abc import Iterator
from typing import Any

import pytest

from dialects.ninja import DIALECT
from storage.model.accounts import Account
from storage.store import Store
from tests.dialects.ninja.documents.sample_files import PDF, Sender
from tests.dialects.ninja.steps import group_of
from tests.support.api_callers import Ninja
from tests.support.doc_tables import routes

STALE = (412, {"message": "The record has changed since"})
READING = {("POST", path) for path in ("/clients/{}/documents", "/companies/current", "/search")}
CONDITIONS = [{"If-Match": '"777"'}, {"If-Match": "banana"}, {"If-None-Match": "1; 2"}]


@pytest.fixture
def client(sender: Sender) -> dict[str, Any]:
    return sender.created(name="Acme")


@pytest.fixture
def document(sender: Sender, client: dict[str, Any]) -> dict[str, Any]:
    """Upload a document and return it. The client is at its second version afterwards."""
    return sender.uploaded(client["id"], ("plan.pdf", PDF))[0]


def writes(store: Store, ids: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the method and path of every route that may write, with the ids of existing records."""
    for method, path in sorted(routes(DIALECT.app(store, DIALECT.options()))):
        if method != "GET" and (method, path) not in READING:
            own = path.replace("{}", ids[path.split("/")[1]], 1)
            yield method, own.replace("{}", ids["other"])


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
def test_every_write_asks_whether_the_condition_holds(
    sender: Sender, client: dict[str, Any], document: dict[str, Any], condition: dict[str, str]
) -> None:
    sender.store.set_password(sender.account.name, "Secret123")
    group, other = group_of(sender, name="Gold"), sender.created(name="Other")
    ids = {"clients": client["id"], "documents": document["id"], "group_settings": group["id"]}
    headers = condition | {"X-API-PASSWORD": "Secret123"}
    before = sender.listed()

    answers = {}
    for method, path in writes(sender.store, ids | {"other": other["id"]}):
        one = method == "POST" and path.count("/") == 2 and not path.endswith("/bulk")
        body = {"name": "Bolt", "action": "delete", "ids": [client["id"]]}
        body |= {"_method": "PUT"} if one else {}
        if path.startswith("/group_settings"):
            body["ids"] = [group["id"]]
        answer = sender.request(method, path, json=body, headers=headers)
        answers[method, path] = (answer.status_code, answer.json())

    assert len(answers) > 15
    assert {route: told for route, told in answers.items() if told != STALE} == {}
    assert sender.listed() == before
    assert sender.get("/group_settings").json()["data"] == [group]


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ({"If-Match": '"2"'}, 200),
        ({"If-Match": "*"}, 200),
        ({"If-Match": '"1"'}, 412),
        ({"If-None-Match": '"1"'}, 200),
        ({"If-None-Match": '"2"'}, 412),
        ({"If-None-Match": "*"}, 412),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_document_is_written_at_the_version_of_its_client(
    sender: Sender, document: dict[str, Any], method: str, condition: dict[str, str], status: int
) -> None:
    path, body = f"/documents/{document['id']}", {"name": "b.pdf"}
    headers = condition | (sender.confirmation() if method == "DELETE" else {})

    answer = sender.request(method, path, json=body, headers=headers)

    assert answer.status_code == status
    after = sender.get(path)
    if status == 412:
        assert after.json()["data"] == document
        assert sender.content(document) == PDF
    else:
        assert after.status_code == 404 if method == "DELETE" else after.json() == answer.json()


def test_a_document_moves_the_version_that_the_next_writer_must_know(
    sender: Sender, client: dict[str, Any], document: dict[str, Any]
) -> None:
    path, seen = f"/documents/{document['id']}", {"If-Match": '"2"'}

    first, second = (
        sender.request("PUT", path, json={"name": name}, headers=seen) for name in ("b", "c")
    )

    assert (first.status_code, second.status_code) == (200, 412)
    assert sender.get(path).json()["data"]["name"] == "b"


@pytest.mark.parametrize("tag", ["*", '"1"'])
def test_a_new_client_has_no_version_yet(ninja: Ninja, tag: str) -> None:
    refused = ninja.post("/clients", json={"name": "A"}, headers={"If-Match": tag})
    made = ninja.post("/clients", json={"name": "B"}, headers={"If-None-Match": tag})

    assert (refused.status_code, made.status_code) == (412, 200)
    assert [client["name"] for client in ninja.listed()] == ["B"]


@pytest.mark.parametrize("condition", [{"If-Match": "*"}, {"If-None-Match": '"7"'}], ids=str)
def test_where_there_is_no_version_every_condition_is_refused(
    ninja: Ninja, condition: dict[str, str]
) -> None:
    client, group = ninja.created(), group_of(ninja, name="Gold")
    requests: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/clients/bulk", {"action": "delete", "ids": [client["id"]]}),
        ("POST", "/group_settings", {"name": "Silver"}),
        ("POST", "/group_settings/bulk", {"action": "delete", "ids": [group["id"]]}),
        ("PUT", f"/group_settings/{group['id']}", {"name": "Silver"}),
        ("DELETE", f"/group_settings/{group['id']}", {}),
    ]

    answers = [ninja.request(m, path, json=body, headers=condition) for m, path, body in requests]

    assert [answer.status_code for answer in answers] == [412] * 5
    assert ninja.get("/group_settings").json()["data"] == [group]
    assert ninja.shown(client["id"]) == client


def test_a_merge_is_guarded_by_the_client_that_stays(
    ninja: Ninja, store: Store, account: Account
) -> None:
    store.set_password(account.name, "Secret123")
    stays, goes = (ninja.created(name=name)["id"] for name in ("Stays", "Goes"))
    ninja.put(goes, {"name": "Goes on"})

    def merge(tag: str) -> int:
        headers = {"X-API-PASSWORD": "Secret123", "If-Match": tag}
        return ninja.post(f"/clients/{stays}/{goes}/merge", headers=headers).status_code

    assert (merge('"2"'), merge('"1"')) == (412, 200)


UNREADABLE = ["", ",", "banana", '"banana"', '"*"', '*, "1"', '"1" "2"', 'abc"1"def', '"1', "01"]


@pytest.mark.parametrize("text", UNREADABLE)
@pytest.mark.parametrize("name", ["If-Match", "If-None-Match"])
def test_what_cannot_be_understood_lets_no_write_through(
    ninja: Ninja, name: str, text: str
) -> None:
    path = f"/clients/{ninja.created(name='Acme')['id']}"

    written = ninja.request("PUT", path, json={"name": "Bolt"}, headers={name: text})
    read = ninja.get(path, headers={name: text})

    assert (written.status_code, written.json()) == STALE
    assert (read.status_code, read.json()["data"]["name"]) == (200, "Acme")


@pytest.mark.parametrize("text", ["*", '"1"', 'W/"1"', "1", "2, 1", '"2",,W/"1" ,', '"9", 1'])
def test_what_is_understood_names_the_version_to_both(ninja: Ninja, text: str) -> None:
    path = f"/clients/{ninja.created(name='Acme')['id']}"

    read = ninja.get(path, headers={"If-None-Match": text})
    refused = ninja.request("PUT", path, json={"city": "A"}, headers={"If-None-Match": text})
    written = ninja.request("PUT", path, json={"city": "B"}, headers={"If-Match": text})

    assert [a.status_code for a in (read, refused, written)] == [304, 412, 200]


def test_lines_of_a_condition_count_together(ninja: Ninja) -> None:
    path = f"/clients/{ninja.created()['id']}"
    headers = [("X-API-TOKEN", ninja.token), ("If-Match", '"7"'), ("If-Match", '"1"')]

    answer = ninja.http.put(f"/api/v1{path}", json={"city": "B"}, headers=headers)

    assert answer.status_code == 200


def test_a_browser_may_send_conditions_and_read_what_they_need(ninja: Ninja) -> None:
    asked = ninja.http.options("/api/v1/clients")
    answered = ninja.get(f"/clients/{ninja.created()['id']}")

    sent = asked.headers["access-control-allow-headers"].split(",")
    read = answered.headers["access-control-expose-headers"].split(",")
    assert {"If-Match", "If-None-Match"} <= set(sent)
    assert {"ETag", "Retry-After", "X-Gateway-Ignored-Fields"} <= set(read)
    assert not any(name != name.strip() for name in sent + read)

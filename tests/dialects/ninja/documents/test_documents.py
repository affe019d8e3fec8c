"""Stored documents: shown, listed, renamed, removed."""

from typing import Any

import pytest

from storage.model.errors import Unavailable
from tests.dialects.ninja.documents.sample_files import PDF, Sender, png
from tests.dialects.ninja.steps import MISSING, NOBODY, refused_fields
from tests.support.api_callers import Ninja

KEYS = [
    *("id", "user_id", "assigned_user_id", "project_id", "vendor_id", "url", "preview", "name"),
    *("type", "disk", "hash", "size", "width", "height", "is_default", "updated_at"),
    *("archived_at", "created_at", "is_deleted", "is_public", "link"),
]
NO_DOCUMENT = {"message": "No query results for model [App\\Models\\Document]."}


@pytest.fixture
def client(sender: Sender) -> dict[str, Any]:
    return sender.created(name="Acme")


@pytest.fixture
def document(sender: Sender, client: dict[str, Any]) -> dict[str, Any]:
    return sender.uploaded(client["id"], ("plan.pdf", PDF))[0]


def test_a_document_has_the_keys_of_the_original_in_its_order(document: dict[str, Any]) -> None:
    assert list(document) == KEYS


def test_a_document_says_where_it_is(client: dict[str, Any], document: dict[str, Any]) -> None:
    address = f"http://ninja.test:8000/api/v1/documents/{document['id']}/download"

    assert document["url"] == address
    assert document["link"] == f"/clients/{client['id']}"
    assert document["user_id"] == client["user_id"]
    assert document["hash"].endswith(".pdf")
    assert len(document["hash"]) == 44


def test_a_document_is_shown_alone_in_its_client_and_in_lists(
    sender: Sender, client: dict[str, Any], document: dict[str, Any]
) -> None:
    client_id = client["id"]

    alone = sender.get(f"/documents/{document['id']}").json()["data"]
    of_all = sender.get("/documents").json()["data"]
    of_client = sender.post(f"/clients/{client_id}/documents").json()["data"]

    assert alone == sender.get(f"/documents/{document['id']}/edit").json()["data"] == document
    assert of_all == of_client == [document]
    assert sender.shown(client_id)["documents"] == [document]
    assert sender.listed()[0]["documents"] == [document]


def test_a_list_of_documents_pages_like_a_list_of_clients(
    sender: Sender, client: dict[str, Any]
) -> None:
    sender.uploaded(client["id"], *((f"{n}.txt", b"xxx") for n in range(5)))

    body = sender.get("/documents?per_page=2&page=2").json()

    assert [d["name"] for d in body["data"]] == ["2.txt", "3.txt"]
    assert body["meta"]["pagination"]["total"] == 5
    assert sorted(body["meta"]["pagination"]["links"]) == ["next", "previous"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("filter=LA", ["plan.pdf"]),
        ("type=pdf", ["plan.pdf"]),
        ("type=image", ["face.png"]),
        ("type=other", ["notes.txt"]),
        ("type=private", ["face.png"]),
        ("type=public", ["plan.pdf", "notes.txt"]),
        ("type=unknown", ["plan.pdf", "face.png", "notes.txt"]),
        ("sort=name|asc", ["face.png", "notes.txt", "plan.pdf"]),
        ("sort=size|desc", ["face.png", "plan.pdf", "notes.txt"]),
        ("sort=size|", ["face.png", "plan.pdf", "notes.txt"]),
        ("sort=name", ["plan.pdf", "face.png", "notes.txt"]),
        ("sort=name|asc|asc", ["plan.pdf", "face.png", "notes.txt"]),
        ("sort=nothing|asc", ["plan.pdf", "face.png", "notes.txt"]),
        ("company_documents=true", []),
        ("company_documents=false&type=pdf", ["plan.pdf"]),
        ("client_id=l4zbq2dprO", []),
        ("client_id=nobody", []),
    ],
)
def test_a_list_of_documents_is_filtered_and_sorted(
    sender: Sender, client: dict[str, Any], query: str, names: list[str]
) -> None:
    sender.uploaded(client["id"], ("plan.pdf", PDF))
    sender.uploaded(client["id"], ("face.png", png(1, 1)), is_public="0")
    sender.uploaded(client["id"], ("notes.txt", b"xxx"))

    found = sender.get(f"/documents?{query}").json()["data"]

    assert [d["name"] for d in found] == names


def test_a_list_of_documents_is_narrowed_to_a_client(sender: Sender) -> None:
    one, other = sender.created(name="A")["id"], sender.created(name="B")["id"]
    sender.uploaded(one, ("a.txt", b"aaa"))
    sender.uploaded(other, ("b.txt", b"bbb"))

    found = sender.get(f"/documents?client_id={other}").json()["data"]

    assert [d["name"] for d in found] == ["b.txt"]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_document_is_renamed_and_hidden(
    sender: Sender, client: dict[str, Any], document: dict[str, Any], method: str
) -> None:
    body = {"name": "../new\n.pdf", "is_public": False}

    answer = sender.request(method, f"/documents/{document['id']}", json=body)

    told = answer.json()["data"]
    assert (told["name"], told["is_public"]) == ("..-new.pdf", False)
    assert told["hash"] == document["hash"]
    assert sender.shown(client["id"])["documents"] == [told]


def test_a_change_of_a_document_is_a_change_of_its_client(
    sender: Sender, clock: Any, client: dict[str, Any], document: dict[str, Any]
) -> None:
    before = sender.get(f"/clients/{client['id']}").headers["etag"]
    now = clock.move()

    sender.request("PUT", f"/documents/{document['id']}", json={"name": "b.pdf"})

    after = sender.get(f"/clients/{client['id']}")
    assert (before, after.headers["etag"]) == ('"2"', '"3"')
    assert after.json()["data"]["updated_at"] == now
    assert after.json()["data"]["documents"][0]["updated_at"] == now


def test_a_change_that_says_what_is_shown_changes_nothing(
    sender: Sender, client: dict[str, Any], document: dict[str, Any]
) -> None:
    before = sender.get(f"/clients/{client['id']}").headers["etag"]

    answer = sender.request("PUT", f"/documents/{document['id']}", json=document)

    assert answer.json()["data"] == document
    assert sender.get(f"/clients/{client['id']}").headers["etag"] == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": ["a"]}, "name"),
        ({"is_public": "perhaps"}, "is_public"),
        ({"is_public": {}}, "is_public"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(
    sender: Sender, document: dict[str, Any], body: dict[str, Any], field: str
) -> None:
    answer = sender.request("PUT", f"/documents/{document['id']}", json=body)

    assert list(refused_fields(answer)) == [field]


READ_ONLY = {
    "id": "Opnel5aKBz",
    "user_id": "Opnel5aKBz",
    "url": "../../x",
    "disk": "s3",
    "type": "html",
    "hash": "../../x",
    "size": 1,
    "width": 7,
    "is_default": True,
    "created_at": 5,
    "updated_at": 5,
    "archived_at": 5,
    "is_deleted": True,
    "client_id": "Opnel5aKBz",
    "link": "http://evil",
}


@pytest.mark.parametrize(("field", "value"), READ_ONLY.items())
def test_what_is_read_only_of_a_document_is_ignored(
    sender: Sender, document: dict[str, Any], field: str, value: object
) -> None:
    answer = sender.request("PUT", f"/documents/{document['id']}", json={field: value})

    assert answer.json()["data"] == document
    assert sender.content(document) == PDF


def test_a_key_without_effect_is_named(sender: Sender, document: dict[str, Any]) -> None:
    answer = sender.request("PUT", f"/documents/{document['id']}", json={"nmae": "b"})

    assert answer.headers["X-Gateway-Ignored-Fields"] == "nmae"


def test_a_removed_document_is_gone_with_its_bytes(
    sender: Sender, client: dict[str, Any], document: dict[str, Any]
) -> None:
    answer = sender.remove(document)

    assert (answer.status_code, answer.json()) == (200, {"message": "Success"})
    assert sender.stored() == []
    assert sender.shown(client["id"])["documents"] == []
    assert sender.remove(document).status_code == 404


@pytest.mark.parametrize("headers", [{}, {"X-API-PASSWORD": "wrong"}, {"X-API-PASSWORD": ""}])
def test_a_document_is_removed_only_with_the_password_of_the_account(
    sender: Sender, document: dict[str, Any], headers: dict[str, str]
) -> None:
    path = f"/documents/{document['id']}"

    with_none_set = sender.request("DELETE", path, headers=headers)
    sender.confirmation()
    with_another = sender.request("DELETE", path, headers=headers)

    told = [(answer.status_code, answer.json()) for answer in (with_none_set, with_another)]
    assert told == [(412, {"message": "Invalid Password", "errors": {}})] * 2
    assert sender.content(document) == PDF


def test_a_document_is_removed_even_when_its_bytes_cannot_be(
    sender: Sender, document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_name: str) -> None:
        raise Unavailable("no")

    monkeypatch.setattr(sender.blobs, "remove", refuse)

    assert sender.remove(document).json() == {"message": "Success"}
    assert sender.get(f"/documents/{document['id']}").status_code == 404


def test_serials_of_removed_documents_are_not_given_again(
    sender: Sender, client: dict[str, Any], document: dict[str, Any]
) -> None:
    sender.remove(document)

    again = sender.uploaded(client["id"], ("b.txt", b"bbb"))[0]

    assert again["id"] != document["id"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/documents/{}"),
        ("GET", "/documents/{}/edit"),
        ("PUT", "/documents/{}"),
        ("DELETE", "/documents/{}"),
        ("GET", "/documents/{}/download"),
        ("HEAD", "/documents/{}/download"),
    ],
)
def test_the_document_of_another_account_looks_like_none_at_all(
    sender: Sender, rival: Sender, document: dict[str, Any], method: str, path: str
) -> None:
    headers = rival.confirmation() if method == "DELETE" else {}

    foreign = rival.request(method, path.format(document["id"]), headers=headers)
    missing = rival.request(method, path.format(NOBODY), headers=headers)
    nonsense = rival.request(method, path.format("nonsense"), headers=headers)

    told = {(a.status_code, a.text) for a in (foreign, missing, nonsense)}
    assert len(told) == 1
    assert foreign.status_code == 404
    assert sender.content(document) == PDF


def test_another_account_lists_none_of_them(
    rival: Ninja, client: dict[str, Any], document: dict[str, Any]
) -> None:
    listed = rival.get(f"/documents?client_id={client['id']}")
    of_client = rival.post(f"/clients/{client['id']}/documents")

    assert listed.json()["data"] == rival.get("/documents").json()["data"] == []
    assert (of_client.status_code, of_client.json()) == (404, MISSING)


@pytest.mark.parametrize("named", [{"_method": "delete"}, {"_method": "DELETE"}])
def test_a_post_means_the_method_that_it_names(
    sender: Sender, document: dict[str, Any], named: dict[str, str]
) -> None:
    path = f"/documents/{document['id']}"

    renamed = sender.post(path, data={"_method": "put", "name": "b.pdf"})
    removed = sender.post(path, data=named, headers=sender.confirmation())

    assert renamed.json()["data"]["name"] == "b.pdf"
    assert removed.json() == {"message": "Success"}
    assert sender.post(path, data={}).status_code == 405


def test_documents_of_a_deleted_client_can_be_read_but_not_changed(
    sender: Sender, client: dict[str, Any], document: dict[str, Any]
) -> None:
    sender.delete(f"/clients/{client['id']}")
    path = f"/documents/{document['id']}"

    answers = [
        sender.remove(document),
        sender.request("PUT", path, json={"name": "b.pdf"}),
    ]

    assert [a.status_code for a in answers] == [400, 400]
    assert sender.content(document) == PDF
    assert len(sender.stored()) == 1


def test_a_file_can_be_attached_to_a_deleted_client(
    sender: Sender, client: dict[str, Any], document: dict[str, Any]
) -> None:
    sender.delete(f"/clients/{client['id']}")

    answer = sender.upload(client["id"], ("b.txt", b"bbb"))

    names = [shown["name"] for shown in answer.json()["data"]["documents"]]
    assert answer.status_code == 200
    assert names == [document["name"], "b.txt"]
    assert answer.json()["data"]["is_deleted"] is True

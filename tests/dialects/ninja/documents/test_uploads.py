"""Uploads: through which request, in which fields, with which client."""

from typing import Any

import pytest

from tests.dialects.ninja.documents.sample_files import FORM, PDF, Sender, png
from tests.dialects.ninja.steps import MISSING, NOBODY, refused_fields
from tests.support.api_callers import Ninja


@pytest.fixture
def client_id(sender: Sender) -> str:
    return sender.created(name="Acme")["id"]


NO_CHOICE = b"--x\r\n" + (
    b'Content-Disposition: form-data; name="documents[]"; filename=""\r\n\r\n\r\n--x--'
)
"""What a browser sends for a field in which no file was chosen."""


def test_files_come_back_with_the_client_in_their_order(sender: Sender, client_id: str) -> None:
    first = sender.uploaded(client_id, ("a.txt", b"aaa"))

    both = sender.uploaded(client_id, ("b.txt", b"bbb"), ("c.pdf", PDF))

    assert [(d["name"], d["size"]) for d in both] == [
        ("a.txt", 3),
        ("b.txt", 3),
        ("c.pdf", len(PDF)),
    ]
    assert both[0] == first[0]
    assert [sender.content(d) for d in both] == [b"aaa", b"bbb", PDF]


def test_an_upload_is_a_change_of_the_client(sender: Sender, clock: Any, client_id: str) -> None:
    now = clock.move()

    answer = sender.upload(client_id, ("a.txt", b"aaa"), ("b.txt", b"bbb"))

    assert answer.headers["etag"] == '"2"'
    assert answer.json()["data"]["updated_at"] == now
    assert answer.json()["data"]["documents"][0]["created_at"] == now


@pytest.mark.parametrize("fields", [{}, {"_method": "PUT"}, {"_method": "put"}])
def test_an_upload_may_be_a_post(sender: Sender, client_id: str, fields: dict[str, str]) -> None:
    files = {"documents[]": ("a.txt", b"aaa")}

    answer = sender.post(f"/clients/{client_id}/upload", files=files, data=fields)

    assert [d["name"] for d in answer.json()["data"]["documents"]] == ["a.txt"]


def test_an_upload_that_names_another_method_is_refused(sender: Sender, client_id: str) -> None:
    files = {"documents[]": ("a.txt", b"aaa")}

    answer = sender.post(f"/clients/{client_id}/upload", files=files, data={"_method": "DELETE"})

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, PUT")
    assert sender.stored() == []


@pytest.mark.parametrize("field", ["documents[]", "documents[0]", "documents[7]", "documents"])
def test_a_file_is_taken_from_any_field_for_files(
    sender: Sender, client_id: str, field: str
) -> None:
    files = {field: ("a.txt", b"aaa"), "file": ("b.txt", b"bbb")}

    answer = sender.request("PUT", f"/clients/{client_id}/upload", files=files)

    assert [d["name"] for d in answer.json()["data"]["documents"]] == ["a.txt", "b.txt"]


def test_a_file_in_another_field_is_refused_by_name(sender: Sender, client_id: str) -> None:
    paths = {"company_logo": f"/clients/{client_id}/upload", "avatar": f"/clients/{client_id}"}

    for field, path in paths.items():
        answer = sender.request("PUT", path, files={field: ("a.png", png(1, 1))})
        assert refused_fields(answer) == {field: [f"The {field} must not be a file."]}
    assert sender.stored() == []


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"_method": "PUT"}},
        {"json": {"_method": "PUT", "documents": []}},
        {"files": {"documents[]": ("", b"")}, "data": {"_method": "PUT"}},
        {"content": NO_CHOICE, "headers": {"Content-Type": FORM}},
        {},
    ],
)
def test_an_upload_without_files_changes_nothing(
    sender: Sender, client_id: str, body: dict[str, Any]
) -> None:
    answer = sender.post(f"/clients/{client_id}/upload", **body)

    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    assert answer.json()["data"]["documents"] == []


@pytest.mark.parametrize(
    "body", [{"json": {"documents": ["a", "b"]}}, {"data": {"documents[]": "just text"}}]
)
def test_texts_where_files_belong_are_nothing(
    sender: Sender, client_id: str, body: dict[str, Any]
) -> None:
    answer = sender.request("PUT", f"/clients/{client_id}/upload", **body)

    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    assert answer.json()["data"]["documents"] == []


@pytest.mark.parametrize(
    ("word", "is_public"),
    [("1", True), ("true", True), ("yes", True), ("0", False), ("off", False), ("no", False)],
)
def test_files_are_public_unless_they_are_said_not_to_be(
    sender: Sender, client_id: str, word: str, is_public: bool
) -> None:
    documents = sender.uploaded(client_id, ("a.txt", b"aaa"), is_public=word)

    assert documents[0]["is_public"] is is_public


@pytest.mark.parametrize(
    "field", [{"is_public": "perhaps"}, {"is_public": ""}, {"is_public[]": "perhaps"}]
)
def test_another_word_for_public_is_refused_and_so_is_none(
    sender: Sender, client_id: str, field: dict[str, str]
) -> None:
    answer = sender.upload(client_id, ("a.txt", b"aaa"), **field)

    assert refused_fields(answer) == {"is_public": ["The is public field must be true or false."]}
    assert sender.stored() == []


def test_an_upload_to_nobody_or_to_another_accounts_client_is_missing(
    sender: Sender, rival: Ninja, client_id: str
) -> None:
    files = {"documents[]": ("a.txt", b"aaa")}

    answers = [
        rival.request("PUT", f"/clients/{key}/upload", files=files) for key in (client_id, NOBODY)
    ]

    assert [(a.status_code, a.json()) for a in answers] == [(404, MISSING)] * 2
    assert sender.stored() == []


def test_files_may_come_with_a_new_client_and_with_a_change(sender: Sender) -> None:
    fields = {"name": "Acme", "contacts[0][first_name]": "Ada", "is_public": "0"}

    made = sender.post("/clients", data=fields, files={"documents[]": ("a.txt", b"aaa")})
    client_id = made.json()["data"]["id"]
    changed = sender.request(
        "PUT", f"/clients/{client_id}", data={"name": "B"}, files={"documents[]": ("b.txt", b"bbb")}
    )

    shown = sender.shown(client_id)
    assert made.status_code == changed.status_code == 200
    assert "X-Gateway-Ignored-Fields" not in made.headers
    assert (shown["name"], shown["contacts"][0]["first_name"]) == ("B", "Ada")
    assert [(d["name"], d["is_public"]) for d in shown["documents"]] == [
        ("a.txt", False),
        ("b.txt", True),
    ]


def test_an_echo_of_a_client_keeps_its_documents(sender: Sender, client_id: str) -> None:
    sender.uploaded(client_id, ("a.txt", b"aaa"))
    shown = sender.shown(client_id)

    changed = sender.put(client_id, {**shown, "name": "B"})

    assert (changed["name"], changed["documents"]) == ("B", shown["documents"])


def test_who_may_only_read_uploads_nothing(reader: Ninja, ninja: Ninja) -> None:
    client_id = ninja.created()["id"]
    files = {"documents[]": ("a.txt", b"aaa")}

    assert reader.request("PUT", f"/clients/{client_id}/upload", files=files).status_code == 401


def test_a_purged_client_takes_its_files_along(sender: Sender, client_id: str) -> None:
    document = sender.uploaded(client_id, ("a.txt", b"aaa"))[0]

    sender.store.purge_client(sender.account.id, 1)

    assert sender.stored() == []
    assert sender.get(f"/documents/{document['id']}").status_code == 404


def test_a_merge_moves_the_documents(sender: Sender, client_id: str) -> None:
    other = sender.created(name="B")["id"]
    sender.uploaded(client_id, ("a.txt", b"aaa"))
    sender.uploaded(other, ("b.txt", b"bbb"))

    sender.store.merge_clients(sender.account.id, 2, 1)

    documents = sender.shown(other)["documents"]
    assert [sender.content(d) for d in documents] == [b"aaa", b"bbb"]
    assert {d["link"] for d in documents} == {f"/clients/{other}"}

"""Bulk actions on documents: shown unchanged, or deleted with their bytes."""

from typing import Any

import pytest

from tests.dialects.ninja.documents.sample_files import PDF, Sender
from tests.dialects.ninja.steps import NOBODY, refused_fields


@pytest.fixture
def client(sender: Sender) -> dict[str, Any]:
    return sender.created(name="Acme")


@pytest.fixture
def documents(sender: Sender, client: dict[str, Any]) -> list[dict[str, Any]]:
    return sender.uploaded(client["id"], *((f"{n}.pdf", PDF) for n in range(3)))


def ids_of(documents: list[dict[str, Any]]) -> list[str]:
    return [document["id"] for document in documents]


def post_action(sender: Sender, action: str, ids: list[str], query: str = "") -> dict[str, Any]:
    answer = sender.post(f"/documents/bulk{query}", json={"action": action, "ids": ids})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("action", ["archive", "restore"])
def test_documents_are_neither_archived_nor_restored_only_listed(
    sender: Sender, client: dict[str, Any], documents: list[dict[str, Any]], action: str
) -> None:
    before = sender.shown(client["id"])

    body = post_action(sender, action, ids_of(documents[1:]))

    assert body["data"] == documents[1:]
    assert (body["meta"]["pagination"]["total"], body["meta"]["pagination"]["per_page"]) == (2, 20)
    assert sender.shown(client["id"]) == before


def test_documents_of_several_clients_are_deleted_at_once_without_the_password(
    sender: Sender, client: dict[str, Any], documents: list[dict[str, Any]]
) -> None:
    other = sender.created(name="Other")["id"]
    theirs = sender.uploaded(other, ("a.pdf", PDF))

    body = post_action(sender, "delete", ids_of([documents[0], *theirs]))

    assert body["data"] == []
    assert sender.shown(client["id"])["documents"] == documents[1:]
    assert sender.shown(other)["documents"] == []
    assert len(sender.stored()) == 2


def test_a_deletion_is_a_change_of_the_client_even_of_a_deleted_one(
    sender: Sender, client: dict[str, Any], documents: list[dict[str, Any]]
) -> None:
    sender.delete(f"/clients/{client['id']}")

    post_action(sender, "delete", ids_of(documents))

    after = sender.get(f"/clients/{client['id']}")
    assert (after.json()["data"]["documents"], after.headers["etag"]) == ([], '"4"')


def test_a_deletion_may_be_sent_again(sender: Sender, documents: list[dict[str, Any]]) -> None:
    ids = [documents[0]["id"], NOBODY]

    answers = [post_action(sender, "delete", ids) for _ in range(2)]

    assert [answer["data"] for answer in answers] == [[], []]
    assert len(sender.stored()) == 2


def test_the_documents_of_another_account_stay_and_are_not_shown(
    sender: Sender, rival: Sender, documents: list[dict[str, Any]]
) -> None:
    own = rival.uploaded(rival.created()["id"], ("own.pdf", PDF))

    answers = [post_action(rival, action, ids_of(documents)) for action in ("archive", "delete")]

    # Ids are per account: the first document of the one has the id of the first of the other.
    assert [len(answer["data"]) for answer in answers] == [len(own), 0]
    assert [sender.content(document) for document in documents] == [PDF] * 3


def test_a_page_of_them_is_as_large_as_asked_for(
    sender: Sender, documents: list[dict[str, Any]]
) -> None:
    body = post_action(sender, "archive", ids_of(documents), query="?per_page=2&sort=name|desc")

    assert [document["name"] for document in body["data"]] == ["2.pdf", "1.pdf"]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"action": "The action field is required.", "ids": "The ids field is required."}),
        ({"action": "explode"}, {"action": "The selected action is invalid."}),
        ({"action": "download"}, {"action": "The selected action is invalid."}),
        ({"action": "delete", "ids": ["nonsense"]}, {"ids": "The selected ids is invalid."}),
        ({"action": "delete", "ids": "x"}, {"ids": "The ids must be an array."}),
    ],
)
def test_what_names_no_action_or_no_documents_is_refused(
    sender: Sender, documents: list[dict[str, Any]], body: dict[str, Any], errors: dict[str, str]
) -> None:
    ids = {"ids": ids_of(documents)} if "action" in body else {}

    answer = sender.post("/documents/bulk", json=ids | body)

    assert refused_fields(answer) == {field: [text] for field, text in errors.items()}
    assert len(sender.stored()) == 3

"""Downloads of documents: their bytes, their headers, and who may read them."""

from typing import Any

import pytest

from tests.dialects.ninja.documents.sample_files import PDF, Sender

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


def test_a_download_gives_the_very_bytes_under_the_name_that_they_are_stored_under(
    sender: Sender, client: dict[str, Any]
) -> None:
    content = bytes(range(256)) * 10_000
    document = sender.uploaded(client["id"], ("x.pdf", PDF + content))[0]

    answer = sender.get(f"/documents/{document['id']}/download")

    assert answer.content == PDF + content
    assert answer.headers["content-length"] == str(len(PDF + content))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f"attachment; filename={document['hash']}"


def test_a_download_is_inline_when_it_is_asked_for_and_never_run(
    sender: Sender, document: dict[str, Any]
) -> None:
    answer = sender.get(f"/documents/{document['id']}/download?inline=true")

    assert answer.headers["content-disposition"].startswith("inline; ")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_a_head_of_a_download_carries_no_bytes(sender: Sender, document: dict[str, Any]) -> None:
    answer = sender.request("HEAD", f"/documents/{document['id']}/download")

    assert answer.headers["content-length"] == str(document["size"])
    assert answer.content == b""


def test_a_download_needs_a_token(sender: Sender, document: dict[str, Any]) -> None:
    answer = sender.http.get(f"/api/v1/documents/{document['id']}/download")

    assert answer.status_code == 403


def test_bytes_that_are_gone_are_missing(sender: Sender, document: dict[str, Any]) -> None:
    sender.blobs.remove(f"{sender.account.id}/{document['hash']}")

    answer = sender.get(f"/documents/{document['id']}/download")

    assert (answer.status_code, answer.json()) == (404, NO_DOCUMENT)

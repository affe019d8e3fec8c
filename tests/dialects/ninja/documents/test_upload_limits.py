"""Uploads that are too large or malformed: they are refused and leave nothing behind."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.testclient import TestClient

from dialects.ninja.documents import upload_checks
from dialects.ninja.http import multipart
from gateway.app import create_app
from gateway.settings import Settings
from storage.model.errors import Unavailable
from storage.store import Store
from tests.dialects.ninja.documents.sample_files import FORM, Sender, Shelf, part
from tests.dialects.ninja.steps import refused_fields
from tests.support.api_callers import Ninja


@pytest.fixture
def client_id(sender: Sender) -> str:
    return sender.created(name="Acme")["id"]


def test_a_file_beyond_the_limit_is_refused_in_the_words_of_the_original(
    sender: Sender, client_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_checks, "MAX_KILOBYTES", 1)

    fits = sender.upload(client_id, ("a.txt", b"x" * 1024))
    beyond = sender.upload(client_id, ("a.txt", b"x" * 1025))

    assert fits.status_code == 200
    assert refused_fields(beyond) == {
        "documents.0": ["The documents.0 must not be greater than 1 kilobytes."]
    }
    assert len(sender.stored()) == 1


def test_the_limit_is_that_of_the_original() -> None:
    assert upload_checks.MAX_KILOBYTES == 100_000


def test_a_request_beyond_all_limits_is_not_read_to_its_end(
    sender: Sender, client_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(multipart, "MAX_FORM_SIZE", 1000)

    answer = sender.upload(client_id, ("a.txt", b"x" * 2000))

    assert answer.status_code == 413
    assert answer.json()["message"] == "The request body is too large."


@pytest.mark.parametrize(
    "body",
    [
        part("documents[]", b"a", "a.txt"),
        part("documents[]", b"a", "a.txt")[:-9],
        b"",
        part("_method", b"\xff") + b"--x--",
        part("documents[]", b"a", "a.txt") * 51 + b"--x--",
        part("a", b"1") * 1001 + b"--x--",
        part("a", b"1" * (2**20 + 1)) + b"--x--",
    ],
    ids=["no end", "cut", "empty", "no utf-8", "51 files", "1001 fields", "long field"],
)
def test_a_form_that_cannot_be_read_is_malformed(
    sender: Sender, client_id: str, body: bytes
) -> None:
    headers = {"Content-Type": FORM}

    answer = sender.request("PUT", f"/clients/{client_id}/upload", content=body, headers=headers)

    assert answer.status_code == 400
    assert list(answer.json()) == ["message", "errors"]
    assert sender.stored() == []


def test_texts_of_a_form_have_a_limit_together(sender: Sender, client_id: str) -> None:
    body = part("a", b"1" * 2**20) * 5 + b"--x--"

    answer = sender.request(
        "PUT", f"/clients/{client_id}/upload", content=body, headers={"Content-Type": FORM}
    )

    assert answer.status_code == 413


def test_a_failed_transaction_leaves_neither_row_nor_bytes(
    sender: Sender, client_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        assert len(sender.stored()) == 2
        raise Unavailable("no")

    with monkeypatch.context() as broken:
        broken.setattr(Store, "change_client", fail)
        answer = sender.upload(client_id, ("a.txt", b"aaa"), ("b.txt", b"bbb"))

    assert answer.status_code == 503
    assert sender.stored() == []
    assert sender.shown(client_id)["documents"] == []


def test_when_one_file_cannot_be_stored_none_is(
    sender: Sender, client_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, names = sender.blobs.write, []

    def second_fails(name: str, file: Any) -> None:
        names.append(name)
        if len(names) == 2:
            raise Unavailable("no")
        write(name, file)

    monkeypatch.setattr(sender.blobs, "write", second_fails)

    assert sender.upload(client_id, ("a.txt", b"aaa"), ("b.txt", b"bbb")).status_code == 503
    assert sender.stored() == []


def test_a_client_has_a_thousand_documents_at_most(
    ninja: Ninja, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialects.ninja.documents.translate.MAX_DOCUMENTS", 1)
    client_id = ninja.created()["id"]
    files = {"documents[]": ("a.txt", b"aaa")}

    first, second = (
        ninja.request("PUT", f"/clients/{client_id}/upload", files=files) for _ in range(2)
    )

    assert first.status_code == 200
    assert refused_fields(second) == {
        "documents": ["The documents must not have more than 1 items."]
    }


def test_a_refused_client_leaves_no_files(sender: Sender, client_id: str) -> None:
    files = {"documents[]": ("a.txt", b"aaa")}
    data = {"number": sender.shown(client_id)["number"]}

    answer = sender.post("/clients", data=data, files=files)

    assert list(refused_fields(answer)) == ["number"]
    assert sender.stored() == []


def test_of_uploads_at_the_same_moment_none_is_lost(
    shelf: Shelf, sender: Sender, client_id: str
) -> None:
    app = create_app(shelf.store, Settings())
    with TestClient(app) as http, ThreadPoolExecutor(8) as pool:
        others = Sender(shelf._replace(http=http), sender.account)
        answers = [
            pool.submit(others.upload, client_id, (f"{n}.txt", b"xxx"), (f"{n}.csv", b"yyy"))
            for n in range(8)
        ]

    assert {answer.result().status_code for answer in answers} == {200}
    assert len(sender.shown(client_id)["documents"]) == len(sender.stored()) == 16
    assert sender.get(f"/clients/{client_id}").headers["etag"] == '"9"'

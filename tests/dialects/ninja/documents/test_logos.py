"""Logos of clients: sent with a client, shown in its settings, read by everybody who knows them."""

from typing import Any

import obstore
import pytest

from dialects.ninja.documents import upload_checks
from storage.model.errors import Unavailable
from tests.dialects.ninja.documents.sample_files import PDF, Sender, gif, jpeg, png, webp
from tests.dialects.ninja.steps import refused_fields

WRONG = "The company logo must be a file of type: jpeg, jpg, png, gif."
PICTURE = png(3, 2)
BASE = "http://ninja.test:8000"


@pytest.fixture
def client(sender: Sender) -> dict[str, Any]:
    return sender.created(name="Acme", settings={"currency_id": "3", "language_id": "3"})


def send_logo(sender: Sender, path: str, content: bytes = PICTURE, **fields: str) -> Any:
    method = "POST" if path == "/clients" else "PUT"
    files = {"company_logo": ("logo", content)}
    return sender.request(method, path, data=fields, files=files)


def logo_of(sender: Sender, client: dict[str, Any]) -> str:
    """Give a client a logo and return its address."""
    answer = send_logo(sender, f"/clients/{client['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]["settings"]["company_logo"]


def stored_logos(sender: Sender) -> set[str]:
    """Return the names of the logos of all accounts."""
    batches = obstore.list(sender.blobs.store, prefix="logos")
    return {entry["path"] for batch in batches for entry in batch}


@pytest.mark.parametrize(
    ("content", "suffix", "media_type"),
    [
        (png(1, 1), "png", "image/png"),
        (gif(1, 1), "gif", "image/gif"),
        (jpeg(1, 1), "jpg", "image/jpeg"),
    ],
)
def test_a_new_client_shows_the_address_of_its_logo(
    sender: Sender, content: bytes, suffix: str, media_type: str
) -> None:
    made = send_logo(sender, "/clients", content, name="Acme").json()["data"]

    address = made["settings"]["company_logo"]
    answer = sender.http.get(address)
    assert address.startswith(f"{BASE}/api/v1/logos/")
    assert address.endswith(f".{suffix}")
    assert (answer.content, answer.headers["content-type"]) == (content, media_type)
    assert (made["name"], made["documents"]) == ("Acme", [])


def test_a_logo_alone_changes_no_other_setting(sender: Sender, client: dict[str, Any]) -> None:
    address = logo_of(sender, client)

    shown = sender.shown(client["id"])
    assert shown["settings"] == client["settings"] | {"company_logo": address}
    assert shown["name"] == "Acme"


def test_a_logo_comes_with_settings_and_documents(sender: Sender, client: dict[str, Any]) -> None:
    files = {"company_logo": ("a.png", PICTURE), "documents[]": ("a.pdf", PDF)}
    data = {"name": "Bolt", "settings[language_id]": "4"}

    answer = sender.request("PUT", f"/clients/{client['id']}", data=data, files=files)

    shown = answer.json()["data"]
    assert shown["settings"].pop("company_logo")
    assert shown["settings"] == {"language_id": "4", "currency_id": "3"}
    assert (shown["name"], [d["name"] for d in shown["documents"]]) == ("Bolt", ["a.pdf"])
    assert "X-Gateway-Ignored-Fields" not in answer.headers


def test_a_logo_survives_a_client_that_is_sent_back_and_goes_when_it_is_left_out(
    sender: Sender, client: dict[str, Any]
) -> None:
    address = logo_of(sender, client)
    shown = sender.shown(client["id"])

    kept = sender.put(client["id"], {**shown, "name": "Bolt"})
    del shown["settings"]["company_logo"]
    reset = sender.put(client["id"], shown)

    assert kept["settings"]["company_logo"] == address
    assert "company_logo" not in reset["settings"]
    assert sender.http.get(address).content == PICTURE


def test_another_logo_has_another_address(sender: Sender, client: dict[str, Any]) -> None:
    first, second = logo_of(sender, client), logo_of(sender, client)

    assert first != second
    assert sender.shown(client["id"])["settings"]["company_logo"] == second


@pytest.mark.parametrize("content", [PDF, webp(1, 1), b"words", b"", b"<svg onload='x()'/>"])
@pytest.mark.parametrize("path", ["/clients", "/clients/{id}"])
def test_a_file_that_is_no_such_picture_is_refused_with_all_that_came_with_it(
    sender: Sender, client: dict[str, Any], path: str, content: bytes
) -> None:
    before = stored_logos(sender)

    answer = send_logo(sender, path.format(**client), content, name="Bolt")

    assert refused_fields(answer) == {"company_logo": [WRONG]}
    assert [shown["name"] for shown in sender.listed()] == ["Acme"]
    assert stored_logos(sender) == before


def test_a_logo_has_a_limit(
    sender: Sender, client: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = upload_checks.MAX_LOGO_KILOBYTES
    monkeypatch.setattr(upload_checks, "MAX_LOGO_KILOBYTES", 1)

    answer = send_logo(sender, f"/clients/{client['id']}", PICTURE + bytes(1024))

    message = "The company logo must not be greater than 1 kilobytes."
    assert refused_fields(answer) == {"company_logo": [message]}
    assert limit == 10_000


@pytest.mark.parametrize("text", ["http://example.org/a.png", "", None, ["x"], {}])
def test_a_logo_that_is_no_file_is_refused_in_a_change_and_ignored_in_a_new_client(
    sender: Sender, client: dict[str, Any], text: Any
) -> None:
    body = {"name": "Bolt", "company_logo": text}

    changed = sender.request("PUT", f"/clients/{client['id']}", json=body)
    made = sender.post("/clients", json=body)

    assert refused_fields(changed) == {"company_logo": [WRONG]}
    assert made.status_code == 200
    assert "company_logo" not in made.json()["data"]["settings"]


def test_the_logo_of_a_refused_client_is_not_kept(sender: Sender, client: dict[str, Any]) -> None:
    before = stored_logos(sender)

    made = send_logo(sender, "/clients", number=client["number"])
    changed = send_logo(sender, f"/clients/{client['id']}", country_id="0")

    assert [list(refused_fields(made)), list(refused_fields(changed))] == [
        ["number"],
        ["country_id"],
    ]
    assert stored_logos(sender) == before


def test_a_logo_is_read_without_a_token_and_never_run(
    sender: Sender, client: dict[str, Any]
) -> None:
    address = logo_of(sender, client)

    got, head = sender.http.get(address), sender.http.head(address)
    posted = sender.http.post(address)

    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]
    assert got.headers["access-control-allow-origin"] == "*"
    assert (head.status_code, head.content) == (200, b"")
    assert (posted.status_code, posted.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "name", ["{hash}", "../{account}/{hash}", "..%2F{account}%2F{hash}", "x.png", "", "%2e%2e/x"]
)
def test_nothing_but_a_logo_is_read_without_a_token(
    sender: Sender, client: dict[str, Any], name: str
) -> None:
    [document] = sender.uploaded(client["id"], ("a.png", PICTURE))
    path = name.format(account=sender.account.id, **document)

    answer = sender.http.get(f"/api/v1/logos/{path}")

    assert answer.status_code in {403, 404}
    assert PICTURE not in answer.content


def test_a_logo_that_cannot_be_deleted_does_not_hide_why_its_client_was_refused(
    sender: Sender, client: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_name: str) -> None:
        raise Unavailable("no")

    monkeypatch.setattr(sender.blobs, "remove", refuse)

    answer = send_logo(sender, "/clients", number=client["number"])

    assert list(refused_fields(answer)) == ["number"]

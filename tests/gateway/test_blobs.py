"""Where the gateway stores documents: at GATEWAY_BLOBS, or in a folder of the working directory."""

import io
from pathlib import Path

import pytest

from gateway.settings import Settings
from storage.documents.blob_store import BlobStore
from storage.model.commands import ChangeClient, CreateClient
from storage.model.documents import Upload
from storage.store import Store
from tests.gateway.conftest import Run


def test_the_place_is_taken_from_the_environment() -> None:
    chosen = Settings.of("sqlite://", {"GATEWAY_BLOBS": "s3://papers/here"})

    assert chosen.blobs == "s3://papers/here"
    assert Settings.of("sqlite://", {}).blobs == "gateway-blobs"


def test_a_place_of_an_unknown_kind_stops_the_server_before_it_serves(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWAY_BLOBS", "ftp://papers")

    ended = run("serve")

    assert ended.code == 1
    assert "blobs: must be a folder" in ended.err


def test_get_answers_a_download_from_the_place(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = str(tmp_path / "blobs")
    monkeypatch.setenv("GATEWAY_BLOBS", place)
    run("account", "create", "acme")
    store = Store.open(f"sqlite:///{tmp_path / 'gateway.db'}", blobs=BlobStore.at(place))
    file = Upload(name="a.txt", type="txt", file=io.BytesIO(b'{"a":1}'), size=7)
    made = store.create_client(1, CreateClient())
    change = ChangeClient(documents=store.store_uploads(1, [file]))
    store.change_client(1, made.serial, lambda _record: change)
    store.close()

    ended = run("get", "/api/v1/documents/VolejRejNm/download", "--account", "acme", "--json")

    assert (ended.code, ended.json) == (0, {"a": 1})


def test_asking_leaves_no_folder_behind(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run("account", "create", "acme")

    run("get", "/api/v1/clients", "--account", "acme")

    assert not (tmp_path / "gateway-blobs").exists()

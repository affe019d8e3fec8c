"""The blob store in a folder, in a bucket and in memory: its behaviour is the same."""

import io
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from storage.documents import blob_store
from storage.documents.blob_store import BlobStore
from storage.model.commands import ChangeClient, CreateAccount, CreateClient
from storage.model.documents import Upload
from storage.model.errors import Invalid, NotFound, Unavailable
from storage.store import Store


@pytest.fixture(params=["folder", "bucket", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    match request.param:
        case "folder":
            return BlobStore.at(str(tmp_path / "new" / "blobs"))
        case "bucket":
            return BlobStore.at(f"{request.getfixturevalue('bucket')}/{uuid4()}")
        case _:
            return BlobStore.at("memory://")


@pytest.fixture
def store(database: str, blobs: BlobStore) -> Iterator[Store]:
    store = Store.open(database, blobs=blobs)
    yield store
    store.close()


def upload(content: bytes, name: str = "a.txt") -> Upload:
    return Upload(name=name, type="txt", file=io.BytesIO(content), size=len(content))


@pytest.mark.parametrize(
    "size", [0, 1, blob_store.READ_CHUNK_SIZE, 2 * blob_store.UPLOAD_PART_SIZE + 1]
)
def test_bytes_are_read_as_they_were_written(blobs: BlobStore, size: int) -> None:
    content = os.urandom(size)

    blobs.write("1/a.txt", io.BytesIO(content))

    assert b"".join(blobs.read("1/a.txt")) == content


def test_a_file_is_written_from_its_beginning(blobs: BlobStore) -> None:
    file = io.BytesIO(b"abc")
    file.read(2)

    blobs.write("1/a.txt", file)

    assert b"".join(blobs.read("1/a.txt")) == b"abc"


def test_bytes_come_in_pieces(blobs: BlobStore) -> None:
    blobs.write("1/a.txt", io.BytesIO(bytes(5 * blob_store.READ_CHUNK_SIZE)))

    pieces = [len(piece) for piece in blobs.read("1/a.txt")]

    assert sum(pieces) == 5 * blob_store.READ_CHUNK_SIZE
    if blobs.url != "memory://":
        assert max(pieces) < 3 * blob_store.READ_CHUNK_SIZE


def test_the_name_of_a_new_folder_is_on_the_disk_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = set()
    monkeypatch.setattr(
        os, "fsync", lambda file: synced.add(Path(f"/proc/self/fd/{file}").resolve())
    )

    BlobStore.at(str(tmp_path / "new" / "blobs")).write("1/a.txt", io.BytesIO(b"abc"))

    blobs = tmp_path / "new" / "blobs"
    assert {tmp_path, blobs.parent, blobs, blobs / "1", blobs / "1" / "a.txt"} == synced


def test_what_is_not_there_is_missing_before_it_is_read(blobs: BlobStore) -> None:
    with pytest.raises(NotFound):
        blobs.read("1/a.txt")


def test_what_is_removed_is_gone_and_may_be_removed_again(blobs: BlobStore) -> None:
    blobs.write("1/a.txt", io.BytesIO(b"abc"))

    blobs.remove("1/a.txt")
    blobs.remove("1/a.txt")

    with pytest.raises(NotFound):
        blobs.read("1/a.txt")


def test_a_folder_is_made_when_it_is_needed(tmp_path: Path) -> None:
    blobs = BlobStore.at(str(tmp_path / "blobs"))
    before = list(tmp_path.iterdir())

    blobs.write("1/a.txt", io.BytesIO(b"abc"))

    assert before == []
    assert (tmp_path / "blobs" / "1" / "a.txt").read_bytes() == b"abc"


def test_a_place_that_cannot_be_used_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    blobs = BlobStore.at(str(tmp_path / "file" / "blobs"))

    with pytest.raises(Unavailable):
        blobs.write("1/a.txt", io.BytesIO(b"abc"))


def test_a_bucket_that_does_not_exist_is_unavailable(bucket: str) -> None:
    with pytest.raises(Unavailable):
        BlobStore.at(f"{bucket}-that-is-not-there").write("1/a.txt", io.BytesIO(b"abc"))


def test_a_bucket_that_cannot_be_reached_is_unavailable(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")

    with pytest.raises(Unavailable):
        BlobStore.at(bucket).read("1/a.txt")


@pytest.mark.parametrize("place", ["ftp://host/a", "http://host/a", "gs://bucket"])
def test_a_place_of_another_kind_is_refused(place: str) -> None:
    with pytest.raises(Invalid):
        BlobStore.at(place)


def test_a_store_without_a_place_keeps_no_documents(database: str) -> None:
    store = Store.open(database)

    with pytest.raises(Unavailable):
        store.store_uploads(1, [upload(b"a")])
    store.close()


def test_kept_bytes_have_names_of_our_own_and_rows_follow_them(
    store: Store, blobs: BlobStore
) -> None:
    account = store.create_account(CreateAccount(name="acme"))
    client = store.create_client(account.id, CreateClient())

    drafts = store.store_uploads(account.id, [upload(b"a"), upload(b"b", "../b.txt")])
    change = ChangeClient(documents=drafts)
    after = store.change_client(account.id, client.serial, lambda _record: change)

    assert [d.serial for d in after.documents] == [1, 2]
    assert store.get_client(account.id, client.serial) == after
    assert [b"".join(store.open_blob(account.id, d)) for d in after.documents] == [b"a", b"b"]
    assert len({d.hash for d in after.documents}) == 2
    assert all("/" not in d.hash for d in after.documents)


def test_a_new_client_may_bring_documents(store: Store) -> None:
    account = store.create_account(CreateAccount(name="acme"))
    drafts = store.store_uploads(account.id, [upload(b"a")])

    first = store.create_client(account.id, CreateClient(documents=drafts))
    second = store.create_client(account.id, CreateClient())

    assert store.get_client(account.id, first.serial) == first
    assert [d.client_serial for d in first.documents] == [first.serial]
    assert second.documents == ()

"""Files of clients are downloaded on request, byte for byte and only once."""

from collections.abc import Callable

import httpx
import pytest

from gateway.remote.failures import RetriesExhausted
from storage.model.accounts import Account
from storage.model.commands import ChangeClient
from storage.model.records import Client, State
from storage.model.runs import RunState
from tests.gateway.migration.remote_stand_ins import There, nth_of, one_engine, stream_response

pytestmark = one_engine

PDF = b"%PDF-1.4 a contract"
NOTE = b"remember the milk"
Edit = Callable[..., None]


@pytest.fixture
def filed(ninja_there: There) -> Client:
    """A remote client with two files."""
    made = ninja_there.speaker.created(name="Acme")
    parts = [("documents[]", ("contract.pdf", PDF)), ("documents[]", ("note.txt", NOTE))]
    sent = ninja_there.speaker.request("PUT", f"/clients/{made['id']}/upload", files=parts)
    assert sent.status_code == 200, sent.text
    return ninja_there.clients[0]


def is_download(request: httpx.Request) -> bool:
    return request.url.path.endswith("/download")


def contents(there: There, account: Account, client: Client) -> dict[str, bytes]:
    kept = there.store.get_client(account.id, client.serial).documents
    return {d.name: b"".join(there.store.open_blob(account.id, d)) for d in kept}


def test_without_being_asked_for_they_are_told_as_lost(
    ninja_there: There, here: Account, filed: Client
) -> None:
    run = ninja_there.pull(here).run

    lines = [line for _, line in ninja_there.store.list_run_lines(run.id, kind="lost")]
    assert {line.text for line in lines} == {"contract.pdf", "note.txt"}
    assert contents(ninja_there, here, filed) == {}


def test_they_come_with_their_bytes_and_their_names(
    ninja_there: There, here: Account, filed: Client
) -> None:
    pulled = ninja_there.pull(here, has_files=True)

    assert contents(ninja_there, here, filed) == {"contract.pdf": PDF, "note.txt": NOTE}
    types = {d.name: d.type for d in ninja_there.store.get_client(here.id, filed.serial).documents}
    assert types == {"contract.pdf": "pdf", "note.txt": "txt"}
    assert pulled.importer.counts == {"read": 1, "created": 1, "files": 2}
    assert ninja_there.store.list_run_lines(pulled.run.id, kind="lost") == ()


def test_those_of_a_deleted_client_come_too(
    ninja_there: There, here: Account, filed: Client
) -> None:
    ninja_there.speaker.delete(f"/clients/{ninja_there.id_of(filed.serial)}")

    ninja_there.pull(here, has_files=True)

    assert ninja_there.store.get_client(here.id, filed.serial).is_deleted
    assert contents(ninja_there, here, filed) == {"contract.pdf": PDF, "note.txt": NOTE}


def test_those_of_a_client_that_was_deleted_before_files_were_asked_for_come_too(
    ninja_there: There, here: Account, filed: Client
) -> None:
    ninja_there.speaker.delete(f"/clients/{ninja_there.id_of(filed.serial)}")
    ninja_there.pull(here)

    pulled = ninja_there.pull(here, has_files=True, is_whole=True)

    assert ninja_there.store.get_client(here.id, filed.serial).is_deleted
    assert contents(ninja_there, here, filed) == {"contract.pdf": PDF, "note.txt": NOTE}
    assert pulled.importer.counts == {"read": 1, "unchanged": 1, "files": 2}


def test_those_of_a_client_that_is_deleted_here_alone_come_too(
    ninja_there: There, here: Account, filed: Client
) -> None:
    ninja_there.pull(here)
    ninja_there.store.set_client_state(here.id, filed.serial, State.DELETED)

    pulled = ninja_there.pull(here, has_files=True, is_whole=True)

    assert contents(ninja_there, here, filed) == {"contract.pdf": PDF, "note.txt": NOTE}
    assert ninja_there.store.list_run_lines(pulled.run.id, kind="lost") == ()


def test_a_second_pull_fetches_nothing_and_finds_both_sides_in_step(
    ninja_there: There, here: Account, filed: Client, edit: Edit
) -> None:
    ninja_there.pull(here, has_files=True)
    before = ninja_there.store.get_client(here.id, filed.serial)
    ninja_there.forget_calls()

    ninja_there.pull(here, has_files=True, is_whole=True)

    assert not any(map(is_download, ninja_there.faulty.asked))
    assert ninja_there.store.get_client(here.id, filed.serial) == before
    edit(ninja_there.account, filed.serial, website="changed.example")
    pulled = ninja_there.pull(here, is_whole=True)
    assert pulled.importer.counts["changed"] == 1


def test_one_that_is_gone_there_is_said_and_the_other_comes(
    ninja_there: There, here: Account, filed: Client
) -> None:
    ninja_there.store.delete_blobs(ninja_there.account.id, filed.documents[:1])

    pulled = ninja_there.pull(here, has_files=True)

    assert contents(ninja_there, here, filed) == {"note.txt": NOTE}
    [(_, line)] = ninja_there.store.list_run_lines(pulled.run.id, kind="lost")
    assert line.text.startswith("contract.pdf: GET /api/v1/documents/")


def test_a_pull_that_was_stopped_between_two_files_fetches_the_rest(
    ninja_there: There, here: Account, filed: Client
) -> None:
    first = nth_of(is_download, 1)

    def is_later(request: httpx.Request) -> bool:
        return is_download(request) and not first(request)

    ninja_there.faulty.plan(lambda _request, _pass: stream_response(b"", 503), is_later, times=6)
    with pytest.raises(RetriesExhausted):
        ninja_there.pull(here, has_files=True)
    [stopped] = ninja_there.store.list_runs(here.id)
    assert stopped.state is RunState.STOPPED
    assert contents(ninja_there, here, filed) == {"contract.pdf": PDF}

    pulled = ninja_there.pull(here, stopped, has_files=True)

    assert contents(ninja_there, here, filed) == {"contract.pdf": PDF, "note.txt": NOTE}
    assert pulled.importer.counts == {"read": 1, "created": 1, "files": 2}


def test_a_rehearsal_fetches_nothing(ninja_there: There, here: Account, filed: Client) -> None:
    ninja_there.pull(here, has_files=True, is_dry_run=True)

    assert not any(map(is_download, ninja_there.faulty.asked))


def test_a_file_of_our_own_stays(ninja_there: There, here: Account, filed: Client) -> None:
    ninja_there.pull(here, has_files=True)
    mine = ninja_there.store.get_client(here.id, filed.serial).documents

    ninja_there.store.change_client(here.id, filed.serial, lambda _c: ChangeClient(website="x"))
    ninja_there.pull(here, has_files=True, is_whole=True)

    assert ninja_there.store.get_client(here.id, filed.serial).documents == mine

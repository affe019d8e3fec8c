"""Documents are uploaded on request, byte for byte and only once."""

import io
from collections.abc import Callable

import httpx
import pytest

from gateway.migration.live.push.push_plan import FileChoice
from gateway.migration.live.push.push_run import PushRun
from gateway.remote.failures import AccessDenied, RetryAfterTooLong
from storage.model.accounts import Account
from storage.model.commands import ChangeClient, ImportClient
from storage.model.documents import Upload, draft_of_document
from storage.model.records import Client
from storage.model.runs import RunLine
from storage.store import Store
from tests.gateway.migration.remote_stand_ins import (
    ENDLESS,
    There,
    brought,
    fates,
    is_list,
    is_lost,
    lines,
    nth_of,
    one_engine,
    says,
    stopped_run,
)

pytestmark = one_engine
PDF = b"%PDF-1.4 a contract"
NOTE = b"remember the milk"
FILES = {"contract.pdf": PDF, "note.txt": NOTE}
Edit = Callable[..., None]


def attach(store: Store, account: Account, serial: int, **files: bytes) -> None:
    """Attach files to a client, as an upload here does; `__` in a name is a dot."""
    uploads = [
        Upload(
            name=name.replace("__", "."),
            type=name.rpartition("__")[2],
            file=io.BytesIO(content),
            size=len(content),
            is_public=False,
        )
        for name, content in files.items()
    ]
    drafts = store.store_uploads(account.id, uploads)

    def change(record: Client) -> ChangeClient:
        return ChangeClient(documents=(*map(draft_of_document, record.documents), *drafts))

    store.change_client(account.id, serial, change)


@pytest.fixture
def filed(store: Store, here: Account) -> Client:
    """A client here with two documents."""
    [client] = brought(store, here, ImportClient(organization_name="Acme"))
    attach(store, here, client.serial, contract__pdf=PDF, note__txt=NOTE)
    return store.get_client(here.id, client.serial)


def sent(there: There, here: Account, **options: object) -> PushRun:
    return there.push(here, files=FileChoice.SEND, **options)


def contents(there: There, owner: Client | None = None) -> dict[str, bytes]:
    """Return the files that a client at the service has."""
    owner = owner or there.clients[0]
    return {
        one.name: b"".join(there.store.open_blob(there.account.id, one)) for one in owner.documents
    }


def is_upload(request: httpx.Request) -> bool:
    return request.url.path.endswith("/upload")


def uploads(there: There) -> int:
    return sum(map(is_upload, there.faulty.asked))


def notices(store: Store, run: PushRun) -> list[str]:
    found: list[RunLine] = run.lines if run.run is None else lines(store, run.run)
    return [line.text for line in found if line.kind == "notice" and "document" in line.text]


def test_they_arrive_with_their_bytes_their_names_and_their_privacy(
    ninja_there: There, here: Account, filed: Client
) -> None:
    done = sent(ninja_there, here)

    assert contents(ninja_there) == FILES
    assert [one.is_public for one in ninja_there.clients[0].documents] == [False, False]
    assert done.counts == {"read": 1, "created": 1, "sent": 2}
    assert lines(ninja_there.store, done.run, "lost") == []
    assert filed.documents


def test_a_second_push_uploads_nothing_and_both_sides_stay_in_step(
    ninja_there: There, here: Account, filed: Client
) -> None:
    sent(ninja_there, here)
    ninja_there.forget_calls()

    again = sent(ninja_there, here)

    assert ninja_there.faulty.writes == []
    assert again.counts == {"read": 1, "unchanged": 1}
    assert ninja_there.pull(here, has_files=True).importer.counts["unchanged"] == 1
    assert ninja_there.store.get_client(here.id, filed.serial).documents == filed.documents


def test_an_upload_moves_no_time_of_the_client_and_asks_no_put_for_it(
    ninja_there: There, here: Account, filed: Client
) -> None:
    ninja_there.push(here)
    before = ninja_there.clients[0].updated_at
    ninja_there.clock.tick(hours=1)
    ninja_there.forget_calls()

    sent(ninja_there, here)

    assert ninja_there.clients[0].updated_at == before
    assert len(ninja_there.faulty.writes) == uploads(ninja_there) == len(filed.documents)


def test_a_client_in_step_whose_documents_have_changed_here_is_found(
    store: Store, ninja_there: There, here: Account, filed: Client
) -> None:
    sent(ninja_there, here)
    attach(store, here, filed.serial, late__txt=b"added later")
    ninja_there.push(here)  # without the option: now the two are in step

    done = sent(ninja_there, here)

    assert done.counts == {"read": 1, "unchanged": 1, "sent": 1}
    assert contents(ninja_there) == FILES | {"late.txt": b"added later"}


def test_without_the_option_they_are_counted_and_stay(
    store: Store, ninja_there: There, here: Account, filed: Client
) -> None:
    words = ["2 documents of 1 client stay here: --documents sends them"]

    rehearsed = ninja_there.push(here, is_dry_run=True)
    done, again = ninja_there.push(here), ninja_there.push(here)

    assert [notices(store, one) for one in (rehearsed, done, again)] == [words] * 3
    assert [line.text for line in lines(store, done.run, "lost")] == list(FILES)
    assert lines(store, again.run, "lost") == []
    assert contents(ninja_there) == {}
    assert len(filed.documents) == len(FILES)


def test_a_rehearsal_counts_those_that_would_be_sent(
    ninja_there: There, here: Account, filed: Client
) -> None:
    new = sent(ninja_there, here, is_dry_run=True)
    ninja_there.push(here)
    linked = sent(ninja_there, here, is_dry_run=True)

    assert [one.counts["sent"] for one in (new, linked)] == [len(filed.documents)] * 2
    assert uploads(ninja_there) == 0


def test_where_nobody_has_a_document_the_list_is_read_only_once(
    store: Store, ninja_there: There, here: Account
) -> None:
    brought(store, here, ImportClient(organization_name="Acme"))

    sent(ninja_there, here)

    assert sum(map(is_list, ninja_there.faulty.asked)) == 1


def test_a_push_that_was_stopped_between_two_uploads_sends_the_rest(
    store: Store, ninja_there: There, here: Account, filed: Client
) -> None:
    second = nth_of(is_upload, 2)
    ninja_there.faulty.plan(says(429, retry_after="3600"), second)
    with pytest.raises(RetryAfterTooLong):
        sent(ninja_there, here)
    assert list(contents(ninja_there)) == ["contract.pdf"]

    done = sent(ninja_there, here, interrupted=stopped_run(store, here))

    assert contents(ninja_there) == FILES
    assert done.counts == {"read": 1, "created": 1, "sent": len(filed.documents)}


def test_an_upload_whose_answer_was_lost_is_not_repeated(
    store: Store, ninja_there: There, here: Account, filed: Client
) -> None:
    ninja_there.faulty.plan(is_lost, nth_of(is_upload, 1))

    done = sent(ninja_there, here)

    assert [one.name for one in ninja_there.clients[0].documents] == list(FILES)
    assert done.counts["sent"] == len(filed.documents)
    assert lines(store, done.run, "lost") == []


def test_a_file_that_the_service_fails_over_is_lost_and_stops_nobody(
    store: Store, ninja_there: There, here: Account, filed: Client
) -> None:
    ninja_there.faulty.plan(says(500, b'{"message":"Server Error"}'), nth_of(is_upload, 1))

    done = sent(ninja_there, here)

    assert contents(ninja_there) == {"note.txt": NOTE}
    [line] = lines(store, done.run, "lost")
    assert line.text == "contract.pdf: it may have been done, or not: the server answered 500"
    assert len(filed.documents) == len(FILES)


def test_a_file_of_a_type_that_the_service_refuses_is_lost(
    store: Store, ninja_there: There, here: Account, filed: Client
) -> None:
    attach(store, here, filed.serial, tool__exe=b"MZ\x90\x00\x03")

    done = sent(ninja_there, here)

    assert contents(ninja_there) == FILES
    [line] = lines(store, done.run, "lost")
    assert (line.client, line.field) == ("0001 Acme", "documents")
    assert line.text.startswith('tool.exe: answered 422: {"message":"The given data was invalid')


def test_a_file_that_is_too_large_for_the_server_is_lost(
    store: Store, ninja_there: There, here: Account, filed: Client
) -> None:
    ninja_there.faulty.plan(says(413, b"<html>\nToo Large</html>"), is_upload, times=ENDLESS)

    done = sent(ninja_there, here)

    texts = [line.text for line in lines(store, done.run, "lost")]
    assert texts == [f"{name}: answered 413: <html>" for name in FILES]
    assert len(filed.documents) == len(FILES)


def test_a_plan_that_allows_no_files_is_asked_only_once(
    store: Store, ninja_there: There, here: Account, filed: Client
) -> None:
    body = b'{"message":"Upgrade to a paid plan for this feature."}'
    ninja_there.faulty.plan(says(403, body), is_upload, times=ENDLESS)

    done = sent(ninja_there, here)

    assert len(lines(store, done.run, "lost")) == len(filed.documents)
    assert uploads(ninja_there) == 1


def test_a_document_without_its_bytes_is_lost(
    store: Store, ninja_there: There, here: Account, filed: Client
) -> None:
    store.delete_blobs(here.id, filed.documents[:1])

    done = sent(ninja_there, here)

    assert contents(ninja_there) == {"note.txt": NOTE}
    assert [line.text for line in lines(store, done.run, "lost")] == [
        "contract.pdf: its bytes are not here"
    ]


def test_a_name_that_a_form_cannot_carry_is_sent_once_and_not_fetched_back(
    store: Store, ninja_there: There, here: Account
) -> None:
    [client] = brought(store, here, ImportClient(organization_name="Acme"))
    name = f'a "b" ü {"n" * 200}__txt'
    attach(store, here, client.serial, **{name: NOTE})

    first, second = sent(ninja_there, here), sent(ninja_there, here)
    ninja_there.pull(here, has_files=True, is_whole=True)

    [shown] = contents(ninja_there)
    assert shown.startswith("a 'b' ü nnn")
    assert shown.endswith("n.txt")
    assert (first.counts["sent"], second.counts.get("sent")) == (1, None)
    assert len(store.get_client(here.id, client.serial).documents) == 1


def test_those_of_a_client_that_is_deleted_on_both_sides_arrive_too(
    store: Store, ninja_there: There, here: Account, filed: Client
) -> None:
    ninja_there.push(here)
    ninja_there.speaker.delete(f"/clients/{ninja_there.id_of(1)}")
    ninja_there.pull(here)

    sent(ninja_there, here)

    assert store.get_client(here.id, filed.serial).is_deleted
    assert contents(ninja_there) == FILES


def test_a_token_that_is_refused_meanwhile_stops_the_push(
    store: Store, ninja_there: There, here: Account, filed: Client
) -> None:
    ninja_there.push(here)
    single = nth_of(lambda request: request.url.path.endswith(ninja_there.id_of(1)), 1)
    ninja_there.faulty.plan(says(401), single)

    with pytest.raises(AccessDenied):
        sent(ninja_there, here)

    assert stopped_run(store, here).reason
    assert len(filed.documents) == len(FILES)


def test_a_planado_is_not_asked_for_files(
    planado_there: There, here: Account, filed: Client
) -> None:
    done = sent(planado_there, here)

    assert fates(done.counts) == {"created": 1}
    assert [line.text for line in lines(planado_there.store, done.run, "lost")][-2:] == list(FILES)
    assert len(filed.documents) == len(FILES)

"""Exported files are imported unchanged, from any place and any number of times."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs

from dialects.base.dialect import Dialect
from gateway.app import DIALECTS
from gateway.json_files.writer import open_writer
from gateway.migration.failures import TooManyChanges, WrongSalt
from gateway.migration.files import file_batches, import_files as import_files_module
from gateway.migration.files.convert import convert
from gateway.migration.files.export import ExportResult, export_clients
from gateway.migration.files.file_batches import iter_raw_objects
from gateway.migration.files.import_files import FileImport, import_files
from gateway.migration.importer import Importer, ImportOptions
from storage.model.accounts import Account
from storage.model.commands import ImportClient, ImportContact
from storage.model.errors import Invalid, Unavailable
from storage.model.records import State
from storage.model.runs import Run, RunState
from storage.store import Store
from tests.gateway.migration.remote_stand_ins import (
    all_of,
    brought,
    fates,
    last_run,
    lines,
    one_engine,
    stopped_run,
    written_objects,
)

New = Callable[..., Account]
NINJA, PLANADO = DIALECTS
each_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
ADA = ImportContact(first_name="Ada", email="ada@example.com", is_primary=True, phone="12")


def clients(number: int, **fields: Any) -> list[ImportClient]:
    return [
        ImportClient(
            serial=n,
            organization_name=f"Client {n}",
            contacts=(structs.replace(ADA, last_name=f"No {n}"),),
            service_text=f"{n} Street",
            **fields,
        )
        for n in range(1, number + 1)
    ]


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "clients.ndjson")


def exported(store: Store, owner: Account, dialect: Dialect, path: str) -> ExportResult:
    with open_writer(path, is_forced=True) as write:
        return export_clients(store, owner, dialect, write, unseen)


def run_import(
    store: Store,
    owner: Account,
    dialect: Dialect,
    *paths: str,
    interrupted: Run | None = None,
    **options: Any,
) -> Importer:
    is_rehearsal = options.pop("is_dry_run", False)
    terms = ImportOptions(is_foreign=True, **options)
    plan = FileImport(
        dialect=dialect, account=owner, paths=paths, import_options=terms, is_dry_run=is_rehearsal
    )
    return import_files(store, plan, unseen, interrupted)


def unseen(_size: int) -> None:
    """Ignore the progress."""


# There and back


@each_dialect
def test_what_is_exported_is_imported_as_it_was(
    store: Store, here: Account, new_account: New, path: str, dialect: Dialect
):
    hidden = {
        "balance": Decimal("5.25"),
        "private_notes": "notes",
        "floor": "3",
        "custom_value1": "x",
    }
    brought(store, here, *clients(7, **hidden))
    second = new_account()

    given = exported(store, here, dialect, path)
    done = run_import(store, second, dialect, path)

    assert (given.written, given.left_out) == (7, 0)
    assert fates(done.counts) == {"created": 7}
    assert written_objects(store, second, dialect) == written_objects(store, here, dialect)


def test_a_setting_is_stored_in_the_type_of_its_key_and_one_without_it_stops_no_client(
    store: Store, here: Account, new_account: New, path: str
):
    other, wrong = '{"payment_terms":30}', '{"payment_terms":"soon","currency_id":3}'
    written = [structs.replace(one, settings=other) for one in clients(5)]
    brought(store, here, *written[:4], structs.replace(written[4], settings=wrong))
    exported(store, here, NINJA, path)
    second = new_account()

    done = run_import(store, second, NINJA, path)

    assert fates(done.counts) == {"created": 5}
    typed, kept = '{"payment_terms":"30"}', '{"payment_terms":"soon","currency_id":"3"}'
    assert [client.settings for client in all_of(store, second)] == [typed] * 4 + [kept]
    [line] = lines(store, done.run)
    assert (line.kind, line.client, line.field) == (
        "lost",
        "0005 Client 5",
        "settings.payment_terms",
    )
    assert line.text == '"soon" is not a valid integer, and is kept as it came'


@each_dialect
def test_the_same_file_twice_writes_nothing(
    store: Store, here: Account, new_account: New, path: str, dialect: Dialect
):
    brought(store, here, *clients(7))
    second = new_account()
    exported(store, here, dialect, path)
    run_import(store, second, dialect, path)
    before = all_of(store, second)

    done = run_import(store, second, dialect, path)

    assert fates(done.counts) == {"unchanged": 7}
    assert all_of(store, second) == before
    assert lines(store, done.run) == []


@one_engine
@each_dialect
def test_a_file_comes_home_and_changes_nothing(
    store: Store, here: Account, path: str, dialect: Dialect
):
    before = brought(store, here, *clients(7))
    exported(store, here, dialect, path)

    done = run_import(store, here, dialect, path)

    assert fates(done.counts) == {"unchanged": 7}
    assert all_of(store, here) == before


def test_two_servers_files_with_equal_ids_do_not_mix(
    store: Store, here: Account, new_account: New, tmp_path: Path
):
    paths = []
    for n in range(2):
        server = new_account()
        brought(store, server, *clients(3))
        paths.append(str(tmp_path / f"{n}.ndjson"))
        exported(store, server, NINJA, paths[-1])

    first = run_import(store, here, NINJA, *paths)
    again = run_import(store, here, NINJA, *paths)

    assert fates(first.counts) == {"created": 6}
    assert fates(again.counts) == {"unchanged": 6}
    assert sorted(c.name for c in all_of(store, here)) == sorted(
        2 * ["Client 1", "Client 2", "Client 3"]
    )


@one_engine
def test_what_is_deleted_is_left_out_where_no_list_shows_it(store: Store, here: Account, path: str):
    brought(store, here, *clients(3))
    store.set_client_state(here.id, 2, State.DELETED)

    given = {dialect.name: exported(store, here, dialect, path) for dialect in DIALECTS}

    assert (given["ninja"].written, given["ninja"].left_out) == (3, 0)
    assert (given["planado"].written, given["planado"].left_out) == (2, 1)
    assert [one.client for one in given["planado"].lines if one.kind == "left"] == ["0002 Client 2"]


@one_engine
def test_an_export_says_what_it_could_not_carry(store: Store, here: Account, path: str):
    brought(store, here, *clients(1, private_notes="secret", floor="3"))

    said = {
        dialect.name: {(one.field, one.text) for one in exported(store, here, dialect, path).lines}
        for dialect in DIALECTS
    }

    assert ("private_notes", "secret") in said["planado"] - said["ninja"]
    assert ("floor", "3") in said["ninja"] - said["planado"]


# What stops, and what does not


def test_an_import_that_stopped_goes_on_where_it_was(
    store: Store, here: Account, new_account: New, path: str, monkeypatch: pytest.MonkeyPatch
):
    second = new_account()
    brought(store, here, *clients(12))
    exported(store, here, NINJA, path)
    monkeypatch.setattr(file_batches, "FILE_BATCH_SIZE", 5)
    monkeypatch.setattr(import_files_module, "BATCHES_PER_TRANSACTION", 1)
    fail_at(store, 3, monkeypatch)
    with pytest.raises(Unavailable):
        run_import(store, second, NINJA, path)
    run = stopped_run(store, second)
    assert (len(all_of(store, second)), run.reason) == (10, "the disk is full")

    done = run_import(store, second, NINJA, path, interrupted=run)

    assert fates(done.counts) == {"created": 12}
    assert written_objects(store, second) == written_objects(store, here)
    assert last_run(store, second).state is RunState.DONE


def fail_at(store: Store, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the write of the n-th batch fail. Later batches are written."""
    calls = []

    def failing(written: Any) -> Any:
        def fails(*args: Any, **options: Any) -> Any:
            calls.append(args)
            if len(calls) == number:
                raise Unavailable("the disk is full")
            return written(*args, **options)

        return fails

    for name in ("import_clients", "import_batch"):
        monkeypatch.setattr(store, name, failing(getattr(store, name)))


@one_engine
def test_what_is_no_client_is_a_line_and_the_rest_arrives(
    store: Store, here: Account, new_account: New, path: str
):
    second = new_account()
    brought(store, here, *clients(3))
    exported(store, here, NINJA, path)
    first, *others = Path(path).read_text().splitlines()
    junk = ["{}", "[1]", '{"id":"', '"text"', '{"name":"no id"}', ""]
    Path(path).write_text("\n".join([first, *junk, *others]))

    done = run_import(store, second, NINJA, path)

    assert fates(done.counts) == {"created": 3, "refused": 4}
    problems = [line.text for line in lines(store, done.run, "refused")]
    assert problems[0] == "id: is missing"
    assert "not a JSON object" in problems[1]
    assert "lines 4 to 5 are left out" in problems[2]
    assert problems[3] == "id: is missing"


@one_engine
def test_ids_of_another_salt_stop_before_there_is_a_run(
    store: Store, here: Account, new_account: New, path: str
):
    brought(store, here, *clients(3))
    exported(store, here, NINJA, path)
    salted = new_account(hash_salt="pepper")

    with pytest.raises(WrongSalt, match="HASH_SALT"):
        run_import(store, salted, NINJA, path)

    assert (all_of(store, salted), store.list_runs(salted.id)) == ([], ())


@one_engine
def test_a_file_that_is_not_there_stops_before_there_is_a_run(
    store: Store, here: Account, path: str
):
    with pytest.raises(Invalid):
        run_import(store, here, NINJA, path)

    assert store.list_runs(here.id) == ()


@one_engine
def test_a_rehearsal_counts_and_writes_nothing(
    store: Store, here: Account, new_account: New, path: str
):
    second = new_account()
    brought(store, here, *clients(3))
    exported(store, here, NINJA, path)

    done = run_import(store, second, NINJA, path, is_dry_run=True)

    assert fates(done.counts) == {"created": 3}
    assert (all_of(store, second), store.list_runs(second.id)) == ([], ())


@one_engine
def test_too_many_changes_stop_before_the_batch(
    store: Store, here: Account, new_account: New, path: str
):
    second = new_account()
    brought(store, here, *clients(3))
    exported(store, here, NINJA, path)

    with pytest.raises(TooManyChanges):
        run_import(store, second, NINJA, path, max_changes=2)

    assert all_of(store, second) == []


# From one dialect into the other


def converted(
    path: str, owner: Account, source: Dialect, target: Dialect
) -> tuple[ExportResult, str]:
    into = f"{path}.{target.name}"
    with open_writer(into, is_forced=True) as write:
        given = convert(iter_raw_objects([path], unseen), owner, source, target, write)
    return given, into


@one_engine
def test_a_file_is_converted_there_and_back_and_the_losses_are_told(
    store: Store, here: Account, path: str
):
    brought(store, here, *clients(3, private_notes="secret"))
    exported(store, here, NINJA, path)

    there, middle = converted(path, here, NINJA, PLANADO)
    back, end = converted(middle, here, PLANADO, NINJA)

    assert (there.written, back.written) == (3, 3)
    assert [one.field for one in there.lines].count("private_notes") == 3
    first, last = (
        [msgspec.json.decode(line) for line in Path(name).read_text().splitlines()]
        for name in (path, end)
    )
    told = {one.field.partition("[")[0] for one in (*there.lines, *back.lines)}
    for before, after in zip(first, last, strict=True):
        gone = {key for key, value in before.items() if value and not after.get(key)}
        assert gone <= told
    assert [c["name"] for c in last] == ["Client 1", "Client 2", "Client 3"]
    assert [c["contacts"][0]["email"] for c in last] == 3 * ["ada@example.com"]


@one_engine
def test_what_cannot_be_converted_is_refused_by_name(here: Account, path: str):
    Path(path).write_text('{"id":"VolejRejNm","name":"nul \\u0000"}\nnonsense\n')

    given, into = converted(path, here, NINJA, PLANADO)

    assert (given.written, given.refused) == (0, 2)
    assert [one.kind for one in given.lines] == ["refused", "refused"]
    assert Path(into).read_text() == ""


LARGE = {"email_template_invoice": "x" * 70_000}
GROUP = {"id": "WJxbojagwO", "name": "Big", "settings": LARGE}


def test_a_client_whose_settings_are_too_large_is_named_and_the_rest_arrives(
    store: Store, here: Account, path: str
):
    objects = [
        {"id": "VolejRejNm", "name": "Large", "contacts": [], "settings": LARGE},
        {"id": "Wpmbk5ezJn", "name": "Large extra", "contacts": [], "tax_info": LARGE},
        {"id": "Opnel5aKBz", "name": "Small", "contacts": [], "settings": {}},
        {
            "id": "wMvbmOeYAl",
            "name": "In a group",
            "group_settings": GROUP,
            "group_settings_id": "WJxbojagwO",
            "contacts": [],
        },
    ]
    Path(path).write_bytes(b"\n".join(map(msgspec.json.encode, objects)))

    done = run_import(store, here, NINJA, path)

    assert [client.name for client in all_of(store, here)] == ["Small"]
    assert fates(done.counts) == {"created": 1, "refused": 3}
    assert [(line.client, line.text) for line in lines(store, done.run, "refused")] == [
        ("Large", "settings: is too long"),
        ("Large extra", "extras.ninja: is too long"),
        ("In a group", "group: settings: is too long"),
    ]

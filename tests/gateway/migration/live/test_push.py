"""Pushes to an Invoice Ninja and a Planado: each client is written once, and only if it must be."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.migration.failures import TooManyChanges
from gateway.migration.link_keys import account_tag
from gateway.remote.failures import AccessDenied, OutcomeUnknown, RemoteFailure
from storage.model.accounts import Account
from storage.model.commands import ImportClient, ImportContact
from storage.model.imports import ConflictPolicy
from storage.model.records import State
from storage.model.runs import RunState
from storage.store import Store
from tests.gateway.migration.remote_stand_ins import (
    ENDLESS,
    There,
    brought,
    fates,
    is_lost,
    is_write,
    last_run,
    lines,
    nth_of,
    one_engine,
    says,
    stopped_run,
    stream_response,
    with_headers,
)

Edit = Callable[..., None]
ADA = ImportContact(first_name="Ada", email="ada@example.com", is_primary=True)


def clients(number: int, **fields: Any) -> list[ImportClient]:
    return [
        ImportClient(serial=n, organization_name=f"Client {n}", contacts=(ADA,), **fields)
        for n in range(1, number + 1)
    ]


def live_names(service: There) -> list[str]:
    return sorted(client.name for client in service.clients if not client.is_deleted)


def changed_there(service: There, name: str, **fields: Any) -> None:
    """Change a client at the service an hour later, as a user of the service would."""
    service.clock.tick(hours=1)
    [client] = [client for client in service.clients if client.name == name]
    if service.dialect.name == "ninja":
        service.put(client.serial, fields)
    else:
        line = {"name": None, "value": fields["phone"], "type": "phone"}
        service.speaker.patched(str(client.uuid), {"contacts": [line]})


def phones(service: There) -> dict[str, str]:
    return {client.name: client.phone for client in service.clients}


# All at first, later what has changed


def test_all_clients_come_there(store: Store, here: Account, speaker_there: There):
    brought(store, here, *clients(7))

    done = speaker_there.push(here)

    assert fates(done.counts) == {"created": 7}
    assert live_names(speaker_there) == [f"Client {n}" for n in range(1, 8)]
    assert {c.primary_contact.email for c in speaker_there.clients} == {"ada@example.com"}
    assert last_run(store, here).state is RunState.DONE


@one_engine
def test_planado_is_given_external_ids_or_the_keys_of_ninja(
    store: Store, here: Account, planado_there: There
):
    first, second = clients(2)
    brought(store, here, first, ImportClient(serial=9, organization_name="B", external_id="K 1/ü"))

    planado_there.push(here)

    key = f"ninja-{account_tag(here)}-VolejRejNm"
    assert {c.external_id for c in planado_there.clients} == {key, "K 1/ü"}
    assert second.serial == 2


def test_a_second_push_writes_nothing(store: Store, here: Account, speaker_there: There):
    brought(store, here, *clients(7))
    speaker_there.push(here)
    versions = [client.version for client in speaker_there.clients]
    speaker_there.forget_calls()
    speaker_there.clock.tick(hours=1)

    done = speaker_there.push(here)

    assert fates(done.counts) == {"unchanged": 7}
    assert speaker_there.faulty.writes == []
    assert [client.version for client in speaker_there.clients] == versions


def test_a_change_here_changes_that_client_there(
    store: Store, here: Account, speaker_there: There, edit: Edit
):
    brought(store, here, *clients(3))
    speaker_there.push(here)
    edit(here, 2, phone="22")
    speaker_there.forget_calls()

    done = speaker_there.push(here)

    assert fates(done.counts) == {"changed": 1, "unchanged": 2}
    assert phones(speaker_there) == {"Client 1": "", "Client 2": "22", "Client 3": ""}
    assert len(speaker_there.faulty.writes) == 1


@one_engine
def test_a_change_of_what_the_other_side_cannot_see_writes_nothing(
    store: Store, here: Account, planado_there: There, edit: Edit
):
    brought(store, here, *clients(1))
    planado_there.push(here)
    edit(here, 1, private_notes="for us")
    planado_there.forget_calls()

    done = planado_there.push(here)

    assert fates(done.counts) == {"unchanged": 1}
    assert planado_there.faulty.writes == []


@one_engine
def test_a_change_here_leaves_what_only_the_service_has_changed(
    store: Store, here: Account, ninja_there: There, edit: Edit
):
    brought(store, here, *clients(1))
    ninja_there.push(here)
    changed_there(ninja_there, "Client 1", phone="there")
    edit(here, 1, private_notes="here")

    ninja_there.push(here)

    [client] = ninja_there.clients
    assert (client.phone, client.private_notes) == ("there", "here")


@one_engine
def test_a_change_there_is_left_alone(store: Store, here: Account, speaker_there: There):
    brought(store, here, *clients(2))
    speaker_there.push(here)
    changed_there(speaker_there, "Client 2", phone="99")
    speaker_there.forget_calls()

    done = speaker_there.push(here)

    assert fates(done.counts) == {"unchanged": 2}
    assert speaker_there.faulty.writes == []
    assert phones(speaker_there)["Client 2"] == "99"


@one_engine
@pytest.mark.parametrize(
    "case",
    [
        (ConflictPolicy.HOLD, False, "conflict", "99"),
        (ConflictPolicy.REMOTE, False, "kept", "99"),
        (ConflictPolicy.LOCAL, True, "changed", "22"),
        (ConflictPolicy.NEWEST, False, "changed", "22"),
        (ConflictPolicy.NEWEST, True, "kept", "99"),
    ],
    ids=lambda case: f"{case[0].value}-{case[2]}",
)
def test_where_both_changed_the_policy_decides(
    here: Account, speaker_there: There, edit: Edit, case: tuple[ConflictPolicy, bool, str, str]
):
    policy, is_there_later, word, phone = case
    brought(speaker_there.store, here, *clients(2))
    speaker_there.push(here)
    edits = [
        lambda: edit(here, 2, phone="22"),
        lambda: changed_there(speaker_there, "Client 2", phone="99"),
    ]
    for change in edits if is_there_later else reversed(edits):
        change()
        speaker_there.clock.tick(hours=1)

    done = speaker_there.push(here, policy=policy)

    assert fates(done.counts) == {word: 1, "unchanged": 1}
    assert phones(speaker_there)["Client 2"] == phone


@one_engine
def test_a_conflict_says_the_fields(store: Store, here: Account, ninja_there: There, edit: Edit):
    brought(store, here, *clients(1))
    ninja_there.push(here)
    edit(here, 1, phone="22")
    changed_there(ninja_there, "Client 1", phone="99")

    done = ninja_there.push(here)

    assert [(one.kind, one.field) for one in lines(store, done.run, "conflict")] == [
        ("conflict", "phone")
    ]


# Deleted, gone, archived


def test_what_is_gone_there_is_a_conflict_or_made_anew(
    store: Store, here: Account, speaker_there: There, edit: Edit
):
    brought(store, here, *clients(1))
    speaker_there.push(here)
    store.purge_client(speaker_there.account.id, speaker_there.clients[0].serial)
    edit(here, 1, phone="22")

    skipped = speaker_there.push(here)
    made = speaker_there.push(here, policy=ConflictPolicy.LOCAL)

    assert fates(skipped.counts) == {"conflict": 1}
    assert [one.text for one in lines(store, skipped.run)] == ["is gone there"]
    assert fates(made.counts) == {"created": 1}
    assert phones(speaker_there) == {"Client 1": "22"}


@one_engine
def test_what_is_deleted_here_is_only_told(store: Store, here: Account, speaker_there: There):
    brought(store, here, *clients(2))
    speaker_there.push(here)
    store.set_client_state(here.id, 2, State.DELETED)
    speaker_there.forget_calls()

    done = speaker_there.push(here)

    assert fates(done.counts) == {"unchanged": 1, "left": 1}
    assert speaker_there.faulty.writes == []
    assert [one.text for one in lines(store, done.run, "left")] == [
        "is deleted here; say --delete to delete it there"
    ]


def test_what_is_deleted_here_is_deleted_there_when_that_is_asked_for(
    store: Store, here: Account, speaker_there: There
):
    brought(store, here, *clients(2))
    speaker_there.push(here)
    store.set_client_state(here.id, 2, State.DELETED)

    done = speaker_there.push(here, may_delete=True)
    speaker_there.forget_calls()
    speaker_there.push(here, may_delete=True)

    assert fates(done.counts) == {"unchanged": 1, "deleted": 1}
    assert live_names(speaker_there) == ["Client 1"]
    assert speaker_there.faulty.writes == []


@one_engine
def test_what_was_deleted_before_is_never_put_there(
    store: Store, here: Account, speaker_there: There
):
    brought(store, here, *clients(2))
    store.set_client_state(here.id, 2, State.DELETED)

    done = speaker_there.push(here)

    assert fates(done.counts) == {"created": 1, "left": 1}
    assert live_names(speaker_there) == ["Client 1"]


@one_engine
def test_archived_and_restored_reach_ninja(store: Store, here: Account, ninja_there: There):
    brought(store, here, *clients(2))
    store.set_client_state(here.id, 2, State.ARCHIVED)

    ninja_there.push(here)
    assert [c.archived_at is not None for c in ninja_there.clients] == [False, True]
    store.set_client_state(here.id, 2, State.ACTIVE)
    store.set_client_state(here.id, 1, State.ARCHIVED)
    done = ninja_there.push(here)

    assert [c.archived_at is not None for c in ninja_there.clients] == [True, False]
    assert fates(done.counts) == {"changed": 2}
    ninja_there.forget_calls()
    assert fates(ninja_there.push(here).counts) == {"unchanged": 2}
    assert ninja_there.faulty.writes == []


# Those who are there already


def test_clients_that_are_there_already_are_recognised_and_not_made_again(
    store: Store, here: Account, ninja_there: There, open_there: Callable[..., There]
):
    brought(store, here, *clients(3))
    ninja_there.push(here)
    elsewhere = open_there(type(ninja_there.speaker), ninja_there.account)
    stranger = elsewhere._replace(account=ninja_there.account)
    run = store.list_runs(here.id)[0]
    for serial in (1, 2, 3):
        origin = store.client_links(here.id, ninja_there.source, [serial])[serial]
        store.unlink_client(here.id, ninja_there.source, origin.foreign_id)

    done = stranger.push(here)

    assert run.state is RunState.DONE
    assert fates(done.counts) == {"unchanged": 3}
    assert elsewhere.faulty.writes == []


@one_engine
def test_contacts_keep_their_ids_and_keys_where_they_are_known(
    store: Store, here: Account, ninja_there: There, edit: Edit
):
    bo = ImportContact(last_name="Bo", phone="5")
    brought(store, here, ImportClient(serial=1, organization_name="Acme", contacts=(ADA, bo)))
    ninja_there.push(here)
    before = [(c.serial, c.contact_key) for c in ninja_there.clients[0].contacts]
    edit(here, 1, city="Reus")

    done = ninja_there.push(here)

    [client] = ninja_there.clients
    assert (fates(done.counts), client.city) == ({"changed": 1}, "Reus")
    assert [(c.serial, c.contact_key) for c in client.contacts] == before


# What cannot be said, and what is refused


@one_engine
def test_what_cannot_be_said_there_is_a_line(store: Store, here: Account, planado_there: There):
    brought(store, here, *clients(1, private_notes="secret", vat_number="DE 1"))

    done = planado_there.push(here)

    lost = {(one.field, one.text) for one in lines(store, done.run, "lost")}
    assert {("private_notes", "secret"), ("vat_number", "DE 1")} <= lost


@one_engine
def test_a_refusal_is_a_line_with_its_reason_and_the_others_arrive(
    store: Store, here: Account, planado_there: There
):
    first, _, third = clients(3)
    longer = ImportClient(serial=2, classification="individual", first_name="x" * 51)
    brought(store, here, first, longer, third)

    done = planado_there.push(here)

    assert fates(done.counts) == {"created": 2, "refused": 1}
    [line] = lines(store, done.run, "refused")
    assert "answered 422" in line.text
    assert "first_name" in line.text
    assert live_names(planado_there) == ["Client 1", "Client 3"]


def test_a_refusal_that_no_store_can_hold_is_a_line_too(
    store: Store, here: Account, ninja_there: There
):
    brought(store, here, *clients(1))
    ninja_there.faulty.plan(says(422, b'{"message":"nul \0 inside"}'), is_write)

    done = ninja_there.push(here)

    [line] = lines(store, done.run, "refused")
    assert line.text == 'answered 422: {"message":"nul \ufffd inside"}'


@one_engine
def test_what_was_refused_is_tried_again(store: Store, here: Account, ninja_there: There):
    brought(store, here, *clients(2))
    ninja_there.faulty.plan(says(422, b"{}"), is_write)

    counts = [fates(ninja_there.push(here).counts) for _ in range(2)]

    assert counts == [{"refused": 1, "created": 1}, {"created": 1, "unchanged": 1}]


@one_engine
def test_what_only_a_new_client_is_told_of_is_a_line_and_no_change_there(
    store: Store, here: Account, planado_there: There
):
    brought(store, here, *clients(1, external_id="K 1"))
    planado_there.push(here)
    other = ImportClient(external_id="K 2")
    store.change_client(here.id, 1, lambda _record: other)
    planado_there.forget_calls()

    done = planado_there.push(here)

    assert fates(done.counts) == {"unchanged": 1}
    assert planado_there.faulty.writes == []
    [line] = lines(store, done.run)
    assert (line.kind, line.field, line.text) == ("lost", "external_id", "cannot be changed there")


@one_engine
def test_a_ninja_with_another_salt_is_pushed_to_again(
    store: Store, ninja_there: There, new_account: Callable[..., Account], edit: Edit
):
    salted = new_account(hash_salt="pepper")
    brought(store, salted, *clients(2))
    ninja_there.push(salted)
    edit(salted, 2, phone="22")

    done = ninja_there.push(salted)

    assert fates(done.counts) == {"unchanged": 1, "changed": 1}


@one_engine
@pytest.mark.parametrize(("version", "is_refused"), [("5.3.13", True), ("5.3.29", False)])
def test_people_who_refuse_mail_are_not_told_to_a_server_that_mails_them(
    store: Store, here: Account, ninja_there: There, version: str, *, is_refused: bool
) -> None:
    bo = ImportContact(first_name="Bo", email="bo@example.com", send_email=False)
    brought(store, here, *clients(1), ImportClient(organization_name="Quiet", contacts=(ADA, bo)))
    ninja_there.faulty.plan(
        with_headers(x_app_version=version), lambda _request: True, times=ENDLESS
    )

    done = ninja_there.push(here)

    assert ("Quiet" not in live_names(ninja_there)) is is_refused
    refused = [line.text for line in lines(store, done.run, "refused")]
    assert ["5.3.13 would send mail to 1" in text for text in refused] == [True] * is_refused
    ninja_there.push(here, is_mail_accepted=True)
    assert "Quiet" in live_names(ninja_there)


@one_engine
def test_what_a_new_client_loses_and_gets_is_said_before_anything_is_written(
    store: Store, here: Account, ninja_there: There
):
    brought(store, here, *clients(2), ImportClient(organization_name="n" * 240, phone="0"))

    rehearsed = ninja_there.push(here, is_dry_run=True)
    done = ninja_there.push(here)

    for said in (rehearsed.lines, lines(store, done.run)):
        lost = {one.field: one.text for one in said if one.kind == "lost"}
        assert lost["name"].startswith("191 of 240 characters are kept: nnn")
        assert lost["phone"] == "0 is shown as no text there"
        [notice] = [one.text for one in said if one.kind == "notice" and "portal" in one.text]
        assert notice == "3 new clients get ids, hashes and portal links of the service"


# Stops


@one_engine
def test_a_rehearsal_says_what_a_push_would_do_and_does_nothing(
    store: Store, here: Account, speaker_there: There, edit: Edit
):
    brought(store, here, *clients(4))
    speaker_there.push(here)
    edit(here, 2, phone="22")
    before = [client.version for client in speaker_there.clients]
    for serial in (1, 2, 3):
        origin = store.client_links(here.id, speaker_there.source, [serial])[serial]
        store.unlink_client(here.id, speaker_there.source, origin.foreign_id)
    runs = store.list_runs(here.id)
    speaker_there.forget_calls()

    rehearsed = speaker_there.push(here, is_dry_run=True, policy=ConflictPolicy.LOCAL)
    calls = list(speaker_there.faulty.writes)
    done = speaker_there.push(here, policy=ConflictPolicy.LOCAL)

    assert calls == []
    assert fates(rehearsed.counts) == fates(done.counts)
    assert store.list_runs(here.id)[1:] == runs
    assert [client.version for client in speaker_there.clients] != before


@one_engine
def test_a_first_rehearsal_knows_who_is_there_already(
    store: Store, here: Account, ninja_there: There
):
    brought(store, here, *clients(4))
    brought(store, ninja_there.account, *clients(3))

    rehearsed = ninja_there.push(here, is_dry_run=True)

    assert fates(rehearsed.counts) == {"created": 1, "unchanged": 3}
    assert store.client_links(here.id, ninja_there.source, [1, 2, 3, 4]) == {}


@one_engine
def test_no_more_clients_are_written_than_allowed(
    store: Store, here: Account, speaker_there: There
):
    brought(store, here, *clients(5))

    with pytest.raises(TooManyChanges):
        speaker_there.push(here, max_changes=3)

    assert live_names(speaker_there) == ["Client 1", "Client 2", "Client 3"]
    assert stopped_run(store, here).counts["created"] == 3


@one_engine
def test_as_many_changes_as_are_allowed_are_not_too_many(
    store: Store, here: Account, speaker_there: There, edit: Edit
):
    brought(store, here, *clients(5))
    speaker_there.push(here, max_changes=5)
    edit(here, 1, phone="11")

    done = speaker_there.push(here, max_changes=1)
    none = speaker_there.push(here, max_changes=0)

    assert fates(done.counts) == {"changed": 1, "unchanged": 4}
    assert fates(none.counts) == {"unchanged": 5}


@one_engine
@pytest.mark.parametrize("number", [1, 3])
def test_a_push_that_stopped_goes_on_where_it_was(
    store: Store, here: Account, speaker_there: There, number: int
):
    brought(store, here, *clients(4))
    speaker_there.faulty.plan(says(401), nth_of(is_write, number))
    with pytest.raises(AccessDenied):
        speaker_there.push(here)
    assert len(speaker_there.clients) == number - 1

    done = speaker_there.push(here, interrupted=stopped_run(store, here))

    assert fates(done.counts) == {"created": 4}
    assert live_names(speaker_there) == [f"Client {n}" for n in range(1, 5)]


@one_engine
@pytest.mark.parametrize("number", [1, 3])
def test_an_answer_that_was_lost_after_the_write_makes_no_client_twice(
    store: Store, here: Account, speaker_there: There, number: int
):
    brought(store, here, *clients(4))
    speaker_there.faulty.plan(is_lost, nth_of(is_write, number))
    try:
        speaker_there.push(here)
    except OutcomeUnknown:
        speaker_there.push(here, interrupted=stopped_run(store, here))
    speaker_there.forget_calls()

    done = speaker_there.push(here)

    assert live_names(speaker_there) == [f"Client {n}" for n in range(1, 5)]
    assert fates(done.counts) == {"unchanged": 4}
    assert speaker_there.faulty.writes == []
    assert fates(store.list_runs(here.id)[1].counts).get("refused") is None


@one_engine
def test_ninja_is_never_told_twice_of_a_client_that_may_be_there(
    store: Store, here: Account, ninja_there: There
):
    brought(store, here, *clients(1))
    ninja_there.faulty.plan(is_lost, is_write, times=ENDLESS)

    with pytest.raises(OutcomeUnknown):
        ninja_there.push(here)

    assert len(ninja_there.faulty.writes) == 1


def test_a_failure_before_the_answer_is_kept_is_made_good(
    store: Store, here: Account, speaker_there: There, monkeypatch: pytest.MonkeyPatch
):
    """The process dies between the service's answer and its own note of it."""
    brought(store, here, *clients(3))
    kept = store.link_clients

    def dies(*args: Any, **options: Any) -> None:
        if args[1]:
            monkeypatch.setattr(store, "link_clients", kept)
            raise KeyboardInterrupt
        kept(*args, **options)

    monkeypatch.setattr(store, "link_clients", dies)
    with pytest.raises(KeyboardInterrupt):
        speaker_there.push(here)
    done = speaker_there.push(here, interrupted=stopped_run(store, here))

    assert live_names(speaker_there) == ["Client 1", "Client 2", "Client 3"]
    assert fates(done.counts) == {"unchanged": 1, "created": 2}


@one_engine
def test_a_service_that_fails_at_once_leaves_no_run(
    store: Store, here: Account, speaker_there: There
):
    brought(store, here, *clients(1))
    speaker_there.faulty.plan(
        lambda _request, _pass: stream_response(b"{}", 403), lambda _request: True
    )

    with pytest.raises(RemoteFailure):
        speaker_there.push(here)

    assert [run.verb for run in store.list_runs(here.id)] == ["import"]


@one_engine
def test_a_client_whose_push_died_before_it_was_archived_there_is_archived_when_it_goes_on(
    store: Store, here: Account, ninja_there: There
):
    brought(store, here, *clients(2))
    store.set_client_state(here.id, 1, State.ARCHIVED)

    def dies(_request: Any, _pass: Any) -> Any:
        raise KeyboardInterrupt

    ninja_there.faulty.plan(dies, lambda request: request.url.path.endswith("/bulk"))
    with pytest.raises(KeyboardInterrupt):
        ninja_there.push(here)
    assert [client.archived_at for client in ninja_there.clients] == [None]

    done = ninja_there.push(here, interrupted=stopped_run(store, here))

    assert live_names(ninja_there) == ["Client 1", "Client 2"]
    archived = {client.name: client.archived_at is not None for client in ninja_there.clients}
    assert archived == {"Client 1": True, "Client 2": False}
    assert fates(done.counts) == {"changed": 1, "created": 1}
    assert fates(ninja_there.push(here).counts) == {"unchanged": 2}

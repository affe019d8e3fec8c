"""Matching of imported clients with existing ones, their links and their conflicts."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from msgspec import structs

from storage.imports.incoming import IncomingClient
from storage.model.accounts import Account
from storage.model.commands import CreateAccount, CreateClient, ImportClient
from storage.model.conflicts import ConflictState, GroupConflict
from storage.model.errors import Invalid, NotFound
from storage.model.imports import ClientLink, ImportStatus, MergeDecision
from storage.model.records import Client, Origin, State
from storage.model.runs import RunProgress
from storage.store import Store
from tests.storage.imports.test_merge import (
    KEY,
    SOURCE,
    Imports,
    adjusted_fields,
    arriving,
    fates,
    unstorable,
)
from tests.support.databases import Databases, open_store

NEVER = datetime(1999, 1, 1, tzinfo=UTC)
NOTE = RunProgress(checkpoint="linked", counts={"read": 1})


class Links(Imports):
    def link(self, *links: ClientLink) -> None:
        self.store.link_clients(self.id, links, run_id=self.run.id, progress=NOTE)

    def unlink(self, foreign_id: str, source: str = SOURCE) -> None:
        self.store.unlink_client(self.id, source, foreign_id)

    def counterparts(self, source: str = SOURCE) -> dict[int, str]:
        serials = [client.serial for client in self.all]
        known = self.store.client_links(self.id, source, serials)
        return {serial: origin.foreign_id for serial, origin in known.items()}

    def recognised(self, *incoming: IncomingClient) -> dict[int, int]:
        records = self.store.match_clients(self.id, incoming)
        return {place: record.serial for place, record in records.items()}

    def deleted(self, client: Client) -> Client:
        return self.store.set_client_state(self.id, client.serial, State.DELETED)


@pytest.fixture(scope="module")
def store(databases: Databases) -> Iterator[Store]:
    """One store for all tests of this module. Each test has its own account."""
    with open_store(databases) as store:
        yield store


@pytest.fixture
def account(store: Store) -> Account:
    return store.create_account(CreateAccount(name=str(uuid4())))


@pytest.fixture
def here(store: Store, account: Account) -> Links:
    return Links(store, account)


def linked(client: Client, foreign_id: str, source: str = SOURCE, **fields: Any) -> ClientLink:
    return ClientLink(client.serial, Origin(source=source, foreign_id=foreign_id, **fields))


# Recognising


def test_an_origin_says_who_it_is_whatever_else_is_said(here: Links) -> None:
    mine = here.took(arriving("1"))
    here.made(number="n", external_id="e")

    found = here.recognised(arriving("1", number="n", external_id="e", uuid=KEY))

    assert found == {0: mine.serial}


SHARED: list[dict[str, Any]] = [
    {"uuid": KEY},
    {"serial": 77, "client_hash": "hash"},
    {"external_id": "e"},
]


@pytest.mark.parametrize("shared", SHARED, ids=str)
def test_who_never_came_before_is_known_by_what_it_is(here: Links, shared: Any) -> None:
    there = here.took(arriving("1", **shared))
    here.unlink("1")

    (outcome,) = here.take(arriving("other", **shared))

    assert here.recognised(arriving("another", **shared)) == {0: there.serial}
    assert (outcome.status, outcome.serial) == (ImportStatus.UNCHANGED, there.serial)
    assert here.counterparts() == {there.serial: "other"}


def test_a_serial_means_nothing_with_another_hash(here: Links) -> None:
    mine = here.made()

    for client_hash in ("another", "", mine.client_hash.swapcase()):
        assert here.recognised(arriving(serial=mine.serial, client_hash=client_hash)) == {}
    assert here.recognised(arriving(serial=mine.serial)) == {}


def test_an_external_id_means_the_living_client(here: Links) -> None:
    gone = here.made(external_id="e")
    here.deleted(gone)
    assert here.recognised(arriving(external_id="e")) == {}

    heir = here.made(external_id="e")

    assert here.recognised(arriving(external_id="e")) == {0: heir.serial}


def test_a_uuid_means_the_deleted_client_too(here: Links) -> None:
    gone = here.deleted(here.made())

    (outcome,) = here.take(arriving(uuid=gone.uuid))

    assert (outcome.status, outcome.serial) == (ImportStatus.UNCHANGED, gone.serial)


def test_a_number_in_any_case_finds_a_client_and_recognises_none(here: Links) -> None:
    mine = here.made(number="Née")

    (outcome,) = here.take(arriving("1", number="NEE"))

    assert here.recognised(arriving("2", number="nEe")) == {}
    assert here.store.clients_by_number(here.id, ["nEe", "x", ""]) == {"nEe": mine}
    assert (outcome.status, adjusted_fields(outcome)) == (ImportStatus.CREATED, {"number"})


def test_clients_are_recognised_by_their_places(here: Links) -> None:
    one, two = here.made(external_id="1"), here.made(external_id="2")
    strangers = [arriving("a"), arriving("b", number="", external_id=None)]

    found = here.recognised(
        strangers[0],
        arriving("c", external_id="2"),
        strangers[1],
        arriving("d", external_id="1"),
        arriving("e", external_id="1"),
    )

    assert found == {1: two.serial, 3: one.serial, 4: one.serial}
    assert here.recognised() == {}


def test_what_cannot_be_stored_is_nobody(here: Links) -> None:
    here.made()

    assert here.recognised(*unstorable()) == {}


def test_clients_of_another_account_are_nobody(here: Links, store: Store) -> None:
    shared = {"uuid": KEY, "serial": 1, "client_hash": "h", "external_id": "e", "number": "n"}
    here.take(arriving("1", **shared))
    other = Links(store, store.create_account(CreateAccount(name=str(uuid4()))))

    assert other.recognised(arriving("1", **shared)) == {}
    assert fates(other.take(arriving("1", **shared))) == [ImportStatus.CREATED]
    assert other.all[0].uuid == here.all[0].uuid


def test_an_id_means_another_at_another_source(here: Links) -> None:
    here.take(arriving("1"))
    elsewhere = Origin(source="elsewhere", foreign_id="1", stamp="a")

    (outcome,) = here.take(structs.replace(arriving("1"), origin=elsewhere))

    assert outcome.status is ImportStatus.CREATED
    assert len(here.counterparts()) == len(here.counterparts("elsewhere")) == 1


# Following


def test_a_client_follows_what_it_is_linked_to(here: Links) -> None:
    here.take(arriving(city="Oslo"))

    for n, city in enumerate(("Rome", "Bonn")):
        assert here.took(arriving(stamp=f"{n}", city=city)).city == city


def test_what_is_decided_to_be_kept_stays_and_its_conflicts_are_noted(here: Links) -> None:
    client = here.edited(here.took(arriving(city="Oslo")), city="Rome")
    found = GroupConflict(group="city", fields=("city",), here="Rome", there="Bonn")
    decision = MergeDecision(
        command=ImportClient(),
        status=ImportStatus.KEPT,
        fields=("city",),
        conflicts=(found,),
        link_of=lambda _after: Origin(source=SOURCE, foreign_id="1"),
    )

    def arrive(decided: MergeDecision) -> ImportStatus:
        incoming = structs.replace(
            arriving(stamp="b", city="Bonn"), decide=lambda _before, _link: decided
        )
        (outcome,) = here.take(incoming)
        return outcome.status

    assert [arrive(decision), arrive(decision)] == [ImportStatus.CONFLICT] * 2
    [held] = here.store.list_conflicts(here.id)
    assert (held.state, held.here, held.there) == (ConflictState.OPEN, "Rome", "Bonn")
    assert arrive(structs.replace(decision, conflicts=())) is ImportStatus.KEPT
    [ended] = here.store.list_conflicts(here.id)
    assert (ended.id, ended.state) == (held.id, ConflictState.ENDED)
    assert here.all == (client,)


def test_two_that_never_met_and_are_alike_are_in_step_from_then_on(here: Links) -> None:
    here.made(external_id="e", city="Oslo")

    first = here.take(arriving(external_id="e", city="Oslo"))
    second = here.take(arriving(stamp="b", external_id="e", city="Rome"))

    assert fates(first + second) == [ImportStatus.UNCHANGED, ImportStatus.CHANGED]


def test_who_was_refused_is_not_linked(here: Links) -> None:
    here.made(number="n")
    here.take(arriving("1", organization_name="\0"))

    assert here.counterparts() == {}


# Links


def test_a_link_reads_back_as_it_was_kept(here: Links) -> None:
    client = here.made()
    link = linked(client, "f", foreign_updated_at=NEVER, stamp="s", version=client.version)

    here.link(link)

    assert here.store.client_links(here.id, SOURCE, [client.serial, 99, 2**70, -1]) == {
        client.serial: link.origin
    }
    assert here.store.client_origins(here.id, client.serial) == (link.origin,)


def test_an_import_links_as_the_two_stood(here: Links) -> None:
    client = here.took(arriving("f", at=NEVER, version=5))

    origin = Origin(source=SOURCE, foreign_id="f", foreign_updated_at=NEVER, stamp="a", version=5)
    assert here.store.client_links(here.id, SOURCE, [client.serial]) == {client.serial: origin}


def test_a_client_has_one_counterpart_at_a_source(here: Links) -> None:
    one, two = here.made(), here.made()
    here.link(linked(one, "a"), linked(two, "b"))

    here.link(linked(one, "b"))

    assert here.counterparts() == {one.serial: "b"}


def test_of_several_links_of_one_side_the_last_one_counts(here: Links) -> None:
    one, two = here.made(), here.made()

    here.link(linked(one, "a"), linked(one, "b"), linked(two, "c"), linked(two, "c", stamp="new"))
    assert here.counterparts() == {one.serial: "b", two.serial: "c"}

    here.link(linked(one, "x"), linked(two, "x"))
    assert here.counterparts() == {two.serial: "x"}


def test_sources_do_not_disturb_each_other(here: Links) -> None:
    client = here.made()
    here.link(linked(client, "a"))
    here.link(linked(client, "a", "elsewhere"))

    here.unlink("a")
    here.unlink("never there")

    assert here.counterparts() == {}
    assert here.counterparts("elsewhere") == {client.serial: "a"}


def test_a_client_that_was_purged_meanwhile_is_not_linked(here: Links) -> None:
    """A push has reported it, and then it was purged."""
    gone, client = here.made(), here.made()
    here.store.purge_client(here.id, gone.serial)

    here.link(linked(gone, "a"), linked(client, "b"), ClientLink(2**70, linked(client, "c").origin))

    assert here.counterparts() == {client.serial: "b"}
    assert here.store.get_run(here.run.id).checkpoint == "linked"


def test_a_purged_client_is_not_there_any_more(here: Links) -> None:
    client = here.took(arriving("a"))
    here.store.purge_client(here.id, client.serial)

    (outcome,) = here.take(arriving("a"))

    assert outcome.status is ImportStatus.CREATED
    assert here.counterparts() == {outcome.serial: "a"}


@pytest.mark.parametrize("text", ["\0", "\ud800", "é" * 501])
def test_a_link_that_no_engine_holds_is_refused_with_all_others(here: Links, text: str) -> None:
    one, two = here.made(), here.made()

    with pytest.raises(Invalid):
        here.link(linked(one, "a"), linked(two, text))

    assert here.counterparts() == {}
    assert here.store.get_run(here.run.id).checkpoint == ""


def test_links_of_an_unknown_run_are_not_kept(here: Links) -> None:
    client = here.made()

    with pytest.raises(NotFound):
        here.store.link_clients(here.id, [linked(client, "a")], run_id=2**40, progress=NOTE)

    assert here.counterparts() == {}


# Scanning


def test_a_scan_sees_all_clients_by_serial(here: Links) -> None:
    here.deleted(here.made())
    here.take(arriving("1", serial=2**62), arriving("2", serial=50, archived_at=NEVER))

    serials = [client.serial for client in here.all]

    assert serials == [1, 50, 2**62]
    for after, limit, seen in ((0, 2, serials[:2]), (1, 9, serials[1:]), (50, 1, serials[2:])):
        page = here.store.scan_clients(here.id, after, limit)
        assert [client.serial for client in page] == seen


@pytest.mark.parametrize("after", [2**62, 2**63 - 1, 2**63, 10**30])
def test_a_scan_ends_behind_the_last_one(here: Links, after: int) -> None:
    here.made()

    assert here.store.scan_clients(here.id, after) == ()


def test_a_scan_of_another_account_sees_none_of_it(here: Links, store: Store) -> None:
    store.create_client(here.id, CreateClient())
    other = store.create_account(CreateAccount(name=str(uuid4())))

    assert store.scan_clients(other.id) == ()

"""Histories of edits on three sides, deletions, faults and cycles: the laws of a sync.

Each value that a person enters is a word of its own, so that it can be found: on a side, in a
conflict, or nowhere. The laws are those of the model below, after every two cycles without a fault:

- No edit is lost: the latest value of each side is on both sides or in a conflict. A deletion
  takes with it only what its side had seen.
- When edits stop, a further cycle writes nothing.
- Nobody is invented: there are as many clients as there were.
- Nobody is deleted whom no side has deleted.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings, strategies as st

from dialects.ninja.clients.service_address import CLEARED_LOCATION
from gateway.remote.failures import RemoteFailure
from storage.model.accounts import Account
from storage.model.commands import ChangeClient, CreateToken, ImportClient, ImportContact
from storage.model.records import Client, State
from storage.store import Store
from tests.campaigns.scale import rounds
from tests.gateway.migration.conftest import Open
from tests.gateway.migration.live.test_two_services import Company
from tests.gateway.migration.remote_stand_ins import (
    Fault,
    InProcess,
    Matches,
    There,
    after,
    all_of,
    breaks_off,
    brought,
    is_lost,
    nth,
    nth_of,
    one_engine,
    says,
    there,
)
from tests.support.account_copies import copy_account
from tests.support.api_callers import Ninja, Planado
from tests.support.clock import Clock
from tests.support.original_ninja import OriginalNinja

pytestmark = [] if "CAMPAIGN" in os.environ else one_engine
HISTORIES = int(os.environ.get("HISTORIES", rounds(25, 5000)))
WORDS = count(1)
MOST_LATE = timedelta(seconds=90)
SIDES = ("ninja", "planado", "here")
FIELDS = {
    "ninja": ("phone", "note", "city", "shipping", "email"),
    "planado": ("phone", "shipping", "email"),
    "here": ("phone", "note", "city", "shipping"),
}
"""What is edited on each side."""


class Killed(Exception):
    """Raised in a cycle, as if the process had been killed between two requests."""


class Template(NamedTuple):
    """A company at rest, and the moment of that."""

    company: Company
    moment: datetime


class Edit(NamedTuple):
    side: str
    client: int
    field: str


class Deletion(NamedTuple):
    side: str
    client: int


class Cycle(NamedTuple):
    """A cycle with a fault at the request of this number to each service; 0 for none."""

    fault_at: int
    fault: str


class Race(NamedTuple):
    """A cycle in which somebody edits just before the question of this number to a service.

    Not before a write: no service takes a precondition, so what is entered between our last look
    and our write is overwritten unseen.
    """

    edit: Edit
    at: int


class LateClock(NamedTuple):
    """The clocks are set back. However often, they are late by less than two pulls overlap."""

    seconds: int


def kill(_request: Any, _pass: Any) -> Any:
    raise Killed


FAULTS: dict[str, Fault] = {
    "killed before it": kill,
    "its answer is lost": is_lost,
    "not answered": says(502),
    "half an answer": breaks_off,
}


EDITS = [Edit(side, n, field) for side in SIDES for n in range(2) for field in FIELDS[side]]
CLASHES = [
    (one, other)
    for one in EDITS
    for other in EDITS
    if one.side != other.side and (one.client, one.field) == (other.client, other.field)
]
edits = st.sampled_from(EDITS).map(lambda edit: [edit])
clashes = st.sampled_from(CLASHES).map(list)
"""Two sides edit one field of one client, and neither has seen what the other one entered."""
DELETIONS = [Deletion(side, n) for side in SIDES for n in range(2)]
deletions = st.sampled_from(DELETIONS).map(lambda deletion: [deletion])
edits_of_deleted = st.tuples(st.sampled_from(DELETIONS), st.sampled_from(EDITS)).map(list)
cycles = st.builds(Cycle, st.integers(0, 14), st.sampled_from(sorted(FAULTS))).map(lambda c: [c])
races = st.builds(Race, st.sampled_from(EDITS), st.integers(1, 14)).map(lambda race: [race])
late_clocks = st.sampled_from([30, 90]).map(lambda seconds: [LateClock(seconds)])
moves = st.one_of(
    edits, edits, clashes, cycles, cycles, races, deletions, edits_of_deleted, late_clocks
)
histories = st.lists(moves, max_size=12).map(
    lambda moves: [step for steps in moves for step in steps]
)
Step = Edit | Deletion | Cycle | Race | LateClock


class History:
    """A company of two clients, and the words that each side has entered and not seen carried."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.words: dict[tuple[str, int, str], str] = {}
        self.deleted_by: dict[int, set[str]] = {0: set(), 1: set()}
        """The sides that have deleted a client."""
        self.latest = company.ninja.clock.now
        """The latest moment that the clocks have shown."""

    @property
    def services(self) -> tuple[There, There]:
        return self.company.ninja, self.company.planado

    def client(self, side: str, n: int) -> Client | None:
        """Return a client of a side, None if it is gone there."""
        return client_of(self.clients(side), n)

    def clients(self, side: str) -> list[Client]:
        services = {"ninja": self.company.ninja, "planado": self.company.planado}
        if side in services:
            return services[side].clients
        return all_of(self.company.store, self.company.here)

    def all_sides(self) -> dict[str, list[Client]]:
        """Return all that each side has."""
        return {side: self.clients(side) for side in SIDES}

    def play(self, step: Step) -> None:
        match step:
            case Edit():
                self.edit(step)
            case Deletion():
                self.delete(step)
            case Cycle(fault_at, fault):
                self.cycle(FAULTS[fault], nth(fault_at), nth(fault_at))
            case Race(edit, at):
                question = nth_of(lambda request: request.method == "GET", at)
                self.cycle(after(lambda: self.edit(edit)), question, question)
            case LateClock(seconds):
                self.set_back(timedelta(seconds=seconds))

    def set_back(self, by: timedelta) -> None:
        clock = self.company.ninja.clock
        self.latest = max(self.latest, clock.now)
        clock.stop(max(clock.now - by, self.latest - MOST_LATE))

    def edit(self, edit: Edit) -> None:
        client = self.client(edit.side, edit.client)
        if client is None:
            return
        self.forget(edit.client, seen=repr(client), field=edit.field)
        word = f"w{next(WORDS)}x"
        self.company.ninja.clock.tick(minutes=1)
        if edit.side == "planado":
            fields = planado_fields(client, edit.field, word)
            self.company.planado.speaker.patched(str(client.uuid), fields)
        elif edit.side == "ninja":
            self.company.ninja.put(client.serial, ninja_fields(client, edit.field, word))
        else:
            self.company.store.change_client(
                self.company.here.id, client.serial, lambda _record: here_change(edit.field, word)
            )
        self.words[edit.side, edit.client, edit.field] = word

    def delete(self, deletion: Deletion) -> None:
        client = self.client(deletion.side, deletion.client)
        if client is None:
            return
        self.company.ninja.clock.tick(minutes=1)
        if deletion.side == "here":
            store, account = self.company.store, self.company.here
            store.set_client_state(account.id, client.serial, State.DELETED)
        else:
            service = self.company.ninja if deletion.side == "ninja" else self.company.planado
            service.speaker.delete(f"/clients/{service.id_of(client.serial)}")
        self.deleted_by[deletion.client].add(deletion.side)
        self.forget(deletion.client, seen=repr(client))

    def forget(self, n: int, *, seen: str, field: str = "") -> None:
        """Forget the words of a client that somebody has seen who edits or deletes it now."""
        self.words = {
            key: word
            for key, word in self.words.items()
            if key[1] != n or (field and key[2] != field) or word not in seen
        }

    def cycle(self, fault: Fault = is_lost, *requests: Matches) -> None:
        """Let a cycle pass, with a fault at a request to each of the services."""
        for service, matches in zip(self.services, requests, strict=False):
            service.faulty.plan(fault, matches)
        try:
            self.whole_cycle()
            self.forget_carried()
        except (Killed, RemoteFailure):
            pass
        finally:
            for service in self.services:
                service.faulty.plans.clear()
                service.forget_calls()

    def whole_cycle(self) -> None:
        company = self.company
        company.ninja.clock.tick(minutes=10)
        company.ninja.pull(company.here)
        company.planado.pull(company.here, is_whole=True)
        company.ninja.push(company.here, may_delete=True)
        company.planado.push(company.here, may_delete=True)

    def rest(self) -> None:
        """Let everything settle, then hold the laws."""
        for _ in range(2):
            self.cycle()
        self.whole_cycle()
        writes = [len(service.faulty.writes) for service in self.services]
        assert writes == [0, 0], "a cycle at rest wrote"
        self.check(self.all_sides())

    def check(self, shown: dict[str, list[Client]]) -> None:
        """Hold the laws of clients and of words."""
        self.check_words(shown)
        for n, by in self.deleted_by.items():
            is_whole = all(client_of(shown[side], n) for side in SIDES)
            assert by or is_whole, "an invented deletion"
        assert len(shown["here"]) == 2, "an invented client"
        for side in ("ninja", "planado"):
            assert len([client for client in shown[side] if not client.is_deleted]) <= 2

    def check_words(self, shown: dict[str, list[Client]]) -> None:
        """Assert that each word is on all sides that show its field, or in a conflict."""
        conflicts = self.company.store.list_conflicts(self.company.here.id)
        told = " ".join(f"{one.here} {one.there}" for one in conflicts)
        for key, word in self.words.items():
            missing = [] if word in told else self.sides_without(word, key, shown)
            assert not missing, f"{word}, entered as {key}, is not {missing}"

    def forget_carried(self) -> None:
        """Forget the words that all sides show: whoever edits the field now has seen them."""
        shown = self.all_sides() if self.words else {}
        self.words = {
            key: word for key, word in self.words.items() if self.sides_without(word, key, shown)
        }

    def sides_without(
        self, word: str, key: tuple[str, int, str], shown: dict[str, list[Client]]
    ) -> list[str]:
        """Return the sides that show a field, but not the word that was entered there.

        A client that was deleted may lack on a side. But it stays where the word was entered,
        unless it was deleted on a side that does not show the field.
        """
        entered, n, field = key
        deleting = self.deleted_by[n]
        lacking: set[str] = set()
        if deleting:
            is_unseen = all(side in sides_of(field) for side in deleting)
            lacking = set(SIDES) - ({entered} if is_unseen else set())
        return [
            side
            for side in sides_of(field)
            if word not in repr(client := client_of(shown[side], n))
            and not (client is None and side in lacking)
        ]


def client_of(clients: list[Client], n: int) -> Client | None:
    """Find a client by the name that it keeps."""
    live = [one for one in clients if one.name == f"Client {n}" and not one.is_deleted]
    return live[0] if live else None


def sides_of(field: str) -> list[str]:
    """Return the sides that show a field."""
    return [side for side in SIDES if side != "planado" or field not in {"note", "city"}]


def ninja_fields(client: Client, field: str, word: str) -> dict[str, Any]:
    match field:
        case "note":
            return {"private_notes": word}
        case "shipping":
            return {"shipping_address1": word}
        case "email":
            primary = client.primary_contact
            assert primary is not None
            return {"contacts": [{"first_name": "Ada", "email": f"{word}@example.com"}]}
        case _:
            return {field: word}


def planado_fields(client: Client, field: str, word: str) -> dict[str, Any]:
    if field == "shipping":
        return {"site_address": {"formatted": word}}
    phone = word if field == "phone" else client.phone
    lines = [{"name": None, "value": phone, "type": "phone"}] if phone else []
    mail = f"{word}@example.com" if field == "email" else ""
    primary = client.primary_contact
    mail = mail or (primary.email if primary else "")
    if mail:
        lines.append({"name": "Ada", "value": mail, "type": "email"})
    return {"contacts": lines}


def here_change(field: str, word: str) -> ChangeClient:
    match field:
        case "note":
            return ChangeClient(private_notes=word)
        case "shipping":
            # As through an API: the text that Planado has set does not outlive it.
            return ChangeClient(shipping_address1=word, **CLEARED_LOCATION)
        case "city":
            return ChangeClient(city=word)
        case _:
            return ChangeClient(phone=word)


@pytest.fixture
def template(
    store: Store, new_account: Callable[[], Account], open_there: Open, clock: Clock
) -> Template:
    """A company of two clients that came from Ninja and are in step everywhere."""
    company = Company(store, new_account(), open_there(Ninja), open_there(Planado))
    ada = ImportContact(first_name="Ada", email="ada@example.com", is_primary=True)
    clients = (ImportClient(organization_name=f"Client {n}", contacts=(ada,)) for n in range(2))
    brought(store, company.ninja.account, *clients)
    company.cycle()
    company.cycle()
    return Template(company, clock.now)


@pytest.fixture
def new_company(
    template: Template, original: OriginalNinja, clock: Clock
) -> Callable[[], AbstractContextManager[Company]]:
    """A function that opens a copy of the company, at the moment at which that came to rest."""

    @contextmanager
    def opened(remote: There) -> Iterator[There]:
        account = copy_account(remote.store, remote.account)
        original.copy_memory(remote.account.id, account.id)
        command = CreateToken(account=account.name, dialect=remote.dialect.name)
        _, token = remote.store.create_token(command)
        http = remote.speaker.http
        copy = there(
            remote.store, account, type(remote.speaker)(http, str(token)), InProcess(http, clock)
        )
        with closing(copy.service):
            yield copy

    @contextmanager
    def made() -> Iterator[Company]:
        clock.stop(template.moment)
        store, here, *services = template.company
        with opened(services[0]) as ninja, opened(services[1]) as planado:
            yield Company(store, copy_account(store, here), ninja, planado)

    return made


@settings(max_examples=HISTORIES)
@given(played=histories)
def test_every_history_keeps_the_laws(
    new_company: Callable[[], AbstractContextManager[Company]],
    played: list[Step],
) -> None:
    with new_company() as company:
        history = History(company)

        for step in played:
            history.play(step)

        history.rest()

"""Histories of edits on three sides, deletions, faults and cycles: the laws of a sync.

Each value that a person enters is a word of its own, so that it can be found: on a side, in a
conflict, or nowhere. The laws are those of the model below, after every two cycles without a fault:

- No edit is lost: the latest value of each side is on both sides or in a conflict.
- When edits stop, a further cycle writes nothing.
- Nobody is invented: there are as many clients as there were.
- Nobody is deleted whom no side has deleted.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings, strategies as st

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
    There,
    all_of,
    breaks_off,
    brought,
    is_lost,
    nth,
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


class LateClock(NamedTuple):
    """The clocks are set back, by less than the overlap of two pulls."""

    seconds: int


def kill(_request: Any, _pass: Any) -> Any:
    raise Killed


FAULTS: dict[str, Fault] = {
    "killed before it": kill,
    "its answer is lost": is_lost,
    "not answered": says(502),
    "half an answer": breaks_off,
}


edits = st.sampled_from(
    [Edit(side, n, field) for side in SIDES for n in range(2) for field in FIELDS[side]]
)
deletions = st.sampled_from([Deletion(side, n) for side in SIDES for n in range(2)])
cycles = st.builds(Cycle, st.integers(0, 14), st.sampled_from(sorted(FAULTS)))
late_clocks = st.sampled_from([30, 90]).map(LateClock)
histories = st.lists(edits | edits | edits | cycles | cycles | deletions | late_clocks, max_size=12)


class History:
    """A company of two clients, and the words that each side has entered and not seen carried."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.words: dict[tuple[str, int, str], str] = {}
        self.deleted: set[int] = set()
        for client in company.ninja.clients:
            assert client.number

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

    def play(self, step: Edit | Deletion | Cycle | LateClock) -> None:
        match step:
            case Edit():
                self.edit(step)
            case Deletion():
                self.delete(step)
            case Cycle():
                self.cycle(*step)
            case LateClock():
                self.company.ninja.clock.tick(seconds=-step.seconds)

    def edit(self, edit: Edit) -> None:
        client = self.client(edit.side, edit.client)
        if client is None:
            return
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
        self.deleted.add(deletion.client)
        for key in [key for key in self.words if key[:2] == (deletion.side, deletion.client)]:
            del self.words[key]

    def cycle(self, fault_at: int = 0, fault: str = "") -> None:
        for service in (self.company.ninja, self.company.planado):
            service.faulty.plans.clear()
            if fault_at:
                service.faulty.plan(FAULTS[fault], nth(fault_at))
        try:
            self.whole_cycle()
            self.forget_carried()
        except (Killed, RemoteFailure):
            pass
        finally:
            for service in (self.company.ninja, self.company.planado):
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
        for service in (self.company.ninja, self.company.planado):
            service.forget_calls()
        self.whole_cycle()
        writes = [len(s.faulty.writes) for s in (self.company.ninja, self.company.planado)]
        assert writes == [0, 0], "a cycle at rest wrote"
        self.check(self.all_sides())

    def check(self, shown: dict[str, list[Client]]) -> None:
        """Hold the laws of clients and of words."""
        self.check_words(shown)
        for n in {0, 1} - self.deleted:
            assert all(client_of(shown[side], n) for side in SIDES), "an invented deletion"
        assert len(shown["here"]) == 2, "an invented client"
        for side in ("ninja", "planado"):
            assert len([client for client in shown[side] if not client.is_deleted]) <= 2

    def check_words(self, shown: dict[str, list[Client]]) -> None:
        """Assert that each word is on all sides that show its field, or in a conflict."""
        conflicts = self.company.store.list_conflicts(self.company.here.id)
        told = " ".join(f"{one.here} {one.there}" for one in conflicts)
        for (side, n, field), word in self.words.items():
            missing = [] if word in told else self.sides_without(word, n, field, shown)
            text = f"{field} {word} of client {n}, entered {side}, is not {missing}"
            assert not missing, text
            assert word in told or word in repr(shown["here"]), f"{text}: it is lost"

    def forget_carried(self) -> None:
        """Forget the words that all sides show: whoever edits the field now has seen them."""
        shown = self.all_sides() if self.words else {}
        self.words = {
            key: word
            for key, word in self.words.items()
            if self.sides_without(word, key[1], key[2], shown)
        }

    def sides_without(
        self, word: str, n: int, field: str, shown: dict[str, list[Client]]
    ) -> list[str]:
        """Return the sides that do not show a word. A side may lack a client that was deleted."""
        return [
            side
            for side in sides_of(field)
            if word not in repr(shown[side])
            and not (n in self.deleted and client_of(shown[side], n) is None)
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
            return ChangeClient(shipping_address1=word)
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
    played: list[Edit | Deletion | Cycle | LateClock],
) -> None:
    with new_company() as company:
        history = History(company)

        for step in played:
            history.play(step)

        history.rest()

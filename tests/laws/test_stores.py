"""Stores: every engine gives the answers of the model, in the same order and the same pages."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from msgspec import Struct, structs

from storage.model.commands import ClientKey, CreateAccount, CreateClient, CreateGroup, LiveKey
from storage.model.errors import Failure, Unavailable
from storage.model.generators import Generators
from storage.model.preconditions import Precondition
from storage.model.queries import ClientQuery, GroupQuery, TombstoneQuery
from storage.model.records import State
from storage.store import Store
from tests.laws import generated_commands, generated_queries
from tests.laws.generated_commands import START, UUIDS, Edit, StoreCall
from tests.laws.model import Model
from tests.support.databases import ENGINES, Cluster

STEPS = 24
ALL = 1000
COUNTRIES = (840, 276)
accounts = st.sampled_from([0, 0, 0, 0, 1])
At = tuple[int, int]
"""The account of a command, and the microseconds that the clock goes on, or back, before it."""
times = st.tuples(accounts, st.sampled_from([0, 1, 1, 2, -3]))


class Chance:
    """The clock and the random values of a store, equal for all stores and reset for each
    command."""

    def __init__(self) -> None:
        self.begin(START, step=0, clients=0)

    def begin(self, now: datetime, *, step: int, clients: int) -> None:
        self.now, self.step = now, step
        self.uuids, self.texts = count(UUIDS + clients), count()

    def makers(self) -> Generators:
        return Generators(
            clock=lambda: self.now,
            new_uuid=lambda: UUID(int=next(self.uuids)),
            random_text=lambda length: f"{self.step}.{next(self.texts)}".ljust(length, "-"),
        )


class Refusal(NamedTuple):
    """A failure as an answer: its kind and its fields, without the text, which may differ."""

    kind: type[Failure]
    fields: dict[str, Any]


def call_store(verb: Callable[..., Any], *given: Any) -> Any:
    try:
        return verb(*given)
    except Unavailable:
        raise  # no answer at all
    except Failure as failure:
        return Refusal(type(failure), vars(failure))


class Engine:
    """A store, and its accounts of the current run."""

    def __init__(self, name: str, url: str) -> None:
        self.name, self.chance = name, Chance()
        self.store = Store.open(url, self.chance.makers())
        self.accounts: list[int] = []

    def begin(self) -> None:
        """Create new accounts, so that a run does not see earlier runs."""
        commands = [CreateAccount(name=uuid4().hex, country_id=country) for country in COUNTRIES]
        self.accounts = [self.store.create_account(command).id for command in commands]

    def answer(self, account: int, verb: str, *given: Any) -> Any:
        return call_store(getattr(self.store, verb), self.accounts[account], *given)


def diff_answers(found: Any, wanted: Any, path: str = "") -> Iterator[str]:
    """Yield the paths where two answers differ. Reports are short, for records with sixty
    fields."""
    if found == wanted:
        return
    if isinstance(wanted, Struct) and type(found) is type(wanted):
        for field in wanted.__struct_fields__:
            yield from diff_answers(
                getattr(found, field), getattr(wanted, field), f"{path}.{field}"
            )
    elif isinstance(wanted, tuple) and isinstance(found, tuple) and len(found) == len(wanted):
        for n, (one, other) in enumerate(zip(found, wanted, strict=True)):
            yield from diff_answers(one, other, f"{path}[{n}]")
    else:
        yield f"{path}: {found!r} should be {wanted!r}"


class Stores(RuleBasedStateMachine):
    """A state machine that sends the same commands and queries to all engines and to the model."""

    def __init__(self, engines: list[Engine]) -> None:
        super().__init__()
        self.engines, self.chance = engines, Chance()
        self.models = [Model(self.chance.makers(), country) for country in COUNTRIES]
        self.now, self.step = START, 0
        for engine in engines:
            engine.begin()

    def tell(self, at: At, verb: str, *given: Any) -> None:
        """Run a command: all answers are equal, and then all accounts are equal."""
        account, tick = at
        self.now, self.step = self.now + timedelta(microseconds=tick), self.step + 1
        made = sum(model.next_client - 1 for model in self.models)
        for chance in (self.chance, *(engine.chance for engine in self.engines)):
            chance.begin(self.now, step=self.step, clients=made)
        told = self.models[account].copied()
        if not isinstance(self.compare(told, account, verb, *given), Refusal):
            self.models[account] = told
        for n in range(len(COUNTRIES)):
            if "group" in verb:
                self.ask(n, "list_groups", GroupQuery(limit=ALL))
            else:
                self.ask(n, "list_clients", ClientQuery(limit=ALL))
                self.ask(n, "list_deleted_clients", TombstoneQuery(limit=ALL), None)

    def ask(self, account: int, verb: str, *given: Any) -> Any:
        return self.compare(self.models[account], account, verb, *given)

    def compare(self, model: Model, account: int, verb: str, *given: Any) -> Any:
        wanted = call_store(getattr(model, verb), *given)
        for engine in self.engines:
            found = engine.answer(account, verb, *given)
            wrong = "\n".join(diff_answers(found, wanted))
            assert not wrong, f"{verb} on {engine.name}:\n{wrong}"
        return wanted

    def walk(self, account: int, verb: str, query: Any, after: LiveKey | None) -> None:
        """Read all pages by cursor, each behind the last record of the page before."""
        page = self.ask(account, verb, query, after)
        while page and not isinstance(page, Refusal):
            last = page[-1]
            key = LiveKey(external_id=str(last.uuid), uuid=last.uuid)
            page = self.ask(account, verb, query, key)

    def leaf_through(self, account: int, verb: str, query: Any) -> None:
        """Read all pages by offset, and one page behind the end."""
        total = self.ask(account, verb, structs.replace(query, limit=ALL)).total
        for offset in range(0, total + query.limit, query.limit):
            self.ask(account, verb, structs.replace(query, offset=offset))

    # Commands

    @initialize(
        clients=st.lists(st.tuples(times, generated_commands.new_clients), min_size=4, max_size=8),
        groups=st.lists(st.tuples(times, generated_commands.new_groups), max_size=3),
    )
    def begin(
        self, clients: list[tuple[At, CreateClient]], groups: list[tuple[At, CreateGroup]]
    ) -> None:
        for at, client in clients:
            self.tell(at, "create_clients", [client])
        for at, group in groups:
            self.tell(at, "create_group", group)

    @rule(at=times, told=generated_commands.creating)
    def create(self, at: At, told: StoreCall) -> None:
        self.tell(at, *told)

    @rule(at=times, told=generated_commands.changing, query=generated_queries.lookups)
    def change(self, at: At, told: StoreCall, query: ClientQuery) -> None:
        """What a client is found by changes with it."""
        self.tell(at, *told)
        self.ask(at[0], "list_clients", query)

    @rule(at=times, told=generated_commands.moving)
    def move(self, at: At, told: StoreCall) -> None:
        self.tell(at, *told)

    @rule(at=times, told=generated_commands.removing)
    def remove(self, at: At, told: StoreCall) -> None:
        self.tell(at, *told)

    @rule(at=times, edit=generated_commands.edits)
    def replace(self, at: At, edit: Edit) -> None:
        """A client goes, another takes its external id, and the first comes back."""
        key, new = LiveKey(external_id="a"), CreateClient(external_id="a")
        self.tell(at, "upsert_client", key, edit, lambda: new, Precondition())
        self.tell(at, "set_client_state", key, State.DELETED, Precondition())
        self.tell(at, "upsert_client", key, edit, lambda: new, Precondition())
        self.tell(at, "set_client_states", range(1, 9), State.ACTIVE)

    @rule(at=times, told=generated_commands.grouping)
    def group(self, at: At, told: StoreCall) -> None:
        self.tell(at, *told)

    # Queries

    @rule(account=accounts, key=generated_commands.keys)
    def get_client(self, account: int, key: ClientKey) -> None:
        self.ask(account, "get_client", key)
        self.ask(account, "client_origins", key)

    @rule(account=accounts, queries=st.lists(generated_queries.queries, min_size=1, max_size=6))
    def list_clients(self, account: int, queries: list[ClientQuery]) -> None:
        self.leaf_through(account, "list_clients", queries[0])
        for query in queries[1:]:
            self.ask(account, "list_clients", structs.replace(query, limit=ALL))

    @rule(account=accounts, query=generated_queries.queries, after=generated_queries.cursors)
    def list_newest_clients(self, account: int, query: ClientQuery, after: LiveKey | None) -> None:
        self.walk(account, "list_newest_clients", query, after)

    @rule(account=accounts, query=generated_queries.stone_queries, after=generated_queries.cursors)
    def list_deleted_clients(
        self, account: int, query: TombstoneQuery, after: LiveKey | None
    ) -> None:
        self.walk(account, "list_deleted_clients", query, after)

    @rule(
        account=accounts,
        query=generated_queries.group_queries,
        serials=st.lists(generated_commands.groups),
    )
    def list_groups(self, account: int, query: GroupQuery, serials: list[int]) -> None:
        self.leaf_through(account, "list_groups", query)
        self.ask(account, "groups_by_serial", serials)


@pytest.fixture(scope="module", params=[ENGINES], ids="-".join)
def engines(request: pytest.FixtureRequest, cluster: Cluster) -> Iterator[list[Engine]]:
    """Made once: what is slow about a database is its beginning."""
    with cluster.database() as url:
        urls = {"sqlite": "sqlite://", "postgresql": url}
        engines = [Engine(name, urls[name]) for name in request.param]
        yield engines
        for engine in engines:
            engine.store.close()


def test_every_engine_gives_the_answers_of_the_model(engines: list[Engine]) -> None:
    # A run has many steps, and counts for as many examples as another law has in one.
    runs = settings(max_examples=settings().max_examples // 5, stateful_step_count=STEPS)
    run_state_machine_as_test(lambda: Stores(engines), settings=runs)

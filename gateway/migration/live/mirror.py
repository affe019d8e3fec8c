"""The mirror: both services are read, and told of each other's changes, again and again.

1. A cycle pulls from both services what has changed, then pushes to both. Who changed what is
   decided by `reconcile`, as in any pull and push. Conflicts are held.
2. Now and then a cycle sweeps: it reads everything, and so finds who is gone, and what moves no
   time of change.
3. One process leads, by a lease that it renews. If it dies, another one can take over when the
   lease has ended. A cycle that was interrupted is repeated: nothing of it is lost or done twice.
4. A service that does not answer is asked again in the next cycle. What a person must see stops the
   mirror, with the reason: many deletions at once, ids of another salt, a refused token.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event, Thread
from typing import NamedTuple, Self

from msgspec import Struct, structs

from gateway.migration.counterparts import Sides
from gateway.migration.failures import TooManyDeletions, UnmatchedClients, UnstableList, WrongSalt
from gateway.migration.importer import ImportOptions
from gateway.migration.outcomes import Counts
from gateway.migration.runs import no_progress, run_holder
from gateway.remote.failures import AccessDenied, RemoteFailure
from gateway.remote.http_client import HttpClient
from storage import (
    Account,
    ConflictPolicy,
    Failure,
    Invalid,
    Mirror,
    MirrorReport,
    MirrorState,
    Problem,
    Store,
)

from .pull import Pull, pull
from .push.push_plan import FileChoice, Push, PushOptions
from .push.push_stages import push
from .sliced_sweep import SlicedSweep, calls_of_slice

LEASE = timedelta(seconds=15)
RENEW_SECONDS = 5.0
STEP_SECONDS = 2.0
"""Between two looks at the state."""
CYCLING = (MirrorState.RUNNING, MirrorState.CUT_OVER)
LEFT_ALONE = (MirrorState.STOPPED, MirrorState.DRAINING)
"""States in which the loop ends: somebody has stopped it, or leads it to cut over."""
CHANGES = ("created", "changed", "deleted", "gone")
FATAL = (TooManyDeletions, UnmatchedClients, WrongSalt, AccessDenied)
"""Failures that a person must see: the mirror stops."""


class MirrorPace(Struct, frozen=True, kw_only=True):
    """How often a mirror looks: the time from cycle to cycle, and from sweep to sweep.

    `at_once` is the number of clients that a service is told at a time.
    """

    cycle: timedelta = timedelta(seconds=60)
    sweep: timedelta = timedelta(hours=1)
    at_once: int = 1


class LiveService(NamedTuple):
    """A service of a mirror with its open connection."""

    sides: Sides
    http: HttpClient

    @property
    def name(self) -> str:
        return self.sides.dialect.name

    def policy(self, main: str) -> ConflictPolicy:
        """Return who wins conflicts with this service, by the side that was cut over to."""
        if not main:
            return ConflictPolicy.HOLD
        return ConflictPolicy.REMOTE if main == self.name else ConflictPolicy.LOCAL

    def pull_plan(self, *, is_whole: bool = False, verb: str = "pull", main: str = "") -> Pull:
        return Pull(
            dialect=self.sides.dialect,
            account=self.sides.account,
            source=self.sides.source,
            keys=self.sides.keys,
            import_options=ImportOptions(is_live=True, policy=self.policy(main)),
            is_whole=is_whole,
            verb=verb,
        )


Direction = Callable[[LiveService], Counts]
"""Carries changes from a service or to it, and returns the counts of the run."""


class LeaseKeeper:
    """Renews the lease of a mirror in a thread of its own: one pull can take longer than a lease.

    `is_lost` says that another process has it now.
    """

    def __init__(self, renew: Callable[[], bool]) -> None:
        self.is_lost = not renew()
        self._renew = renew
        self._ended = Event()
        self._thread = Thread(target=self._keep, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        self._ended.set()
        self._thread.join()

    def _keep(self) -> None:
        while not self.is_lost and not self._ended.wait(RENEW_SECONDS):
            self.is_lost = not self._renew()


class MirrorLoop:
    """Runs the mirror of an account until its state says otherwise."""

    def __init__(
        self,
        store: Store,
        account: Account,
        services: Sequence[LiveService],
        pace: MirrorPace,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.store = store
        self.account = account
        self.services = services
        self.pace = pace
        self.clock = clock
        self.lease: LeaseKeeper | None = None
        self.main = ""
        """The dialect of the side that was cut over to: it wins conflicts."""
        self.sweeps: dict[str, SlicedSweep] = {}
        """The sweeps that are not done, by the service's name."""

    def run(self, sleep: Callable[[float], None] = time.sleep) -> Mirror:
        """Lead the mirror, cycle after cycle; return it when it is stopped or cut over.

        Raises NotFound if the account has no mirror, and Invalid if another process leads it.
        """
        mirror = self.store.get_mirror(self.account.id)
        with LeaseKeeper(self.renew_lease) as self.lease:
            self.refuse_second_leader()
            if mirror.state is MirrorState.PREPARING:
                mirror = self.store.set_mirror_state(self.account.id, MirrorState.RUNNING)
            while mirror.state not in LEFT_ALONE:
                self.main = mirror.main
                if mirror.state in CYCLING and self.is_due(mirror):
                    self.cycle(mirror.report)
                else:
                    sleep(STEP_SECONDS)
                self.refuse_second_leader()
                mirror = self.store.get_mirror(self.account.id)
        return mirror

    def renew_lease(self) -> bool:
        return self.store.lease_mirror(self.account.id, run_holder(), self.clock() + LEASE)

    def refuse_second_leader(self) -> None:
        """Raise Invalid if another process leads the mirror."""
        if self.lease is not None and self.lease.is_lost:
            holder = self.store.get_mirror(self.account.id).holder
            raise Invalid(Problem(("account",), f"is mirrored by another process: {holder}"))

    def is_due(self, mirror: Mirror) -> bool:
        began_at = mirror.report.began_at
        return began_at is None or self.clock() - began_at >= self.pace.cycle

    def cycle(self, last: MirrorReport) -> MirrorReport:
        """Pull from both services and push to both; return the report, which is saved.

        A failure that a person must see stops the mirror. A sweep that is due begins, and goes on
        in the next cycles where the service takes few calls.
        """
        is_due = last.swept_at is None or self.clock() - last.swept_at >= self.pace.sweep
        if is_due and not self.sweeps:
            self.begin_sweeps()
        sweeps = {"sweep": self.advance_sweep} if self.sweeps else {}
        return self.carry_out(last, {**sweeps, "pull": self.pull_from, "push": self.push_to})

    def cycle_once(self, *, is_sweep: bool) -> MirrorReport:
        """Make a cycle at once, whatever its time; a sweep is made whole."""
        last = self.store.get_mirror(self.account.id).report
        pull = partial(self.pull_from, is_whole=is_sweep)
        return self.carry_out(last, {"pull": pull, "push": self.push_to})

    def carry_out(self, last: MirrorReport, directions: Mapping[str, Direction]) -> MirrorReport:
        report = structs.replace(
            last, cycles=last.cycles + 1, began_at=self.clock(), changes={}, failures={}
        )
        calls = sum(service.http.calls for service in self.services)
        for name, carry in directions.items():
            for service in self.services:
                if service.name not in report.failures and self.may_go_on():
                    report = self.step(report, service, name, carry)
        report = structs.replace(
            report,
            ended_at=self.clock(),
            swept_at=self.end_sweeps(report) or last.swept_at,
            calls=sum(service.http.calls for service in self.services) - calls,
        )
        self.store.save_mirror_report(self.account.id, report)
        self.note_versions()
        # There are some every minute.
        self.store.delete_idle_runs(self.account.id)
        return report

    def note_versions(self) -> None:
        """Remember the versions of the services. An upgrade begins a sweep.

        What a server shows only since then is in no list of changes.
        """
        known = {one.source: one.version for one in self.store.list_services(self.account.id)}
        for service in self.services:
            source, version = service.sides.source, service.http.server_version
            before = known.get(source, version)
            if version and version != before:
                self.store.note_version(self.account.id, source, version)
                if before and not self.sweeps:
                    self.begin_sweeps()

    def may_go_on(self) -> bool:
        """Whether the mirror has been neither paused nor stopped since the cycle began.

        Raises Invalid if another process leads it.
        """
        self.refuse_second_leader()
        state = self.store.get_mirror(self.account.id).state
        return state not in {MirrorState.PAUSED, MirrorState.STOPPED}

    def step(
        self, report: MirrorReport, service: LiveService, name: str, carry: Direction
    ) -> MirrorReport:
        """Pull from a service or push to it, and return the report with that."""
        try:
            counts = carry(service)
        except FATAL as failure:
            self.store.set_mirror_state(self.account.id, MirrorState.STOPPED, str(failure))
            return with_failure(report, service.name, failure)
        except (RemoteFailure, UnstableList) as failure:
            return with_failure(report, service.name, failure)
        number = sum(counts.get(change, 0) for change in CHANGES)
        changes = {f"{name} {service.name}": number} if number else {}
        return structs.replace(report, changes=report.changes | changes)

    def pull_from(self, service: LiveService, *, is_whole: bool = False) -> Counts:
        plan = service.pull_plan(is_whole=is_whole, main=self.main)
        return pull(self.store, service.http, plan, no_progress).importer.counts

    def begin_sweeps(self) -> None:
        now = self.clock()
        self.sweeps = {
            service.name: SlicedSweep(service.sides, service.http, now) for service in self.services
        }

    def advance_sweep(self, service: LiveService) -> Counts:
        sweep = self.sweeps.get(service.name)
        if sweep is None or sweep.is_done:
            return {}
        plan = service.pull_plan(verb="sweep", main=self.main)
        return sweep.advance(plan, calls_of_slice(service.http, self.pace.cycle.total_seconds()))

    def end_sweeps(self, report: MirrorReport) -> datetime | None:
        """Forget the sweeps if all are done or one has failed; return when they began if done."""
        sweeps = list(self.sweeps.values())
        is_over = all(sweep.is_done for sweep in sweeps)
        is_failed = any(name in report.failures for name in self.sweeps)
        if is_over or is_failed:
            for sweep in sweeps:
                sweep.close()
            self.sweeps = {}
        return sweeps[0].began_at if sweeps and is_over and not is_failed else None

    def push_to(self, service: LiveService) -> Counts:
        options = PushOptions(
            may_delete=True,
            policy=service.policy(self.main),
            at_once=self.pace.at_once,
            files=FileChoice.IGNORE,
        )
        plan = Push(sides=service.sides, push_options=options)
        return push(plan, service.http, no_progress).counts


def with_failure(report: MirrorReport, name: str, failure: Failure) -> MirrorReport:
    return structs.replace(report, failures=report.failures | {name: str(failure)})

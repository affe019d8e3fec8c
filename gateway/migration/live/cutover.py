"""The cut-over of a mirror: from one main side to the other, without a lost edit.

1. Both services are read whole and told what is left, and all clients are digested, while
   everybody goes on writing.
2. The mirror drains: tokens of the old side cannot write for some seconds. What was written until
   then is pulled and told, until nothing is left to be told on either side.
3. Both sides are digested over all linked clients, as a certificate. If anything differs, or a
   conflict is open, nothing is cut over.
4. The other side becomes the main one, and everybody writes again. The mirror goes on, so that the
   way back is the same. From now on the main side wins conflicts; what loses is kept.

If the process dies while it drains, writes are accepted again when the freeze has ended.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from gateway.migration.failures import NotInStep
from storage import ClientTotals, ConflictState, Invalid, Mirror, MirrorState, Problem

from .agreed_digest import AgreedDigests, ClientDigest, client_digests, combine_digests
from .mirror import CYCLING, LEASE, LeaseKeeper, MirrorLoop

FREEZE = timedelta(seconds=20)
"""How long writes are refused at most, if this process dies."""
SETTLE_SECONDS = 1.0
"""For a request that had been let in before the freeze to end."""
MAX_CYCLES = 5
LEASE_POLL_SECONDS = 0.5


class Certificate(Struct, frozen=True, kw_only=True):
    """What both sides held when an account was cut over.

    `frozen_seconds` is how long writes of the old side were refused.
    """

    account: str
    main: str
    cut_over_at: datetime
    frozen_seconds: float
    totals: ClientTotals
    digests: dict[str, AgreedDigests]


class CutOver:
    """The cut-over of an account to the side of a dialect; the way back is one to the other side.

    `sleep` and `clock` are those of the process.
    """

    def __init__(
        self,
        loop: MirrorLoop,
        main: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.loop, self.main = loop, main
        self.store, self.account = loop.store, loop.account
        self.sleep, self.clock = sleep, clock
        self.digests: dict[str, dict[int, ClientDigest]] = {}
        """The digests of clients by service and serial. Most are made before writes are refused."""

    def run(self) -> Certificate:
        """Cut over. Raises NotInStep, Invalid, and what a pull or push raises; then nothing has.

        Whatever happens, the tokens of the old side can write again afterwards.
        """
        before = self.store.get_mirror(self.account.id)
        self.refuse_state(before)
        self.loop.main = before.main
        self.store.set_mirror_state(self.account.id, MirrorState.DRAINING)
        try:
            self.wait_for_lease()
            with LeaseKeeper(self.loop.renew_lease) as self.loop.lease:
                self.drain(is_sweep=True)
                self.digest_clients()
                return self.switch()
        except BaseException:
            was_left = before.state is MirrorState.DRAINING
            state = MirrorState.RUNNING if was_left else before.state
            self.store.set_mirror_state(self.account.id, state, before.reason)
            raise

    def refuse_state(self, mirror: Mirror) -> None:
        """Raise Invalid for a mirror that is not running, or has this main side already."""
        names = [service.name for service in self.loop.services]
        if self.main not in names:
            raise Invalid(Problem(("to",), f"must be one of: {', '.join(names)}"))
        if mirror.state not in (*CYCLING, MirrorState.PAUSED, MirrorState.DRAINING):
            raise Invalid(Problem(("mirror",), f"is {mirror.state.value}"))
        if mirror.main == self.main:
            raise Invalid(Problem(("mirror",), f"has {self.main} as its main side already"))

    def wait_for_lease(self) -> None:
        """Wait until the process that leads the mirror has left it: it sees that it drains."""
        deadline = self.clock() + 2 * LEASE.total_seconds()
        while not self.loop.renew_lease():
            if self.clock() > deadline:
                holder = self.store.get_mirror(self.account.id).holder
                raise Invalid(Problem(("account",), f"is mirrored by another process: {holder}"))
            self.sleep(LEASE_POLL_SECONDS)

    def switch(self) -> Certificate:
        """Refuse the old side's writes, tell what is left, certify, and make the other one main."""
        began = self.clock()
        try:
            for name in self.old_sides():
                until = self.store.current_time() + FREEZE
                self.store.freeze_writes(self.account.id, name, until)
            self.sleep(SETTLE_SECONDS)
            self.drain(is_sweep=False)
            digests, totals = self.certified_digests(), self.store.sum_clients(self.account.id)
            if self.clock() - began >= FREEZE.total_seconds():
                raise NotInStep("it took longer than writes can be refused")
            self.store.set_main_side(self.account.id, self.main)
        finally:
            self.store.freeze_writes(self.account.id, "", None)
        return Certificate(
            account=self.account.name,
            main=self.main,
            cut_over_at=self.store.current_time(),
            frozen_seconds=round(self.clock() - began, 1),
            totals=totals,
            digests=digests,
        )

    def old_sides(self) -> Sequence[str]:
        return [service.name for service in self.loop.services if service.name != self.main]

    def drain(self, *, is_sweep: bool) -> None:
        """Run cycles until nothing is left to be told. Raises NotInStep if that does not come."""
        for n in range(MAX_CYCLES):
            report = self.loop.cycle_once(is_sweep=is_sweep and n == 0)
            if report.failures:
                name, reason = next(iter(report.failures.items()))
                raise NotInStep(f"{name} does not answer: {reason}")
            if not self.backlog():
                break  # what the cycle has pulled, it has told as well
        self.refuse_open_ends()

    def backlog(self) -> int:
        """Count the clients that are still to be told to a service."""
        sources = [service.sides.source for service in self.loop.services]
        return sum(self.store.count_out_of_step(self.account.id, source) for source in sources)

    def refuse_open_ends(self) -> None:
        conflicts = self.store.list_conflicts(self.account.id, ConflictState.OPEN)
        if conflicts:
            raise NotInStep(
                f"{len(conflicts)} conflicts are open: gateway conflicts list shows them"
            )
        if backlog := self.backlog():
            raise NotInStep(f"{backlog} clients are still to be told: gateway runs show says why")

    def digest_clients(self) -> None:
        """Digest all clients, but for those that have not changed since they were digested."""
        for service in self.loop.services:
            known = self.digests.get(service.name, {})
            self.digests[service.name] = dict(client_digests(service.sides, known))

    def certified_digests(self) -> dict[str, AgreedDigests]:
        """Return the digests by service. Raises NotInStep if any client differs."""
        self.digest_clients()
        digests = {name: combine_digests(known.values()) for name, known in self.digests.items()}
        for name, one in digests.items():
            if one.different:
                raise NotInStep(f"{one.different} clients of {name} differ from ours")
        return digests

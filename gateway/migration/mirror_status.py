"""The status of a mirror, for a person or a monitor."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from storage import Account, ConflictState, MirrorReport, Service, Store


class MirrorStatus(Struct, frozen=True, kw_only=True):
    """What a person or a monitor wants to know of a mirror.

    `services` are the names and URLs of the services, and `backlog` the clients that they are
    still to be told of, by dialect; `lag_seconds` is the age of the last cycle that ended.
    """

    state: str
    reason: str
    main: str
    holder: str
    is_led: bool
    services: dict[str, str]
    backlog: dict[str, int]
    conflicts: int
    lag_seconds: float | None
    swept_seconds: float | None
    report: MirrorReport


def mirror_status(
    store: Store, account: Account, services: Sequence[Service], now: datetime
) -> MirrorStatus:
    """Return the status of a mirror of these services. Raises NotFound if the account has none."""
    mirror = store.get_mirror(account.id)
    report = mirror.report
    return MirrorStatus(
        state=mirror.state.value,
        reason=mirror.reason,
        main=mirror.main,
        holder=mirror.holder,
        is_led=mirror.leased_until is not None and mirror.leased_until >= now,
        services={one.dialect: one.label for one in services},
        backlog={one.dialect: store.count_out_of_step(account.id, one.source) for one in services},
        conflicts=len(store.list_conflicts(account.id, ConflictState.OPEN)),
        lag_seconds=seconds_since(report.ended_at, now),
        swept_seconds=seconds_since(report.swept_at, now),
        report=report,
    )


def seconds_since(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else (now - moment).total_seconds()

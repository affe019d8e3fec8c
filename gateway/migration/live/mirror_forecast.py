"""The preparation of a mirror: both services are read, and what would be told is only counted."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from dialects.base.migration.remote_api import RemoteApi
from gateway.migration.failures import UnmatchedClients
from gateway.migration.runs import no_progress
from storage import Store

from .mirror import LiveService
from .pull import pull
from .push.push_plan import SENT, WRITE_RESULTS, FileChoice, Push, PushOptions
from .push.push_stages import push

MINUTES = 60


class Forecast(Struct, frozen=True, kw_only=True):
    """What a mirror would do first at a service.

    `hours` is 0 for a service without a pace. `obstacle` is what a person has to do before; then
    nothing is counted.
    """

    dialect: str
    read: int = 0
    created: int = 0
    changed: int = 0
    calls: int = 0
    hours: float = 0.0
    obstacle: str = ""


def prepare_mirror(store: Store, services: Sequence[LiveService]) -> list[Forecast]:
    """Pull from all services, and forecast what a push to each of them would do.

    Raises RemoteFailure and what else a pull raises.
    """
    read = {
        service.name: pull(
            store, service.http, service.pull_plan(), no_progress
        ).importer.counts.get("read", 0)
        for service in services
    }
    return [forecast(service, read[service.name]) for service in services]


def forecast(service: LiveService, read: int) -> Forecast:
    """Count what a push would do, by a push that writes nothing."""
    remote = service.sides.dialect.remote
    options = PushOptions(may_delete=True, is_dry_run=True, files=FileChoice.IGNORE)
    try:
        counts = push(Push(sides=service.sides, push_options=options), service.http, no_progress)
    except UnmatchedClients as failure:
        return Forecast(dialect=service.name, read=read, obstacle=str(failure))
    calls = calls_of_push(remote, counts.counts)
    return Forecast(
        dialect=service.name,
        read=read,
        created=counts.counts.get("created", 0),
        changed=counts.counts.get("changed", 0),
        calls=calls,
        hours=calls / remote.per_minute / MINUTES if remote.per_minute else 0.0,
    )


def calls_of_push(remote: RemoteApi, counts: Mapping[str, int]) -> int:
    """Return how many calls the writes take that a rehearsal has counted."""
    created, changed, deleted = (counts.get(name, 0) for name in WRITE_RESULTS)
    # One look for the key, the write, and one look at what the service has made of it.
    looks = int(remote.has_keys) + int(remote.is_read_again)
    files = 2 * counts.get(SENT, 0)  # one more look at the client, and the upload
    return files + created * (1 + looks) + changed * (2 + int(remote.is_read_again)) + deleted * 2

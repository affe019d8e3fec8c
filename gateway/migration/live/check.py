"""Comparison of the store with a live service, client by client. It writes on neither side."""

import enum
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import NamedTuple
from uuid import UUID

from gateway.migration.agreements import Counterpart
from gateway.migration.counterparts import Pair, Sides
from gateway.migration.runs import ReportProgress, client_label
from gateway.remote.http_client import HttpClient
from storage import Client, Invalid, LiveKey, NotFound, Origin, Problem

from .group_pairs import GroupPairs
from .list_scan import ListScan, ScannedPage, SeenIds, start_position
from .service_writer import ServiceWriter

CHECK_BATCH_SIZE = 1000
"""Clients of the store that are read at a time."""


class CheckResult(enum.Enum):
    """The result of comparing one client; the values are the signs that the command prints."""

    SAME = "="
    DIFFERENT = "*"
    ONLY_HERE = "+"
    ONLY_THERE = "-"
    ERROR = "!"


class CheckedClient(NamedTuple):
    """A client that was compared: the result, its label, and the fields that differ.

    `shortened` are the texts of which the service keeps only a part, `settled` the fields of which
    it shows another value of its own, as it did when both sides agreed, and `hidden` those that it
    does not show at all. They are no differences: no edit has made them, and none can mend them.
    """

    result: CheckResult
    client: str
    fields: tuple[str, ...] = ()
    problem: str = ""
    shortened: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


def check(
    sides: Sides, service: HttpClient, report_progress: ReportProgress
) -> Iterator[CheckedClient]:
    """Compare every client of both sides once: first those of the service, then the others here.

    Raises RemoteFailure and UnstableList.
    """
    sides = with_paired_groups(sides, service)
    start = start_position(sides.dialect.remote.list_request(None))
    with closing(SeenIds()) as seen, closing(SeenIds()) as checked:
        for page in ListScan(service, sides.dialect.remote, start, seen).pages():
            pairs = list(pair_page(sides, page))
            links = links_of_pairs(sides, [pair for _, pair in pairs])
            for foreign_id, pair in pairs:
                yield compare_pair(sides, foreign_id, pair, checked, links)
            report_progress(page.position.read, page.position.total)
        yield from iter_only_here(sides, checked)


def check_one(sides: Sides, service: HttpClient, name: str) -> CheckedClient:
    """Compare one client, which is named by its number or its id here.

    Raises RemoteFailure, and Invalid if no client here has that name.
    """
    sides, record = with_paired_groups(sides, service), find_named(sides, name)
    link = sides.store.client_links(sides.account.id, sides.source, [record.serial])
    if record.serial not in link:
        return CheckedClient(CheckResult.ONLY_HERE, client_label(record))
    reader = ServiceWriter(sides, service, is_dry_run=True)
    shown = reader.fetch(link[record.serial].foreign_id, link[record.serial])
    if shown is None:
        return CheckedClient(CheckResult.ONLY_HERE, client_label(record))
    parsed = sides.dialect.remote.identify(shown.raw, sides.account)
    return compare_client(sides, Pair(parsed, shown.raw, record), record, link[record.serial])


def with_paired_groups(sides: Sides, service: HttpClient) -> Sides:
    """Return the sides so that a group of clients has one id on both."""
    group_pairs = GroupPairs(sides.store, sides.account, sides.dialect, service)
    return sides._replace(dialect=group_pairs.dialect)


def find_named(sides: Sides, name: str) -> Client:
    """Find a client by its number, or by its id in one of the two APIs. Raises Invalid."""
    store, account = sides.store, sides.account
    if found := store.clients_by_number(account.id, [name]):
        return found[name]
    ids = (sides.dialect.codec.serial_of(name, account), sides.keys.other_serial(name))
    serial = next((one for one in ids if one is not None), None)
    try:
        key = serial if serial is not None else LiveKey(external_id=name, uuid=as_uuid(name))
        return store.get_client(account.id, key)
    except NotFound as failure:
        words = f"no client here has the number or id {name!r}"
        raise Invalid(Problem(("only",), words)) from failure


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def pair_page(sides: Sides, page: ScannedPage) -> Iterator[tuple[str, Pair | Invalid]]:
    """Yield each object of a page as its id, and its pair or the failure to read it.

    The page is matched at once. Only if an object cannot be read, all are matched one by one.
    """
    try:
        yield from zip(page.ids, list(sides.pair_objects(page.objects)), strict=True)
    except Invalid:
        for foreign_id, raw in zip(page.ids, page.objects, strict=True):
            try:
                yield foreign_id, next(sides.pair_objects([raw]))
            except Invalid as failure:
                yield foreign_id, failure


def compare_pair(
    sides: Sides,
    foreign_id: str,
    pair: Pair | Invalid,
    checked: SeenIds,
    links: Mapping[int, Origin],
) -> CheckedClient:
    """Compare a client of the service with its counterpart here, and add that to `checked`.

    `links` are those of the clients here, by serial.
    """
    if isinstance(pair, Invalid):
        return CheckedClient(CheckResult.ERROR, foreign_id, problem=str(pair))
    record = pair.record
    if record is None:
        return CheckedClient(CheckResult.ONLY_THERE, pair.parsed.label)
    if not checked.add(str(record.serial)):
        words = f"is the same client here as another one there: {client_label(record)}"
        return CheckedClient(CheckResult.ERROR, pair.parsed.label, problem=words)
    try:
        return compare_client(sides, pair, record, links.get(record.serial))
    except Invalid as failure:
        return CheckedClient(CheckResult.ERROR, client_label(record), problem=str(failure))


def links_of_pairs(sides: Sides, pairs: Sequence[Pair | Invalid]) -> dict[int, Origin]:
    """Find the links of the clients here, by serial."""
    records = (pair.record for pair in pairs if isinstance(pair, Pair))
    serials = [record.serial for record in records if record is not None]
    return sides.store.client_links(sides.account.id, sides.source, serials)


def compare_client(sides: Sides, pair: Pair, record: Client, link: Origin | None) -> CheckedClient:
    """Compare a client with its counterpart, by what both sides show. Raises Invalid."""
    origin = sides.make_origin(pair.parsed)
    compared = sides.compare(record, Counterpart(pair.raw, origin, link))
    differing = compared.differing_groups()
    settled = {group for group in differing if compared.is_settled(group)}
    fields = compared.fields_of(differing - settled)
    return CheckedClient(
        CheckResult.DIFFERENT if fields else CheckResult.SAME,
        client_label(record),
        fields,
        shortened=sides.dialect.codec.shortened_fields(pair.raw, record, sides.account),
        settled=compared.fields_of(settled),
        hidden=compared.hidden_fields(),
    )


def iter_only_here(sides: Sides, checked: SeenIds) -> Iterator[CheckedClient]:
    """Yield the clients of the store that the service does not have, without deleted ones."""
    after = 0
    while records := sides.store.scan_clients(sides.account.id, after, CHECK_BATCH_SIZE):
        for record in records:
            if not record.is_deleted and checked.add(str(record.serial)):
                yield CheckedClient(CheckResult.ONLY_HERE, client_label(record))
        after = records[-1].serial

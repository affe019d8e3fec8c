"""Clients here and at a service that are probably the same, for a person to confirm.

1. The list of the service is read. A client there that is linked, or that is known by its ids, is
   left out.
2. Every other client there is compared with every client here that has no link, by witnesses: an
   e-mail, a VAT number, a phone, the name. None of them is certain, so nothing is linked yet.
3. The pairs with the most witnesses come first, and no client is in two pairs.
4. The person writes `yes` beside the right ones, and `apply_decisions` links these.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import NamedTuple, TextIO
from uuid import UUID

from dialects.base.migration.object_codec import ForeignSaltId
from gateway.migration.counterparts import Pair, Sides
from gateway.migration.csv_cells import safe_cell
from gateway.migration.runs import ReportProgress, client_label, finish_run, start_run
from gateway.remote.http_client import HttpClient
from storage import (
    Client,
    ClientLink,
    ImportClient,
    Invalid,
    LiveKey,
    NotFound,
    Origin,
    Problem,
    RunProgress,
    StartRun,
    display_name,
    fold,
)

from .list_scan import ListScan, SeenIds, start_position

SCAN_BATCH_SIZE = 1000
EMAIL, VAT, PHONE, PLACE, NAME = "e-mail", "VAT number", "phone", "name and postal code", "name"
WEIGHTS = {EMAIL: 4, VAT: 4, PHONE: 2, PLACE: 2, NAME: 1}
"""How much each witness says; only their order counts."""
FEWEST_DIGITS = 6
"""A phone number with fewer digits is an extension, which many share."""
CONFIRMED = frozenset({"yes", "y", "true", "1", "x"})
COLUMNS = ("decision", "ours", "our_id", "theirs", "their_id", "witnesses")

Witness = tuple[str, str]
"""The name of a witness, and its value in normal form."""


class ProbableMatch(NamedTuple):
    """A client here and one at the service, with what they have in common."""

    ours: str
    our_id: UUID
    theirs: str
    their_id: str
    witnesses: tuple[str, ...]

    @property
    def weight(self) -> int:
        return sum(WEIGHTS[name] for name in self.witnesses)


def find_probable_matches(
    sides: Sides, service: HttpClient, report_progress: ReportProgress
) -> list[ProbableMatch]:
    """Find the clients that are probably the same, the surest first. Writes nothing.

    Raises RemoteFailure, UnstableList, and Invalid for a list of another API.
    """
    by_witness = index_unlinked(sides)
    matches = [
        match
        for pair in iter_unknown(sides, service, report_progress)
        for match in matches_of(sides, pair, by_witness)
    ]
    return one_to_one(sorted(matches, key=lambda match: -match.weight))


def iter_unknown(
    sides: Sides, service: HttpClient, report_progress: ReportProgress
) -> Iterator[Pair]:
    """Yield the clients of the service that are not known here."""
    start = start_position(sides.dialect.remote.list_request(None))
    with closing(SeenIds()) as seen:
        for page in ListScan(service, sides.dialect.remote, start, seen).pages():
            yield from (p for p in sides.pair_objects(page.objects) if p.record is None)
            report_progress(page.position.read, page.position.total)


def iter_unlinked(sides: Sides) -> Iterator[Client]:
    """Yield the clients here that have no link with the service and are not deleted."""
    after = 0
    while records := sides.store.scan_clients(sides.account.id, after, SCAN_BATCH_SIZE):
        serials = [record.serial for record in records]
        linked = sides.store.client_links(sides.account.id, sides.source, serials)
        for record in records:
            if record.serial not in linked and not record.is_deleted:
                yield record
        after = records[-1].serial


class IndexedClient(NamedTuple):
    """What a match says of a client here."""

    label: str
    uuid: UUID


def index_unlinked(sides: Sides) -> dict[Witness, list[IndexedClient]]:
    index: dict[Witness, list[IndexedClient]] = defaultdict(list)
    for record in iter_unlinked(sides):
        client = IndexedClient(client_label(record), record.uuid)
        for witness in witnesses_of_record(record):
            index[witness].append(client)
    return index


def matches_of(
    sides: Sides, pair: Pair, by_witness: dict[Witness, list[IndexedClient]]
) -> Iterator[ProbableMatch]:
    """Yield the probable matches of a client of the service."""
    try:
        command = sides.dialect.codec.read_object(pair.raw, sides.account).command
    except ForeignSaltId:
        return
    found: dict[IndexedClient, list[str]] = defaultdict(list)
    for witness in witnesses_of_command(command):
        for client in by_witness.get(witness, ()):
            if witness[0] not in found[client]:
                found[client].append(witness[0])
    for client, names in found.items():
        kept = tuple(name for name in names if not (name == NAME and PLACE in names))
        parsed = pair.parsed
        yield ProbableMatch(client.label, client.uuid, parsed.label, parsed.foreign_id, kept)


def one_to_one(matches: Iterable[ProbableMatch]) -> list[ProbableMatch]:
    """Return the matches in order, without those of a client that has one already."""
    ours: set[UUID] = set()
    theirs: set[str] = set()
    chosen = []
    for match in matches:
        if match.our_id not in ours and match.their_id not in theirs:
            ours.add(match.our_id)
            theirs.add(match.their_id)
            chosen.append(match)
    return chosen


def witnesses_of_record(record: Client) -> set[Witness]:
    emails = [contact.email for contact in record.contacts]
    phones = [record.phone, *(contact.phone for contact in record.contacts)]
    codes = [record.postal_code, record.shipping_postal_code]
    return witnesses(record.name, emails, phones, record.vat_number, codes)


def witnesses_of_command(command: ImportClient) -> set[Witness]:
    """Return the witnesses of a client from elsewhere. What its API does not have is no witness."""
    contacts = command.contacts or ()
    emails = [contact.email for contact in contacts]
    phones = [command.phone or "", *(contact.phone for contact in contacts)]
    name = display_name(
        command.classification or "",
        command.organization_name or "",
        command.first_name or "",
        command.last_name or "",
        command.middle_name or "",
    )
    codes = [command.postal_code or "", command.shipping_postal_code or ""]
    return witnesses(name, emails, phones, command.vat_number or "", codes)


def witnesses(
    name: str, emails: Iterable[str], phones: Iterable[str], vat_number: str, codes: Iterable[str]
) -> set[Witness]:
    found = {(EMAIL, email.strip().casefold()) for email in emails}
    numbers = ("".join(filter(str.isdigit, phone)) for phone in phones)
    found |= {(PHONE, digits) for digits in numbers if len(digits) >= FEWEST_DIGITS}
    found.add((VAT, "".join(filter(str.isalnum, vat_number)).casefold()))
    folded = " ".join(fold(name).split())
    if folded:
        found |= {(PLACE, f"{folded} {code.strip()}") for code in codes if code.strip()}
    found.add((NAME, folded))
    return {witness for witness in found if witness[1]}


def write_matches(matches: Iterable[ProbableMatch], file: TextIO) -> None:
    """Write matches as CSV, with an empty column for the decisions."""
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for match in matches:
        names = ", ".join(match.witnesses)
        ours, theirs = safe_cell(match.ours), safe_cell(match.theirs)
        writer.writerow(("", ours, match.our_id, theirs, match.their_id, names))


def apply_decisions(sides: Sides, file: TextIO) -> int:
    """Link the clients of the rows that are confirmed, and return their number.

    Raises Invalid for a file of other columns, for a client that does not exist here, and for one
    that is in two confirmed rows. Then nothing is linked.
    """
    links = list(confirmed_links(sides, file))
    for values in ([link.serial for link in links], [link.origin.foreign_id for link in links]):
        if len(set(values)) < len(values):
            raise Invalid(Problem(("file",), "confirms two matches of one client"))
    command = StartRun(verb="match", dialect=sides.dialect.name, source=sides.source)
    run = start_run(sides.store, sides.account, command)
    with finish_run(sides.store, run):
        progress = RunProgress(checkpoint="", counts={"linked": len(links)})
        sides.store.link_clients(sides.account.id, links, run_id=run.id, progress=progress)
    return len(links)


def confirmed_links(sides: Sides, file: TextIO) -> Iterator[ClientLink]:
    reader = csv.DictReader(file)
    if not {"decision", "our_id", "their_id"} <= set(reader.fieldnames or ()):
        raise Invalid(Problem(("file",), f"has no columns {', '.join(COLUMNS)}"))
    for row in reader:
        if (row["decision"] or "").strip().casefold() in CONFIRMED:
            serial = serial_of_uuid(sides, row["our_id"] or "")
            origin = Origin(source=sides.source, foreign_id=row["their_id"] or "")
            yield ClientLink(serial, origin)


def serial_of_uuid(sides: Sides, our_id: str) -> int:
    """Return the serial of a client by its uuid. Raises Invalid if there is none."""
    try:
        key = LiveKey(external_id="", uuid=UUID(our_id))
        return sides.store.get_client(sides.account.id, key).serial
    except (ValueError, NotFound) as error:
        words = f"names a client that is not here: {our_id}"
        raise Invalid(Problem(("file",), words)) from error

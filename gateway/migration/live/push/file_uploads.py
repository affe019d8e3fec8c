"""Uploads of the documents that clients have here and not at the service, after the clients.

1. The list of the service names the files of all its clients. It is read only if there are
   documents here.
2. A client that lacks a document there is asked for once more, right before the upload. So a push
   that was killed uploads nothing twice.
3. The bytes go through a file on disk, one document at a time.
4. A document that the service refuses is reported as lost. So is one whose upload failed and which
   is not there afterwards.

Without the option, the same look only counts what stays here.
"""

from collections.abc import Iterator
from contextlib import closing
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, NamedTuple, cast

from gateway.migration.runs import ReportProgress
from gateway.remote.failures import AccessDenied, OutcomeUnknown
from gateway.remote.file_form import FileForm
from storage import Client, Document, DocumentQuery, NotFound

from ..list_scan import FIRST_ERROR_STATUS, ListScan, ScannedPage, SeenIds, start_position
from ..same_files import missing_documents
from ..service_writer import first_line
from .push_lines import line_of, notice, number_of
from .push_plan import SENT, FileChoice
from .push_run import PushRun

MAX_FILE_IN_MEMORY = 1 << 20
"""Bytes. A larger document is spooled to disk."""


class LackingClient(NamedTuple):
    """A client that lacks documents at the service: its id there, and the documents."""

    record: Client
    foreign_id: str
    missing: tuple[Document, ...]


def push_files(push_run: PushRun, report_progress: ReportProgress) -> None:
    """Upload the documents that the service lacks, or count them, as the options say.

    Raises RemoteFailure, UnstableList and Invalid. What was uploaded stays, and the run can be
    resumed.
    """
    options = push_run.plan.push_options
    is_asked = options.files is not FileChoice.IGNORE and push_run.sides.dialect.remote.takes_files
    if not is_asked or not has_documents(push_run):
        return
    if options.files is FileChoice.SEND and not options.is_dry_run:
        uploads = FileUploads(push_run)
        for number, client in enumerate(iter_lacking(push_run), 1):
            uploads.send_missing(client)
            report_progress(number, None)
    else:
        count_files(push_run)


def has_documents(push_run: PushRun) -> bool:
    query = DocumentQuery(limit=1)
    return push_run.sides.store.list_documents(push_run.sides.account.id, query).total > 0


def count_files(push_run: PushRun) -> None:
    """Count the documents that the service lacks, those of new clients in a rehearsal too."""
    clients, files = push_run.new_with_files
    for client in iter_lacking(push_run):
        clients, files = clients + 1, files + len(client.missing)
    if not files:
        return
    if push_run.plan.push_options.files is FileChoice.SEND:
        push_run.counts[SENT] = files
        return
    words = f"{number_of(files, 'document')} of {number_of(clients, 'client')} stay here"
    push_run.save_progress((), (notice(f"{words}: --documents sends them"),))


def iter_lacking(push_run: PushRun) -> Iterator[LackingClient]:
    """Yield the linked clients that lack documents at the service."""
    remote = push_run.sides.dialect.remote
    with closing(SeenIds()) as seen:
        start = start_position(remote.list_request(None))
        for page in ListScan(push_run.service, remote, start, seen).pages():
            yield from lacking_on_page(push_run, page)


def lacking_on_page(push_run: PushRun, page: ScannedPage) -> Iterator[LackingClient]:
    pairs = [p for p in push_run.sides.pair_objects(page.objects) if p.record is not None]
    links = push_run.known_origins([p.record for p in pairs if p.record is not None])
    for parsed, raw, record in pairs:
        link = links.get(record.serial) if record else None
        if record is None or link is None or link.foreign_id != parsed.foreign_id:
            continue
        missing = missing_documents(push_run.sides.dialect.remote, record.documents, raw)
        if missing:
            yield LackingClient(record, link.foreign_id, missing)


class FileUploads:
    """The uploads of one push.

    `refusal` is why the service takes no files from this token, empty as long as it takes them.
    """

    def __init__(self, push_run: PushRun) -> None:
        self.push_run = push_run
        self.remote = push_run.sides.dialect.remote
        self.refusal = ""

    def send_missing(self, client: LackingClient) -> None:
        """Upload what a client lacks there at this moment."""
        raw = self.shown(client.foreign_id)
        if raw is None:
            return  # gone meanwhile
        for document in missing_documents(self.remote, client.record.documents, raw):
            reason = self.refusal or self.send(client, document)
            if reason:
                words = f"{document.name}: {reason}"
                line = line_of("lost", client.record, field="documents", text=words)
                self.push_run.save_progress((), (line,))
            else:
                self.push_run.count(SENT)
                self.push_run.save_progress((), ())

    def shown(self, foreign_id: str) -> bytes | None:
        counterpart = self.push_run.pusher.writer.fetch(foreign_id, None)
        return counterpart.raw if counterpart else None

    def send(self, client: LackingClient, document: Document) -> str:
        """Upload a document. Return why it is not there now, empty if it is."""
        sides = self.push_run.sides
        with SpooledTemporaryFile(MAX_FILE_IN_MEMORY) as spooled:
            try:
                for chunk in sides.store.open_blob(sides.account.id, document):
                    spooled.write(chunk)
            except NotFound:
                return "its bytes are not here"
            try:
                return self.send_bytes(client.foreign_id, document, cast(BinaryIO, spooled))
            except AccessDenied as failure:
                self.refusal = failure.reason
                return self.refusal
            except OutcomeUnknown as failure:
                raw = self.shown(client.foreign_id)
                return failure.reason if raw and self.lacks(document, raw) else ""

    def send_bytes(self, foreign_id: str, document: Document, file: BinaryIO) -> str:
        """Send a file; return the answer in words if it is a refusal."""
        form = self.remote.upload_form(foreign_id, document)
        if form is None:
            return "the service takes no files"
        body = FileForm(form.fields, part=form.part, name=form.name, type_=form.type, file=file)
        response = self.push_run.service.upload(form.path, body)
        if response.status < FIRST_ERROR_STATUS:
            return ""
        return f"answered {response.status}: {first_line(response.body)}"

    def lacks(self, document: Document, raw: bytes) -> bool:
        return bool(missing_documents(self.remote, [document], raw))

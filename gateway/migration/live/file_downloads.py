"""Downloads of the files that pulled clients name, one by one, after the pull.

Each file to download is a line of the run, so a resumed run downloads the rest. A file that the
client already has, by name and size, is not downloaded again.
"""

from collections.abc import Callable, Iterator
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, NamedTuple, cast

import msgspec
from msgspec import structs

from dialects.base.migration.remote_api import RemoteApi, RemoteFile
from gateway.migration.outcomes import DOWNLOAD_KIND
from gateway.migration.runs import ReportProgress, run_line
from gateway.remote.failures import DownloadRefused, TooLarge
from gateway.remote.http_client import HttpClient
from storage import (
    Account,
    ChangeClient,
    Client,
    ClientLink,
    DocumentDraft,
    Locked,
    NotFound,
    Run,
    RunLine,
    RunProgress,
    Store,
    Upload,
    draft_of_document,
)

from .same_files import is_among

MAX_FILE_IN_MEMORY = 1 << 20
"""Bytes. A larger download is spooled to disk."""


class WantedFile(NamedTuple):
    """A file of another server, and the client of the store to which it belongs."""

    client: Client
    label: str
    file: RemoteFile


class FileDownloads:
    """The downloads of one run of a pull."""

    def __init__(
        self, store: Store, account: Account, remote: RemoteApi, service: HttpClient, run: Run
    ) -> None:
        self.store = store
        self.remote = remote
        self.account = account
        self.service = service
        self.run = run

    def fetch_all(self, report_progress: ReportProgress) -> None:
        """Download all files that are missing here.

        A file that the service refuses, or that is too large, is reported as lost. Raises
        RemoteFailure if the service does not answer.
        """
        for number, wanted_file in enumerate(self.list_wanted(), 1):
            if not is_among(self.remote, wanted_file.file, wanted_file.client.documents):
                self.fetch_file(wanted_file)
            report_progress(number, None)

    def list_wanted(self) -> Iterator[WantedFile]:
        """Yield the files that the lines of the run name, without those of purged clients."""
        after = 0
        while lines := self.store.list_run_lines(self.run.id, kind=DOWNLOAD_KIND, after=after):
            for line_id, line in lines:
                after = line_id
                file = msgspec.json.decode(line.text, type=RemoteFile)
                try:
                    client = self.store.get_client(self.account.id, int(line.field))
                except NotFound:
                    continue  # the client has been purged since
                yield WantedFile(client, line.client, file)

    def fetch_file(self, wanted_file: WantedFile) -> None:
        with SpooledTemporaryFile(MAX_FILE_IN_MEMORY) as spooled:
            try:
                size = sum(map(spooled.write, self.service.download(wanted_file.file.path)))
                spooled.seek(0)
                self.attach_file(wanted_file, cast(BinaryIO, spooled), size)
            except (DownloadRefused, TooLarge, Locked) as failure:
                words = f"{wanted_file.file.name}: {failure}"
                line = run_line("lost", wanted_file.label, field="documents", text=words)
                self.save_progress(line)

    def attach_file(self, wanted_file: WantedFile, file: BinaryIO, size: int) -> None:
        """Add a downloaded file to the documents of its client."""
        upload = Upload(
            name=wanted_file.file.name,
            type=wanted_file.file.type,
            file=file,
            size=size,
            width=wanted_file.file.width,
            height=wanted_file.file.height,
            is_public=wanted_file.file.is_public,
        )
        drafts = self.store.store_uploads(self.account.id, [upload])
        before = wanted_file.client
        try:
            change = add_documents(drafts)
            after = self.store.change_client(self.account.id, before.serial, change)
        except BaseException:
            self.store.delete_blobs(self.account.id, drafts)
            raise
        self.save_progress(links=tuple(self.links_in_step(before, after)), fetched=1)

    def links_in_step(self, before: Client, after: Client) -> Iterator[ClientLink]:
        """Yield the link with the client's new version, if both sides agreed before.

        The other server has the file too, so they still agree.
        """
        origins = self.store.client_links(self.account.id, self.run.source, [before.serial])
        origin = origins.get(before.serial)
        if origin is not None and origin.version == before.version:
            yield ClientLink(after.serial, structs.replace(origin, version=after.version))

    def save_progress(
        self, *lines: RunLine, links: tuple[ClientLink, ...] = (), fetched: int = 0
    ) -> None:
        run = self.store.get_run(self.run.id)
        counts = run.counts | {"files": run.counts.get("files", 0) + fetched}
        progress = RunProgress(checkpoint=run.checkpoint, counts=counts, lines=lines)
        self.store.link_clients(self.account.id, links, run_id=run.id, progress=progress)


def add_documents(drafts: tuple[DocumentDraft, ...]) -> Callable[[Client], ChangeClient]:
    """Return the change that appends documents to those of a client."""

    def change(record: Client) -> ChangeClient:
        return ChangeClient(documents=(*map(draft_of_document, record.documents), *drafts))

    return change

"""The bytes of the files that clients brought only the names of, fetched one by one.

What is to be fetched is a line of the run, so that a run that was stopped fetches the rest. A
file that is here, by name and size, is not fetched again.
"""

from collections.abc import Callable, Iterator
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, NamedTuple, cast

import msgspec
from msgspec import structs

from dialects.base.migration.remote_api import RemoteFile
from gateway.migration.outcomes import KIND
from gateway.migration.runs import run_line
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

IN_MEMORY = 1 << 20
"""Bytes of a file that are kept in memory; those of a larger one wait on the disk."""


class WantedFile(NamedTuple):
    """A file of a client of ours that the other server has."""

    client: Client
    label: str
    file: RemoteFile

    @property
    def is_here(self) -> bool:
        known = {(document.name, document.size) for document in self.client.documents}
        return (self.file.name, self.file.size) in known


class FileDownloads:
    def __init__(self, store: Store, account: Account, service: HttpClient, run: Run) -> None:
        self.store = store
        self.account = account
        self.service = service
        self.run = run

    def fetch_all(self, tell: Callable[[int, int | None], None]) -> None:
        """Raises RemoteFailure when the service gives no answer."""
        for place, wanted in enumerate(self.list_wanted(), 1):
            if not wanted.is_here:
                self.fetch_file(wanted)
            tell(place, None)

    def list_wanted(self) -> Iterator[WantedFile]:
        after = 0
        while lines := self.store.list_run_lines(self.run.id, kind=KIND, after=after):
            for place, line in lines:
                after = place
                file = msgspec.json.decode(line.text, type=RemoteFile)
                try:
                    client = self.store.get_client(self.account.id, int(line.field))
                except NotFound:
                    continue  # purged since
                yield WantedFile(client, line.client, file)

    def fetch_file(self, wanted: WantedFile) -> None:
        with SpooledTemporaryFile(IN_MEMORY) as spooled:
            try:
                size = sum(map(spooled.write, self.service.download(wanted.file.path)))
                spooled.seek(0)
                self.attach_file(wanted, cast(BinaryIO, spooled), size)
            except (DownloadRefused, TooLarge, Locked) as failure:
                words = f"{wanted.file.name}: {failure}"
                self.save_progress(run_line("lost", wanted.label, field="documents", text=words))

    def attach_file(self, wanted: WantedFile, file: BinaryIO, size: int) -> None:
        upload = Upload(
            name=wanted.file.name,
            type=wanted.file.type,
            file=file,
            size=size,
            width=wanted.file.width,
            height=wanted.file.height,
            is_public=wanted.file.is_public,
        )
        drafts = self.store.store_uploads(self.account.id, [upload])
        before = wanted.client
        try:
            after = self.store.change_client(self.account.id, before.serial, adding(drafts))
        except BaseException:
            self.store.delete_blobs(self.account.id, drafts)
            raise
        self.save_progress(links=tuple(self.links_in_step(before, after)), fetched=1)

    def links_in_step(self, before: Client, after: Client) -> Iterator[ClientLink]:
        """The file is theirs as well: it makes no difference between the two sides."""
        origin = self.store.client_links(self.account.id, self.run.source, [before.serial])
        known = origin.get(before.serial)
        if known is not None and known.version == before.version:
            yield ClientLink(after.serial, structs.replace(known, version=after.version))

    def save_progress(
        self, *lines: RunLine, links: tuple[ClientLink, ...] = (), fetched: int = 0
    ) -> None:
        run = self.store.get_run(self.run.id)
        counts = run.counts | {"files": run.counts.get("files", 0) + fetched}
        progress = RunProgress(checkpoint=run.checkpoint, counts=counts, lines=lines)
        self.store.link_clients(self.account.id, links, run_id=run.id, progress=progress)


def adding(drafts: tuple[DocumentDraft, ...]) -> Callable[[Client], ChangeClient]:
    def change(record: Client) -> ChangeClient:
        return ChangeClient(documents=(*map(draft_of_document, record.documents), *drafts))

    return change

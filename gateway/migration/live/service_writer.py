"""Requests about single clients of a service: show, create, change, archive, delete."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from dialects.base.migration.field_groups import View, changed_fields
from dialects.base.migration.remote_api import ApiRequest, RemoteObject, WriteReceipt
from gateway.migration.agreements import ComparedClient, Counterpart
from gateway.migration.counterparts import Sides
from gateway.remote.http_client import HttpClient, RemoteResponse
from storage import Client, Invalid, Origin, Problem

from .list_scan import FIRST_ERROR_STATUS, send_request

ARCHIVE_GROUP = "archived_at"
"""It is told by a request of its own, behind that for the other groups."""


class RefusedWrite(Exception):
    """Raised when the service refuses a write. The text is its answer, `body` all of it."""

    def __init__(self, words: str, body: bytes = b"") -> None:
        super().__init__(words)
        self.body = body


class ChangedClient(NamedTuple):
    """A client that was created or changed on a service, as it is shown now.

    `answer` is what it showed of it in the answer to our write, empty if that shows nothing.
    """

    shown: Counterpart
    answer: bytes


class ServiceWriter:
    """Writes single clients, and reads what the service makes of a write.

    A dry run sends no write: then what would be shown is predicted.
    """

    def __init__(self, sides: Sides, service: HttpClient, *, is_dry_run: bool) -> None:
        self.sides = sides
        self.remote = sides.dialect.remote
        self.service = service
        self.is_dry_run = is_dry_run

    def fetch(self, foreign_id: str, link: Origin | None) -> Counterpart | None:
        """Fetch a client with its link; None if it does not exist on the service.

        Nor does one that was merged into another: a gateway shows that other one under its id.
        Raises RemoteFailure, and Invalid if the service refuses to show it.
        """
        found = self.fetch_by(foreign_id, link)
        return found if found and found.origin.foreign_id == foreign_id else None

    def fetch_by(self, key: str, link: Origin | None) -> Counterpart | None:
        """Fetch what the service shows under a key, be it its id or not."""
        response = send_request(self.service, self.remote.show_request(key))
        if self.remote.is_missing(response.status, response.body):
            return None
        if response.status >= FIRST_ERROR_STATUS:
            raise Invalid(Problem(("url",), f"answers about a client with {response.status}"))
        raw = self.remote.unwrap_object(response.body)
        parsed = self.remote.identify(raw, self.sides.account)
        return Counterpart(raw, self.sides.make_origin(parsed), link)

    def refuse_harmful(self, record: Client) -> None:
        """Raise RefusedWrite if this version of the service would harm people with a client."""
        if reason := self.remote.objection(record, self.service.server_version):
            raise RefusedWrite(f"{reason}; say --accept-mail to push it all the same")

    def find_by_key(self, key: str) -> Counterpart | None:
        """Fetch the client under an external id; None if there is none, or if the API has no keys.

        Raises RemoteFailure, and Invalid if the service refuses to show it.
        """
        return self.fetch_by(key, None) if self.remote.has_keys else None

    def create(self, record: Client, key: str) -> ChangedClient | None:
        """Create a client under a key, and return what the service shows of it; None in a dry run.

        Raises RefusedWrite and RemoteFailure.
        """
        account = self.sides.account
        request = self.remote.create_request(record, key, account)
        created = receipt = self.send_creation(request)
        if created is None or receipt is None:
            return None
        if record.archived_at is not None:
            archiving = self.remote.archive_request(created.foreign_id, True)
            receipt = (archiving and self.send_write(archiving, None)) or created
        own = self.sides.dialect.codec.groups.own_object(record, account)
        shown = self.shown_after(receipt, msgspec.json.encode(own), None)
        return ChangedClient(shown, created.raw)

    def send_creation(self, request: ApiRequest) -> WriteReceipt | None:
        """Send a creation, and once more without what another client of the service has."""
        try:
            return self.send_write(request, None)
        except RefusedWrite as refusal:
            reduced = self.remote.without_taken(request, refusal.body)
            if reduced is None:
                raise
            return self.send_write(reduced, None)

    def change(
        self, record: Client, compared: ComparedClient, told: Iterable[str]
    ) -> ChangedClient | None:
        """Tell groups of a client, and return what the service shows of it; None in a dry run.

        Raises RefusedWrite and RemoteFailure.
        """
        groups, before = frozenset(told), compared.counterpart
        remote_object = RemoteObject(foreign_id=before.origin.foreign_id, raw=before.raw)
        predicted = compared.told_object(groups)
        requests = [self.remote.change_request(predicted, groups, remote_object)]
        if ARCHIVE_GROUP in groups:
            is_archived = record.archived_at is not None
            requests.append(self.remote.archive_request(remote_object.foreign_id, is_archived))
        sent = [self.send_write(request, remote_object) for request in requests if request]
        receipts = [receipt for receipt in sent if receipt]
        if not receipts:
            return None
        shown = self.shown_after(receipts[-1], predicted, before.link)
        return ChangedClient(shown, receipts[0].raw)

    def edited_since(self, written: ChangedClient, record: Client) -> frozenset[str]:
        """Return the groups that somebody has changed on the service since our write.

        It shows a field of theirs otherwise than in its answer to the write, and otherwise than we
        do: an answer may show a text that is cut by now. `record` has the keys that its contacts
        have there.
        """
        if not written.answer:
            return frozenset()
        answered = self.sides.compare(record, written.shown._replace(raw=written.answer)).there
        now = self.sides.compare(record, written.shown)
        return frozenset(
            group
            for group in now.differing_groups() - {ARCHIVE_GROUP}
            if differing(group, now.here, now.there) & differing(group, answered, now.there)
        )

    def delete(self, foreign_id: str) -> None:
        """Delete a client. Raises RefusedWrite and RemoteFailure."""
        self.answer_to_write(self.remote.delete_request(foreign_id))

    def send_write(self, request: ApiRequest, before: RemoteObject | None) -> WriteReceipt | None:
        response = self.answer_to_write(request)
        if response is None:
            return None
        return self.remote.read_receipt(response.body, before, self.sides.account)

    def answer_to_write(self, request: ApiRequest) -> RemoteResponse | None:
        if self.is_dry_run:
            return None
        response = send_request(self.service, request)
        if response.status >= FIRST_ERROR_STATUS:
            words = f"answered {response.status}: {first_line(response.body)}"
            raise RefusedWrite(words, response.body)
        return response

    def shown_after(
        self, receipt: WriteReceipt, predicted: bytes, link: Origin | None
    ) -> Counterpart:
        """Return what the service shows after a write: as it is read again, else as predicted."""
        if self.remote.is_read_again:
            shown = self.fetch(receipt.foreign_id, link)
            if shown is not None:
                return shown
        origin = Origin(
            source=self.sides.source,
            foreign_id=receipt.foreign_id,
            foreign_updated_at=receipt.updated_at,
            stamp="" if self.remote.is_read_again else receipt.stamp,
        )
        return Counterpart(predicted, origin, link)


def first_line(body: bytes) -> str:
    return body[:300].decode("utf-8", "replace").partition("\n")[0]


def differing(group: str, one: View, other: View) -> set[str]:
    """Return the fields of a group that two views show otherwise."""
    values = (one.get(group), other.get(group))
    return set() if values[0] == values[1] else set(changed_fields(group, *values))

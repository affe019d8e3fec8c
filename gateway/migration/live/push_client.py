"""Push of a single client: fetch the counterpart, compare, decide, write."""

from collections.abc import Callable
from typing import assert_never

from msgspec import Struct, structs

from dialects.base.migration.object_codec import ParsedObject
from dialects.base.migration.remote_api import ApiRequest, RemoteObject, WriteReceipt
from gateway.migration.counterparts import Pair, Sides
from gateway.migration.runs import client_label, run_line
from gateway.remote.http_client import HttpClient, RemoteResponse
from storage import Client, ClientLink, ConflictPolicy, Invalid, Origin, Problem, RunLine

from .list_scan import FIRST_ERROR_STATUS, send_request


class PushOptions(Struct, frozen=True, kw_only=True):
    """The options of a push.

    `policy` decides conflicts. `may_delete`: a client that is deleted here is deleted on the
    service too. `is_dry_run`: no write request is sent.
    """

    policy: ConflictPolicy = ConflictPolicy.SKIP
    may_delete: bool = False
    is_dry_run: bool = False


class PushOutcome(Struct, frozen=True, kw_only=True):
    """The outcome of pushing one client.

    `result` is the name under which it is counted. `link` is to be saved; `unlinked` is the
    foreign id of a link that is to be deleted, empty if there is none.
    """

    result: str
    lines: tuple[RunLine, ...] = ()
    link: ClientLink | None = None
    unlinked: str = ""


class ClientPusher:
    """Pushes single clients to a service.

    `before_write` is called before each write request. If it raises, nothing is written.
    """

    def __init__(
        self,
        sides: Sides,
        service: HttpClient,
        options: PushOptions,
        before_write: Callable[[], None],
    ) -> None:
        self.sides = sides
        self.remote = sides.dialect.remote
        self.service = service
        self.options = options
        self.before_write = before_write

    def push(self, record: Client, origin: Origin | None) -> PushOutcome:
        """Bring the service in step with a client; `origin` is its link, None if it has none.

        Raises RemoteFailure, what `before_write` raises, and Invalid if the service refuses to
        show the client.
        """
        if origin is None:
            return self.push_new(record)
        if origin.version == record.version:
            return PushOutcome(result="unchanged")
        pair = self.fetch_counterpart(record, origin)
        if pair is None:
            return self.push_missing(record, origin)
        if record.is_deleted:
            return self.push_deletion(record, pair)
        return self.push_change(record, pair, origin)

    def push_change(self, record: Client, pair: Pair, origin: Origin) -> PushOutcome:
        """Write the differences, if there are any and the client here wins.

        A difference in a field that can be set for new clients only is reported as lost.
        """
        fields = self.sides.differences(pair)
        fixed_lines = tuple(
            line_of("lost", record, field=field, text="cannot be changed there")
            for field in fields
            if field in self.remote.create_only_fields
        )
        if len(fixed_lines) == len(fields):
            return PushOutcome(
                result="unchanged", lines=fixed_lines, link=self.make_link(record, pair.parsed)
            )
        result = self.decide_winner(record, pair.parsed, origin)
        if result != "changed":
            line = line_of(result, record, field=", ".join(fields))
            return PushOutcome(result=result, lines=(line,))
        remote_object = RemoteObject(foreign_id=pair.parsed.foreign_id, raw=pair.raw)
        outcome = self.write("changed", record, remote_object)
        return structs.replace(outcome, lines=(*outcome.lines, *fixed_lines))

    def decide_winner(self, record: Client, parsed: ParsedObject, origin: Origin) -> str:
        """Return the push result: `changed` if the client here wins, else `kept` or `conflict`.

        It wins if only this side has changed since both agreed; else the policy decides. If the
        two have never agreed, both count as changed.
        """
        if origin.version is not None and origin.stamp == parsed.stamp:
            return "changed"
        match self.options.policy:
            case ConflictPolicy.SKIP:
                return "conflict"
            case ConflictPolicy.REMOTE:
                return "kept"
            case ConflictPolicy.LOCAL:
                return "changed"
            case ConflictPolicy.NEWEST:
                is_newer = parsed.updated_at is None or record.updated_at > parsed.updated_at
                return "changed" if is_newer else "kept"
            case _:
                assert_never(self.options.policy)

    def push_new(self, record: Client) -> PushOutcome:
        """Create a client that has no link, unless it is deleted here."""
        if record.is_deleted:
            line = line_of("left", record, text="is deleted here")
            return PushOutcome(result="left", lines=(line,))
        return self.write("created", record, None)

    def push_missing(self, record: Client, origin: Origin) -> PushOutcome:
        """Decide about a client that does not exist on the service any more."""
        if record.is_deleted:
            return PushOutcome(result="unchanged", unlinked=origin.foreign_id)
        if self.options.policy is ConflictPolicy.LOCAL:
            return self.write("created", record, None)
        line = line_of("conflict", record, text="is gone there")
        return PushOutcome(result="conflict", lines=(line,))

    def push_deletion(self, record: Client, pair: Pair) -> PushOutcome:
        """Delete a client on the service, if the options allow it."""
        if not self.options.may_delete:
            words = "is deleted here; say --delete to delete it there"
            return PushOutcome(result="left", lines=(line_of("left", record, text=words),))
        self.before_write()
        response = self.send_unless_dry_run(self.remote.delete_request(pair.parsed.foreign_id))
        if response is not None and response.status >= FIRST_ERROR_STATUS:
            return self.refused_outcome(record, response)
        return PushOutcome(result="deleted", unlinked=pair.parsed.foreign_id)

    def write(self, result: str, record: Client, existing: RemoteObject | None) -> PushOutcome:
        """Create a client on the service, or change the existing one. Report what is lost.

        `result` is the result of the outcome unless the service refuses the request.
        """
        self.before_write()
        account = self.sides.account
        if existing is None:
            request = self.remote.create_request(record, self.sides.keys.key_of(record), account)
        else:
            request = self.remote.change_request(record, existing, account)
        response = self.send_unless_dry_run(request)
        lines = self.loss_lines(record)
        if response is None:
            return PushOutcome(result=result, lines=lines)
        if response.status >= FIRST_ERROR_STATUS:
            return self.refused_outcome(record, response)
        last_response = self.follow_up(record, response)
        receipt = self.remote.read_receipt(last_response.body, existing, account)
        if existing is None and self.remote.is_read_again:
            receipt = self.read_again(receipt)
        link = ClientLink(record.serial, self.make_origin(record, receipt))
        return PushOutcome(result=result, lines=lines, link=link)

    def loss_lines(self, record: Client) -> tuple[RunLine, ...]:
        """Return a report line for each value that the service cannot take."""
        losses = (
            *self.sides.dialect.codec.losses(record),
            *self.remote.unsendable_fields(record),
        )
        return tuple(line_of("lost", record, field=field, text=text) for field, text in losses)

    def follow_up(self, record: Client, response: RemoteResponse) -> RemoteResponse:
        """Send the second write if the answer to the first shows that one is needed.

        Return the answer to the last write that the service accepted.
        """
        request = self.remote.follow_up_request(record, response.body)
        second = self.send_unless_dry_run(request) if request else None
        return second if second is not None and second.status < FIRST_ERROR_STATUS else response

    def read_again(self, receipt: WriteReceipt) -> WriteReceipt:
        """Return the receipt with the stamp of what the service keeps of a new client."""
        response = send_request(self.service, self.remote.show_request(receipt.foreign_id))
        if response.status >= FIRST_ERROR_STATUS:
            return receipt
        return self.remote.read_receipt(response.body, None, self.sides.account)

    def refused_outcome(self, record: Client, response: RemoteResponse) -> PushOutcome:
        words = f"answered {response.status}: {first_line(response.body)}"
        return PushOutcome(result="refused", lines=(line_of("refused", record, text=words),))

    def fetch_counterpart(self, record: Client, origin: Origin) -> Pair | None:
        """Fetch the client of a link, or None if it does not exist on the service any more."""
        response = send_request(self.service, self.remote.show_request(origin.foreign_id))
        if self.remote.is_missing(response.status, response.body):
            return None
        if response.status >= FIRST_ERROR_STATUS:
            raise Invalid(Problem(("url",), f"answers about a client with {response.status}"))
        raw = self.remote.unwrap_object(response.body)
        return Pair(self.remote.identify(raw, self.sides.account), raw, record)

    def send_unless_dry_run(self, request: ApiRequest) -> RemoteResponse | None:
        """Send a write request and return the answer; None in a dry run, which sends nothing."""
        return None if self.options.is_dry_run else send_request(self.service, request)

    def make_link(self, record: Client, parsed: ParsedObject) -> ClientLink:
        return ClientLink(record.serial, self.sides.make_origin(parsed, record.version))

    def make_origin(self, record: Client, receipt: WriteReceipt) -> Origin:
        return Origin(
            source=self.sides.source,
            foreign_id=receipt.foreign_id,
            foreign_updated_at=receipt.updated_at,
            stamp=receipt.stamp,
            version=record.version,
        )


def line_of(kind: str, record: Client, *, field: str = "", text: str = "") -> RunLine:
    return run_line(kind, client_label(record), field=field, text=text)


def first_line(body: bytes) -> str:
    return body[:300].decode("utf-8", "replace").partition("\n")[0]

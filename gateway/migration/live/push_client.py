"""What a live service is told of one client, and what becomes of it."""

from collections.abc import Callable
from typing import assert_never

from msgspec import Struct, structs

from dialects.base.migration.object_codec import ParsedObject
from dialects.base.migration.remote_api import ApiRequest, RemoteObject, WriteReceipt
from gateway.migration.counterparts import Pair, Sides
from gateway.migration.runs import client_label, run_line
from gateway.remote.http_client import HttpClient, RemoteResponse
from storage import Client, ClientLink, ConflictPolicy, Invalid, Origin, Problem, RunLine

from .list_scan import ERRORS, send

MISSING = (404, 410)
NO_RECORD = b"No query results"
"""How Invoice Ninja says 404, with another number."""


class PushOptions(Struct, frozen=True, kw_only=True):
    """How a service is told: who wins where both sides changed, whether clients may be deleted
    there, whether it is told at all."""

    policy: ConflictPolicy = ConflictPolicy.SKIP
    may_delete: bool = False
    is_dry_run: bool = False


class PushOutcome(Struct, frozen=True, kw_only=True):
    """What became of one client: a word to count, what is to be said, and what to keep."""

    result: str
    lines: tuple[RunLine, ...] = ()
    link: ClientLink | None = None
    unlinked: str = ""


class ClientPusher:
    """`before_write` may raise, and then nothing is written."""

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
        fields = self.sides.differences(pair)
        fixed = tuple(
            line("lost", record, field=field, text="cannot be changed there")
            for field in fields
            if field in self.remote.create_only_fields
        )
        if len(fixed) == len(fields):
            return PushOutcome(
                result="unchanged", lines=fixed, link=self.make_link(record, pair.parsed)
            )
        word = self.decide_winner(record, pair.parsed, origin)
        if word != "changed":
            return PushOutcome(result=word, lines=(line(word, record, field=", ".join(fields)),))
        there = RemoteObject(foreign_id=pair.parsed.foreign_id, raw=pair.raw)
        outcome = self.write("changed", record, there)
        return structs.replace(outcome, lines=(*outcome.lines, *fixed))

    def decide_winner(self, record: Client, there: ParsedObject, origin: Origin) -> str:
        """Who wins when both sides changed; two that never agreed count as changed both."""
        if origin.version is not None and origin.stamp == there.stamp:
            return "changed"
        match self.options.policy:
            case ConflictPolicy.SKIP:
                return "conflict"
            case ConflictPolicy.REMOTE:
                return "kept"
            case ConflictPolicy.LOCAL:
                return "changed"
            case ConflictPolicy.NEWEST:
                is_newer = there.updated_at is None or record.updated_at > there.updated_at
                return "changed" if is_newer else "kept"
            case _:
                assert_never(self.options.policy)

    def push_new(self, record: Client) -> PushOutcome:
        if record.is_deleted:
            return PushOutcome(result="left", lines=(line("left", record, text="is deleted here"),))
        return self.write("created", record, None)

    def push_missing(self, record: Client, origin: Origin) -> PushOutcome:
        """It was there, and is not any more."""
        if record.is_deleted:
            return PushOutcome(result="unchanged", unlinked=origin.foreign_id)
        if self.options.policy is ConflictPolicy.LOCAL:
            return self.write("created", record, None)
        return PushOutcome(
            result="conflict", lines=(line("conflict", record, text="is gone there"),)
        )

    def push_deletion(self, record: Client, pair: Pair) -> PushOutcome:
        if not self.options.may_delete:
            words = "is deleted here; say --delete to delete it there"
            return PushOutcome(result="left", lines=(line("left", record, text=words),))
        self.before_write()
        answer = self.send_unless_dry_run(self.remote.delete_request(pair.parsed.foreign_id))
        if answer is not None and answer.status >= ERRORS:
            return self.refused_outcome(record, answer)
        return PushOutcome(result="deleted", unlinked=pair.parsed.foreign_id)

    def write(self, word: str, record: Client, there: RemoteObject | None) -> PushOutcome:
        self.before_write()
        account = self.sides.account
        if there is None:
            ask = self.remote.create_request(record, self.sides.keys.key_of(record), account)
        else:
            ask = self.remote.change_request(record, there, account)
        answer = self.send_unless_dry_run(ask)
        lost = tuple(
            line("lost", record, field=field, text=text)
            for field, text in (
                *self.sides.dialect.codec.losses(record),
                *self.remote.unsendable_fields(record),
            )
        )
        if answer is None:
            return PushOutcome(result=word, lines=lost)
        if answer.status >= ERRORS:
            return self.refused_outcome(record, answer)
        settled = self.follow_up(record, answer)
        made = self.remote.read_receipt(settled.body, there, account)
        return PushOutcome(
            result=word, lines=lost, link=ClientLink(record.serial, self.make_origin(record, made))
        )

    def follow_up(self, record: Client, answer: RemoteResponse) -> RemoteResponse:
        """The answer to the last request that the client took."""
        further = self.remote.follow_up_request(record, answer.body)
        last = self.send_unless_dry_run(further) if further else None
        return last if last is not None and last.status < ERRORS else answer

    def refused_outcome(self, record: Client, answer: RemoteResponse) -> PushOutcome:
        words = f"answered {answer.status}: {first_line(answer.body)}"
        return PushOutcome(result="refused", lines=(line("refused", record, text=words),))

    def fetch_counterpart(self, record: Client, origin: Origin) -> Pair | None:
        answer = send(self.service, self.remote.show_request(origin.foreign_id))
        if answer.status in MISSING or NO_RECORD in answer.body[:200]:
            return None
        if answer.status >= ERRORS:
            raise Invalid(Problem(("url",), f"answers about a client with {answer.status}"))
        raw = self.remote.unwrap_object(answer.body)
        return Pair(self.remote.identify(raw, self.sides.account), raw, record)

    def send_unless_dry_run(self, ask: ApiRequest) -> RemoteResponse | None:
        """None in a rehearsal, where nothing is told."""
        return None if self.options.is_dry_run else send(self.service, ask)

    def make_link(self, record: Client, parsed: ParsedObject) -> ClientLink:
        return ClientLink(record.serial, self.sides.make_origin(parsed, record.version))

    def make_origin(self, record: Client, made: WriteReceipt) -> Origin:
        return Origin(
            source=self.sides.source,
            foreign_id=made.foreign_id,
            foreign_updated_at=made.updated_at,
            stamp=made.stamp,
            version=record.version,
        )


def line(kind: str, record: Client, *, field: str = "", text: str = "") -> RunLine:
    return run_line(kind, client_label(record), field=field, text=text)


def first_line(body: bytes) -> str:
    return body[:300].decode("utf-8", "replace").partition("\n")[0]

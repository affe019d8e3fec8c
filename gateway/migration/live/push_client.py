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
    is_rehearsal: bool = False


class PushOutcome(Struct, frozen=True, kw_only=True):
    """What became of one client: a word to count, what is to be said, and what to keep."""

    word: str
    lines: tuple[RunLine, ...] = ()
    link: ClientLink | None = None
    unlinked: str = ""


class ClientPusher:
    """`before_write` may raise, and then nothing is written."""

    def __init__(
        self,
        sides: Sides,
        service: HttpClient,
        manner: PushOptions,
        before_write: Callable[[], None],
    ) -> None:
        self.sides = sides
        self.remote = sides.dialect.remote
        self.service = service
        self.manner = manner
        self.before_write = before_write

    def verdict(self, record: Client, origin: Origin | None) -> PushOutcome:
        if origin is None:
            return self.without_counterpart(record)
        if origin.version == record.version:
            return PushOutcome(word="unchanged")
        pair = self.counterpart(record, origin)
        if pair is None:
            return self.gone(record, origin)
        if record.is_deleted:
            return self.deleted(record, pair)
        return self.met(record, pair, origin)

    def met(self, record: Client, pair: Pair, origin: Origin) -> PushOutcome:
        fields = self.sides.differences(pair)
        fixed = tuple(
            line("lost", record, field=field, text="cannot be changed there")
            for field in fields
            if field in self.remote.fixed
        )
        if len(fixed) == len(fields):
            return PushOutcome(word="unchanged", lines=fixed, link=self.link(record, pair.told))
        word = self.winner(record, pair.told, origin)
        if word != "changed":
            return PushOutcome(word=word, lines=(line(word, record, field=", ".join(fields)),))
        there = RemoteObject(foreign_id=pair.told.foreign_id, shown=pair.raw)
        verdict = self.written("changed", record, there)
        return structs.replace(verdict, lines=(*verdict.lines, *fixed))

    def winner(self, record: Client, there: ParsedObject, origin: Origin) -> str:
        """Who wins when both sides changed; two that never agreed count as changed both."""
        if origin.version is not None and origin.stamp == there.stamp:
            return "changed"
        match self.manner.policy:
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
                assert_never(self.manner.policy)

    def without_counterpart(self, record: Client) -> PushOutcome:
        if record.is_deleted:
            return PushOutcome(word="left", lines=(line("left", record, text="is deleted here"),))
        return self.written("created", record, None)

    def gone(self, record: Client, origin: Origin) -> PushOutcome:
        """It was there, and is not any more."""
        if record.is_deleted:
            return PushOutcome(word="unchanged", unlinked=origin.foreign_id)
        if self.manner.policy is ConflictPolicy.LOCAL:
            return self.written("created", record, None)
        return PushOutcome(word="conflict", lines=(line("conflict", record, text="is gone there"),))

    def deleted(self, record: Client, pair: Pair) -> PushOutcome:
        if not self.manner.may_delete:
            words = "is deleted here; say --delete to delete it there"
            return PushOutcome(word="left", lines=(line("left", record, text=words),))
        self.before_write()
        answer = self.ask(self.remote.delete(pair.told.foreign_id))
        if answer is not None and answer.status >= ERRORS:
            return self.refused(record, answer)
        return PushOutcome(word="deleted", unlinked=pair.told.foreign_id)

    def written(self, word: str, record: Client, there: RemoteObject | None) -> PushOutcome:
        self.before_write()
        account = self.sides.account
        if there is None:
            ask = self.remote.create(record, self.sides.keys.key_of(record), account)
        else:
            ask = self.remote.change(record, there, account)
        answer = self.ask(ask)
        lost = tuple(
            line("lost", record, field=field, text=text)
            for field, text in (
                *self.sides.dialect.dump.losses(record),
                *self.remote.lost(record),
            )
        )
        if answer is None:
            return PushOutcome(word=word, lines=lost)
        if answer.status >= ERRORS:
            return self.refused(record, answer)
        settled = self.settled(record, answer)
        made = self.remote.written(settled.body, there, account)
        return PushOutcome(
            word=word, lines=lost, link=ClientLink(record.serial, self.origin(record, made))
        )

    def settled(self, record: Client, answer: RemoteResponse) -> RemoteResponse:
        """The answer to the last request that the client took."""
        further = self.remote.settle(record, answer.body)
        last = self.ask(further) if further else None
        return last if last is not None and last.status < ERRORS else answer

    def refused(self, record: Client, answer: RemoteResponse) -> PushOutcome:
        words = f"answered {answer.status}: {first_line(answer.body)}"
        return PushOutcome(word="refused", lines=(line("refused", record, text=words),))

    def counterpart(self, record: Client, origin: Origin) -> Pair | None:
        answer = send(self.service, self.remote.one(origin.foreign_id))
        if answer.status in MISSING or NO_RECORD in answer.body[:200]:
            return None
        if answer.status >= ERRORS:
            raise Invalid(Problem(("url",), f"answers about a client with {answer.status}"))
        raw = self.remote.shown(answer.body)
        return Pair(self.remote.met(raw, self.sides.account), raw, record)

    def ask(self, ask: ApiRequest) -> RemoteResponse | None:
        """None in a rehearsal, where nothing is told."""
        return None if self.manner.is_rehearsal else send(self.service, ask)

    def link(self, record: Client, told: ParsedObject) -> ClientLink:
        return ClientLink(record.serial, self.sides.origin(told, record.version))

    def origin(self, record: Client, made: WriteReceipt) -> Origin:
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

"""Push of a single client: fetch the counterpart, compare, write what changed here, read it again.

What has changed there only is left to the next pull. What the service makes of a write is noted in
the link, so that it is no change there.
"""

from collections.abc import Callable

from msgspec import Struct, structs

from gateway.migration.agreements import (
    ComparedClient,
    Counterpart,
    linked,
    winner_of,
)
from gateway.migration.counterparts import Sides
from gateway.migration.reconcile import DELETION, NO_GROUPS, NOTHING, Reconciliation
from gateway.remote.http_client import HttpClient
from storage import (
    Client,
    ClientLink,
    ConflictPolicy,
    GroupConflict,
    ImportClient,
    Origin,
    RunLine,
)

from ..adopted_ids import adopt_ids
from ..same_files import missing_documents
from ..service_writer import RefusedWrite, ServiceWriter
from .push_lines import change_lines, line_of, lost_lines, number_lines, result_of
from .push_plan import FileChoice, PushOptions

MAX_KEYS = 10
"""The keys that are tried for a new client, where others have the first ones."""


class PushOutcome(Struct, frozen=True, kw_only=True):
    """The outcome of pushing one client.

    `result` is the name under which it is counted. `link` is to be saved; `unlinked` is the
    foreign id of a link that is to be deleted, empty if there is none. `conflicts` are all that the
    client has with the service, None if the two were not compared.
    """

    result: str
    lines: tuple[RunLine, ...] = ()
    link: ClientLink | None = None
    unlinked: str = ""
    conflicts: tuple[GroupConflict, ...] | None = None


class ClientPusher:
    """Pushes single clients to a service.

    `before_write` is called before each client that is written. If it raises, nothing is written.
    """

    def __init__(
        self,
        sides: Sides,
        service: HttpClient,
        options: PushOptions,
        before_write: Callable[[], None],
    ) -> None:
        self.sides = sides
        self.writer = ServiceWriter(sides, service, is_dry_run=options.is_dry_run)
        self.options = options
        self.before_write = before_write

    def push(self, record: Client, origin: Origin | None) -> PushOutcome:
        """Bring the service in step with a client; `origin` is its link, None if it has none.

        Raises RemoteFailure, what `before_write` raises, and Invalid if the service refuses to
        show the client.
        """
        try:
            return self.push_linked(record, origin) if origin else self.push_new(record)
        except RefusedWrite as refusal:
            return refused_outcome(record, refusal)

    def push_linked(self, record: Client, origin: Origin) -> PushOutcome:
        if origin.version == record.version:
            return PushOutcome(result="unchanged")
        if self.sides.is_as_agreed(record, origin):
            link = structs.replace(origin, version=record.version)
            return PushOutcome(result="unchanged", link=ClientLink(record.serial, link))
        counterpart = self.writer.fetch(origin.foreign_id, origin)
        if counterpart is None:
            return self.push_missing(record, origin)
        return self.push_counterpart(record, counterpart)

    def push_counterpart(self, record: Client, counterpart: Counterpart) -> PushOutcome:
        compared = self.sides.compare(record, counterpart)
        winner = winner_of(
            self.options.policy, record.updated_at, counterpart.origin.foreign_updated_at
        )
        result = compared.reconcile(winner)
        if record.is_deleted and compared.there.get(DELETION):
            link = self.link_after(record, counterpart, NOTHING, None)
            return PushOutcome(result="unchanged", link=link)
        if DELETION in result.tell and record.is_deleted:
            return self.push_deletion(record, counterpart.origin.foreign_id)
        outcome = self.push_change(record, compared, result)
        return structs.replace(outcome, conflicts=compared.conflicts_of(result, winner))

    def push_change(
        self, record: Client, compared: ComparedClient, result: Reconciliation
    ) -> PushOutcome:
        """Tell the service what has changed here only, and what wins here.

        A change in a group that can be set for new clients only is reported as lost.
        """
        remote, groups = self.sides.dialect.remote, self.sides.dialect.codec.groups
        untold = result.tell & remote.untold_groups
        told = result.tell - untold
        if result.take | result.held and all(map(groups.is_quiet, told)):
            told = NO_GROUPS  # an order of contacts waits until the contacts are taken
        settled = told | untold
        lines = tuple(change_lines(record, compared, result, untold))
        counted = result_of(result, told)
        if not told:
            link = self.link_after(record, compared.counterpart, result, settled)
            return PushOutcome(result=counted, lines=lines, link=link)
        self.begin_write(record)
        lines = (*self.loss_lines(record, compared.counterpart.raw), *lines)
        changed = self.writer.change(record, compared, told)
        if changed is None:
            return PushOutcome(result=counted, lines=lines)
        after = self.adopt(record, changed.shown)
        edited = told & self.writer.edited_since(changed, after)
        settled = (settled | (remote.filled_groups - result.take)) - edited
        link = self.link_after(after, changed.shown, result, settled)
        compared = self.sides.compare(after, changed.shown)
        lines = (*lines, *lost_lines(record, compared, settled, lines))
        return PushOutcome(result=counted, lines=lines, link=link)

    def push_new(self, record: Client) -> PushOutcome:
        """Create a client that has no link, unless it is deleted here."""
        if record.is_deleted:
            line = line_of("left", record, text="is deleted here")
            return PushOutcome(result="left", lines=(line,))
        place = self.find_place(record)
        if isinstance(place, Counterpart):
            return self.push_counterpart(record, place)
        self.begin_write(record)
        lines = self.loss_lines(record)
        created = self.writer.create(record, place)
        if created is None:
            return PushOutcome(result="created", lines=lines)
        shown = created.shown
        after = adopt_ids(self.sides, self.adopt(record, shown), shown)
        edited = self.writer.edited_since(created, after)
        compared = self.sides.compare(after, shown)
        dropped = self.sides.dialect.remote.dropped_groups(compared.here, compared.there)
        if dropped:
            changed = self.writer.change(after, compared, dropped)
            shown = changed.shown if changed else shown
            compared = self.sides.compare(after, shown)
        link = self.link_after(after, shown, NOTHING, compared.reconcile(None).groups - edited)
        lines = (*lines, *number_lines(record, compared))
        lines = (*lines, *lost_lines(record, compared, compared.here.keys() - edited, lines))
        return PushOutcome(result="created", lines=lines, link=link)

    def begin_write(self, record: Client) -> None:
        """Raise what speaks against writing a client: a limit, or harm to people."""
        if not self.options.is_mail_accepted:
            self.writer.refuse_harmful(record)
        self.before_write()

    def find_place(self, record: Client) -> str | Counterpart:
        """Return a free key for a new client, or the client itself if it is there already.

        Under our key there may be a client of another store of this service: it is not touched.
        Raises RefusedWrite if the client's own external id is another client's there.
        """
        own_key = self.sides.keys.key_of(record)
        for key in (own_key, *(f"{own_key}-{n}" for n in range(2, MAX_KEYS))):
            found = self.writer.find_by_key(record.external_id or key)
            if found is None:
                return key
            if self.sides.is_same_unlinked(record, found):
                return found
            if record.external_id is not None:
                break
        raise RefusedWrite(f"{record.external_id or own_key} is another client's there")

    def adopt(self, record: Client, shown: Counterpart) -> Client:
        """Give the client here what the service has given it: hash, number, keys of its contacts.

        Returns the client as it is now.
        """

        def adoption(current: Client) -> ImportClient:
            compared = self.sides.compare(current, shown)
            given = self.sides.dialect.codec.groups.given_groups(current)
            return compared.take_command(given & compared.reconcile(None).take)

        if adoption(record) == ImportClient():
            return record
        store, account = self.sides.store, self.sides.account
        return store.change_client(account.id, record.serial, adoption)

    def link_after(
        self,
        record: Client,
        shown: Counterpart,
        result: Reconciliation,
        told: frozenset[str] | None,
    ) -> ClientLink:
        """Return the link of a client that the service shows so now.

        `told` are the groups that are settled, whatever the service makes of them; None for all.
        Anything else that has changed meanwhile is left to the next pull or push.
        """
        compared = self.sides.compare(record, shown)
        now = compared.reconcile(None)
        settled = now.groups if told is None else told
        pending = Reconciliation(
            take=(result.take | now.take) - settled,
            tell=now.tell - settled - result.take,
            held=now.held - settled - result.take,
        )
        base = compared.base_after(record, pending)
        return ClientLink(record.serial, linked(shown.origin, record, base, pending))

    def push_missing(self, record: Client, origin: Origin) -> PushOutcome:
        """Decide about a client that does not exist on the service any more."""
        if record.is_deleted:
            return PushOutcome(result="unchanged", unlinked=origin.foreign_id)
        if self.options.policy is ConflictPolicy.LOCAL:
            return self.push_new(record)
        line = line_of("conflict", record, text="is gone there")
        return PushOutcome(result="conflict", lines=(line,))

    def push_deletion(self, record: Client, foreign_id: str) -> PushOutcome:
        """Delete a client on the service, if the options allow it."""
        if not self.options.may_delete:
            words = "is deleted here; say --delete to delete it there"
            return PushOutcome(result="left", lines=(line_of("left", record, text=words),))
        return self.delete_there(foreign_id)

    def delete_there(self, foreign_id: str) -> PushOutcome:
        self.before_write()
        self.writer.delete(foreign_id)
        return PushOutcome(result="deleted", unlinked=foreign_id)

    def push_merged(self, survivor: Client, foreign_id: str) -> PushOutcome:
        """Delete a client on the service that was merged into another here, if the options allow
        it. `unlinked` of the outcome says that it does not exist there any more."""
        try:
            counterpart = self.writer.fetch(foreign_id, None)
            if counterpart is None or self.is_deleted_there(survivor, counterpart):
                return PushOutcome(result="unchanged", unlinked=foreign_id)
            if self.options.may_delete:
                return self.delete_there(foreign_id)
        except RefusedWrite as refusal:
            return refused_outcome(survivor, refusal)
        words = f"{foreign_id} was merged into it here; say --delete to delete that one there"
        return PushOutcome(result="left", lines=(line_of("left", survivor, text=words),))

    def is_deleted_there(self, survivor: Client, counterpart: Counterpart) -> bool:
        return bool(self.sides.compare(survivor, counterpart).there.get(DELETION))

    def loss_lines(self, record: Client, raw: bytes = b"{}") -> tuple[RunLine, ...]:
        """Return a report line for each value that the service cannot take.

        `raw` is the object of the client there, which names the documents that it has.
        """
        dialect = self.sides.dialect
        losses = (*dialect.codec.losses(record), *dialect.remote.unsendable_fields(record))
        lines = [line_of("lost", record, field=field, text=text) for field, text in losses]
        if dialect.remote.takes_files and self.options.files is not FileChoice.SEND:
            missing = missing_documents(dialect.remote, record.documents, raw)
            lines += [line_of("lost", record, field="documents", text=one.name) for one in missing]
        return tuple(lines)


def refused_outcome(record: Client, refusal: RefusedWrite) -> PushOutcome:
    line = line_of("refused", record, text=str(refusal))
    return PushOutcome(result="refused", lines=(line,))

"""What an object of a source makes of the client that it is here: the pull's side of a sync."""

from typing import NamedTuple

from msgspec import structs

from dialects.base.dialect import Dialect
from storage import (
    Account,
    Client,
    ConflictPolicy,
    ImportClient,
    ImportStatus,
    MergeDecision,
    Origin,
)

from .agreements import ComparedClient, Counterpart, compare, linked, winner_of
from .link_keys import LinkKeys
from .reconcile import NO_GROUPS, NOTHING


class Merger(NamedTuple):
    """The merge of one source's objects into the clients of an account, under a policy.

    `keys` are the link keys of a service's pushes; None for a source that no push goes to.
    """

    dialect: Dialect
    account: Account
    keys: LinkKeys | None
    policy: ConflictPolicy

    def decide(
        self, raw: bytes, origin: Origin, record: Client, link: Origin | None
    ) -> MergeDecision:
        """Return what an object makes of the client that it is here.

        What only this side has changed is left to the next push. Raises Invalid.
        """
        seen = (origin.stamp, record.version)
        is_in_step = link is not None and origin.stamp and seen == (link.stamp, link.version)
        # A link of an older gateway notes no base: it gets one while both sides are in step.
        if link is not None and is_in_step and (link.agreed or self.keys is None):
            current = structs.replace(origin, version=link.version, agreed=link.agreed)
            return MergeDecision(command=ImportClient(), link_of=lambda _after: current)
        compared = self.compare(record, Counterpart(raw, origin, link))
        winner = winner_of(self.policy, record.updated_at, origin.foreign_updated_at)
        result = compared.reconcile(winner)
        pending = result._replace(take=NO_GROUPS)
        return MergeDecision(
            command=compared.take_command(result.take),
            link_of=lambda after: linked(
                origin, after, compared.base_after(after, pending), pending
            ),
            status=ImportStatus.KEPT if pending.tell else ImportStatus.UNCHANGED,
            fields=compared.fields_of(result.held or result.tell),
            conflicts=compared.conflicts_of(result, winner),
        )

    def is_same(self, raw: bytes, origin: Origin, record: Client) -> bool:
        """Whether an object under our link key is the client that the key names.

        Another store of the same service may have set it on another client.
        """
        return self.compare(record, Counterpart(raw, origin, None)).is_same_client

    def link_of_new(self, raw: bytes, origin: Origin, record: Client) -> Origin:
        """Return the link of a client that the object has created, with what both sides show."""
        compared = self.compare(record, Counterpart(raw, origin, None))
        return linked(origin, record, compared.base_after(record, NOTHING), NOTHING)

    def compare(self, record: Client, counterpart: Counterpart) -> ComparedClient:
        return compare(self.dialect, self.account, self.keys, record, counterpart)

"""The store's methods about groups."""

from collections.abc import Sequence

from storage.database.transactions import Transactions
from storage.database.write_methods import Step, is_write
from storage.model.commands import ChangeGroup, CreateGroup
from storage.model.queries import GroupQuery
from storage.model.records import Group, Page, State

from . import reads as groups_reads, writes as groups_writes


class GroupMethods(Transactions):
    @is_write
    def create_group(self, account_id: int, command: CreateGroup) -> Step[Group]:
        return lambda c: groups_writes.created(c, account_id, command, self._makers)

    @is_write
    def change_group(self, account_id: int, serial: int, command: ChangeGroup) -> Step[Group]:
        return lambda c: groups_writes.changed(c, account_id, serial, command, self._makers)

    @is_write
    def move_groups(
        self, account_id: int, serials: Sequence[int], state: State
    ) -> Step[tuple[Group, ...]]:
        """All of them in one transaction, in the order of their serials. Raises NotFound, and
        moves none, when one of them is missing."""
        return lambda c: groups_writes.moved_all(c, account_id, serials, state, self._makers)

    def groups(self, account_id: int, query: GroupQuery) -> Page[Group]:
        return self._read(groups_reads.listed, account_id, query)

    def groups_by_serial(self, account_id: int, serials: Sequence[int]) -> dict[int, Group]:
        """Those that exist."""
        return self._read(groups_reads.by_serials, account_id, serials)

"""The store's methods about groups."""

from collections.abc import Sequence

from storage.database.transactions import TransactionRunner
from storage.database.write_methods import Step, write_method
from storage.model.commands import ChangeGroup, CreateGroup
from storage.model.queries import GroupQuery
from storage.model.records import Group, Page, State

from . import reads as group_reads, writes as group_writes


class GroupMethods(TransactionRunner):
    @write_method
    def create_group(self, account_id: int, command: CreateGroup) -> Step[Group]:
        return lambda c: group_writes.create_group(c, account_id, command, self._generators)

    @write_method
    def change_group(self, account_id: int, serial: int, command: ChangeGroup) -> Step[Group]:
        return lambda c: group_writes.change_group(c, account_id, serial, command, self._generators)

    @write_method
    def set_group_states(
        self, account_id: int, serials: Sequence[int], state: State
    ) -> Step[tuple[Group, ...]]:
        """All of them in one transaction, in the order of their serials. Raises NotFound, and
        moves none, when one of them is missing."""
        return lambda c: group_writes.set_group_states(
            c, account_id, serials, state, self._generators
        )

    def list_groups(self, account_id: int, query: GroupQuery) -> Page[Group]:
        return self._read(group_reads.list_groups, account_id, query)

    def groups_by_serial(self, account_id: int, serials: Sequence[int]) -> dict[int, Group]:
        """Those that exist."""
        return self._read(group_reads.get_by_serials, account_id, serials)

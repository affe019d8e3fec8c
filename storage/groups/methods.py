"""Store methods for groups of clients."""

from collections.abc import Sequence

from storage.database.transactions import TransactionRunner
from storage.database.write_methods import Step, write_method
from storage.model.commands import ChangeGroup, CreateGroup
from storage.model.queries import GroupQuery
from storage.model.records import Group, Page, State

from . import reads as group_reads, writes as group_writes


class GroupMethods(TransactionRunner):
    """The store's methods for groups of clients."""

    @write_method
    def create_group(self, account_id: int, command: CreateGroup) -> Step[Group]:
        """Create a group. Raises Conflict if another group of the account has the name."""
        return lambda c: group_writes.create_group(c, account_id, command, self._generators)

    @write_method
    def change_group(self, account_id: int, serial: int, command: ChangeGroup) -> Step[Group]:
        """Change a group and return it.

        Raises NotFound if there is no group, Locked if it is deleted, Conflict if another group of
        the account has the new name.
        """
        return lambda c: group_writes.change_group(c, account_id, serial, command, self._generators)

    @write_method
    def set_group_states(
        self, account_id: int, serials: Sequence[int], state: State
    ) -> Step[tuple[Group, ...]]:
        """Set the state of groups in one transaction and return them, sorted by serial.

        Raises NotFound, and changes no group, if one of them does not exist.
        """
        return lambda c: group_writes.set_group_states(
            c, account_id, serials, state, self._generators
        )

    def list_groups(self, account_id: int, query: GroupQuery) -> Page[Group]:
        """Return one page of the groups that a query finds, and their total number."""
        return self._read(group_reads.list_groups, account_id, query)

    def groups_by_serial(self, account_id: int, serials: Sequence[int]) -> dict[int, Group]:
        """Return groups by serial. Serials that do not exist are left out."""
        return self._read(group_reads.get_by_serials, account_id, serials)

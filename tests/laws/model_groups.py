"""The groups of the model."""

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET, structs

from storage.model.commands import ChangeGroup, CreateGroup
from storage.model.errors import Conflict, Locked, NotFound
from storage.model.folding import fold
from storage.model.generators import Generators
from storage.model.queries import GroupQuery
from storage.model.records import Group, Page, State
from tests.laws.model_lists import has_state


class Groups:
    def __init__(self, generators: Generators) -> None:
        self.makers = generators
        self.next_group = 1
        self.group_of: dict[int, Group] = {}

    def create_group(self, command: CreateGroup) -> Group:
        self.refuse_taken_name(command.name, 0)
        now = self.makers.clock()
        fields = structs.asdict(command)
        group = Group(serial=self.next_group, created_at=now, updated_at=now, **fields)
        self.next_group += 1
        self.group_of[group.serial] = group
        return group

    def change_group(self, serial: int, command: ChangeGroup) -> Group:
        """Change a group. A deleted group accepts only a change that has no effect."""
        before = self.group(serial)
        given = {f: v for f, v in structs.asdict(command).items() if v is not UNSET}
        after = structs.replace(before, **given)
        if after != before and before.is_deleted:
            raise Locked("")
        if after != before:
            self.refuse_taken_name(after.name, serial)
        return self.keep_group(before, after)

    def set_group_states(self, serials: Sequence[int], state: State) -> tuple[Group, ...]:
        return tuple([self.moved_group(serial, state) for serial in sorted(set(serials))])

    def moved_group(self, serial: int, state: State) -> Group:
        before, now = self.group(serial), self.makers.clock()
        after = before
        if state is State.DELETED and not before.is_deleted:
            after = structs.replace(before, is_deleted=True, archived_at=now)
        elif state is State.ARCHIVED and not before.is_deleted and before.archived_at is None:
            after = structs.replace(before, archived_at=now)
        elif state is State.ACTIVE:
            after = structs.replace(before, is_deleted=False, archived_at=None)
        return self.keep_group(before, after)

    def keep_group(self, before: Group, after: Group) -> Group:
        if after != before:
            after = structs.replace(after, updated_at=self.makers.clock())
        self.group_of[after.serial] = after
        return after

    def group(self, serial: int) -> Group:
        if serial not in self.group_of:
            raise NotFound("group")
        return self.group_of[serial]

    def refuse_taken_name(self, name: str, owner: int) -> None:
        """Raise Conflict if another group has the name, even a deleted one."""
        others = [g for g in self.group_of.values() if g.serial != owner]
        if fold(name) in {fold(group.name) for group in others}:
            raise Conflict("group", ("name",))

    def groups_by_serial(self, serials: Sequence[int]) -> dict[int, Group]:
        return {s: self.group_of[s] for s in sorted(set(serials)) if s in self.group_of}

    def list_groups(self, query: GroupQuery) -> Page[Group]:
        """List groups. An empty value comes first, and last in descending order.

        Groups with equal values are in the order of their serials, in both directions.
        """

        def key(group: Group) -> tuple[Any, ...]:
            fields = structs.asdict(group) | {"name_folded": fold(group.name)}
            value = fields[query.column.value]
            return value is not None, value

        found = [g for _, g in sorted(self.group_of.items()) if meets(g, query)]
        found.sort(key=key, reverse=query.is_descending)
        records = tuple(found[query.offset : query.offset + query.limit])
        return Page(records=records, total=len(found))


def meets(group: Group, query: GroupQuery) -> bool:
    is_named = query.text is None or fold(query.text) in fold(group.name)
    return is_named and has_state(group, query.states)

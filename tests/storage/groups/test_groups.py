"""Sort orders of groups, on every engine."""

import pytest

from storage.model.accounts import Account
from storage.model.commands import CreateGroup
from storage.model.queries import GroupColumn, GroupQuery
from storage.model.records import State
from storage.store import Store


@pytest.mark.parametrize(("is_descending", "serials"), [(False, [1, 3, 2]), (True, [2, 1, 3])])
def test_groups_that_were_never_archived_come_before_those_that_were(
    store: Store, account: Account, is_descending: bool, serials: list[int]
) -> None:
    for name in ("a", "b", "c"):
        store.create_group(account.id, CreateGroup(name=name))
    store.set_group_states(account.id, [2], State.ARCHIVED)
    query = GroupQuery(column=GroupColumn.ARCHIVED_AT, is_descending=is_descending)

    found = store.list_groups(account.id, query).records

    assert [group.serial for group in found] == serials

"""Groups of clients are known by name on both sides, whatever their ids there and here."""

from collections.abc import Callable

import pytest

from gateway.migration.live.check import CheckResult
from storage.model.accounts import Account
from storage.model.commands import ChangeClient, ChangeGroup, CreateGroup, ImportClient
from storage.model.queries import GroupQuery
from storage.model.records import Group, State
from storage.model.runs import RunLine
from storage.store import Store
from tests.gateway.migration.remote_stand_ins import (
    ENDLESS,
    There,
    all_of,
    brought,
    fates,
    is_write,
    lines,
    one_engine,
    says,
)

pytestmark = one_engine
Edit = Callable[..., None]
DOLLARS = '{"currency_id":"2"}'


def group_names(store: Store, account: Account) -> dict[str, str]:
    """Return the names of the groups of clients, by the clients' names."""
    groups = store.groups_by_serial(account.id, range(1, 50))
    groups |= {g.serial: g for g in all_groups(store, account)}
    return {
        client.name: groups[client.group_serial].name if client.group_serial else ""
        for client in all_of(store, account)
    }


def all_groups(store: Store, account: Account) -> tuple[Group, ...]:
    return store.list_groups(account.id, GroupQuery(limit=100)).records


def make_group(service: There, account: Account, name: str, settings: str = DOLLARS) -> int:
    """Create a group in an account, at a moment of its own, and return its serial."""
    service.clock.tick(hours=1)
    return service.store.create_group(account.id, CreateGroup(name=name, settings=settings)).serial


def notices(found: list[RunLine]) -> list[str]:
    return [line.text for line in found if line.kind == "notice" and "group " in line.text]


def is_group_write(request) -> bool:
    return is_write(request) and request.url.path.endswith("/group_settings")


@pytest.fixture
def there(ninja_there: There) -> There:
    """An Invoice Ninja with a group, whose id is that of the first group here."""
    make_group(ninja_there, ninja_there.account, "Retail")
    return ninja_there


@pytest.fixture
def gold(store: Store, here: Account, there: There) -> int:
    """The group of a client here."""
    serial = make_group(there, here, "Gold")
    brought(store, here, ImportClient(organization_name="Acme", group_serial=serial))
    return serial


def signs(there: There, here: Account) -> set[CheckResult]:
    return {one.result for one in there.check(here)}


def test_a_group_that_is_not_there_is_made_with_its_settings(
    store: Store, here: Account, there: There, gold: int
):
    done = there.push(here)

    assert group_names(store, there.account) == {"Acme": "Gold"}
    made = all_groups(store, there.account)[-1]
    assert (made.name, made.settings, made.serial) == ("Gold", DOLLARS, gold + 1)
    assert notices(lines(store, done.run)) == ["1 group made there: Gold"]
    assert lines(store, done.run, "lost") == []


def test_a_group_of_that_name_is_taken_whatever_its_id(
    store: Store, here: Account, there: There, gold: int
):
    make_group(there, there.account, "GOLD ")

    there.push(here)

    assert group_names(store, there.account) == {"Acme": "GOLD "}
    assert len(all_groups(store, there.account)) == gold + 1


def test_after_pull_push_and_pull_nothing_has_changed(
    store: Store, here: Account, there: There, gold: int
):
    there.speaker.created(name="Shop", group_settings_id=there_id(there, 1))
    counts = [there.pull(here).importer.counts, there.push(here).counts]
    before = all_of(store, here)
    there.clock.tick(hours=1)

    again = [there.pull(here, is_whole=True).importer.counts, there.push(here).counts]

    assert [fates(one) for one in counts] == [{"created": 1}, {"created": 1, "unchanged": 1}]
    assert [fates(one) for one in again] == [{"unchanged": 2}, {"unchanged": 2}]
    assert group_names(store, here) == {"Acme": "Gold", "Shop": "Retail"}
    assert group_names(store, there.account) == {"Acme": "Gold", "Shop": "Retail"}
    assert all_of(store, here) == before
    assert signs(there, here) == {CheckResult.SAME}
    assert gold == 1


def there_id(there: There, serial: int) -> str:
    groups = there.dialect.remote.groups
    assert groups is not None
    return groups.id_of(serial, there.account)


def test_a_change_of_the_group_is_told(
    store: Store, here: Account, there: There, gold: int, edit: Edit
):
    there.push(here)
    edit(here, 1, group_serial=make_group(there, here, "Silver"))

    done = there.push(here)

    assert fates(done.counts) == {"changed": 1}
    assert group_names(store, there.account) == {"Acme": "Silver"}
    assert signs(there, here) == {CheckResult.SAME}
    assert gold == 1


def test_a_client_that_leaves_its_group_leaves_it_there(
    store: Store, here: Account, there: There, gold: int, edit: Edit
):
    there.push(here)
    edit(here, 1, group_serial=None)

    there.push(here)

    assert group_names(store, there.account) == {"Acme": ""}
    assert gold == 1


def test_a_change_of_the_group_there_is_pulled(
    store: Store, here: Account, there: There, gold: int
):
    there.push(here)
    there.clock.tick(hours=1)
    there.put(1, {"group_settings_id": there_id(there, 1)})

    done = there.pull(here)

    assert fates(done.importer.counts) == {"changed": 1}
    assert group_names(store, here) == {"Acme": "Retail"}
    assert gold == 1


def test_a_pulled_group_that_is_renamed_on_one_side_stays_one_group(
    store: Store, here: Account, there: There, edit: Edit
):
    there.speaker.created(name="Shop", group_settings_id=there_id(there, 1))
    there.pull(here)
    store.change_group(here.id, 1, ChangeGroup(name="Shops"))
    edit(here, 1, city="Vic")

    there.push(here)

    assert [group.name for group in all_groups(store, there.account)] == ["Retail"]
    assert signs(there, here) == {CheckResult.SAME}


@pytest.mark.parametrize("status", [403, 422])
def test_where_a_group_cannot_be_made_the_client_comes_without_it(
    store: Store, here: Account, there: There, gold: int, status: int
):
    there.faulty.plan(says(status, b'{"message":"No"}'), is_group_write, times=ENDLESS)

    done, again = there.push(here), there.push(here)

    assert group_names(store, there.account) == {"Acme": ""}
    [line] = lines(store, done.run, "lost")
    assert (line.client, line.field) == ("0001 Acme", "group_settings_id")
    assert line.text.startswith("Gold: ")
    assert str(status) in line.text
    assert fates(again.counts) == {"unchanged": 1}
    assert signs(there, here) == {CheckResult.SAME}
    assert gold == 1


def test_where_groups_are_not_shown_none_is_made(
    store: Store, here: Account, there: There, gold: int
):
    there.faulty.plan(
        says(403), lambda request: request.url.path.endswith("/group_settings"), times=ENDLESS
    )

    done = there.push(here)

    assert fates(done.counts) == {"created": 1}
    assert sum(map(is_group_write, there.faulty.asked)) == 0
    [line] = lines(store, done.run, "lost")
    assert line.text.startswith("the groups there are not shown: the server answered 403")
    assert gold == 1


def test_a_group_that_is_deleted_here_is_not_made(
    store: Store, here: Account, there: There, gold: int
):
    store.set_group_states(here.id, [gold], State.DELETED)

    done = there.push(here)

    [line] = lines(store, done.run, "lost")
    assert (line.field, line.text) == ("group_settings_id", "the group Gold is deleted here")


def test_a_rehearsal_names_the_groups_that_it_would_make(
    store: Store, here: Account, there: There, gold: int
):
    done = there.push(here, is_dry_run=True)

    assert there.faulty.writes == []
    assert notices(done.lines) == ["1 group to be made there: Gold"]
    assert [group.name for group in all_groups(store, there.account)] == ["Retail"]
    assert gold == 1


def test_a_group_is_made_once_for_many_clients_at_a_time(
    store: Store, here: Account, there: There, gold: int
):
    more = [ImportClient(organization_name=f"C {n}", group_serial=gold) for n in range(12)]
    brought(store, here, *more)

    there.push(here, at_once=4)

    assert sum(map(is_group_write, there.faulty.asked)) == 1
    assert set(group_names(store, there.account).values()) == {"Gold"}


def test_where_no_client_has_a_group_none_is_asked_for(store: Store, here: Account, there: There):
    brought(store, here, ImportClient(organization_name="Acme"))

    there.push(here)
    there.pull(here, is_whole=True)
    there.check(here)

    assert not any("group_settings" in request.url.path for request in there.faulty.asked)


def test_many_groups_of_the_service_are_all_read(
    store: Store, here: Account, there: There, gold: int
):
    for n in range(12):  # more than two pages
        make_group(there, there.account, f"Group {n}")
    make_group(there, there.account, "Gold")

    there.push(here)

    assert group_names(store, there.account) == {"Acme": "Gold"}
    assert sum(map(is_group_write, there.faulty.asked)) == 0
    assert gold == 1


def test_a_change_of_group_and_of_a_field_is_one_write(
    store: Store, here: Account, there: There, gold: int
):
    there.push(here)
    there.forget_calls()
    silver = make_group(there, here, "Silver")
    store.change_client(here.id, 1, lambda _c: ChangeClient(city="Vic", group_serial=silver))

    there.push(here)

    assert len([r for r in there.faulty.writes if not is_group_write(r)]) == 1
    assert gold == 1

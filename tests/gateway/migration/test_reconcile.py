"""The decision about two versions of a client: a table, and laws for any views."""

from typing import Any

import pytest
from hypothesis import given, strategies as st
from msgspec import structs

from dialects.base.migration.field_groups import simple_groups
from gateway.migration.reconcile import (
    DELETION,
    NO_BASE,
    NOTHING,
    Base,
    Reconciliation,
    Rules,
    Side,
    base_after,
    reconcile,
)

GROUPS = structs.replace(
    simple_groups((), lambda _record, _account: b"{}"),
    is_read_only=lambda group: group == "money",
    is_quiet=lambda group: group == "order",
)
HOLD, OURS, THEIRS = Rules(GROUPS), Rules(GROUPS, Side.HERE), Rules(GROUPS, Side.THERE)


def decided(was: Any, here: Any, there: Any, rules: Rules = HOLD) -> Reconciliation:
    """Decide about one group, `city`, that had the value `was` on both sides."""
    base = Base({"city": was}, {"city": was})
    return reconcile(base, {"city": here}, {"city": there}, rules)


CITY = frozenset({"city"})
TABLE = [
    (("a", "a", "a"), NOTHING),
    (("a", "a", "b"), Reconciliation(take=CITY)),
    (("a", "b", "a"), Reconciliation(tell=CITY)),
    (("a", "b", "b"), NOTHING),
    (("a", "b", "c"), Reconciliation(held=CITY)),
    (("a", "", "c"), Reconciliation(held=CITY)),
    (("a", "a", ""), Reconciliation(take=CITY)),
    (("a", "", "a"), Reconciliation(tell=CITY)),
]


@pytest.mark.parametrize(("values", "done"), TABLE)
def test_what_changed_since_both_agreed_decides(values: tuple[str, ...], done: Any) -> None:
    assert decided(*values) == done


def test_a_policy_names_who_wins_and_who_loses() -> None:
    ours = decided("a", "b", "c", OURS)
    theirs = decided("a", "b", "c", THEIRS)

    assert ours == Reconciliation(tell=CITY, overwritten=CITY)
    assert theirs == Reconciliation(take=CITY, overwritten=CITY)


@pytest.mark.parametrize("rules", [HOLD, OURS, THEIRS])
def test_a_policy_decides_only_about_conflicts(rules: Rules) -> None:
    assert decided("a", "a", "b", rules) == Reconciliation(take=CITY)
    assert decided("a", "b", "a", rules) == Reconciliation(tell=CITY)


def test_what_differed_when_both_agreed_is_no_change() -> None:
    base = Base({"number": "0002"}, {"number": "0001"})

    assert reconcile(base, {"number": "0002"}, {"number": "0001"}, HOLD) == NOTHING
    assert reconcile(base, {"number": "7"}, {"number": "0001"}, HOLD).tell == {"number"}


# Groups that one side did not show


def test_a_field_that_a_service_does_not_show_is_never_an_edit() -> None:
    base = Base({"kind": "company"}, {"kind": "company"})

    assert reconcile(base, {"kind": "company"}, {}, HOLD) == NOTHING


def test_a_field_that_appears_empty_is_told_and_one_that_appears_filled_is_taken() -> None:
    base = Base({"kind": "company"}, {})

    assert reconcile(base, {"kind": "company"}, {"kind": ""}, HOLD).tell == {"kind"}
    assert reconcile(base, {"kind": "company"}, {"kind": "person"}, HOLD).take == {"kind"}
    assert reconcile(base, {"kind": "other"}, {"kind": "person"}, HOLD).held == {"kind"}


@pytest.mark.parametrize("empty", ["{}", "[]"])
def test_a_json_field_that_appears_empty_is_no_edit(empty: str) -> None:
    base = Base({"tax": '{"a":1}'}, {})

    assert reconcile(base, {"tax": '{"a":1}'}, {"tax": empty}, HOLD).tell == {"tax"}


def test_a_field_of_a_group_that_appears_after_an_upgrade_is_no_edit() -> None:
    was = {"name": {"name": "Acme"}}
    here = {"name": {"name": "Acme", "kind": "company"}}

    def upgraded(kind: str, name: str = "Acme") -> Reconciliation:
        return reconcile(Base(was, was), here, {"name": {"name": name, "kind": kind}}, HOLD)

    assert upgraded("") == Reconciliation(tell=frozenset({"name"}))
    assert upgraded("person") == upgraded("", "Other") == Reconciliation(held=frozenset({"name"}))
    assert upgraded("company", "Other") == Reconciliation(take=frozenset({"name"}))


def test_two_that_never_agreed_are_a_conflict_unless_one_value_is_empty() -> None:
    def met(here: str, there: str) -> Reconciliation:
        return reconcile(NO_BASE, {"city": here}, {"city": there}, HOLD)

    assert met("a", "b") == Reconciliation(held=CITY)
    assert met("a", "") == Reconciliation(tell=CITY)
    assert met("", "b") == Reconciliation(take=CITY)
    assert reconcile(NO_BASE, {"city": "a"}, {"city": ""}, THEIRS).take == CITY
    assert reconcile(NO_BASE, {"archived": True}, {"archived": False}, HOLD).tell == {"archived"}
    assert reconcile(NO_BASE, {DELETION: True}, {DELETION: False}, HOLD).held == {DELETION}


def test_members_of_a_family_that_two_sides_add_are_both_kept() -> None:
    base = Base({"contacts": True}, {"contacts": True})
    here = {"contacts": True, "contacts.ada": 1}
    there = {"contacts": True, "contacts.bo": 1}

    done = reconcile(base, here, there, HOLD)

    assert done == Reconciliation(take=frozenset({"contacts.bo"}), tell=frozenset({"contacts.ada"}))


def test_a_family_that_is_not_shown_loses_no_member() -> None:
    view = {"contacts": True, "contacts.ada": 1}

    assert reconcile(Base(view, view), view, {}, HOLD) == NOTHING


# Groups that no person fills in


def test_what_only_the_service_changes_is_always_taken_and_never_told() -> None:
    def moved(here: int, there: int) -> Reconciliation:
        base = Base({"money": 1}, {"money": 1})
        return reconcile(base, {"money": here}, {"money": there}, OURS)

    assert moved(1, 2) == moved(3, 2) == Reconciliation(take=frozenset({"money"}))
    assert moved(3, 1) == NOTHING


def test_an_amount_in_which_both_sides_differ_as_agreed_is_not_taken() -> None:
    base = Base({"money": 12}, {"money": 0})

    assert reconcile(base, {"money": 12}, {"money": 0}, HOLD) == NOTHING
    assert reconcile(base, {"money": 12}, {"money": 5}, HOLD).take == {"money"}


def test_an_order_is_no_conflict() -> None:
    base = Base({"order": "ab"}, {"order": "ab"})

    done = reconcile(base, {"order": "ba"}, {"order": "abc"}, HOLD)

    assert done == Reconciliation(tell=frozenset({"order"}))


def test_a_value_derived_from_another_field_gives_way() -> None:
    rules = Rules(GROUPS, None, CITY)

    assert decided("a", "b", "c", rules) == Reconciliation(take=CITY)
    assert decided("a", "b", "a", rules) == Reconciliation(tell=CITY)


# Deletions


def deleted(here: bool, there: bool, rules: Rules = HOLD, **edits: tuple[Any, Any]) -> Any:
    """Decide about a client that was there on both sides, with these other values of each."""
    was = dict.fromkeys(edits, 0)
    base = Base({DELETION: False, **was}, {DELETION: False, **was})
    ours = {name: values[0] for name, values in edits.items()}
    theirs = {name: values[1] for name, values in edits.items()}
    return reconcile(base, {DELETION: here, **ours}, {DELETION: there, **theirs}, rules)


GONE = frozenset({DELETION})


def test_a_deletion_alone_is_taken_or_told() -> None:
    assert deleted(here=True, there=False) == Reconciliation(tell=GONE)
    assert deleted(here=False, there=True) == Reconciliation(take=GONE)
    assert deleted(here=True, there=True) == NOTHING


def test_a_deletion_never_wins_over_an_edit_of_the_other_side() -> None:
    assert deleted(here=True, there=False, city=(0, 1)).held == {DELETION, "city"}
    assert deleted(here=False, there=True, city=(1, 0)).held == {DELETION, "city"}
    assert deleted(here=True, there=False, money=(0, 1)).held == frozenset()


def test_a_policy_decides_between_a_deletion_and_an_edit() -> None:
    done = deleted(here=False, there=True, rules=THEIRS, city=(1, 0))
    assert (DELETION in done.take, DELETION in done.overwritten) == (True, True)

    done = deleted(here=True, there=False, rules=OURS, city=(0, 1))
    assert DELETION in done.tell


# Laws

values = st.sampled_from(["", "a", "b", "c"])
views = st.fixed_dictionaries({"x": values, "y": values}, optional={"z": values}).map(
    lambda view: view | {"tags": True, **({"tags.t": 1} if view["x"] == "c" else {})}
)
bases = st.builds(Base, views, views) | st.just(NO_BASE)
rules_of = st.sampled_from([HOLD, OURS, THEIRS])


def carried_over(here: dict[str, Any], there: dict[str, Any], done: Reconciliation) -> Any:
    """Return both views when everything that is named has been done."""

    def with_groups(target: dict[str, Any], source: dict[str, Any], groups: Any) -> dict[str, Any]:
        kept = {group: value for group, value in target.items() if group not in groups}
        return kept | {group: source[group] for group in groups if group in source}

    return with_groups(here, there, done.take), with_groups(there, here, done.tell)


@given(bases, views, views, rules_of)
def test_no_value_that_a_person_entered_is_lost(
    base: Base, here: dict[str, Any], there: dict[str, Any], rules: Rules
) -> None:
    done = reconcile(base, here, there, rules)
    after_here, after_there = carried_over(here, there, done)

    for view, other, was in ((here, after_there, base.here), (there, after_here, base.there)):
        for group, value in view.items():
            is_edit = value not in {"", True, was.get(group)} and group in other
            if is_edit and group not in done.held | done.overwritten:
                assert other[group] == value or (base is not NO_BASE and group not in was)


@given(bases, views, views, rules_of)
def test_when_edits_stop_there_is_nothing_left_but_what_is_held(
    base: Base, here: dict[str, Any], there: dict[str, Any], rules: Rules
) -> None:
    done = reconcile(base, here, there, rules)
    after_here, after_there = carried_over(here, there, done)
    after = base_after(base, after_here, after_there, Reconciliation(held=done.held))

    again = reconcile(after, after_here, after_there, HOLD)

    assert again.take | again.tell <= done.held
    assert again.held <= done.held


@given(bases, views, views, rules_of)
def test_what_a_pull_leaves_to_the_push_is_told_by_it(
    base: Base, here: dict[str, Any], there: dict[str, Any], rules: Rules
) -> None:
    done = reconcile(base, here, there, rules)
    pulled, _ = carried_over(here, there, Reconciliation(take=done.take))
    after = base_after(base, pulled, there, done._replace(take=frozenset()))

    again = reconcile(after, pulled, there, HOLD)

    assert again.take == frozenset()
    assert again.tell - done.held == done.tell
    assert again.held <= done.held


@given(bases, views, views, rules_of)
def test_what_a_push_leaves_to_the_pull_is_taken_by_it(
    base: Base, here: dict[str, Any], there: dict[str, Any], rules: Rules
) -> None:
    done = reconcile(base, here, there, rules)
    _, told = carried_over(here, there, Reconciliation(tell=done.tell))
    after = base_after(base, here, told, done._replace(tell=frozenset()))

    again = reconcile(after, here, told, HOLD)

    assert again.tell == frozenset()
    assert again.take - done.held == done.take
    assert again.held <= done.held

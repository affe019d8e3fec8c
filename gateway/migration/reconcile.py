"""Decides, group by group, what two versions of a client make of each other. Pure.

The base is what each side showed when the two last agreed. A side has changed a group if it shows
another value than then: no clock decides that. For each group that both sides show:

| here      | there     | what is done                                              |
|-----------|-----------|-----------------------------------------------------------|
| same      | changed   | take it                                                   |
| changed   | same      | tell it                                                   |
| changed   | alike     | nothing                                                   |
| changed   | otherwise | a conflict: the winner's value, or each keeps its own     |
| deleted   | same      | tell the deletion                                         |
| deleted   | changed   | a conflict about the whole client                         |
| same      | deleted   | take the deletion                                         |
| changed   | deleted   | a conflict about the whole client                         |

A group that the base does not have was never agreed on, for example since an older server did not
show it. Then an empty value is no edit: the filled one is taken or told.
"""

import enum
from collections.abc import Container, Mapping, Set
from typing import Any, NamedTuple

from msgspec import UNSET

from dialects.base.migration.field_groups import FieldGroups, View, is_member, is_shown

DELETION = "is_deleted"
EMPTY_VALUES: tuple[Any, ...] = (None, "", [], {}, "[]", "{}", False)
"""Values that nobody has to enter: a client that is not archived is as it was made.

Of a field that is kept as JSON, an empty list and an empty object are such values too.
"""


Pair = tuple[Any, Any]
"""A value here and there."""


class Side(enum.Enum):
    """A side of a sync: the store, or the service. BOTH have changed one group."""

    HERE = "here"
    THERE = "there"
    BOTH = "both"


class Base(NamedTuple):
    """The views of both sides when they last agreed.

    The two can differ and still agree: a service may cut a text, and a number that is another
    client's here is replaced.
    """

    here: dict[str, Any]
    there: dict[str, Any]


NO_BASE = Base({}, {})
NO_GROUPS: frozenset[str] = frozenset()


class Reconciliation(NamedTuple):
    """What is to be done, by group.

    `take`: the store takes the value of the service. `tell`: the service is told the value here.
    `held`: both have changed, and nobody wins. `overwritten`: both have changed, and one value is
    lost; the group is in `take` or in `tell` as well.
    """

    take: frozenset[str] = NO_GROUPS
    tell: frozenset[str] = NO_GROUPS
    held: frozenset[str] = NO_GROUPS
    overwritten: frozenset[str] = NO_GROUPS

    @property
    def groups(self) -> frozenset[str]:
        """All groups that are named."""
        return self.take | self.tell | self.held


NOTHING = Reconciliation()


class Rules(NamedTuple):
    """How conflicts are decided.

    `winner` is whose value counts, None for nobody's. Where our value is `derived` from another
    field, nobody has entered it, so it never stands against theirs.
    """

    groups: FieldGroups
    winner: Side | None = None
    derived: frozenset[str] = NO_GROUPS


def reconcile(base: Base, here: View, there: View, rules: Rules) -> Reconciliation:
    """Decide what is to be done."""
    shown = {
        group: (here.get(group), there.get(group))
        for group in sorted({**here, **there, **base.here, **base.there})
        if is_shown(group, here) and is_shown(group, there)
    }
    changed = {
        group: side
        for group, values in shown.items()
        if (side := changed_side(group, base, values, rules)) is not None
    }
    if DELETION in changed:
        return decide_deletion(changed, here, rules)
    return decide_conflicts(changed, rules.winner)


def changed_side(group: str, base: Base, values: tuple[Any, Any], rules: Rules) -> Side | None:
    """Return which side has changed a group, None if there is nothing to do.

    `values` are those here and there.
    """
    if values[0] == values[1]:
        return None
    side = side_since(group, base, values, rules.winner)
    if side is not None and rules.groups.is_read_only(group):
        return None if side is Side.HERE and is_shown(group, base.there) else Side.THERE
    if side is Side.BOTH and group in rules.derived:
        return Side.THERE
    return Side.HERE if side is Side.BOTH and rules.groups.is_quiet(group) else side


def side_since(group: str, base: Base, values: tuple[Any, Any], winner: Side | None) -> Side | None:
    """Return which side has changed a group since the base, None for neither."""
    ours, theirs = values
    if base is NO_BASE and winner is not None:
        return Side.BOTH
    was_here, was_there = value_in(base.here, group), value_in(base.there, group)
    if UNSET in (was_here, was_there):
        if group == DELETION:
            return Side.BOTH
        return side_of_new_group(ours, theirs, was_here, was_there)
    if all(isinstance(value, dict) for value in (ours, theirs, was_here, was_there)):
        return side_of_fields((ours, theirs), (was_here, was_there))
    return side_of_values((ours, theirs), (was_here, was_there))


def side_of_fields(values: Pair, were: Pair) -> Side | None:
    """Return which side has changed a group of several fields.

    A field that one side did not show when they agreed is new, as a group can be.
    """
    known = were[0].keys() & were[1].keys()
    ours, theirs, was_here, was_there = (only(one, known) for one in (*values, *were))
    old = side_of_values((ours, theirs), (was_here, was_there))
    new = {**values[0], **values[1]}.keys() - known
    ours, theirs = only(values[0], new), only(values[1], new)
    added = None if ours == theirs else side_of_new_group(ours, theirs, UNSET, UNSET)
    sides = {side for side in (old, added) if side is not None}
    return Side.BOTH if len(sides) > 1 else next(iter(sides), None)


def only(value: dict[str, Any], names: Container[str]) -> dict[str, Any]:
    return {name: one for name, one in value.items() if name in names}


def side_of_values(values: Pair, were: Pair) -> Side | None:
    """Return which side shows another value than when both agreed."""
    (ours, theirs), (was_here, was_there) = values, were
    if ours != was_here and theirs != was_there:
        return Side.BOTH
    if ours != was_here:
        return Side.HERE
    return Side.THERE if theirs != was_there else None


def side_of_new_group(ours: Any, theirs: Any, was_here: Any, was_there: Any) -> Side:
    """Return which side counts as changed where the two have never agreed on a group.

    An empty value is no edit; nor is one that is as it was before the other side showed the group.
    """
    if says_nothing_against(theirs, ours):
        return Side.HERE
    if says_nothing_against(ours, theirs) or ours == was_here:
        return Side.THERE
    return Side.HERE if theirs == was_there else Side.BOTH


def says_nothing_against(one: Any, other: Any) -> bool:
    """Whether a value is empty wherever it differs from another one."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return one in EMPTY_VALUES
    names = {name for name in {**one, **other} if one.get(name) != other.get(name)}
    return all(one.get(name) in EMPTY_VALUES for name in names)


def groups_of(changed: Mapping[str, Side], *sides: Side) -> frozenset[str]:
    return frozenset(group for group, side in changed.items() if side in sides)


def decide_conflicts(changed: Mapping[str, Side], winner: Side | None) -> Reconciliation:
    """Return what is to be done where no side has deleted the client."""
    take, tell = groups_of(changed, Side.THERE), groups_of(changed, Side.HERE)
    conflicts = groups_of(changed, Side.BOTH)
    match winner:
        case Side.HERE:
            return Reconciliation(take=take, tell=tell | conflicts, overwritten=conflicts)
        case Side.THERE:
            return Reconciliation(take=take | conflicts, tell=tell, overwritten=conflicts)
        case _:
            return Reconciliation(take=take, tell=tell, held=conflicts)


def decide_deletion(changed: Mapping[str, Side], here: View, rules: Rules) -> Reconciliation:
    """Return what is to be done where one side has deleted the client.

    It is a conflict if the other side has changed anything: then nothing is exchanged until
    somebody decides.
    """
    editor = Side.THERE if here[DELETION] else Side.HERE
    edits = real_edits(groups_of(changed, editor, Side.BOTH), rules.groups)
    if not edits and changed[DELETION] is not Side.BOTH:
        return decide_conflicts(changed, rules.winner)
    if rules.winner is None:
        return Reconciliation(held=frozenset(changed))
    return decide_conflicts({**changed, DELETION: Side.BOTH}, rules.winner)


def real_edits(changed: Set[str], groups: FieldGroups) -> frozenset[str]:
    """Return the groups that a person has changed: a balance moves by itself."""
    return frozenset(
        group
        for group in changed
        if group != DELETION and not groups.is_read_only(group) and not groups.is_quiet(group)
    )


def base_after(base: Base, here: View, there: View, pending: Reconciliation) -> Base:
    """Return the base after a sync that left some groups to be taken, told or decided.

    `here` and `there` are the views afterwards. A group that is not pending is agreed on. Of one
    that is pending the base says so: the side that waits differs from it, the other one does not.
    """
    views: Base = Base({}, {})
    for group in {**here, **there, **base.here, **base.there}:
        ours, theirs = value_in(here, group), value_in(there, group)
        known = (value_in(base.here, group), value_in(base.there, group))
        if group in pending.held or (UNSET in (ours, theirs) and UNSET not in known):
            agreed = known
        elif group in pending.tell:
            agreed = (theirs if known[0] in (ours, UNSET) else known[0], theirs)
        elif group in pending.take:
            agreed = (ours, ours if known[1] in (theirs, UNSET) else known[1])
        else:
            agreed = (ours, theirs)
        for view, value in zip(views, agreed, strict=True):
            if value is not UNSET and not (value is None and is_member(group)):
                view[group] = value
    return views


def value_in(view: View, group: str) -> Any:
    """Return the value of a group, UNSET if the view does not show it."""
    return view.get(group) if is_shown(group, view) else UNSET

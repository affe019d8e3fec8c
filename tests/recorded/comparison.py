"""Comparison of an answer of the original with ours, blind to what differs between any two servers.

- Ids: one original id stands for one id of ours, table by table, whatever its letters.
- Moments: 0 or not, and their order within an answer.
- Random texts: present or not.
- Numbers that the server gives: both given by the server.
- Contacts of equal rank, and rows of a list that the request did not sort: in any order.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

MOMENTS = frozenset({"created_at", "updated_at", "archived_at", "last_login", "deleted_at"})
RANDOM_TEXTS = frozenset(
    {
        "client_hash",
        "contact_key",
        "link",
        "hash",
        "url",
        "preview",
        "company_logo",
    }
)
REFERENCES = {
    "user_id": "user",
    "assigned_user_id": "user",
    "group_settings_id": "group",
    "client_id": "client",
}
MARKS = {
    "client_hash": "client",
    "contact_key": "contact",
    "disk": "document",
    "target_url": "webhook",
    "settings": "group",
}
"""The key by which an object shows its table. A client has settings too: the first key counts."""
SERVER_NUMBER = re.compile("[0-9]{4,}")


class Difference(NamedTuple):
    """A place of an answer, with the original's value and ours."""

    place: str
    original: Any
    ours: Any


class Absent:
    """A key that is not there."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = Absent()


class Comparison:
    """The pairs of ids and numbers that are known so far; every answer adds some."""

    def __init__(self) -> None:
        self._pairs: dict[str, dict[str, str]] = {}
        self._ours: dict[str, set[str]] = {}

    def compare(
        self, original: Any, ours: Any, place: str = "", *, is_sorted: bool = False
    ) -> Iterator[Difference]:
        match original, ours:
            case dict(), dict():
                yield from self._compare_objects(original, ours, place, is_sorted=is_sorted)
            case list(), list():
                yield from self._compare_lists(original, ours, place, is_sorted=is_sorted)
            case _:
                if type(original) is not type(ours) or original != ours:
                    yield Difference(place, original, ours)

    def _compare_objects(
        self, original: dict[str, Any], ours: dict[str, Any], place: str, *, is_sorted: bool
    ) -> Iterator[Difference]:
        table = table_of(original)
        for key in [*original, *(k for k in ours if k not in original)]:
            left, right = original.get(key, ABSENT), ours.get(key, ABSENT)
            where = f"{place}.{key}" if place else key
            if left is ABSENT or right is ABSENT:
                yield Difference(where, left, right)
            elif not self._are_alike(key, left, right, table):
                yield from self.compare(left, right, where, is_sorted=is_sorted)
        if not has_same_order(original, ours):
            yield Difference(f"{place}.updated_at", "later than created_at", "not later")

    def _are_alike(self, key: str, original: Any, ours: Any, table: str) -> bool:
        """Whether two values differ only in what differs between any two servers."""
        if key in MOMENTS and isinstance(original, int) and isinstance(ours, int):
            return bool(original) == bool(ours)
        if not (isinstance(original, str) and isinstance(ours, str)):
            return False
        if key in RANDOM_TEXTS:
            return bool(original) == bool(ours)
        if key == "number" and table == "client":
            are_given = SERVER_NUMBER.fullmatch(original) and SERVER_NUMBER.fullmatch(ours)
            return bool(are_given) and self._pair("number", original, ours)
        name = table if key == "id" else REFERENCES.get(key, "")
        return bool(name and original and ours) and self._pair(name, original, ours)

    def our_id(self, table: str, original: str) -> str:
        """Return our id for one of the original's; empty if it has not been met."""
        return self._pairs.get(table, {}).get(original, "")

    def _pair(self, table: str, original: str, ours: str) -> bool:
        pairs = self._pairs.setdefault(table, {})
        taken = self._ours.setdefault(table, set())
        if original not in pairs and ours not in taken:
            pairs[original] = ours
            taken.add(ours)
        return pairs.get(original) == ours

    def _compare_lists(
        self, original: list[Any], ours: list[Any], place: str, *, is_sorted: bool
    ) -> Iterator[Difference]:
        if len(original) != len(ours):
            yield Difference(f"{place}.length", len(original), len(ours))
            return
        ours = ours if is_sorted and place == "data" else self.aligned_list(original, ours)
        for left, right in zip(original, ours, strict=True):
            yield from self.compare(left, right, f"{place}[]")

    def aligned_list(self, original: list[Any], ours: list[Any]) -> list[Any]:
        """Our elements in the original's order: by ids that are known, else by likeness."""
        if not all(isinstance(one, dict) and "id" in one for one in (*original, *ours)):
            return ours
        if len(original) != len(ours):
            return ours
        table = table_of(original[0]) if original else ""
        known = self._pairs.get(table, {})
        rest, placed = list(ours), {}
        for n, one in enumerate(original):
            match = next((o for o in rest if o["id"] == known.get(one["id"])), None)
            if match is not None:
                placed[n] = match
                rest.remove(match)
        taken = self._ours.get(table, set())
        for n, one in enumerate(original):
            if n not in placed:
                fresh = [o for o in rest if o["id"] not in taken] or rest
                best = max(fresh, key=lambda o, one=one: likeness(one, o))
                placed[n] = best
                rest.remove(best)
        return [placed[n] for n in range(len(original))]

    def aligned(self, original: Any, ours: Any) -> Any:
        """Our answer with its lists in the original's order, for what is kept by its place."""
        match original, ours:
            case dict(), dict():
                return {
                    key: self.aligned(original[key], value) if key in original else value
                    for key, value in ours.items()
                }
            case list(), list() if len(original) == len(ours):
                pairs = zip(original, self.aligned_list(original, ours), strict=True)
                return [self.aligned(*pair) for pair in pairs]
            case _:
                return ours


def table_of(value: dict[str, Any]) -> str:
    return next((table for mark, table in MARKS.items() if mark in value), "other")


def likeness(one: dict[str, Any], other: dict[str, Any]) -> int:
    """How many keys have the same value in both."""
    return sum(key in other and other[key] == value for key, value in one.items())


def has_same_order(original: dict[str, Any], ours: dict[str, Any]) -> bool:
    """Whether ours was changed after its creation, if the original's was: by whole seconds."""
    keys = ("created_at", "updated_at")
    left, right = [original.get(k) for k in keys], [ours.get(k) for k in keys]
    if not all(isinstance(moment, int) for moment in (*left, *right)):
        return True
    return not (left[0] < left[1] and right[0] > right[1])

"""The gateway answers as the original answered, but for the departures that docs/ninja.md names."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.recorded.comparison import ABSENT, Comparison, Difference
from tests.recorded.departures import Pattern, departures, explain
from tests.recorded.in_process import new_gateway
from tests.recorded.replay import FILES, Asked, read_lines, walk_of
from tests.recorded.typed_replay import TypedReplay, recorded_types
from tests.support.databases import Databases

SHOWN = {
    "walks-fair, even": "a b d o rg",
    "walks-fair, odd": "a b d o rg",
    "walks-plain": "a b c g o ra wb",
    "walks-odd": "a b c d g i k m o p ra wb wd wf",
    "writing": (
        "a b c d e g h i k l m n o p q s v ra rb ri rj rk rl rm rn ro rp rq rr wa wb wc "
        "wd we wf wg wh wi wj wk wm wn"
    ),
    "reading": "a b c i k l m n o q s u y ra rb rc rd re rf rg ri rj rk rl rm rn ro rp rr wi",
}
"""The departures that show in the answers of each file: alone they explain some difference.

The largest file is asked in two parts, so that two processes share it.
"""
MIN_ASKED = {
    "walks-fair, even": 1190,
    "walks-fair, odd": 1180,
    "walks-plain": 790,
    "walks-odd": 570,
    "writing": 680,
    "reading": 950,
}
"""Requests that must be asked: walks may not end early where we have departed."""
ON_POSTGRESQL = SHOWN if "CAMPAIGN" in os.environ else ("walks-fair, odd", "writing", "reading")
"""In the suite SQLite is asked everything, PostgreSQL half of the requests."""
ASKED = [("sqlite", part) for part in SHOWN] + [("postgresql", part) for part in ON_POSTGRESQL]


@pytest.fixture
def replay(databases: Databases, tmp_path: Path) -> Iterator[TypedReplay]:
    with databases.database() as url, new_gateway(tmp_path, url) as replay:
        yield TypedReplay(replay, recorded_types())


def lines_of(part: str) -> list[dict[str, Any]]:
    file, _, half = part.partition(", ")
    lines = read_lines(file)
    return [line for line in lines if not half or int(walk_of(line)) % 2 == (half == "odd")]


@pytest.mark.parametrize(("databases", "part"), ASKED, indirect=["databases"])
def test_every_difference_has_a_reason_and_a_typed_client_reads_our_answers(
    replay: TypedReplay, part: str
) -> None:
    """One test for both: asking takes most of its time."""
    asked = list(replay.run(lines_of(part)))

    found = [(one, each, explain(one, each)) for one in asked for each in one.differences]
    assert [(one.line["name"], each) for one, each, letters in found if not letters] == []
    alone = (letters for _, _, letters in found if len(letters) == 1)
    assert set().union(*alone) == set(SHOWN[part].split())
    assert len(asked) >= MIN_ASKED[part]
    assert replay.violations == []
    assert replay.read_answers > len(asked) / 2


def test_every_reason_is_used() -> None:
    with_patterns = {departure.letters for departure in departures() if departure.patterns}

    assert with_patterns == {letters for shown in SHOWN.values() for letters in shown.split()}


def asked(path: str, method: str = "GET", **sent: object) -> Asked:
    return Asked({"method": method, "path": path, **sent}, 200, ())


@pytest.mark.parametrize(
    ("pattern", "request_", "difference", "explains"),
    [
        ("data.a", asked("/x"), Difference("data.a", 1, 2), True),
        ("data.a", asked("/x"), Difference("data.ab", 1, 2), False),
        ("*.a", asked("/x"), Difference("data[].a", 1, 2), True),
        ('a " " → ""', asked("/x"), Difference("a", " ", ""), True),
        ('a " " → ""', asked("/x"), Difference("a", " ", "x"), False),
        ("a * → absent", asked("/x"), Difference("a", 1, ABSENT), True),
        ("a number → text", asked("/x"), Difference("a", 1.5, "1.5"), True),
        ("a number → text", asked("/x"), Difference("a", True, "1"), False),
        ("a flag → text", asked("/x"), Difference("a", True, "1"), True),
        ("PUT * : a", asked("/x"), Difference("a", 1, 2), False),
        ("GET|PUT /x* : a", asked("/x?y"), Difference("a", 1, 2), True),
        ("GET /x : a", asked("/x?y"), Difference("a", 1, 2), False),
        ("* with 'b' : a", asked("/x", json={"b": 1}), Difference("a", 1, 2), True),
        ("* without 'b' : a", asked("/x", json={"b": 1}), Difference("a", 1, 2), False),
    ],
)
def test_a_pattern_explains_what_it_names_and_nothing_else(
    pattern: str, request_: Asked, difference: Difference, *, explains: bool
) -> None:
    assert Pattern.parse(pattern).explains(request_, difference) is explains


@pytest.mark.parametrize("text", ["put /x : a", "* when 'b' : a"])
def test_a_pattern_that_cannot_be_read_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"a$"):
        Pattern.parse(text)


CLIENT = {"id": "a", "client_hash": "x", "number": "0001", "updated_at": 5, "created_at": 5}


def test_ids_random_texts_and_moments_are_alike_whatever_they_are() -> None:
    ours = {"id": "q", "client_hash": "y", "number": "0007", "updated_at": 9, "created_at": 8}

    assert list(Comparison().compare(CLIENT, ours)) == []


@pytest.mark.parametrize(
    "ours",
    [
        CLIENT | {"client_hash": ""},
        CLIENT | {"number": "A-1"},
        CLIENT | {"updated_at": 0},
        CLIENT | {"name": "Acme"},
        {k: v for k, v in CLIENT.items() if k != "number"},
    ],
)
def test_a_text_that_is_missing_or_of_another_kind_is_a_difference(ours: dict) -> None:
    assert len(list(Comparison().compare(CLIENT, ours))) == 1


def test_one_id_stands_for_one_id() -> None:
    comparison = Comparison()
    list(comparison.compare(CLIENT, CLIENT | {"id": "q"}))

    again = list(comparison.compare(CLIENT, CLIENT | {"id": "r"}))
    other = list(comparison.compare(CLIENT | {"id": "b"}, CLIENT | {"id": "q"}))

    assert [one.place for one in (*again, *other)] == ["id", "id"]


def test_true_is_not_one_and_an_object_is_not_a_list() -> None:
    found = list(Comparison().compare({"a": True, "b": {}}, {"a": 1, "b": []}))

    assert [(one.original, one.ours) for one in found] == [(True, 1), ({}, [])]


def test_a_key_that_is_not_there_is_named() -> None:
    assert next(Comparison().compare({"a": 1}, {})).ours is ABSENT


def test_the_recordings_are_whole() -> None:
    assert sum(len(read_lines(name)) for name in FILES) == 5721

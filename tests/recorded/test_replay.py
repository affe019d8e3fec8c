"""The gateway answers as the original answered, but for the departures that have a reason."""

from pathlib import Path

import pytest

from tests.recorded.comparison import ABSENT, Comparison
from tests.recorded.departures import DEPARTURES, explanation
from tests.recorded.in_process import new_gateway
from tests.recorded.replay import read_lines


def test_every_difference_of_the_fair_walks_has_a_reason_and_every_reason_is_used(
    tmp_path: Path,
) -> None:
    """One test for all of it: asking takes most of its time."""
    with new_gateway(tmp_path) as replay:
        asked = list(replay.run(read_lines("walks-fair")))

    reasons = [(one, explanation(one)) for one in asked if one.differences]
    unexplained = [(one.line["name"], one.differences[:3]) for one, why in reasons if why is None]
    assert unexplained == []
    assert {why.letter for _, why in reasons if why} == {d.letter for d in DEPARTURES}
    assert len(asked) > 2300


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


def test_the_recordings_are_whole(tmp_path: Path) -> None:
    files = ("writing", "reading", "walks-fair", "walks-plain", "walks-odd")

    assert sum(len(read_lines(name)) for name in files) == 5721

"""Ids and moments, read and written by pure functions."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from dialects.planado.protocol.scalars import read_key, read_moment, write_moment

WRITTEN = {
    "2016-05-29T17:31:01.419601Z": datetime(2016, 5, 29, 17, 31, 1, 419601, tzinfo=UTC),
    "2023-02-14T08:05:09.705380Z": datetime(2023, 2, 14, 8, 5, 9, 705380, tzinfo=UTC),
    "2020-01-01T00:00:00.000000Z": datetime(2020, 1, 1, tzinfo=UTC),
    "1969-12-31T23:59:59.000001Z": datetime(1969, 12, 31, 23, 59, 59, 1, tzinfo=UTC),
}


@pytest.mark.parametrize(("text", "moment"), WRITTEN.items())
def test_a_moment_is_written_with_six_digits_and_read_back(text, moment):
    assert write_moment(moment) == text
    assert read_moment(text) == moment


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2016-06-07T10:30:10Z", "2016-06-07T10:30:10.000000Z"),
        ("2016-06-07T10:30:10.5Z", "2016-06-07T10:30:10.500000Z"),
        ("2016-06-07T10:30:10.000001Z", "2016-06-07T10:30:10.000001Z"),
        ("2016-06-07T13:30:10+03:00", "2016-06-07T10:30:10.000000Z"),
        ("2016-06-07T13:30:10 03:00", "2016-06-07T10:30:10.000000Z"),
        ("2016-06-07T04:15:10.25-06:15", "2016-06-07T10:30:10.250000Z"),
        ("2016-06-07T10:30:10", "2016-06-07T10:30:10.000000Z"),
        ("2016-06-07", "2016-06-07T00:00:00.000000Z"),
        ("2016-06-07T00:30:00+01:00", "2016-06-06T23:30:00.000000Z"),
    ],
)
def test_a_filter_may_spell_its_moment_in_many_ways(text, same):
    moment = read_moment(text)

    assert write_moment(moment) == same


def test_digits_beyond_microseconds_are_cut_or_rounded_up_as_the_bound_needs():
    text = "2016-06-07T10:30:10.0000014999Z"

    assert write_moment(read_moment(text)).endswith("10.000001Z")
    assert write_moment(read_moment(text, round_up=True)).endswith("10.000002Z")


def test_nothing_is_rounded_up_where_nothing_is_cut():
    text = "2016-06-07T10:30:10.000001000Z"

    assert write_moment(read_moment(text, round_up=True)).endswith("10.000001Z")


REFUSED_MOMENTS = [
    "yesterday",
    "1465295410",
    "2016-06",
    "2016-06-07T",
    "2016-06-07T25:00:00Z",
    "2016-06-07T10:61:00Z",
    "2016-06-07T10:30:60Z",
    "2016-02-30",
    "2016-6-7",
    "2020-W01-1",
    "10000-01-01T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "2016-06-07T10:30:10+25:00",
    "2016-06-07T10:30:10Z trailing",
    "2016-06-07T10:30:10Z\n",
    "\uff12016-06-07T10:30:10Z",
]


@pytest.mark.parametrize("text", REFUSED_MOMENTS)
def test_anything_else_is_no_moment(text):
    with pytest.raises(ValueError):  # noqa: PT011  the sentence is nobody's contract
        read_moment(text)


@pytest.mark.parametrize(
    "text",
    [
        "50c773b3-a4f8-5619-be47-cb6a0edb22cc",
        "137ea8b4-a616-6c80-40fa-0123456789ab",
        "137EAFEB-15D1-6480-022B-0123456789AB",
        "00000000-0000-0000-0000-000000000000",
    ],
)
def test_a_key_of_the_dashed_shape_may_be_a_uuid_of_any_version(text):
    key = read_key(text)

    assert key.uuid == UUID(text)
    assert key.external_id == text


@pytest.mark.parametrize(
    "text",
    [
        "42",
        "423430387320568-acme",
        "50c773b3a4f85619be47cb6a0edb22cc",
        "d41d8cd98f00b204e9800998ecf8427",
        "{50c773b3-a4f8-5619-be47-cb6a0edb22cc}",
        "urn:uuid:50c773b3-a4f8-5619-be47-cb6a0edb22cc",
        "50c773b-3a4f8-5619-be47-cb6a0edb22cc",
        "50c773b3-a4f8-5619-be47-cb6a0edb22c",
        "50c773b3-a4f8-5619-be47-cb6a0edb22cc ",
        "50c773b3-a4f8-5619-be47-cb6a0edb22cg",
        "\uff150c773b3-a4f8-5619-be47-cb6a0edb22cc",
    ],
)
def test_a_key_of_any_other_shape_is_an_external_id_only(text):
    key = read_key(text)

    assert key.uuid is None
    assert key.external_id == text

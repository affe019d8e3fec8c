"""List filters by the time of the last change: strict bounds, their spellings, and edge values."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from tests.dialects.planado.answer_checks import error_at
from tests.dialects.planado.protocol.test_scalars import REFUSED_MOMENTS

AT = datetime(2016, 6, 7, 10, 30, 10, tzinfo=UTC)


@pytest.fixture
def three(planado, clock):
    """Three clients, changed at 10:30:10 sharp and one and two microseconds later."""
    clock.stop(AT)
    for name in ("sharp", "+1", "+2"):
        planado.created(organization=True, organization_name=name)
        clock.tick(microseconds=1)
    return planado


def names_in_answer(answer):
    assert answer.status_code == 200, answer.text
    return [client["name"] for client in answer.json()["clients"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("updated_at[after]=2016-06-07T10:30:10Z", ["+2", "+1"]),
        ("updated_at[after]=2016-06-07T10:30:10.000000Z", ["+2", "+1"]),
        ("updated_at[after]=2016-06-07T10:30:10.000001Z", ["+2"]),
        ("updated_at[after]=2016-06-07T10:30:10.000002Z", []),
        ("updated_at[after]=2016-06-07T10:30:09.999999Z", ["+2", "+1", "sharp"]),
        ("updated_at[before]=2016-06-07T10:30:10Z", []),
        ("updated_at[before]=2016-06-07T10:30:10.000001Z", ["sharp"]),
        ("updated_at[before]=2016-06-07T10:30:10.000002Z", ["+1", "sharp"]),
        ("updated_at[before]=2016-06-07T10:30:11Z", ["+2", "+1", "sharp"]),
    ],
)
def test_bounds_are_strict_to_the_microsecond(three, query, found):
    assert names_in_answer(three.get(f"/clients?{query}")) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("updated_at[after]=2016-06-07T10:30:10.0000005Z", ["+2", "+1"]),
        ("updated_at[after]=2016-06-07T10:30:10.000000999999999Z", ["+2", "+1"]),
        ("updated_at[after]=2016-06-07T10:30:10.000001000000Z", ["+2"]),
        ("updated_at[before]=2016-06-07T10:30:10.0000005Z", ["sharp"]),
        ("updated_at[before]=2016-06-07T10:30:10.0000010001Z", ["+1", "sharp"]),
        ("updated_at[before]=2016-06-07T10:30:10.0000010000Z", ["sharp"]),
    ],
)
def test_bounds_finer_than_a_microsecond_are_still_exact(three, query, found):
    assert names_in_answer(three.get(f"/clients?{query}")) == found


SPELLINGS = [
    "2016-06-07T10:30:10Z",
    "2016-06-07T10:30:10.0Z",
    "2016-06-07T10:30:10.000000000Z",
    "2016-06-07T10:30:10+00:00",
    "2016-06-07T13:30:10+03:00",
    "2016-06-07T13:30:10%2B03:00",
    "2016-06-07T13%3A30%3A10%2B03%3A00",
    "2016-06-07T05:00:10-05:30",
    "2016-06-07T10:30:10",
]


@pytest.mark.parametrize("text", SPELLINGS)
def test_a_moment_may_be_spelled_in_many_ways(three, text):
    assert names_in_answer(three.get(f"/clients?updated_at[after]={text}")) == ["+2", "+1"]


def test_a_date_is_its_midnight_in_utc(planado, clock):
    clock.stop(datetime(2016, 6, 7, tzinfo=UTC))
    planado.created(organization=True, organization_name="midnight")

    assert names_in_answer(planado.get("/clients?updated_at[after]=2016-06-07")) == []
    assert names_in_answer(planado.get("/clients?updated_at[after]=2016-06-06")) == ["midnight"]
    assert names_in_answer(planado.get("/clients?updated_at[before]=2016-06-08")) == ["midnight"]


@pytest.mark.parametrize(
    "key", ["updated_at[after]", "updated_at%5Bafter%5D", "updated_at%5bafter]"]
)
def test_brackets_may_be_raw_or_encoded(three, key):
    assert names_in_answer(three.get(f"/clients?{key}=2016-06-07T10:30:10.000001Z")) == ["+2"]


@pytest.mark.parametrize("text", [*REFUSED_MOMENTS, ""])
def test_anything_else_is_refused(planado, text):
    for bound in ("after", "before"):
        answer = planado.get(f"/clients?updated_at[{bound}]={quote(text)}")

        assert error_at(answer, "updated_at")


@pytest.mark.parametrize("query", ["updated_at=2016-06-07T10:30:10Z", "updated_at=", "updated_at"])
def test_the_bare_key_is_refused(planado, query):
    assert error_at(planado.get(f"/clients?{query}"), "updated_at")


@pytest.mark.parametrize(
    "text", ["9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.9999999Z", "0001-01-01"]
)
@pytest.mark.parametrize("bound", ["after", "before"])
def test_the_ends_of_time_break_nothing(three, bound, text):
    answer = three.get(f"/clients?updated_at[{bound}]={text}")

    everything = text.startswith("9999") == (bound == "before")
    assert names_in_answer(answer) == (["+2", "+1", "sharp"] if everything else [])


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00%2B01:00", "9999-12-31T23:59:59-01:00"])
def test_a_moment_beyond_the_ends_of_time_is_answered(planado, text):
    assert planado.get(f"/clients?updated_at[after]={text}").status_code in {200, 422}


def test_both_bounds_combine(three):
    query = "updated_at[after]=2016-06-07T10:30:10Z&updated_at[before]=2016-06-07T10:30:10.000002Z"

    assert names_in_answer(three.get(f"/clients?{query}")) == ["+1"]


def test_a_filter_combines_with_a_cursor_and_a_limit(three):
    query = "updated_at[after]=2016-06-07T10:30:09Z&limit=1"
    first = three.listed(query)

    second = three.listed(f"{query}&after={first[0]['uuid']}")

    assert [client["name"] for client in first + second] == ["+2", "+1"]


def test_a_cursor_need_not_pass_the_filter_itself(three):
    newest = three.listed("limit=1")[0]["uuid"]

    found = three.get(f"/clients?after={newest}&updated_at[before]=2016-06-07T10:30:10.000001Z")

    assert names_in_answer(found) == ["sharp"]


def test_a_filtered_list_stays_newest_created_first(three, clock):
    oldest = three.listed()[-1]["uuid"]
    clock.tick(hours=1)
    three.patch(oldest, {"organization_name": "sharp, changed last"})

    found = three.get("/clients?updated_at[after]=2016-06-07T10:30:10Z")

    assert names_in_answer(found) == ["+2", "+1", "sharp, changed last"]


def test_of_a_repeated_bound_the_last_one_counts(three):
    query = "updated_at[after]=nonsense&updated_at[after]=2016-06-07T10:30:10.000001Z"

    assert names_in_answer(three.get(f"/clients?{query}")) == ["+2"]


def test_a_change_through_the_other_api_shows_in_the_filter(three, clock, ninja):
    since = clock.now.isoformat().replace("+00:00", "Z")
    clock.tick(seconds=1)
    client = next(c for c in ninja.listed() if c["name"] == "sharp")
    ninja.put(client["id"], {"private_notes": "called"})

    assert names_in_answer(three.get(f"/clients?updated_at[after]={since}")) == ["sharp"]

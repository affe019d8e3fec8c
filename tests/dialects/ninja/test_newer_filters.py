"""The filters that newer servers know: parts of texts, comma lists, spans of time."""

import pytest


@pytest.fixture
def three(ninja):
    group = ninja.post("/group_settings", json={"name": "Gold"}).json()["data"]["id"]
    ninja.created(
        name="One",
        custom_value1="Very Important",
        vat_number="DE 123",
        country_id="276",
        industry_id="3",
        classification="business",
        group_settings_id=group,
        assigned_user_id="Wpmbk5ezJn",
    )
    ninja.created(name="Two", country_id="724", industry_id="4", size_id="2", custom_value4="x_y")
    ninja.created(name="Three", classification="individual")
    return group


FOUND = [
    ("custom_value1=IMPORT", ["One"]),
    ("custom_value4=_", ["Two"]),
    ("custom_value4=%25", []),
    ("vat_number=de+1", ["One"]),
    ("country_id=276", ["One"]),
    ("country_id=276,724", ["One", "Two"]),
    ("country_id=999", []),
    ("country_id=x", []),
    ("industry_id=4,3", ["One", "Two"]),
    ("size_id=2", ["Two"]),
    ("classification=business,individual", ["One", "Three"]),
    ("assigned_user_ids=Wpmbk5ezJn", ["One"]),
    ("assigned_user_ids=nonsense", []),
    ("created_between=0,9999999999", ["One", "Two", "Three"]),
    ("created_between=0,1", []),
    ("updated_between=2020-01-01,2021-01-01T00:00:00Z", []),
    ("updated_between=0", ["One", "Two", "Three"]),
    ("country_id=276&industry_id=4", []),
    ("country_id=", ["One", "Two", "Three"]),
]


@pytest.mark.parametrize(("query", "names"), FOUND)
def test_a_newer_filter_finds(ninja, three, query, names):
    assert [c["name"] for c in ninja.listed(query)] == names


@pytest.mark.parametrize("name", ["group", "group_settings_id"])
def test_clients_of_a_group_are_found(ninja, three, name):
    assert [c["name"] for c in ninja.listed(f"{name}={three}")] == ["One"]


def test_both_ends_of_a_span_are_in_it(ninja):
    made = ninja.created(name="Acme")
    second = made["created_at"]

    assert ninja.listed(f"created_between={second},{second + 1}")
    assert not ninja.listed(f"created_between={second + 1},{second + 2}")

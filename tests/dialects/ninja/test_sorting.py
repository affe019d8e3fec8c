"""The order of the list."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.dialects.ninja.asking import found, imported


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name|asc", "A b C"),
        ("name|desc", "C b A"),
        ("name|sideways", "C b A"),
        ("name|ASC", "C b A"),
        ("display_name|asc", "A b C"),
        ("city|asc", "C A b"),
        ("balance|asc", "A C b"),
        ("balance|desc", "b C A"),
        ("created_at|asc", "A b C"),
        ("created_at|desc", "C b A"),
        ("id|desc", "A C b"),
        ("id|asc", "b C A"),
    ],
)
def test_clients_are_sorted_by(ninja, store, account, sort, order):
    for name, balance, city, day in [("b", 100, "Z", 2), ("C", 20, "X", 3), ("A", -3, "Y", 1)]:
        fields = {"balance": Decimal(balance), "created_at": datetime(2024, 1, day, tzinfo=UTC)}
        imported(store, account, name, city=city, **fields)

    assert found(ninja, sort=sort) == order.split()


@pytest.mark.parametrize("sort", ["", "name", "name|asc|desc", "|", "documents|desc"])
def test_what_is_no_sorting_is_ignored(ninja, sort):
    for name in "BCA":
        ninja.created(name=name)

    assert found(ninja, sort=sort) == ["B", "C", "A"]


def test_another_way_of_naming_the_direction_is_ignored(ninja):
    for name in "BCA":
        ninja.created(name=name)

    assert found(ninja, sort="name", sort_dir="asc") == ["B", "C", "A"]


@pytest.mark.parametrize(("direction", "step"), [("asc", 1), ("desc", -1)])
def test_numbers_are_sorted_by_the_value_of_their_digits(ninja, direction, step):
    for number in ["INV-10", "9", "0100", "INV-2"]:
        ninja.created(name=number, number=number)

    ordered = ["INV-2", "9", "INV-10", "0100"][::step]
    assert found(ninja, sort=f"number|{direction}") == ordered


def test_equal_clients_keep_one_order_over_the_pages(ninja):
    for n in range(6):
        ninja.created(name=str(n), city="Bonn")

    pages = [found(ninja, sort="city|asc", per_page="2", page=str(p)) for p in (1, 2, 3)]

    assert pages == [["0", "1"], ["2", "3"], ["4", "5"]]

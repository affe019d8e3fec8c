"""Client numbers: generated, given by the caller, and already taken."""

import re

import pytest

from tests.dialects.ninja.steps import import_client, refused_fields


def test_numbers_are_counted_with_four_digits(ninja):
    numbers = [ninja.created(name=name)["number"] for name in "ABC"]

    assert numbers == ["0001", "0002", "0003"]


@pytest.mark.parametrize("empty", ["", None, "0", 0, "  "])
def test_an_empty_number_is_generated(ninja, empty):
    assert ninja.created(number=empty)["number"] == "0001"


def test_a_given_number_does_not_move_the_counter(ninja):
    numbers = [ninja.created(number=number)["number"] for number in ["X-1", "", "7777", ""]]

    assert numbers == ["X-1", "0001", "7777", "0002"]


def test_taken_numbers_are_skipped(ninja):
    ninja.created(number="0001")
    ninja.created(number="0003")

    assert [ninja.created()["number"] for _ in range(3)] == ["0002", "0004", "0005"]


def test_the_number_of_a_deleted_client_stays_taken(ninja):
    ninja.delete(f"/clients/{ninja.created(number='0001')['id']}")

    assert ninja.created()["number"] == "0002"
    assert refused_fields(ninja.post("/clients", json={"number": "0001"})) == {
        "number": ["The number has already been taken."]
    }


def test_after_a_hundred_taken_numbers_the_next_one_ends_at_random(ninja, store, account):
    for n in range(1, 111):
        import_client(store, account, f"taken {n}", number=f"{n:04d}")

    assert re.fullmatch(r"\d{4}_[0-9A-Za-z]{5}", ninja.created()["number"])


def test_a_number_that_is_not_given_stays(ninja):
    client = ninja.created(number="X-1")

    assert ninja.put(client["id"], {"name": "Acme"})["number"] == "X-1"


@pytest.mark.parametrize("empty", ["", None, "0", 0])
def test_an_emptied_number_is_generated_anew(ninja, empty):
    client = ninja.created()

    assert client["number"] == "0001"
    assert ninja.put(client["id"], {"number": empty})["number"] == "0002"


def test_every_account_counts_for_itself(ninja, stranger):
    assert [ninja.created()["number"], stranger.created()["number"]] == ["0001", "0001"]
    assert stranger.created(number="X-1")["number"] == ninja.created(number="X-1")["number"]


@pytest.mark.parametrize("field", ["number", "id_number"])
@pytest.mark.parametrize("fate", ["active", "archive", "delete"])
def test_an_identity_is_taken_whatever_became_of_its_client(ninja, field, fate):
    first, second = ninja.created(**{field: "X-1"}), ninja.created()
    ninja.post("/clients/bulk", json={"action": fate, "ids": [first["id"]]})
    words = {field: [f"The {field.replace('_', ' ')} has already been taken."]}

    assert refused_fields(ninja.post("/clients", json={field: "X-1"})) == words
    path = f"/clients/{second['id']}"
    assert refused_fields(ninja.request("PUT", path, json={field: "X-1"})) == words


@pytest.mark.parametrize("field", ["number", "id_number"])
def test_an_identity_is_not_taken_by_its_own_client(ninja, field):
    client = ninja.created(**{field: "x-1"})

    assert ninja.put(client["id"], {field: "x-1"}) == client
    assert ninja.put(client["id"], {field: "X-1"})[field] == "X-1"


def test_an_empty_id_number_is_nobodys(ninja):
    assert [ninja.created(id_number="")["id_number"] for _ in range(2)] == ["", ""]


def test_a_refused_client_takes_no_number(ninja):
    refused_fields(ninja.post("/clients", json={"country_id": "1"}))

    assert ninja.created()["number"] == "0001"

"""The search box: all active clients and their contacts, the last changed client first."""

import pytest


@pytest.fixture
def clients(ninja, clock):
    made = []
    for name in ("Ash", "Birch", "Cedar"):
        clock.move()
        contact = {"first_name": name.upper(), "email": f"{name}@example.org"}
        made.append(ninja.created(name=name, contacts=[contact]))
    return made


def test_all_clients_are_offered_whatever_is_searched_for(ninja, clients):
    found = [ninja.post("/search", json=body).json() for body in ({}, {"search": "ash"})]

    assert found[0] == found[1]
    assert [row["name"] for row in found[0]["clients"]] == ["Cedar", "Birch", "Ash"]
    assert list(found[0]) == ["clients", "client_contacts", "invoices", "settings"]


def test_a_result_has_the_keys_of_the_original(ninja, clients):
    found = ninja.post("/search").json()

    client_id = clients[2]["id"]
    place = {"type": "/client", "id": client_id, "path": f"/clients/{client_id}"}
    assert found["clients"][0] == {"name": "Cedar"} | place
    assert found["client_contacts"][0] == {"name": "CEDAR  <Cedar@example.org>"} | place


def test_an_archived_client_is_not_offered_and_no_deleted_one(ninja, clients):
    ninja.delete(f"/clients/{clients[0]['id']}")
    ninja.post("/clients/bulk", json={"action": "archive", "ids": [clients[1]["id"]]})

    found = ninja.post("/search").json()

    assert [row["name"] for row in found["clients"]] == ["Cedar"]
    assert len(found["client_contacts"]) == 1


def test_the_version_header_of_lists_is_not_on_a_search(ninja):
    answer = ninja.post("/search")

    assert "x-api-version" not in answer.headers
    assert ninja.get("/search").status_code == 405

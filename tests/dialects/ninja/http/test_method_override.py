"""A POST that overrides its method is answered as that method, with all of its input."""

from typing import Any

import pytest

from tests.dialects.ninja.documents.sample_files import PDF, Sender
from tests.dialects.ninja.steps import group_of, names_of_records
from tests.support.api_callers import Ninja


@pytest.fixture
def clients(ninja: Ninja) -> list[dict[str, Any]]:
    return [ninja.created(name=name) for name in ("Acme", "Bolt", "Acre")]


def asked(ninja: Ninja, path: str, query: str = "", **body: Any) -> Any:
    answer = ninja.post(f"{path}?{query}", json=body | {"_method": "GET"})
    assert answer.status_code == 200, answer.text
    return answer.json()


LISTS: list[tuple[dict[str, Any], list[str]]] = [
    ({"name": "ac"}, ["Acme", "Acre"]),
    ({"filter": "bolt"}, ["Bolt"]),
    ({"per_page": 2}, ["Acme", "Bolt"]),
    ({"per_page": 2, "page": 2}, ["Acre"]),
    ({"sort": "name|desc"}, ["Bolt", "Acre", "Acme"]),
    ({"sort": ["name|asc"], "per_page": "2"}, ["Acme", "Acre"]),
    ({"is_deleted": True}, []),
]


@pytest.mark.parametrize(("body", "found"), LISTS)
def test_conditions_in_the_body_of_a_post_choose_what_is_listed(
    ninja: Ninja, clients: list[dict[str, Any]], body: dict[str, Any], found: list[str]
) -> None:
    assert names_of_records(asked(ninja, "/clients", **body)["data"]) == found


@pytest.mark.parametrize("form", ["data", "files"])
def test_conditions_may_come_in_a_form(
    ninja: Ninja, clients: list[dict[str, Any]], form: str
) -> None:
    told = {"_method": "get", "name": "bolt"}
    fields = {key: (None, text) for key, text in told.items()} if form == "files" else told

    answer = ninja.post("/clients", **{form: fields})

    assert names_of_records(answer.json()["data"]) == ["Bolt"]


def test_the_body_wins_over_the_query_of_a_list(
    ninja: Ninja, clients: list[dict[str, Any]]
) -> None:
    listed = asked(ninja, "/clients", "name=bolt&per_page=1", name="ac")

    assert names_of_records(listed["data"]) == ["Acme"]
    assert listed["meta"]["pagination"]["total"] == 2


def test_an_unknown_relation_in_the_body_of_a_list_is_refused(ninja: Ninja) -> None:
    answer = ninja.post("/clients", json={"_method": "GET", "include": "foo"})

    assert answer.status_code == 400


def test_switches_in_the_body_shape_the_answer(ninja: Ninja, clients: list[dict[str, Any]]) -> None:
    one = f"/clients/{clients[0]['id']}"

    assert list(asked(ninja, "/clients", index="clients")) == ["clients", "meta"]
    assert asked(ninja, one, index="client") == {"client": clients[0]}
    assert "static" in asked(ninja, one, include_static=True)


def test_a_relation_in_the_body_is_shown(ninja: Ninja) -> None:
    group = group_of(ninja, name="Gold")
    client = ninja.created(group_settings_id=group["id"])

    shown = asked(ninja, f"/clients/{client['id']}", include="group_settings")["data"]

    assert shown["group_settings"] == group


def test_groups_are_asked_for_in_the_same_way(ninja: Ninja) -> None:
    gold, _ = (group_of(ninja, name=name) for name in ("Gold", "Silver"))

    assert asked(ninja, "/group_settings", name="gol")["data"] == [gold]
    assert asked(ninja, f"/group_settings/{gold['id']}", index="group") == {"group": gold}


def test_documents_are_asked_for_in_the_same_way(sender: Sender) -> None:
    client = sender.created()
    files = [(f"{n}.pdf", PDF) for n in range(3)]
    first, *_ = sender.uploaded(client["id"], *files)

    assert asked(sender, f"/documents/{first['id']}", index="file") == {"file": first}
    listed = asked(sender, f"/clients/{client['id']}/documents", per_page=1, page=2)["data"]
    assert names_of_records(listed) == ["1.pdf"]


@pytest.mark.parametrize("method", ["DELETE", "POST"])
def test_a_deletion_takes_its_switches_from_the_body(ninja: Ninja, method: str) -> None:
    path = f"/clients/{ninja.created()['id']}"

    answer = ninja.request(method, path, json={"_method": "DELETE", "index": "client"})

    assert answer.json()["client"]["is_deleted"] is True


def test_a_get_has_a_body_like_every_other_method(
    ninja: Ninja, clients: list[dict[str, Any]]
) -> None:
    listed = ninja.request("GET", "/clients?per_page=1", json={"name": "ac"}).json()

    assert names_of_records(listed["data"]) == ["Acme"]
    assert listed["meta"]["pagination"]["total"] == 2


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/clients", "GET HEAD POST"),
        ("/group_settings", "GET HEAD POST"),
        ("/clients/{}", "DELETE GET HEAD PATCH PUT"),
        ("/group_settings/{}", "DELETE GET HEAD PATCH PUT"),
        ("/documents/{}", "DELETE GET HEAD PATCH PUT"),
        ("/clients/{}/upload", "POST PUT"),
    ],
)
def test_a_method_that_nobody_can_stand_for_is_told_the_right_ones(
    ninja: Ninja, path: str, allowed: str
) -> None:
    client = ninja.created()

    answer = ninja.post(path.format(client["id"]), json={"_method": "BREW"})

    assert answer.status_code == 405
    assert sorted(answer.headers["allow"].split(", ")) == allowed.split()

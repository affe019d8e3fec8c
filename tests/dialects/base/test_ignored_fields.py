"""Fields of a request that had no effect are named in the answer, in each dialect."""

from tests.support.api_callers import Ninja, Planado

HEADER = "X-Gateway-Ignored-Fields"


def test_ninja_names_keys_that_it_does_not_know(ninja: Ninja) -> None:
    body = {"name": "Acme", "work_phone": "1", "contacts": [{"first_name": "A", "emial": "a@b"}]}

    created = ninja.post("/clients?include=contacts", json=body)
    changed = ninja.request("PUT", f"/clients/{created.json()['data']['id']}", json={"nmae": "B"})

    assert created.headers[HEADER] == "work_phone, contacts.0.emial"
    assert changed.headers[HEADER] == "nmae"


def test_an_echo_names_nothing(ninja: Ninja, planado: Planado) -> None:
    made = ninja.created(name="Acme")

    answer = ninja.request("PUT", f"/clients/{made['id']}", json=made)

    assert HEADER not in answer.headers

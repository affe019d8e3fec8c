"""What the official PHP SDK reads and puts back as a form stays equal, in value and type."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from storage.model.accounts import Account
from storage.model.commands import ContactDraft
from storage.store import Store
from tests.dialects.ninja.http.php_forms import FORM, as_php
from tests.dialects.ninja.steps import group_of, import_client
from tests.dialects.ninja.whole_objects import (
    CONTACTS,
    UNKNOWN,
    Tree,
    lasting,
    whole_client,
    whole_group,
)
from tests.support.api_callers import Ninja, Planado
from tests.support.clock import Clock

METHODS = [("PUT", {}), ("POST", {"_method": "PUT"})]
Maker = Callable[[Ninja], Tree]


def with_php_floats(value: Any) -> Any:
    """Return a tree with its floats as PHP prints them: 10.5, 1.0E-7, 1.0E+20."""
    match value:
        case dict():
            return {key: with_php_floats(child) for key, child in value.items()}
        case list():
            return [with_php_floats(child) for child in value]
        case float():
            mantissa, _, exponent = repr(value).partition("e")
            whole = mantissa if "." in mantissa else f"{mantissa}.0"
            return f"{whole}E{int(exponent):+d}" if exponent else mantissa.removesuffix(".0")
        case _:
            return value


def put_back(ninja: Ninja, path: str, shown: Tree, method: str, more: Tree) -> None:
    body = as_php(with_php_floats(shown | more))
    answer = ninja.request(method, path, content=body, headers=FORM)
    assert answer.status_code == 200, answer.text
    assert "x-gateway-ignored-fields" not in answer.headers


def with_settings(ninja: Ninja, settings: Tree) -> Tree:
    return ninja.put(ninja.created(name="Acme")["id"], {"settings": settings})


CLIENTS: dict[str, Maker] = {
    "blank": lambda ninja: ninja.created(),
    "whole": whole_client,
    "flags that say no": lambda ninja: ninja.created(
        is_tax_exempt=False, has_valid_vat_number=False, settings={"send_reminders": False}
    ),
    "flags that say yes": lambda ninja: ninja.created(
        is_tax_exempt=True, has_valid_vat_number=True, settings={"send_reminders": True}
    ),
    "contacts": lambda ninja: ninja.created(contacts=CONTACTS),
    "contacts without a name": lambda ninja: ninja.created(contacts=[{}, {"is_primary": True}]),
    "a password": lambda ninja: ninja.created(
        contacts=[{"email": "ada@acme.example", "password": "Secret-007"}]
    ),
    "settings alone": lambda ninja: with_settings(ninja, {"payment_terms": "30"}),
    "unknown settings": lambda ninja: with_settings(ninja, UNKNOWN),
    "translations": lambda ninja: with_settings(ninja, {"translations": {"a": {"b": "c"}}}),
}
GROUPS: dict[str, Maker] = {
    "blank": lambda ninja: group_of(ninja, name="Gold"),
    "whole": whole_group,
    "empty settings": lambda ninja: group_of(ninja, name="Gold", settings={}),
    "empty values": lambda ninja: group_of(
        ninja, name="Gold", settings={"tax_name1": "", "payment_terms": "", "currency_id": "3"}
    ),
}


@pytest.mark.parametrize(("method", "more"), METHODS)
@pytest.mark.parametrize("kind", CLIENTS)
def test_a_client_that_is_put_back_as_a_form_is_equal(
    ninja: Ninja, clock: Clock, kind: str, method: str, more: Tree
) -> None:
    path = f"/clients/{CLIENTS[kind](ninja)['id']}"
    before = ninja.get(path)
    clock.move()

    put_back(ninja, path, before.json()["data"], method, more)

    assert ninja.get(path).text == before.text


@pytest.mark.parametrize(("method", "more"), METHODS)
@pytest.mark.parametrize("kind", GROUPS)
def test_a_group_that_is_put_back_as_a_form_is_equal(
    ninja: Ninja, clock: Clock, kind: str, method: str, more: Tree
) -> None:
    path = f"/group_settings/{GROUPS[kind](ninja)['id']}"
    before = ninja.get(path).json()["data"]
    clock.move()

    put_back(ninja, path, before, method, more)

    assert lasting(ninja.get(path).json()["data"]) == lasting(before)


def test_an_archived_client_that_is_put_back_as_a_form_is_equal(ninja: Ninja) -> None:
    client = whole_client(ninja)
    ninja.post("/clients/bulk", json={"action": "archive", "ids": [client["id"]]})
    before = ninja.shown(client["id"])

    put_back(ninja, f"/clients/{client['id']}", before, "PUT", {})

    assert lasting(ninja.shown(client["id"])) == lasting(before)


def test_amounts_and_mute_contacts_that_are_put_back_as_a_form_are_equal(
    ninja: Ninja, store: Store, account: Account
) -> None:
    contacts = (ContactDraft(first_name="Ada", send_email=False), ContactDraft(send_email=False))
    import_client(store, account, "Acme", balance=Decimal("-0.000001"), contacts=contacts)
    [before] = ninja.listed()

    put_back(ninja, f"/clients/{before['id']}", before, "PUT", {})

    assert lasting(ninja.shown(before["id"])) == lasting(before)
    assert [contact["send_email"] for contact in before["contacts"]] == [False, False]


def test_a_client_of_planado_that_is_put_back_as_a_form_is_equal(
    ninja: Ninja, planado: Planado
) -> None:
    address = {"formatted": "Calle 1, 08008 Barcelona", "floor": "2"}
    phone = {"name": "Ada", "type": "phone", "value": "(834) 362-5246"}
    planado.created(
        organization=True, organization_name="Acme", site_address=address, contacts=[phone]
    )
    [before] = ninja.listed()

    put_back(ninja, f"/clients/{before['id']}", before, "PUT", {})

    assert lasting(ninja.shown(before["id"])) == lasting(before)


def test_one_field_that_the_php_sdk_changes_in_the_whole_changes_alone(ninja: Ninja) -> None:
    before = whole_client(ninja)

    put_back(ninja, f"/clients/{before['id']}", before, "PUT", {"city": "Bonn"})

    assert lasting(ninja.shown(before["id"])) == lasting(before | {"city": "Bonn"})

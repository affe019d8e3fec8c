"""A client without a name takes the name of the same contact in every dialect."""

import pytest

from storage.model.accounts import Account
from storage.model.commands import ContactDraft, CreateClient
from storage.store import Store
from tests.support.api_callers import Ninja, Planado

BLANK = ContactDraft(phone="1", is_primary=True)
SPACES = ContactDraft(first_name=" ", email="\t", is_primary=True)
ZOE, ADA = ContactDraft(first_name="Zoe"), ContactDraft(first_name="Ada", last_name="Lee")
MAIL = ContactDraft(first_name=" ", email="m@x.io", is_primary=True)


@pytest.fixture
def callers(ninja: Ninja, planado: Planado) -> tuple[Ninja, Planado]:
    return ninja, planado


@pytest.mark.parametrize(
    ("contacts", "name"),
    [
        ((BLANK, ZOE), "Zoe"),
        ((ZOE, BLANK), "Zoe"),
        ((SPACES, ZOE, ADA), "Zoe"),
        ((BLANK, ADA, ZOE), "Ada Lee"),
        ((MAIL, ZOE), "m@x.io"),
    ],
)
def test_both_dialects_and_the_order_of_a_list_agree_on_a_borrowed_name(
    callers: tuple[Ninja, Planado],
    store: Store,
    account: Account,
    contacts: tuple[ContactDraft, ...],
    name: str,
) -> None:
    ninja, planado = callers
    for command in [CreateClient(contacts=contacts), *map(named, (name + "a", name[:-1]))]:
        store.create_client(account.id, command)

    in_ninja = [client["display_name"].strip() for client in ninja.listed("sort=name|asc")]
    in_planado = [client["name"] for client in planado.listed()]

    assert in_ninja == [name[:-1], name, name + "a"]
    assert sorted(in_planado) == in_ninja


def named(name: str) -> CreateClient:
    return CreateClient(organization_name=name)

"""Partial: an absent key, a null and an empty value mean three different things."""

from typing import Any

import pytest

from storage.model.commands import ContactDraft, ImportClient
from storage.model.errors import Invalid
from storage.store import Store
from tests.laws.dialect_lenses import NinjaTongue, PlanadoTongue
from tests.laws.generated_clients import NINJA_TEXTS, born

ORGANIZATION = ImportClient(
    organization_name="Acme",
    phone="55",
    **{name: f"some {name}" for name in NINJA_TEXTS if name != "phone"},
    industry_id=3,
    size_id=2,
    assigned_user_serial=7,
    group_serial=8,
    classification="business",
    id_number="id 1",
    shipping_country_id=724,
    country_id=276,
    is_tax_exempt=True,
    has_valid_vat_number=True,
    settings='{"currency_id":"3","name":"x"}',
    contacts=(ContactDraft(first_name="Ada", email="ada@example.com"),),
)
PERSON = ImportClient(
    classification="individual",
    first_name="Ada",
    last_name="King",
    middle_name="Byron",
    service_text="Main Street 1",
    entrance_no="1",
    contacts=(ContactDraft(first_name="Bob", phone="1"),),
)
CLEARED_BY_NINJA = dict.fromkeys(NINJA_TEXTS, "") | {
    "name": "",
    "industry_id": "",
    "size_id": "",
    "assigned_user_id": "",
    "group_settings_id": "",
    "classification": "",
    "id_number": "",
    "shipping_country_id": "",
    "country_id": "840",
    "is_tax_exempt": False,
    "has_valid_vat_number": False,
}


@pytest.mark.parametrize("empty", [None, ""])
@pytest.mark.parametrize(("field", "cleared"), CLEARED_BY_NINJA.items())
def test_ninja_clears_a_field_given_empty_and_keeps_one_not_given(
    shelf: Store, field: str, cleared: object, empty: str | None
) -> None:
    account, before = born(shelf, ORGANIZATION)
    tongue = NinjaTongue(shelf, account)

    shown = tongue.show(tongue.write(before, {field: empty}))

    others = tongue.show(before)
    same = {k: v for k, v in shown.items() if k not in {field, "updated_at", "display_name"}}
    assert shown[field] == cleared
    assert same == {k: others[k] for k in same}


def test_ninja_gives_a_new_number_for_an_empty_one(shelf: Store) -> None:
    account, before = born(shelf, ORGANIZATION)

    after = NinjaTongue(shelf, account).write(before, {"number": ""})

    assert (before.number, after.number) == ("0001", "0002")


@pytest.mark.parametrize("empty", [None, ""])
def test_ninja_removes_a_setting_given_empty_and_keeps_the_others(
    shelf: Store, empty: str | None
) -> None:
    account, before = born(shelf, ORGANIZATION)
    tongue = NinjaTongue(shelf, account)

    shown = tongue.show(tongue.write(before, {"settings": {"name": empty}}))

    assert shown["settings"] == {"currency_id": "3"}


def test_ninja_replaces_contacts_given_as_none_and_refuses_null(shelf: Store) -> None:
    account, before = born(shelf, ORGANIZATION)
    tongue = NinjaTongue(shelf, account)

    with pytest.raises(Invalid):
        tongue.write(before, {"contacts": None})
    after = tongue.write(before, {"contacts": []})

    assert [(c.first_name, c.email, c.is_primary) for c in after.contacts] == [("", "", True)]


@pytest.mark.parametrize("empty", [None, "", " "])
@pytest.mark.parametrize("part", ["first_name", "last_name", "middle_name"])
def test_planado_clears_a_part_given_empty_and_keeps_the_others(
    shelf: Store, part: str, empty: str | None
) -> None:
    account, before = born(shelf, PERSON)
    tongue = PlanadoTongue(shelf, account)

    shown = tongue.show(tongue.write(before, {part: empty}))

    parts = {"first_name": "Ada", "last_name": "King", "middle_name": "Byron"}
    assert {name: shown[name] for name in parts} == parts | {part: None}


REFUSED_BY_PLANADO: list[tuple[ImportClient, str, Any]] = [
    (ORGANIZATION, "organization_name", None),
    (ORGANIZATION, "organization_name", ""),
    (PERSON, "contacts", None),
    (PERSON, "site_address", None),
    (PERSON, "site_address", ""),
    (PERSON, "organization", None),
]


@pytest.mark.parametrize(("client", "field", "value"), REFUSED_BY_PLANADO)
def test_planado_refuses_null_where_the_documentation_forbids_it(
    shelf: Store, client: ImportClient, field: str, value: object
) -> None:
    account, before = born(shelf, client)

    with pytest.raises(Invalid) as refused:
        PlanadoTongue(shelf, account).write(before, {field: value})

    assert [problem.path[0] for problem in refused.value.problems] == [field]
    assert shelf.get_client(account.id, before.serial) == before


@pytest.mark.parametrize(
    ("field", "empty", "cleared"), [("contacts", [], []), ("site_address", {}, None)]
)
def test_planado_clears_a_collection_given_empty(
    shelf: Store, field: str, empty: object, cleared: object
) -> None:
    account, before = born(shelf, PERSON)
    tongue = PlanadoTongue(shelf, account)

    shown = tongue.show(tongue.write(before, {field: empty}))

    assert shown[field] == cleared

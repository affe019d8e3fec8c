"""Values of a contact that this API does not show stay when a new list replaces the shown one."""

import pytest
from msgspec import structs

from storage.model.records import Secret
from tests.dialects.planado.builders import a_client, a_contact, email, laid, phone

SECRETS = {
    "custom_value1": "one",
    "custom_value4": "four",
    "send_email": False,
    "password_hash": Secret("hash"),
}


@pytest.mark.parametrize(
    "given",
    [
        [phone("Ana", "1"), email("Ana", "b@x")],
        [phone("Eva", "1"), email("Eva", "a@x")],
        [phone("Eva", "1"), email("Ana", "a@x")],
        [],
    ],
    ids=["value", "rename", "move", "emptied"],
)
def test_what_is_not_shown_stays_with_the_person(given):
    record = a_client(
        a_contact(1, "Ana", phone="1", email="a@x", is_primary=True, **SECRETS),
        a_contact(2, custom_value1="hidden"),
    )

    first, second, *_ = laid(record, given).contacts

    assert {key: getattr(first, key) for key in SECRETS} == SECRETS
    assert (first.serial, first.is_primary) == (1, True)
    assert (second.serial, second.custom_value1) == (2, "hidden")


def test_a_name_that_does_not_change_keeps_its_two_halves():
    ana = structs.replace(a_contact(1, phone="1"), first_name="Mary Ann", last_name=" Lee")

    (draft,) = laid(a_client(ana), [phone("Mary Ann  Lee", "2")]).contacts

    assert (draft.first_name, draft.last_name) == ("Mary Ann", " Lee")


def test_a_person_with_nothing_but_blanks_is_not_shown_and_so_not_touched():
    bob = a_contact(2, "Bob", phone="  ", custom_value1="kept")
    record = a_client(a_contact(1, "Ana", phone="1", is_primary=True), bob)

    _, draft = laid(record, [phone("Ana", "2")]).contacts

    assert (draft.serial, draft.first_name, draft.custom_value1) == (2, "Bob", "kept")


def test_a_new_person_takes_nothing_that_belonged_to_one_who_is_gone(planado, ninja):
    made = ninja.created(contacts=[{"first_name": "Ada", "phone": "1", "custom_value1": "vip"}])
    (client,) = planado.listed()

    planado.patch(client["uuid"], {"contacts": []})
    planado.patch(client["uuid"], {"contacts": [{"name": "Eve", "type": "phone", "value": "2"}]})

    gone, eve = ninja.shown(made["id"])["contacts"]
    assert (gone["first_name"], gone["custom_value1"], gone["is_primary"]) == ("", "vip", True)
    assert (eve["first_name"], eve["phone"], eve["custom_value1"]) == ("Eve", "2", "")
    assert eve["contact_key"] != gone["contact_key"]

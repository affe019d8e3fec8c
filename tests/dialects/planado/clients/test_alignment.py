"""Alignment of a new contact list with the shown one: which contact keeps which values."""

import pytest
from msgspec import structs

from dialects.planado.clients.contacts import contact_entries
from storage.model.names import join_name
from tests.dialects.planado.builders import a_client, a_contact, email, laid, phone

PEDRO, MARIA, BOB = 1, 2, 3
NEW = None


def start():
    """Return a client with its own phone, Pedro with both values, Maria with a phone, and Bob not
    shown."""
    return a_client(
        a_contact(PEDRO, "Pedro Paz", email="p@x", phone="11", is_primary=True),
        a_contact(MARIA, "Maria", phone="22"),
        a_contact(BOB, "Bob"),
        phone="00",
    )


OWN = phone(None, "00")
PEDRO_EMAIL, PEDRO_PHONE = email("Pedro Paz", "p@x"), phone("Pedro Paz", "11")
MARIA_PHONE = phone("Maria", "22")
ALL = [OWN, PEDRO_EMAIL, PEDRO_PHONE, MARIA_PHONE]
UNCHANGED = [(PEDRO, "Pedro Paz", "p@x", "11"), (MARIA, "Maria", "", "22"), (BOB, "Bob", "", "")]


def contact_values(result):
    return [
        (d.serial, join_name(d.first_name, d.last_name), d.email, d.phone) for d in result.contacts
    ]


def replaced(*changes):
    """Return UNCHANGED with the changed contacts in place, by serial, and new contacts at the
    end."""
    told = {change[0]: change for change in changes}
    return [told.pop(person[0], person) for person in UNCHANGED] + list(told.values())


def test_the_shown_list_is_in_the_order_of_the_ranks():
    record = structs.replace(start(), phone_rank=9)

    shown = [structs.asdict(entry) for entry in contact_entries(record)]

    assert shown == [PEDRO_EMAIL, PEDRO_PHONE, MARIA_PHONE, OWN]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        # equal entries stay
        (ALL, UNCHANGED),
        (ALL[::-1], UNCHANGED),
        # the same values under another name
        (
            [OWN, email("Pablo", "p@x"), phone("Pablo", "11"), MARIA_PHONE],
            replaced((PEDRO, "Pablo", "p@x", "11")),
        ),
        ([OWN, PEDRO_EMAIL, PEDRO_PHONE, phone("Mary Ann Lee", "22")],
         replaced((MARIA, "Mary Ann Lee", "", "22"))),
        (
            [OWN, PEDRO_EMAIL, phone("Ana", "11"), MARIA_PHONE],
            replaced((PEDRO, "Pedro Paz", "p@x", ""), (NEW, "Ana", "", "11")),
        ),
        (
            [OWN, email("Ana", "p@x"), phone("Eva", "11"), MARIA_PHONE],
            [(PEDRO, "", "", ""), *UNCHANGED[1:], (NEW, "Ana", "p@x", ""), (NEW, "Eva", "", "11")],
        ),
        (
            [OWN, email("Maria", "p@x"), PEDRO_PHONE, MARIA_PHONE],
            replaced((PEDRO, "Pedro Paz", "", "11"), (MARIA, "Maria", "p@x", "22")),
        ),
        (
            [OWN, PEDRO_EMAIL, phone("Maria", "11"), MARIA_PHONE],
            replaced((PEDRO, "Pedro Paz", "p@x", ""), (NEW, "Maria", "", "11")),
        ),
        # another value under the same name and type
        (
            [OWN, PEDRO_EMAIL, phone("Pedro Paz", "12"), MARIA_PHONE],
            replaced((PEDRO, "Pedro Paz", "p@x", "12")),
        ),
        (
            [OWN, email("Pedro Paz", "q@x"), phone("Pedro Paz", "12"), phone("Maria", "23")],
            replaced((PEDRO, "Pedro Paz", "q@x", "12"), (MARIA, "Maria", "", "23")),
        ),
        # gone
        ([OWN, PEDRO_EMAIL, MARIA_PHONE], replaced((PEDRO, "Pedro Paz", "p@x", ""))),
        ([OWN, PEDRO_EMAIL, PEDRO_PHONE], [UNCHANGED[0], UNCHANGED[2]]),
        ([MARIA_PHONE], replaced((PEDRO, "", "", ""))),
        ([], [(PEDRO, "", "", ""), UNCHANGED[2]]),
        # new
        ([*ALL, email("Maria", "m@x")], replaced((MARIA, "Maria", "m@x", "22"))),
        ([*ALL, phone("Maria", "23")], replaced((NEW, "Maria", "", "23"))),
        ([*ALL, phone("Bob", "33")], replaced((BOB, "Bob", "", "33"))),
        ([*ALL, phone("Bob", "33"), email("Bob", "b@x")], replaced((BOB, "Bob", "b@x", "33"))),
        ([*ALL, email("Eva", "e@x"), phone("Eva", "44")], replaced((NEW, "Eva", "e@x", "44"))),
        ([*ALL, email(None, "n@x")], replaced((NEW, "", "n@x", ""))),
        # one person for another: neither name nor value is known
        ([OWN, PEDRO_EMAIL, PEDRO_PHONE, email("Eva", "e@x")],
         [UNCHANGED[0], UNCHANGED[2], (NEW, "Eva", "e@x", "")]),
        # the same person, another kind of value
        ([OWN, PEDRO_EMAIL, PEDRO_PHONE, email("Maria", "m@x")],
         replaced((MARIA, "Maria", "m@x", ""))),
    ],
)  # fmt: skip
def test_who_keeps_what(given, expected):
    result = laid(start(), given)

    key = str
    assert sorted(contact_values(result), key=key) == sorted(expected, key=key)


@pytest.mark.parametrize(
    ("given", "own"),
    [
        (ALL, "00"),
        ([phone(None, "01"), *ALL[1:]], "01"),
        (ALL[1:], ""),
        ([phone("Eva", "00"), *ALL[1:]], ""),
        ([phone(None, "01"), phone(None, "00"), *ALL[1:]], "00"),
        ([phone(None, "01"), phone(None, "02"), *ALL[1:]], "01"),
        ([OWN, PEDRO_EMAIL, MARIA_PHONE, phone(None, "11")], "00"),
    ],
)
def test_the_nameless_phone_is_the_client_s_own(given, own):
    assert laid(start(), given).phone == own


def test_a_person_s_phone_that_loses_its_name_becomes_the_client_s_own_when_that_is_free():
    result = laid(start(), [PEDRO_EMAIL, phone(None, "11"), MARIA_PHONE])

    assert result.phone == "11"
    assert contact_values(result)[0] == (PEDRO, "Pedro Paz", "p@x", "")


def test_two_people_may_swap_their_names():
    record = a_client(
        a_contact(1, "Ana", phone="1", is_primary=True), a_contact(2, "Eva", phone="2")
    )

    result = laid(record, [phone("Eva", "1"), phone("Ana", "2")])

    assert contact_values(result) == [(1, "Eva", "", "1"), (2, "Ana", "", "2")]


def test_of_two_people_with_one_number_the_one_that_is_sent_unchanged_keeps_it():
    record = a_client(
        a_contact(1, "Ana", phone="1", is_primary=True), a_contact(2, "Eva", phone="1")
    )

    result = laid(record, [phone("Ada", "1"), phone("Eva", "1")])

    assert contact_values(result) == [(1, "Ada", "", "1"), (2, "Eva", "", "1")]


def test_a_value_that_left_for_another_name_is_not_replaced_by_a_namesake_s_new_one():
    record = a_client(
        a_contact(1, "Ana", email="a@x", phone="1", is_primary=True),
        a_contact(2, "Ana", email="b@x", phone="2"),
    )

    result = laid(
        record, [email("Ana", "a@x"), email("Ana", "b@x"), phone("Eva", "1"), phone("Ana", "3")]
    )

    assert contact_values(result) == [
        (1, "Ana", "a@x", ""),
        (2, "Ana", "b@x", "3"),
        (None, "Eva", "", "1"),
    ]


def test_a_blank_contact_is_filled_before_a_new_one_is_made():
    record = a_client(a_contact(1, is_primary=True))

    result = laid(record, [phone("Ana", "1"), phone("Eva", "2"), email("Ana", "a@x")])

    assert contact_values(result) == [(1, "Ana", "a@x", "1"), (None, "Eva", "", "2")]


def test_the_client_s_own_phone_leaves_a_blank_contact_blank():
    record = a_client(a_contact(1, is_primary=True))

    result = laid(record, [phone(None, "1")])

    assert (result.phone, contact_values(result)) == ("1", [(1, "", "", "")])


def test_a_new_client_has_a_contact_per_name_and_slot():
    result = laid(None, [email("Ana", "a"), phone("Ana", "1"), phone("Ana", "2"), phone(None, "0")])

    assert contact_values(result) == [(None, "Ana", "a", "1"), (None, "Ana", "", "2")]
    assert (result.phone, result.phone_rank) == ("0", 4)


def test_ranks_follow_the_given_order():
    result = laid(start(), [MARIA_PHONE, PEDRO_PHONE, phone("Eva", "9"), OWN, PEDRO_EMAIL])

    ranks = [(d.serial, d.email_rank, d.phone_rank) for d in result.contacts]
    assert ranks == [(PEDRO, 5, 2), (MARIA, 0, 1), (BOB, 0, 0), (NEW, 0, 3)]
    assert result.phone_rank == 4

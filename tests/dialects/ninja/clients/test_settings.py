"""The settings object: values that are forced, stored or refused."""

import json

import pytest

from tests.dialects.ninja.steps import refused_fields

BLANK = {"entity": "App\\Models\\Client", "industry_id": "", "size_id": ""}
USD = {"currency_id": "1"}


@pytest.mark.parametrize("given", [{}, {"settings": {}}, {"settings": []}])
def test_settings_that_are_not_given_are_the_defaults(ninja, given):
    client = ninja.created(**given)

    assert json.dumps(client["settings"]) == json.dumps(BLANK | USD)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"currency_id": "2"}, {"currency_id": "2"}),
        ({"currency_id": "840"}, {"currency_id": "840"}),
        ({"currency_id": ""}, USD),
        ({"currency_id": None}, USD),
        ({"language_id": "3"}, USD | {"language_id": "3"}),
        ({"unheard": "of", "list": "x"}, USD | {"unheard": "of", "list": "x"}),
        ({"entity": "x", "industry_id": "5", "size_id": "5"}, USD),
        ({"translations": {"a": "b"}}, USD),
        ({"pdf_variables": {"a": ["$b"]}}, USD | {"pdf_variables": {"a": ["$b"]}}),
        ({"default_task_rate": "12.5"}, USD | {"default_task_rate": 12.5}),
        ({"default_task_rate": "a"}, USD | {"default_task_rate": 0}),
        ({"payment_terms": "-1"}, USD | {"payment_terms": "-1"}),
    ],
)
def test_settings_of_a_new_client(ninja, given, kept):
    assert ninja.created(settings=given)["settings"] == BLANK | kept


@pytest.mark.parametrize(
    ("codes", "kept"),
    [
        ({"currency_code": "EUR"}, {"currency_id": "3"}),
        ({"currency_code": "EUR", "settings": {"currency_id": "2"}}, {"currency_id": "3"}),
        ({"language_code": "de"}, USD | {"language_id": "3"}),
        ({"language_code": "pt_BR"}, USD | {"language_id": "5"}),
        ({"language_code": "lo_LA"}, USD | {"language_id": "41"}),
        ({"language_code": "xx"}, USD),
        ({"language_code": "xx", "settings": {"language_id": "4"}}, USD | {"language_id": "4"}),
    ],
)
def test_currency_and_language_may_be_given_by_their_codes(ninja, codes, kept):
    assert ninja.created(**codes)["settings"] == BLANK | kept


def test_a_changed_client_takes_a_language_but_no_currency_by_its_code(ninja):
    client = ninja.created()

    changed = ninja.put(client["id"], {"language_code": "de", "currency_code": "EUR"})

    assert changed["settings"] == BLANK | USD | {"language_id": "3"}


def test_a_change_keeps_translations(ninja):
    client = ninja.created()

    changed = ninja.put(client["id"], {"settings": {"translations": {"a": "b"}}})

    assert changed["settings"]["translations"] == {"a": "b"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"note": "x"}, {"currency_id": "3", "note": "x"}),
        ({}, {"currency_id": "3"}),
        (BLANK | {"language_id": "3"}, BLANK | {"currency_id": "3", "language_id": "3"}),
        ({"language_id": "4"}, {"currency_id": "3", "language_id": "4"}),
        ({"language_id": None}, {"currency_id": "3"}),
        ({"language_id": ""}, {"currency_id": "3"}),
        ({"currency_id": None}, {"currency_id": "1"}),
        ({"currency_id": ""}, {"currency_id": "1"}),
    ],
)
def test_given_settings_replace_the_stored_ones_but_for_a_missing_currency(ninja, given, kept):
    client = ninja.created(settings={"currency_id": "3", "language_id": "3"})

    assert ninja.put(client["id"], {"settings": given})["settings"] == kept


BAD = [
    ({"currency_id": "abc"}, ["currency_id is not a valid integer"]),
    ({"currency_id": 1.5}, ["currency_id is not a valid integer"]),
    ({"language_id": "1.0"}, ["language_id is not a valid integer"]),
    ({"currency_id": "+2"}, ["currency_id is not a valid integer"]),
    ({"currency_id": 2.0}, ["currency_id is not a valid integer"]),
    ({"payment_terms": True}, ["payment_terms is not a valid integer"]),
    ({"num_days_reminder1": "x"}, ["num_days_reminder1 is not a valid int"]),
    ({"send_reminders": 2}, ["send_reminders is not a valid bool"]),
    ({"send_reminders": "maybe"}, ["send_reminders is not a valid bool"]),
    ({"name": 5}, ["name is not a valid string"]),
    ({"invoice_number_counter": "x"}, ["invoice_number_counter is not a valid integer"]),
    ({"payment_terms": "soon"}, ["payment_terms is not a valid integer"]),
    ({"valid_until": "3.5"}, ["valid_until is not a valid integer"]),
    ({"invoice_design_id": 5}, ["invoice_design_id is not a valid string"]),
    (
        {"currency_id": "a", "language_id": "b"},
        ["currency_id is not a valid integer", "language_id is not a valid integer"],
    ),
]


@pytest.mark.parametrize(("given", "words"), BAD)
def test_a_setting_of_the_wrong_type_is_refused(ninja, given, words):
    client = ninja.created()

    created = ninja.post("/clients", json={"settings": given})
    changed = ninja.request("PUT", f"/clients/{client['id']}", json={"settings": given})

    assert refused_fields(created) == refused_fields(changed) == {"settings": words}


GOOD = [
    {"currency_id": "2"},
    {"currency_id": 2},
    {"currency_id": "-2"},
    {"whatever_id": "x"},
    {"invoice_number_counter": 7},
    {"payment_terms": "14"},
    {"payment_terms": ""},
    {"valid_until": None},
    {"invoice_design_id": "Opnel5aKBz"},
    {"name": "free text"},
    {"default_task_rate": 5},
]


TYPED = [
    ("currency_id", 3, "3"),
    ("payment_terms", 30, "30"),
    ("invoice_number_counter", "7", 7),
    ("endless_reminder_frequency_id", "5", 5),
    ("default_task_rate", "10.50", 10.5),
    ("default_task_rate", "10.0", 10),
    ("default_task_rate", "1,5", 1),
    ("default_task_rate", "a", 0),
    ("send_reminders", "on", True),
    ("send_reminders", "YES", True),
    ("send_reminders", 1.0, True),
    ("send_reminders", "0", False),
    ("send_reminders", "false", False),
    ("send_reminders", "off", False),
    ("send_reminders", 0, False),
    ("unheard_of", 5, 5),
]


@pytest.mark.parametrize(("key", "sent", "shown"), TYPED)
def test_a_known_setting_is_shown_in_its_own_type_however_it_is_sent(ninja, key, sent, shown):
    created = ninja.created(settings={key: sent})
    changed = ninja.put(ninja.created()["id"], {"settings": {key: sent}})

    values = [client["settings"][key] for client in (created, changed)]
    assert values == [shown, shown]
    assert {type(value) for value in values} == {type(shown)}


@pytest.mark.parametrize("given", GOOD)
def test_a_setting_of_the_right_type_is_taken(ninja, given):
    client = ninja.created(settings=given)

    assert ninja.put(client["id"], {"settings": BLANK | given}) == client


@pytest.mark.parametrize("given", ["x", 5, True, ["x"], {"email_style": ["x"]}, {"foo": {"a": 1}}])
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_settings_that_are_no_flat_object_are_refused(ninja, method, given):
    path = "/clients" if method == "POST" else f"/clients/{ninja.created()['id']}"

    answer = ninja.request(method, path, json={"settings": given})

    assert list(refused_fields(answer)) == ["settings"]


@pytest.mark.parametrize("given", [None, ""])
def test_settings_that_are_null_are_refused(ninja, given):
    assert list(refused_fields(ninja.post("/clients", json={"settings": given}))) == ["settings"]


def test_settings_keep_the_order_of_their_keys(ninja):
    client = ninja.created(settings={"zeta": "1", "alpha": "2", "mid": "3"})

    kept = [key for key in client["settings"] if key in {"zeta", "alpha", "mid"}]
    assert kept == ["zeta", "alpha", "mid"]

"""The wire format of a client and its contacts: every key, in order, with its type and default."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from storage.model.commands import CreateAccount, CreateToken
from tests.dialects.ninja.steps import import_client
from tests.support.api_callers import Ninja

CLIENT = """
    id user_id assigned_user_id name website private_notes balance group_settings_id paid_to_date
    payment_balance credit_balance last_login size_id public_notes client_hash address1 address2
    phone city state postal_code country_id industry_id custom_value1 custom_value2 custom_value3
    custom_value4 shipping_address1 shipping_address2 shipping_city shipping_state
    shipping_postal_code shipping_country_id settings is_deleted vat_number id_number updated_at
    archived_at created_at display_name number has_valid_vat_number is_tax_exempt routing_id
    tax_info classification e_invoice contacts documents gateway_tokens
"""
CONTACT = """
    id first_name last_name email created_at updated_at archived_at is_primary is_locked phone
    custom_value1 custom_value2 custom_value3 custom_value4 contact_key send_email last_login
    password link
"""
CLIENT_KEYS, CONTACT_KEYS = CLIENT.split(), CONTACT.split()
NUMBERS = {"balance", "paid_to_date", "payment_balance", "credit_balance"}
NUMBERS |= {"last_login", "updated_at", "archived_at", "created_at"}
BOOLEANS = {"is_deleted", "has_valid_vat_number", "is_tax_exempt"}
OBJECTS = {"settings", "tax_info", "e_invoice"}
ARRAYS = {"contacts", "documents", "gateway_tokens"}
TEXTS = set(CLIENT_KEYS) - NUMBERS - BOOLEANS - OBJECTS - ARRAYS
SEED = json.loads((Path(__file__).parents[3] / "seeds" / "ninja_clients.json").read_text())
SETTINGS = {"entity": "App\\Models\\Client", "industry_id": "", "size_id": ""}


def test_a_client_has_these_keys_in_this_order(ninja):
    assert list(ninja.created()) == CLIENT_KEYS


def test_a_contact_has_these_keys_in_this_order(ninja):
    assert list(ninja.created()["contacts"][0]) == CONTACT_KEYS


@pytest.mark.parametrize(
    ("keys", "kind"),
    [(TEXTS, str), (NUMBERS, int), (BOOLEANS, bool), (OBJECTS, dict), (ARRAYS, list)],
)
def test_a_clients_values_have_their_types(ninja, keys, kind):
    client = ninja.created()

    assert {key: type(client[key]) for key in keys} == dict.fromkeys(keys, kind)


def test_the_documented_record_has_the_types_that_ours_has(ninja):
    [seed] = SEED["data"]

    client = ninja.created(**seed)

    assert {k: type(client[k]) for k in seed} == {k: type(v) for k, v in seed.items()} | {
        "balance": int
    }
    for ours, theirs in zip(client["contacts"], seed["contacts"], strict=True):
        assert {k: type(v) for k, v in ours.items()} == {k: type(v) for k, v in theirs.items()}


def test_the_documented_record_is_taken_whole(ninja):
    [seed] = SEED["data"]
    read_only = {"id", "user_id", "client_hash", "balance", "created_at", "updated_at", "contacts"}

    client = ninja.created(**seed)

    assert {k: client[k] for k in seed if k not in read_only} == {
        k: v for k, v in seed.items() if k not in read_only
    }
    for ours, theirs in zip(client["contacts"], seed["contacts"], strict=True):
        same = ["first_name", "last_name", "email", "is_primary", "phone", "send_email"]
        assert {k: ours[k] for k in same} == {k: theirs[k] for k in same}


def test_a_client_made_of_nothing(ninja, clock):
    client = ninja.created()

    now = int(clock.now.timestamp())
    given = {"id", "user_id", "client_hash", "country_id", "number", "display_name"}
    assert {key: client[key] for key in TEXTS - given} == dict.fromkeys(TEXTS - given, "")
    assert (client["id"], client["user_id"]) == ("VolejRejNm", "VolejRejNm")
    assert (client["country_id"], client["number"]) == ("840", "0001")
    assert client["display_name"] == "No Contact Set"
    assert re.fullmatch("[0-9A-Za-z]{40}", client["client_hash"])
    assert (client["created_at"], client["updated_at"], client["archived_at"]) == (now, now, 0)
    assert client["settings"] == SETTINGS | {"currency_id": "1"}
    assert (client["tax_info"], client["e_invoice"]) == ({}, {})
    assert (client["documents"], client["gateway_tokens"]) == ([], [])
    assert len(client["contacts"]) == 1


def test_a_contact_made_of_nothing(ninja, clock):
    [contact] = ninja.created(contacts=[{}])["contacts"]

    now = int(clock.now.timestamp())
    texts = ["first_name", "last_name", "email", "phone", "password"]
    texts += [f"custom_value{n}" for n in range(1, 5)]
    assert {key: contact[key] for key in texts} == dict.fromkeys(texts, "")
    assert (contact["created_at"], contact["updated_at"]) == (now, now)
    assert (contact["archived_at"], contact["last_login"]) == (0, 0)
    assert (contact["is_primary"], contact["is_locked"], contact["send_email"]) == (
        True,
        False,
        True,
    )
    assert re.fullmatch("[0-9A-Za-z]{32}", contact["contact_key"])
    key = contact["contact_key"]
    assert contact["link"] == f"http://ninja.test:8000/client/key_login/{key}"


def test_a_blank_client_shows_the_defaults_and_is_not_stored(ninja):
    answer = ninja.get("/clients/create")

    client = answer.json()["data"]
    given = {"user_id", "client_hash", "display_name"}
    assert list(client) == CLIENT_KEYS
    assert {key: client[key] for key in TEXTS - given} == dict.fromkeys(TEXTS - given, "")
    assert {key: client[key] for key in NUMBERS} == dict.fromkeys(NUMBERS, 0)
    assert {key: client[key] for key in BOOLEANS} == dict.fromkeys(BOOLEANS, False)
    assert {key: client[key] for key in ARRAYS} == {key: [] for key in ARRAYS}
    assert client["settings"] == SETTINGS
    assert client["display_name"] == "No Contact Set"
    assert client["user_id"] == "VolejRejNm"
    assert ninja.listed() == []


def test_every_blank_client_has_a_hash_of_its_own(ninja):
    hashes = {ninja.get("/clients/create").json()["data"]["client_hash"] for _ in range(3)}

    assert len(hashes) == 3
    assert all(re.fullmatch("[0-9A-Za-z]{40}", text) for text in hashes)


@pytest.mark.parametrize("path", ["/clients/{}", "/clients/{}/edit"])
def test_an_item_stands_alone_under_data(ninja, path):
    client = ninja.created(name="Acme")

    answer = ninja.get(path.format(client["id"]))

    assert answer.json() == {"data": client}
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("amount", "written"),
    [("10735.05", "10735.05"), ("100", "100"), ("-0.000001", "-0.000001"), ("9.90", "9.9")],
)
def test_money_is_a_short_exact_number(ninja, store, account, amount, written):
    import_client(store, account, "Acme", balance=Decimal(amount))

    assert f'"balance":{written},' in ninja.get("/clients").text


def test_two_clients_have_different_random_texts(ninja):
    one, two = ninja.created(), ninja.created()

    assert one["client_hash"] != two["client_hash"]
    assert one["contacts"][0]["contact_key"] != two["contacts"][0]["contact_key"]


@pytest.mark.parametrize(
    ("name", "contacts", "shown"),
    [
        ("Acme", [{"first_name": "Ada", "email": "a@b"}], "Acme"),
        ("", [{"first_name": "Ada", "last_name": "Byron", "email": "a@b"}], "Ada Byron"),
        ("", [{"first_name": "Ada", "email": "a@b"}], "Ada "),
        ("", [{"last_name": "Byron", "email": "a@b"}], " Byron"),
        ("", [{"email": "a@b"}], "a@b"),
        ("", [{"first_name": "Ada"}], "Ada "),
        ("", [{"first_name": "Ada"}, {"email": "c@d"}], "Ada "),
        ("", [{"phone": "1"}, {"email": "c@d"}], "c@d"),
        ("", [{"phone": "1"}], "No Contact Set"),
        ("", [{"email": "a@b"}, {"email": "c@d", "is_primary": True}], "c@d"),
        ("", [], "No Contact Set"),
    ],
)
def test_a_client_is_displayed_as(ninja, name, contacts, shown):
    client = ninja.created(name=name, contacts=contacts)

    assert client["display_name"] == shown


@pytest.mark.parametrize("word", ["", "individual", "business", "other"])
def test_a_name_is_one_text_whatever_the_kind(ninja, word):
    client = ninja.created(name="Ada King Byron", classification=word)
    other = ninja.put(client["id"], {"classification": "company"})
    again = ninja.put(client["id"], {"classification": "individual", "name": "Augusta Ada King"})

    assert (client["name"], other["name"]) == ("Ada King Byron", "Ada King Byron")
    assert (again["name"], again["classification"]) == ("Augusta Ada King", "individual")


def test_the_ids_of_an_account_are_made_with_its_salt(http, store, ninja):
    salted = store.create_account(CreateAccount(name="salted", hash_salt="pepper"))
    _, token = store.create_token(CreateToken(account=salted.name, dialect="ninja"))
    other = Ninja(http, str(token))

    client = other.created(name="Acme")

    assert ninja.created()["id"] == "VolejRejNm" != client["id"]
    assert other.shown(client["id"]) == client
    assert other.get("/clients/VolejRejNm").status_code == 404

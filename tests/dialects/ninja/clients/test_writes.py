"""Create, change and delete one client: which values are stored and which stay unchanged."""

import pytest

from tests.dialects.ninja.steps import group_of

LINES = """
    name website address1 address2 phone city state postal_code shipping_address1 shipping_address2
    shipping_city shipping_state shipping_postal_code vat_number id_number routing_id
"""
NOTES = ["private_notes", "public_notes", *(f"custom_value{n}" for n in range(1, 5))]
TEXTS = [*LINES.split(), *NOTES]
OTHERS = {
    "number": "A-7",
    "country_id": "276",
    "shipping_country_id": "804",
    "industry_id": "33",
    "size_id": "6",
    "assigned_user_id": "q9wdL84djP",
    "group_settings_id": "Opnel5aKBz",
    "classification": "company",
}
FLAGS = {"has_valid_vat_number": True, "is_tax_exempt": True}
FULL = {field: f"some {field}" for field in TEXTS} | OTHERS | FLAGS


@pytest.fixture(autouse=True)
def _groups(ninja):
    """Create the groups that the values name."""
    for n in range(3):
        group_of(ninja, name=f"Group {n}")


def select_fields(client, fields=FULL):
    return {field: client[field] for field in fields}


def test_a_new_client_is_answered_whole(ninja):
    answer = ninja.post("/clients", json=FULL)

    assert answer.status_code == 200
    assert "location" not in answer.headers
    assert select_fields(answer.json()["data"]) == FULL
    assert ninja.shown(answer.json()["data"]["id"]) == answer.json()["data"]


def test_every_field_can_be_changed(ninja):
    client = ninja.created(name="Old")

    changed = ninja.put(client["id"], FULL)

    assert select_fields(changed) == FULL
    assert ninja.shown(client["id"]) == changed


@pytest.mark.parametrize("field", FULL)
def test_a_change_of_one_field_leaves_the_others(ninja, field):
    client = ninja.created(**FULL)
    other = {"classification": "trust", "country_id": "840", "shipping_country_id": "8"}
    other |= {"industry_id": "1", "size_id": "1", "assigned_user_id": "Wpmbk5ezJn"}
    other |= {"group_settings_id": "Wpmbk5ezJn", "is_tax_exempt": False}
    other |= {"has_valid_vat_number": False}
    new = other.get(field, "new")

    ninja.put(client["id"], {field: new})

    assert select_fields(ninja.shown(client["id"])) == FULL | {field: new}


@pytest.mark.parametrize("empty", ["", None, "  "])
def test_a_field_is_cleared(ninja, empty):
    cleared = [*TEXTS, "shipping_country_id", "industry_id", "size_id", "assigned_user_id"]
    cleared += ["group_settings_id", "classification"]
    client = ninja.created(**FULL)

    changed = ninja.put(client["id"], dict.fromkeys(cleared, empty))

    assert select_fields(changed, cleared) == dict.fromkeys(cleared, "")


@pytest.mark.parametrize("empty", ["", None])
def test_a_cleared_country_is_the_accounts(ninja, empty):
    client = ninja.created(country_id="276")

    assert ninja.put(client["id"], {"country_id": empty})["country_id"] == "840"
    assert ninja.created(country_id=empty)["country_id"] == "840"


@pytest.mark.parametrize("code", ["DE", "DEU"])
def test_a_country_may_be_given_by_its_code(ninja, code):
    client = ninja.created(country_code=code, shipping_country_code=code)
    other = ninja.put(ninja.created()["id"], {"country_code": code, "shipping_country_code": code})

    assert (client["country_id"], client["shipping_country_id"]) == ("276", "276")
    assert (other["country_id"], other["shipping_country_id"]) == ("276", "276")


@pytest.mark.parametrize("code", ["XX", "XXX", "Germany", "276"])
def test_an_unknown_country_code_is_no_country(ninja, code):
    client = ninja.created(country_code=code, shipping_country_code=code)

    assert (client["country_id"], client["shipping_country_id"]) == ("840", "")


def test_ids_of_reference_tables_may_be_numbers(ninja):
    ids = {"country_id": 276, "shipping_country_id": 4, "industry_id": 2, "size_id": 3}

    assert select_fields(ninja.created(**ids), ids) == {field: str(n) for field, n in ids.items()}


READ_ONLY = {
    "id": "Opnel5aKBz",
    "user_id": "q9wdL84djP",
    "balance": 5,
    "paid_to_date": 5,
    "payment_balance": 5,
    "credit_balance": 5,
    "last_login": 5,
    "client_hash": "x",
    "is_deleted": True,
    "updated_at": 5,
    "archived_at": 5,
    "created_at": 5,
    "display_name": "x",
    "tax_info": {"a": 1},
    "e_invoice": {"a": 1},
    "gateway_tokens": [{"token": "x"}],
    "version": 99,
    "company_id": "Opnel5aKBz",
    "email": "a@b",
    "currency_id": "5",
    "work_phone": "5",
}


@pytest.mark.parametrize(("field", "value"), READ_ONLY.items())
def test_what_is_read_only_is_ignored(ninja, field, value):
    client = ninja.created(name="Acme")

    assert ninja.put(client["id"], {field: value}) == client


def test_what_is_read_only_is_ignored_on_a_new_client_too(ninja):
    client = ninja.created(**READ_ONLY)

    fields = [field for field in READ_ONLY if field in client and field != "user_id"]
    assert [f for f in fields if client[f] == READ_ONLY[f]] == []
    assert client["user_id"] == "VolejRejNm"


@pytest.mark.parametrize("field", ["private_notes", "public_notes"])
def test_the_end_of_a_script_is_defused_in_notes(ninja, field):
    client = ninja.created(**{field: "a</script>b"})
    changed = ninja.put(client["id"], {field: "c</script>d"})

    assert client[field] == "a<-ript>b"
    assert changed[field] == "c<-ript>d"


@pytest.mark.parametrize(
    ("name", "stored"),
    [("<b>Acme</b>", "Acme"), ("Acme<br/> Ltd", "Acme Ltd"), ("1 < 2 & 3 > 2", "1 < 2 & 3 > 2")],
)
def test_tags_are_stripped_from_a_name(ninja, name, stored):
    client = ninja.created(name=name)

    assert client["name"] == stored
    assert ninja.put(ninja.created()["id"], {"name": name})["name"] == stored


def test_a_change_is_dated(ninja, clock):
    client = ninja.created(name="Acme")
    later = clock.move()

    changed = ninja.put(client["id"], {"city": "Kyiv"})

    assert (changed["created_at"], changed["updated_at"]) == (client["created_at"], later)


def test_an_echo_changes_nothing(ninja, clock):
    client = ninja.created(**FULL, contacts=[{"first_name": "Ada", "email": "a@b"}, {"phone": "5"}])
    before = ninja.get(f"/clients/{client['id']}").headers["etag"]
    clock.move()

    answer = ninja.request("PUT", f"/clients/{client['id']}", json=client)

    assert answer.json() == {"data": client}
    assert answer.headers["etag"] == before


def test_every_real_change_has_a_version(ninja):
    path = f"/clients/{ninja.created(name='Acme')['id']}"

    tags = [ninja.request("PUT", path, json={"name": n}).headers["etag"] for n in "AABB"]

    assert tags[0] == tags[1] != tags[2] == tags[3]
    assert ninja.get(path).headers["etag"] == tags[3]


def test_an_archived_client_can_be_changed(ninja):
    client = ninja.created(name="Acme")
    ninja.post("/clients/bulk", json={"action": "archive", "ids": [client["id"]]})

    changed = ninja.put(client["id"], {"name": "Bolt"})

    assert changed["name"] == "Bolt"
    assert changed["archived_at"] > 0


def test_a_deleted_client_is_answered_whole(ninja, clock):
    client = ninja.created(**FULL)
    later = clock.move()

    answer = ninja.delete(f"/clients/{client['id']}")

    deleted = {"is_deleted": True, "archived_at": later, "updated_at": later}
    assert answer.status_code == 200
    assert answer.json() == {"data": client | deleted}
    assert ninja.shown(client["id"]) == client | deleted


def test_deleting_twice_is_deleting_once(ninja, clock):
    client = ninja.created(name="Acme")
    first = ninja.delete(f"/clients/{client['id']}")
    clock.move()

    second = ninja.delete(f"/clients/{client['id']}")

    assert second.status_code == 200
    assert second.json() == first.json()


def test_a_deleted_client_cannot_be_changed(ninja):
    client = ninja.created(name="Acme")
    ninja.delete(f"/clients/{client['id']}")

    answer = ninja.request("PUT", f"/clients/{client['id']}", json={"name": "Bolt"})

    words = "Record is deleted and cannot be edited. Restore the record to enable editing"
    assert answer.status_code == 400
    assert answer.json() == {"message": words}
    assert ninja.shown(client["id"])["name"] == "Acme"

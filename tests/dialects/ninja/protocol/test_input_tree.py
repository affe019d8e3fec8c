"""All forms of input, and the cleaning that comes first for each of them."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given, strategies as st

from dialects.base.protocol.failures import Malformed
from dialects.ninja.http.request_body import form_pairs
from dialects.ninja.protocol.input_tree import nest_pairs

MULTIPART = {"name": (None, "Acme"), "contacts[0][email]": (None, "ada@acme.example")}


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "text/json", "a/vnd.x+json"]
)
def test_a_body_is_read_as_json(ninja, kind):
    answer = ninja.post("/clients", content=b'{"name": "Acme"}', headers={"Content-Type": kind})

    assert answer.json()["data"]["name"] == "Acme"


def test_a_form_nests_by_brackets(ninja):
    form = {
        "name": "Acme",
        "is_tax_exempt": "1",
        "settings[currency_id]": "2",
        "contacts[0][first_name]": "Ada",
        "contacts[0][send_email]": "0",
        "contacts[1][first_name]": "Grace",
        "contacts[1][is_primary]": "1",
    }

    client = ninja.post("/clients", data=form).json()["data"]

    assert client["name"] == "Acme"
    assert client["is_tax_exempt"] is True
    assert client["settings"]["currency_id"] == "2"
    assert [c["first_name"] for c in client["contacts"]] == ["Grace", "Ada"]
    assert [c["send_email"] for c in client["contacts"]] == [True, False]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_form_is_read_on_changes_too(ninja, method):
    client = ninja.created(name="Acme", city="Bonn", contacts=[{"first_name": "Ada"}])
    form = {
        "city": "Kyiv",
        "contacts[0][id]": client["contacts"][0]["id"],
        "contacts[0][phone]": "5",
    }

    changed = ninja.request(method, f"/clients/{client['id']}", data=form).json()["data"]

    assert (changed["name"], changed["city"]) == ("Acme", "Kyiv")
    assert [(c["first_name"], c["phone"]) for c in changed["contacts"]] == [("Ada", "5")]


def test_a_form_of_parts_creates(ninja):
    client = ninja.post("/clients", files=MULTIPART).json()["data"]

    assert client["name"] == "Acme"
    assert client["contacts"][0]["email"] == "ada@acme.example"


def test_a_form_of_parts_changes(ninja):
    client = ninja.created(name="Old", city="Bonn")

    changed = ninja.request("PUT", f"/clients/{client['id']}", files=MULTIPART).json()["data"]

    assert (changed["name"], changed["city"]) == ("Acme", "Bonn")


@pytest.mark.parametrize(
    ("pairs", "tree"),
    [
        ([("a", "1")], {"a": "1"}),
        ([("a", "1"), ("a", "2")], {"a": "2"}),
        ([("a[]", "1"), ("a[]", "2")], {"a": ["1", "2"]}),
        ([("a[0]", "1"), ("a[1]", "2")], {"a": ["1", "2"]}),
        ([("a[b][c]", "1"), ("a[b][d]", "2")], {"a": {"b": {"c": "1", "d": "2"}}}),
        ([("a[0][b]", "1"), ("a[0][c]", "2")], {"a": [{"b": "1", "c": "2"}]}),
        ([("a[5][b]", "1"), ("a[9][b]", "2")], {"a": [{"b": "1"}, {"b": "2"}]}),
        ([("a[b][]", "1")], {"a": {"b": ["1"]}}),
        ([("a[5]", "1"), ("a[]", "2"), ("a[x]", "3")], {"a": {"5": "1", "6": "2", "x": "3"}}),
        ([("a[5]", "1"), ("a[2]", "2"), ("a[]", "3")], {"a": ["1", "2", "3"]}),
        ([("a[][]", "1"), ("a[][]", "2")], {"a": [["1"], ["2"]]}),
    ],
)
def test_brackets_nest(pairs, tree):
    assert nest_pairs(pairs) == tree


def test_the_query_is_input_too(ninja):
    client = ninja.post("/clients?name=Acme&city=Bonn").json()["data"]
    changed = ninja.request("PUT", f"/clients/{client['id']}?city=Kyiv").json()["data"]

    assert (client["name"], client["city"]) == ("Acme", "Bonn")
    assert (changed["name"], changed["city"]) == ("Acme", "Kyiv")


@pytest.mark.parametrize("body", [{"json": {"name": "Body"}}, {"data": {"name": "Body"}}])
def test_the_body_wins_over_the_query(ninja, body):
    client = ninja.post("/clients?name=Query&city=Bonn", **body).json()["data"]

    assert (client["name"], client["city"]) == ("Body", "Bonn")


def test_scalars_in_the_query_and_one_flat_contact_in_the_body_make_a_client(ninja):
    contact = {"first_name": "Ada", "email": "ada@acme.example"}

    answer = ninja.post("/clients/?name=Acme&phone=5", json={"contacts": contact})

    client = answer.json()["data"]
    assert (client["name"], client["phone"]) == ("Acme", "5")
    assert [(c["first_name"], c["email"]) for c in client["contacts"]] == [
        ("Ada", "ada@acme.example")
    ]


def carried(method):
    """Return the request options for every way to override the method of a POST."""
    return {
        "header": {"headers": {"X-HTTP-METHOD-OVERRIDE": method}},
        "json": {"json": {"_method": method}},
        "form": {"data": {"_method": method}},
        "parts": {"files": {"_method": (None, method)}},
        "query": {"params": {"_method": method}},
    }


@pytest.mark.parametrize("carrier", carried("put"))
@pytest.mark.parametrize("method", ["PUT", "put", "PATCH"])
def test_a_post_can_stand_for_a_change(ninja, carrier, method):
    client = ninja.created(name="Acme")
    path = f"/clients/{client['id']}?city=Kyiv"
    options = carried(method)[carrier]
    if carrier == "query":
        path, options = f"{path}&_method={method}", {}

    answer = ninja.post(path, **options)

    assert answer.status_code == 200
    assert ninja.shown(client["id"])["city"] == "Kyiv"


@pytest.mark.parametrize("carrier", carried("delete"))
def test_a_post_can_stand_for_a_deletion(ninja, carrier):
    client = ninja.created(name="Acme")

    answer = ninja.post(f"/clients/{client['id']}", **carried("delete")[carrier])

    assert answer.json()["data"]["is_deleted"] is True


def test_a_post_can_stand_for_a_reading(ninja):
    client = ninja.created(name="Acme")

    answer = ninja.post(f"/clients/{client['id']}", json={"_method": "GET"})

    assert answer.status_code == 200
    assert answer.json()["data"] == client


def test_the_header_names_the_method_before_the_body_and_the_body_before_the_query(ninja):
    one, two = ninja.created(name="One"), ninja.created(name="Two")
    header = {"X-HTTP-METHOD-OVERRIDE": "PUT"}

    ninja.post(f"/clients/{one['id']}", json={"_method": "DELETE"}, headers=header)
    ninja.post(f"/clients/{two['id']}?_method=DELETE", json={"_method": "PUT"})

    assert [c["is_deleted"] for c in ninja.listed()] == [False, False]


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_only_a_post_stands_for_another_method(ninja, method):
    client = ninja.created(name="Acme")

    answer = ninja.request(method, f"/clients/{client['id']}?_method=DELETE")

    assert answer.status_code == 200
    assert ninja.shown(client["id"])["is_deleted"] is False


def test_a_post_may_say_that_it_is_one(ninja):
    client = ninja.post("/clients?_method=POST", json={"name": "Acme"}).json()["data"]
    body = {"action": "archive", "ids": [client["id"]], "_method": "post"}

    answer = ninja.post("/clients/bulk?_method=POST", json=body)

    assert answer.json()["data"][0]["archived_at"] > 0


@pytest.mark.parametrize("blank", [" ", "\t", "\r\n", "\u00a0", "\u3000"])
def test_texts_are_trimmed_everywhere(ninja, blank):
    body = {
        "name": f"{blank}Acme{blank}",
        "contacts": [{"first_name": f"{blank}Ada{blank}", "email": f"{blank}a@b{blank}"}],
        "settings": {"note": f"{blank}kept{blank}"},
    }

    client = ninja.created(**body)

    assert client["name"] == "Acme"
    assert (client["contacts"][0]["first_name"], client["contacts"][0]["email"]) == ("Ada", "a@b")
    assert client["settings"]["note"] == "kept"


def test_the_query_is_trimmed(ninja):
    client = ninja.post("/clients?name=%20Acme%20").json()["data"]

    assert client["name"] == "Acme"
    assert [c["id"] for c in ninja.listed("filter=%20acme%20")] == [client["id"]]


@pytest.mark.parametrize("empty", ["", "   ", None])
def test_empty_blank_and_null_are_one(ninja, empty):
    client = ninja.created(name=empty, website=empty, number=empty, contacts=[{"email": empty}])

    assert (client["name"], client["website"], client["number"]) == ("", "", "0001")
    assert client["contacts"][0]["email"] == ""


def test_an_unknown_key_is_ignored(ninja):
    client = ninja.created(name="Acme", work_phone="5", email="a@b", currency_id="3", nothing=[{}])

    assert client["name"] == "Acme"
    assert client["settings"]["currency_id"] == "1"


@pytest.mark.parametrize("path", ["/clients", "/clients/create", "/clients/{}", "/clients/{}/edit"])
def test_head_works_wherever_get_does(ninja, path):
    path = path.format(ninja.created(name="Acme")["id"])

    head, get = ninja.request("HEAD", path), ninja.get(path)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == get.headers["content-type"]


@pytest.mark.parametrize("path", ["/clients", "/clients/create", "/clients/{}", "/clients/{}/edit"])
def test_a_trailing_slash_makes_no_difference(ninja, path):
    path = path.format(ninja.created(name="Acme")["id"])

    assert ninja.get(f"{path}/", follow_redirects=False).status_code == 200


def test_a_trailing_slash_is_no_redirect_for_writers(ninja):
    client = ninja.post("/clients/", json={"name": "A"}, follow_redirects=False).json()["data"]
    body = {"action": "archive", "ids": [client["id"]]}

    assert ninja.put(f"{client['id']}/", {"name": "B"})["name"] == "B"
    assert ninja.post("/clients/bulk/", json=body, follow_redirects=False).status_code == 200
    assert ninja.delete(f"/clients/{client['id']}/").status_code == 200


@given(st.text(st.sampled_from("a%41eE&=+[]é"), max_size=40))
def test_a_form_is_decoded_as_any_other_program_does(form):
    try:
        expected = parse_qsl(form, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        with pytest.raises(Malformed):
            form_pairs(form.encode())
    else:
        assert form_pairs(form.encode()) == expected

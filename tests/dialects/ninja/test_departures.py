"""Known differences from the original API: a test for each letter of docs/ninja.md.

Those of two letters have one here only where no recorded answer shows them (tests/recorded).
"""

import re
import string
from decimal import Decimal

import pytest
from starlette.testclient import TestClient

from gateway.app import create_app
from gateway.settings import Settings
from tests.dialects.ninja.steps import (
    MISSING,
    NOBODY,
    find_names,
    import_client,
    pagination,
    refused_fields,
)
from tests.recorded.departures import departures
from tests.support.api_callers import Ninja

UNCONFIRMED = {"message": "Invalid Password", "errors": {}}
BLANK = {"entity": "App\\Models\\Client", "industry_id": "", "size_id": ""}


@pytest.mark.parametrize(
    ("word", "matching"), [("lt", "A"), ("lte", "AB"), ("gt", "C"), ("gte", "BC"), ("eq", "B")]
)
def test_a_balance_is_compared_in_either_order(ninja, store, account, word, matching):
    for name, balance in [("A", "-5"), ("B", "10"), ("C", "20")]:
        import_client(store, account, name, balance=Decimal(balance))

    assert find_names(ninja, balance=f"{word}:10") == find_names(ninja, balance=f"10:{word}")
    assert find_names(ninja, balance=f"{word}:10") == list(matching)


@pytest.mark.parametrize(
    ("words", "matching"),
    [
        (["true", "TRUE", "1"], ["deleted"]),
        (["false", "False", "0", "", "yes", "null"], ["live"]),
    ],
)
def test_b_is_deleted_true_gives_the_deleted_and_other_words_the_others(ninja, words, matching):
    ninja.created(name="live")
    ninja.delete(f"/clients/{ninja.created(name='deleted')['id']}")

    assert [find_names(ninja, is_deleted=word) for word in words] == [matching] * len(words)


def test_c_a_put_without_settings_leaves_them_alone(ninja):
    client = ninja.created(name="Acme", settings={"currency_id": "3", "language_id": "3"})

    assert ninja.put(client["id"], {"name": "Bolt"})["settings"] == client["settings"]


def test_c_settings_without_a_currency_keep_the_stored_one(ninja):
    client = ninja.created(settings={"currency_id": "3", "language_id": "3", "a": "x", "b": "x"})

    changed = ninja.put(client["id"], {"settings": {"language_id": "4", "a": None, "b": ""}})
    emptied = ninja.put(client["id"], {"settings": {"currency_id": ""}})

    assert changed["settings"] == {"currency_id": "3", "language_id": "4"}
    assert emptied["settings"] == {"currency_id": "1"}


@pytest.mark.parametrize("documents", [[], [{"id": "VolejRejNm"}], ["x"]])
def test_d_documents_in_a_change_are_ignored_and_the_rest_is_applied(ninja, documents):
    client = ninja.created(name="Acme")

    changed = ninja.put(client["id"], {"name": "Bolt", "documents": documents})

    assert (changed["name"], changed["documents"]) == ("Bolt", [])


def test_e_the_contact_of_another_client_stays_with_it(ninja):
    other = ninja.created(name="Other", contacts=[{"first_name": "Ada"}])
    client = ninja.created(name="Acme")
    stolen = {"id": other["contacts"][0]["id"], "first_name": "Eve"}

    changed = ninja.put(client["id"], {"contacts": [stolen]})

    assert stolen["id"] not in {c["id"] for c in changed["contacts"]}
    assert ninja.shown(other["id"]) == other


@pytest.mark.parametrize(
    ("path", "status"),
    [("{foreign}/purge", 404), ("{foreign}/{own}/merge", 404), ("{own}/{foreign}/merge", 400)],
)
def test_f_purge_and_merge_stay_in_the_account(ninja, stranger, confirmed, path, status):
    own, foreign = [ninja.created() for _ in "AB"][1], [stranger.created() for _ in "ABC"][2]
    path = path.format(own=own["id"], foreign=foreign["id"])

    assert ninja.post(f"/clients/{path}", headers=confirmed).status_code == status
    assert (ninja.shown(own["id"]), stranger.shown(foreign["id"])) == (own, foreign)


def test_g_a_blank_contact_has_an_empty_address(ninja):
    assert ninja.created()["contacts"][0]["email"] == ""


@pytest.mark.parametrize("body", [b"{", b"garbage", b'{"name": "Acme",}', b"{'name': 1}"])
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_h_malformed_json_is_refused(ninja, method, body):
    path = "/clients" if method == "POST" else f"/clients/{ninja.created()['id']}"
    before = ninja.listed()

    answer = ninja.request(method, path, content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 400
    assert answer.json() == {"message": "The request body is not valid JSON.", "errors": {}}
    assert ninja.listed() == before


def test_i_a_wrong_type_is_refused_by_the_name_of_its_field(ninja):
    answer = ninja.post("/clients", json={"name": {}, "contacts": [5]})

    assert list(refused_fields(answer)) == ["name", "contacts.0"]


@pytest.mark.parametrize("sort", ["nothing|asc", "settings|asc", "name;drop table client|asc"])
def test_j_an_unknown_column_does_not_sort(ninja, sort):
    for name in "BCA":
        ninja.created(name=name)

    assert find_names(ninja, sort=sort) == ["B", "C", "A"]


@pytest.mark.parametrize(
    ("field", "value"), [("name", "x" * 256), ("industry_id", "99"), ("size_id", "99")]
)
def test_k_text_that_is_too_long_or_an_unknown_size_is_refused(ninja, field, value):
    assert list(refused_fields(ninja.post("/clients", json={field: value}))) == [field]


@pytest.mark.parametrize("accept", ["text/html", "text/html,*/*;q=0.8", "image/png"])
def test_l_a_refusal_is_json_whatever_is_asked_for(ninja, accept):
    form = {"country_id": "x"}

    answer = ninja.post("/clients", data=form, headers={"Accept": accept}, follow_redirects=False)

    assert list(refused_fields(answer)) == ["country_id"]
    assert answer.headers["content-type"] == "application/json"


def test_m_a_foreign_record_is_missing_like_any_other(ninja, stranger):
    foreign = stranger.created(name="Foreign")

    answers = [ninja.get(f"/clients/{i}") for i in [foreign["id"], NOBODY, "garbage"]]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert [answer.json() for answer in answers] == [MISSING] * 3


def test_n_a_wrong_method_is_named_as_such(ninja):
    answer = ninja.request("PUT", "/clients")

    assert answer.status_code == 405
    assert answer.json() == {"message": "Method not supported for this route"}
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_o_links_carry_every_other_parameter(ninja):
    for name in ["Acme 1", "Acme 2", "Acme 3"]:
        ninja.created(name=name)

    links = pagination(ninja, "filter=acme&page=2&per_page=1&sort=name|asc&x=%26")["links"]

    same = "http://ninja.test:8000/api/v1/clients?filter=acme&per_page=1&sort=name%7Casc&x=%26"
    assert links == {"previous": f"{same}&page=1", "next": f"{same}&page=3"}


@pytest.mark.parametrize(
    ("words", "meaning"), [("true 1 on yes TRUE", True), ("false 0 off no FALSE", False)]
)
def test_p_the_words_of_a_contacts_flags_mean_what_they_say(ninja, words, meaning):
    for word in words.split():
        people = [{"first_name": "Other"}, {"first_name": "Ada", "is_primary": word}]

        client = ninja.created(contacts=people)

        assert {c["first_name"]: c["is_primary"] for c in client["contacts"]}["Ada"] is meaning


@pytest.mark.parametrize(("given", "size"), [("0", 20), ("x", 20), ("-7", 7), ("6000", 5000)])
def test_q_a_page_has_twenty_clients_unless_a_size_is_given(ninja, given, size):
    assert pagination(ninja, f"per_page={given}")["per_page"] == size


@pytest.mark.parametrize("given", ["ärger", "ÄRGER", "arger"])
def test_r_equality_and_uniqueness_know_neither_case_nor_accents(ninja, given):
    ninja.created(name="A", number="Ärger")

    assert find_names(ninja, number=given) == ["A"]
    assert list(refused_fields(ninja.post("/clients", json={"number": given}))) == ["number"]


@pytest.mark.parametrize(("text", "matching"), [("%", ["100%"]), ("_", ["a_b"]), ("0%", ["100%"])])
def test_s_a_filter_has_no_wildcards(ninja, text, matching):
    for name in ["100%", "a_b", "axb"]:
        ninja.created(name=name)

    assert find_names(ninja, filter=text) == matching
    assert find_names(ninja, name=text) == matching


def test_t_an_unknown_relation_is_refused_on_lists_only(ninja):
    client = ninja.created()

    assert ninja.get("/clients?include=nothing").status_code == 400
    assert ninja.get(f"/clients/{client['id']}?include=nothing").json() == {"data": client}
    assert ninja.listed("include=invoices") == [client]


def test_u_a_bulk_action_answers_with_all_its_clients(ninja):
    body = {"action": "archive", "ids": [ninja.created(name=f"{n}")["id"] for n in range(21)]}

    whole = ninja.post("/clients/bulk", json=body).json()
    paged = ninja.post("/clients/bulk?per_page=2", json=body).json()

    assert [c["id"] for c in whole["data"]] == body["ids"]
    assert whole["meta"]["pagination"]["total_pages"] == 1
    assert [c["name"] for c in paged["data"]] == ["0", "1"]
    assert paged["meta"]["pagination"]["total_pages"] == 11


def test_v_a_name_of_one_letter_is_displayed(ninja):
    assert ninja.created(name="A", contacts=[{"email": "a@b"}])["display_name"] == "A"


def test_w_no_links_are_an_empty_object(ninja):
    assert pagination(ninja, "")["links"] == {}


def test_w_no_links_are_an_empty_array_in_a_version_that_had_one(store, ninja):
    settings = Settings(environment={"GATEWAY_NINJA_VERSION": "5.6.31"})
    caller = Ninja(TestClient(create_app(store, settings)), ninja.token)

    assert pagination(caller, "")["links"] == []


@pytest.mark.parametrize("secret", ["", "wrong", "password"])
def test_x_a_secret_is_ignored_where_the_operator_has_set_none(ninja, secret):
    assert ninja.get("/clients", headers={"X-API-SECRET": secret}).status_code == 200


def test_x_a_secret_is_demanded_where_the_operator_has_set_one(store, ninja):
    settings = Settings(environment={"GATEWAY_NINJA_API_SECRET": "password"})
    caller = Ninja(TestClient(create_app(store, settings)), ninja.token)

    refusals = [caller.get("/clients"), caller.get("/clients", headers={"X-API-SECRET": "wrong"})]

    assert [refusal.status_code for refusal in refusals] == [403, 403]
    assert [r.json() for r in refusals] == [{"message": "Invalid secret", "errors": {}}] * 2
    assert caller.get("/clients", headers={"X-API-SECRET": "password"}).status_code == 200


@pytest.mark.parametrize(
    "headers", [{}, {"X-API-PASSWORD": "wrong"}, {"X-API-PASSWORD-BASE64": "d3Jvbmc="}]
)
@pytest.mark.parametrize("password", ["correct", None])
def test_y_without_the_accounts_password_nothing_is_final(ninja, store, account, headers, password):
    if password:
        store.set_password(account.name, password)
    one, other = ninja.created(name="A"), ninja.created(name="B")
    paths = [f"/clients/{one['id']}/purge", f"/clients/{one['id']}/{other['id']}/merge"]

    answers = [ninja.post(path, headers=headers) for path in paths]

    assert [(a.status_code, a.json()) for a in answers] == [(412, UNCONFIRMED)] * 2
    assert ninja.listed() == [one, other]


def test_y_the_accounts_password_confirms(ninja, confirmed):
    path = f"/clients/{ninja.created()['id']}/purge"

    assert ninja.post(path, headers=confirmed).json() == {"message": "Success"}
    assert ninja.listed() == []


def test_z_the_whole_api_answers_under_the_documented_address_too(ninja, elsewhere):
    client = elsewhere.created(name="Acme")
    path = f"/clients/{client['id']}"

    assert elsewhere.shown(client["id"]) == ninja.shown(client["id"]) == client
    assert elsewhere.put(client["id"], {"name": "Bolt"})["name"] == "Bolt"
    assert elsewhere.get(f"{path}/edit").status_code == elsewhere.delete(path).status_code == 200
    body = {"action": "restore", "ids": [client["id"]]}
    assert elsewhere.post("/clients/bulk", json=body).json()["data"][0]["is_deleted"] is False
    assert ninja.http.get("/v1/api/clients").status_code == 403


@pytest.mark.parametrize(
    "path", ["/client_statement", "/reactivate_email/x", "/clients/{}/updateTaxData", "/invoices"]
)
def test_what_needs_invoices_or_mail_is_said_to_be_missing(ninja, path):
    answer = ninja.post(path.format(ninja.created()["id"]))

    assert answer.status_code == 501
    assert list(answer.json()) == ["message"]


def test_wl_contacts_that_change_nothing_leave_the_moment_alone(ninja, clock):
    client = ninja.created(name="Acme", contacts=[{"email": "a@b"}])
    clock.move()

    changed = ninja.put(client["id"], {"contacts": client["contacts"]})

    assert changed["updated_at"] == client["updated_at"]


def test_rh_ids_are_those_of_the_account(ninja, stranger):
    assert ninja.created()["id"] == stranger.created()["id"]


def test_every_departure_that_no_recording_shows_has_a_test():
    tested = {match[1] for name in globals() if (match := re.match("test_([a-z]{1,2})_", name))}
    unseen = {each.letters for each in departures() if not each.patterns}

    assert unseen | set(string.ascii_lowercase) <= tested

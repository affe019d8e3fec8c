"""What the original serves and this server does not: empty lists, and 501 for all else."""

import pytest

from dialects.ninja.reference.unserved_routes import EMPTY_LISTS, UNSERVED_ROOTS

MESSAGE = {"message": "This part of Invoice Ninja is not served here."}
UNSERVED = [
    ("POST", "/clients/VolejRejNm/updateTaxData"),
    ("POST", "/client_statement"),
    ("POST", "/client_statement?send_email=true"),
    ("POST", "/reactivate_email/abc-1"),
    ("POST", "/login"),
    ("POST", "/refresh?current_company=true"),
    ("POST", "/charts/totals_v2"),
    ("POST", "/emails/clientHistory/VolejRejNm"),
    ("POST", "/activities/entity"),
    ("GET", "/activities/download_entity/VolejRejNm"),
    ("PUT", "/company_users/VolejRejNm"),
    ("PUT", "/companies/VolejRejNm"),
    ("DELETE", "/companies/VolejRejNm"),
    ("POST", "/users"),
    ("GET", "/users/VolejRejNm"),
    ("POST", "/tokens"),
    ("DELETE", "/payment_terms/VolejRejNm"),
    ("POST", "/webhooks"),
    ("DELETE", "/webhooks/VolejRejNm"),
    ("GET", "/invoices/create"),
    ("GET", "/invoices/VolejRejNm"),
    ("GET", "/invoices/VolejRejNm/download"),
    ("PUT", "/group_settings/VolejRejNm/upload"),
    ("POST", "/self-update/check_version"),
    ("POST", "/invoices/bulk/"),
]
INVENTED = [
    "/nothing",
    "/clients/VolejRejNm/nothing",
    "/clients/VolejRejNm/updateTaxData/now",
    "/contacts",
    "/client_contacts",
    "/countries",
    "/currencies",
    "/locations",
    "/tags",
    "/Invoices",
    "/invoicesx",
]
WRONG_METHODS = [
    ("PUT", "/clients", "GET, HEAD, POST"),
    ("DELETE", "/clients/VolejRejNm/purge", "POST"),
    ("POST", "/ping", "GET, HEAD"),
    ("GET", "/search", "POST"),
    ("DELETE", "/statics", "GET, HEAD"),
]


@pytest.mark.parametrize("name", EMPTY_LISTS)
def test_a_list_of_what_nobody_can_store_is_empty(ninja, name):
    answer = ninja.get(f"/{name}")

    pagination = {"total": 0, "count": 0, "per_page": 20, "current_page": 1, "total_pages": 1}
    assert answer.json() == {"data": [], "meta": {"pagination": pagination | {"links": {}}}}
    assert answer.headers["x-api-version"] == "5.0.16"


def test_an_empty_list_has_the_page_that_is_asked_for(ninja):
    answer = ninja.get("/invoices?per_page=1000&page=undefined&sort=id|asc&status=active").json()

    assert answer["meta"]["pagination"]["per_page"] == 1000
    assert answer["meta"]["pagination"]["current_page"] == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("name", ["invoices", "webhooks", "companies", "users", "tokens"])
def test_whatever_would_change_a_list_that_is_only_shown_is_not_served(ninja, name, method):
    answer = ninja.request(method, f"/{name}", json={})

    assert (answer.status_code, answer.json()) == (501, MESSAGE)


@pytest.mark.parametrize(("method", "path"), UNSERVED)
def test_a_route_that_only_the_original_serves_is_said_to_be_missing(ninja, method, path):
    answer = ninja.request(method, path)

    assert (answer.status_code, answer.json()) == (501, MESSAGE)
    assert answer.headers["x-app-version"] == "5.10.17"


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("path", INVENTED)
def test_an_invented_path_does_not_exist(ninja, path, method):
    answer = ninja.request(method, path)

    assert (answer.status_code, answer.json()) == (404, {"message": "Route does not exist"})


@pytest.mark.parametrize(("method", "path", "allowed"), WRONG_METHODS)
def test_a_wrong_method_of_a_route_that_is_served_stays_one(ninja, method, path, allowed):
    answer = ninja.request(method, path)

    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_a_template_of_many_clients_is_not_served_and_changes_nothing(ninja):
    made = ninja.created(name="Acme")
    body = {"action": "template", "ids": [made["id"]], "template": "clients", "send_email": False}

    answer = ninja.post("/clients/bulk", json=body)

    assert (answer.status_code, answer.json()) == (501, MESSAGE)
    assert ninja.shown(made["id"]) == made


@pytest.mark.parametrize("path", ["/invoices", "/login", "/nothing", "/companies"])
def test_no_path_tells_anything_without_a_token(http, path):
    answers = [http.request(method, f"/api/v1{path}") for method in ("GET", "POST")]

    assert [answer.status_code for answer in answers] == [403, 403]


def test_a_token_that_only_reads_learns_the_same(reader):
    assert reader.get("/invoices").status_code == 200
    assert reader.post("/invoices").status_code == 501


def test_the_other_address_of_the_api_answers_alike(elsewhere):
    assert elsewhere.get("/invoices").json()["data"] == []
    assert elsewhere.post("/invoices").status_code == 501
    assert elsewhere.get("/nothing").status_code == 404


def test_no_root_that_has_all_its_routes_here_is_called_unserved():
    assert not UNSERVED_ROOTS & {"clients", "documents", "group_settings", "ping", "search"}

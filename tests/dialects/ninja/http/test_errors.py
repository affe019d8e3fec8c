"""Error answers of this API: status, message, headers, and which error takes precedence."""

import pytest

from tests.dialects.ninja.steps import MISSING, NOBODY, refused_fields

HEADERS = {
    "x-app-version": "5.10.17",
    "x-minimum-client-version": "5.0.16",
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, POST, PUT, DELETE, OPTIONS",
    "access-control-expose-headers": "X-APP-VERSION,X-MINIMUM-CLIENT-VERSION,Content-Disposition",
    "cache-control": "private, no-store",
    "x-content-type-options": "nosniff",
    "vary": "X-API-TOKEN, X-NINJA-TOKEN",
    "content-type": "application/json",
}
EXPOSED = "access-control-expose-headers"
OWN = (
    f"{HEADERS[EXPOSED]},ETag,Retry-After,X-Gateway-Ignored-Fields,X-Gateway-Changes-Until"
    ",Idempotency-Replayed"
)
"""What an answer exposes that has a header of ours."""
OWN_NAMES = {"etag", "x-gateway-changes-until"}


def has_headers(answer):
    expected = HEADERS | ({EXPOSED: OWN} if OWN_NAMES & set(answer.headers) else {})
    return {name: answer.headers.get(name) for name in expected} == expected


ITEM_METHODS = [("GET", ""), ("GET", "/edit"), ("PUT", ""), ("PATCH", ""), ("DELETE", "")]


@pytest.mark.parametrize("number", ["1", "007", "99999999999"])
@pytest.mark.parametrize(("method", "rest"), ITEM_METHODS)
def test_a_numeric_id_is_pointed_out(ninja, method, rest, number):
    ninja.created(name="Acme")

    answer = ninja.request(method, f"/clients/{number}{rest}")

    assert answer.status_code == 400
    assert answer.json() == {"message": f"Record with value {number} not found"}


@pytest.mark.parametrize("path", ["/nothing", "/clients/VolejRejNm/nothing", "/", "/client"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_path_is_no_route(ninja, method, path):
    answer = ninja.request(method, path)

    assert answer.status_code == 404
    assert answer.json() == {"message": "Route does not exist"}


def test_a_refusal_is_an_object_of_lists_of_sentences(ninja):
    answer = ninja.post("/clients", json={"country_id": "x", "contacts": [{"email": "x"}]})

    assert answer.json() == {
        "message": "The given data was invalid.",
        "errors": {
            "country_id": ["The country id must be an integer."],
            "contacts.0.email": ["The contacts.0.email must be a valid email address."],
        },
    }


def refusals(client_id):
    """Return one request for each error status."""
    return {
        400: ("POST", "/clients", {"content": b"{"}),
        404: ("GET", f"/clients/{NOBODY}", {}),
        405: ("PUT", "/clients", {}),
        413: ("POST", "/clients", {"content": b" " * (9 * 2**20)}),
        415: ("POST", "/clients", {"content": b"x", "headers": {"Content-Encoding": "gzip"}}),
        422: ("PUT", f"/clients/{client_id}", {"json": {"contacts": "x"}}),
    }


@pytest.mark.parametrize("status", refusals(""))
def test_every_refusal_has_the_headers_of_this_api(ninja, status):
    method, path, options = refusals(ninja.created()["id"])[status]

    answer = ninja.request(method, path, **options)

    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "access-control-allow-headers" in answer.headers
    assert "x-api-version" not in answer.headers


def test_a_refused_token_has_the_headers_of_this_api(http):
    answer = http.get("/api/v1/clients")

    assert answer.status_code == 403
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "x-api-version" not in answer.headers


@pytest.mark.parametrize("path", ["/clients", "/clients/{}", "/clients/{}/edit", "/clients/create"])
def test_every_client_comes_with_the_headers_of_this_api(ninja, path):
    answer = ninja.get(path.format(ninja.created()["id"]))

    assert answer.status_code == 200
    assert has_headers(answer)
    assert answer.headers["x-api-version"] == "5.0.16"


def test_every_answer_to_a_writer_has_the_headers_of_this_api(ninja):
    created = ninja.post("/clients", json={"name": "Acme"})
    client_id = created.json()["data"]["id"]
    changed = ninja.request("PUT", f"/clients/{client_id}", json={"name": "Bolt"})
    moved = ninja.post("/clients/bulk", json={"action": "archive", "ids": [client_id]})
    deleted = ninja.delete(f"/clients/{client_id}")

    for answer in [created, changed, moved, deleted]:
        assert has_headers(answer)
        assert answer.headers["x-api-version"] == "5.0.16"


def test_there_is_no_rate_limit_and_no_header_for_one(ninja):
    answers = [ninja.get("/clients") for _ in range(62)]

    assert {answer.status_code for answer in answers} == {200}
    assert [name for name in answers[-1].headers if "ratelimit" in name] == []


def test_the_token_comes_before_everything(http):
    answer = http.put(f"/api/v1/clients/{NOBODY}", json={"contacts": "x"})

    assert (answer.status_code, answer.json()["message"]) == (403, "Invalid token")


@pytest.mark.parametrize("body", [{"contacts": "x"}, {"country_id": "x"}, {"name": {}}])
def test_a_missing_record_comes_before_a_refused_field(ninja, body):
    answer = ninja.request("PUT", f"/clients/{NOBODY}", json=body)

    assert answer.status_code == 404
    assert answer.json() == MISSING


@pytest.mark.parametrize("body", [{"contacts": "x"}, {"country_id": "x"}, {"number": "TAKEN"}])
def test_a_refused_field_comes_before_a_deleted_record(ninja, body):
    ninja.created(number="TAKEN")
    client = ninja.created(name="Acme")
    ninja.delete(f"/clients/{client['id']}")

    answer = ninja.request("PUT", f"/clients/{client['id']}", json=body)

    assert list(refused_fields(answer)) == list(body)


def test_a_read_only_token_comes_before_a_refused_field(ninja, reader):
    path = f"/clients/{ninja.created()['id']}"

    answer = reader.request("PUT", path, json={"contacts": "x"})

    assert answer.status_code == 401
    assert answer.json() == {"message": "This action is unauthorized."}


@pytest.mark.parametrize(("method", "rest"), ITEM_METHODS)
@pytest.mark.parametrize("whose", ["nobody's", "garbage", "another account's", "lower case"])
def test_a_missing_and_a_foreign_record_are_the_same(ninja, stranger, method, rest, whose):
    for name in "ABC":
        foreign = stranger.created(name=name)
    ids = {"nobody's": NOBODY, "garbage": "D2J234DFA", "another account's": foreign["id"]}
    ids["lower case"] = ninja.created(name="Acme")["id"].lower()

    answer = ninja.request(method, f"/clients/{ids[whose]}{rest}")

    assert answer.status_code == 404
    assert answer.json() == MISSING
    assert stranger.shown(foreign["id"]) == foreign


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/clients", "GET HEAD POST"),
        ("DELETE", "/clients", "GET HEAD POST"),
        ("POST", "/clients/{}", "GET HEAD PUT PATCH DELETE"),
        ("POST", "/clients/{}/edit", "GET HEAD"),
        ("DELETE", "/clients/{}/edit", "GET HEAD"),
    ],
)
def test_a_wrong_method_is_named_as_such(ninja, method, path, allowed):
    answer = ninja.request(method, path.format(ninja.created()["id"]))

    assert answer.status_code == 405
    assert answer.json() == {"message": "Method not supported for this route"}
    assert set(answer.headers["allow"].split(", ")) == set(allowed.split())

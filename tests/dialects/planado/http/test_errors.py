"""Error answers of this API: status, envelope, message."""

import pytest

from tests.dialects.planado.answer_checks import MISSING_UUID, error_at, errors_in, message_in
from tests.dialects.planado.builders import phone

BODY = {"organization": True, "organization_name": "ACME"}
MEBIBYTE = 2**20


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" ",
        b"{",
        b'{"organization": true,}',
        b"{'organization': true}",
        b"organization=true&organization_name=ACME",
        b'{"organization": true} {}',
        b"[]",
        b'[{"organization": true}]',
        b'"ACME"',
        b"5",
        b"true",
        b"null",
    ],
)
def test_a_body_that_is_no_json_object_is_malformed(planado, content):
    planado.created(**BODY, external_id="42")

    for method, path in (("POST", "/clients"), ("PATCH", "/clients/42")):
        answer = planado.request(method, path, content=content)

        assert message_in(answer, 400) == "Malformed JSON"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("organization", "true"),
        ("organization", 1),
        ("organization", None),
        ("organization_name", 5),
        ("organization_name", ["ACME"]),
        ("organization_name", {"name": "ACME"}),
        ("external_id", True),
        ("external_id", ["42"]),
        ("external_id", {}),
        ("site_address", "Rome"),
        ("site_address", []),
        ("site_address", 5),
        ("contacts", {}),
        ("contacts", "1"),
        ("contacts", False),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_at_its_key(planado, key, value):
    answer = planado.post("/clients", json=BODY | {key: value})

    assert error_at(answer, key)
    assert planado.listed() == []


@pytest.mark.parametrize("key", ["first_name", "last_name", "middle_name"])
@pytest.mark.parametrize("value", [5, True, ["John"], {}])
def test_a_name_part_of_the_wrong_type_is_refused_at_its_key(planado, key, value):
    body = {"organization": False, "first_name": "a", "last_name": "b", "middle_name": "c"}

    assert error_at(planado.post("/clients", json=body | {key: value}), key)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"organization": True, "organization_name": 5}, "must be a string"),
        ({"organization": "yes", "organization_name": "A"}, "must be boolean"),
        ({"organization": False, "first_name": "x" * 51}, "size cannot be greater than 50"),
        (BODY | {"contacts": [{"value": "1", "type": "fax"}]}, "must be one of: phone, email"),
    ],
)
def test_the_words_are_those_that_integrators_know(planado, body, words):
    answer = planado.post("/clients", json=body)

    assert f'["{words}"]' in answer.text


def test_several_problems_are_told_at_once(planado):
    body = {
        "organization": True,
        "organization_name": "x" * 5001,
        "external_id": "",
        "contacts": [{"value": "1", "type": "fax"}, {"value": "2", "type": "telex"}],
    }

    found = errors_in(planado.post("/clients", json=body))

    assert set(found) == {"organization_name", "external_id", "contacts"}
    assert set(found["contacts"]) == {"0", "1"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/clients"),
        ("PATCH", "/clients"),
        ("DELETE", "/clients"),
        ("PUT", f"/clients/{MISSING_UUID}"),
        ("POST", f"/clients/{MISSING_UUID}"),
        ("POST", "/clients/42"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(planado, method, path):
    answer = planado.request(method, path, json=BODY)

    assert message_in(answer, 405)
    assert "GET" in answer.headers["allow"]
    assert planado.listed() == []


@pytest.mark.parametrize("path", ["", "/", "/client", "/sites", "/clients.json", "/Clients"])
def test_an_unknown_route_is_not_found(planado, path):
    assert message_in(planado.get(path), 404) == "Not found"


def test_an_unknown_client_is_not_found(planado):
    for key in (MISSING_UUID, "nobody"):
        assert message_in(planado.get(f"/clients/{key}"), 404) == "Not found"


def padded(size):
    """Return a valid body of exactly this size, most of it in a field that is not read."""
    start, end = b'{"organization": true, "organization_name": "A", "x": "', b'"}'
    return start + b"x" * (size - len(start) - len(end)) + end


def test_a_body_may_have_one_mebibyte(planado):
    assert planado.request("POST", "/clients", content=padded(MEBIBYTE)).status_code == 201


@pytest.mark.parametrize("by", ["content-length", "chunks"])
def test_a_body_may_not_have_a_byte_more(planado, by):
    body = padded(MEBIBYTE + 1)
    content = body if by == "content-length" else iter([body[:1000], body[1000:]])

    answer = planado.request("POST", "/clients", content=content)

    assert message_in(answer, 413)
    assert planado.listed() == []


def test_a_compressed_body_is_not_read(planado):
    headers = {"Content-Encoding": "gzip"}

    answer = planado.request("POST", "/clients", json=BODY, headers=headers)

    assert message_in(answer, 415)


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "application/json",
        "application/json; charset=utf-8",
        "application/x-www-form-urlencoded",
        "text/plain; charset=utf-8",
        "multipart/form-data; boundary=x",
        "nonsense",
    ],
)
def test_a_body_is_json_whatever_its_content_type_says(planado, kind):
    headers = {"Content-Type": kind} if kind else {}
    content = b'{"organization": true, "organization_name": "ACME"}'

    answer = planado.request("POST", "/clients", content=content, headers=headers)

    assert answer.status_code == 201
    assert planado.listed()[0]["name"] == "ACME"


def test_what_is_wrong_with_a_list_is_told_beside_what_is_wrong_in_it(planado):
    contacts = [phone("Ann", str(n)) for n in range(100)]
    contacts.append({"value": "1", "type": "fax"})

    answer = planado.post(
        "/clients", json={"organization": False, "first_name": "Ann", "contacts": contacts}
    )

    errors = errors_in(answer)["contacts"]
    assert errors["base"] == ["size cannot be greater than 100"]
    assert list(errors["100"]) == ["type"]

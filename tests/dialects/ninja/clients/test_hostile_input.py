"""Hostile input: it is always answered or refused, and never causes an error of the server."""

import time

import pytest

from tests.dialects.ninja.steps import MISSING, refused_fields

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def alive(ninja):
    """Assert after the test that the next good request works."""
    yield
    assert ninja.created(name="good")["name"] == "good"


MALFORMED = {
    "deep array": b'{"name":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep object": b'{"name":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
    "deep in an ignored field": b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep in settings": b'{"settings":{"x":' + b"[" * 5_000 + b"]" * 5_000 + b"}}",
    "never closed": b"[" * 100_000,
    "invalid UTF-8": b'{"name":"\xff\xfe"}',
    "cut UTF-8": b'{"name":"\xc3"}',
    "encoded surrogate": b'{"name":"\xed\xa0\x80"}',
    "byte order mark": b'\xef\xbb\xbf{"name":"x"}',
    "UTF-16": '{"name":"x"}'.encode("utf-16"),
    "lone surrogate": b'{"name":"\\ud800"}',
    "swapped surrogates": b'{"name":"\\udc00\\ud800"}',
    "raw control character": b'{"name":"a\x01b"}',
    "raw line end": b'{"name":"a\nb"}',
    "NaN": b'{"name":NaN}',
    "Infinity": b'{"name":Infinity}',
    "beyond a float": b'{"name":1e400}',
    "a scalar": b'"text"',
    "two values": b"{}{}",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_json_is_malformed(ninja, alive, name):
    started = time.perf_counter()

    answer = ninja.post("/clients", content=MALFORMED[name], headers=JSON)

    assert answer.status_code == 400
    assert answer.json() == {"message": "The request body is not valid JSON.", "errors": {}}
    assert time.perf_counter() - started < 1
    assert ninja.listed() == []


@pytest.mark.parametrize("name", ["deep object", "invalid UTF-8", "lone surrogate"])
def test_what_is_no_json_is_malformed_everywhere(ninja, alive, name):
    path = f"/clients/{ninja.created(name='Acme')['id']}"

    change = ninja.request("PUT", path, content=MALFORMED[name], headers=JSON)
    action = ninja.post("/clients/bulk", content=MALFORMED[name], headers=JSON)

    assert (change.status_code, action.status_code) == (400, 400)


UNSTORABLE = {
    "NUL": b'{"name":"a\\u0000b"}',
    "NUL in a contact": b'{"contacts":[{"first_name":"a\\u0000b"}]}',
    "NUL in settings": b'{"settings":{"x":"\\u0000"}}',
    "NUL in a key": b'{"settings":{"a\\u0000":"x"}}',
    "beyond 64 bits": b'{"country_id":9223372036854775808}',
    "far below": b'{"number":-9223372036854775809}',
    "5000 digits": b'{"name":' + b"9" * 5_000 + b"}",
    "beyond 64 bits in settings": b'{"settings":{"currency_id":18446744073709551616}}',
}


@pytest.mark.parametrize("name", UNSTORABLE)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_what_not_every_store_takes_is_refused(ninja, alive, method, name):
    path = "/clients" if method == "POST" else f"/clients/{ninja.created()['id']}"

    answer = ninja.request(method, path, content=UNSTORABLE[name], headers=JSON)

    assert 400 <= answer.status_code < 500
    assert answer.json()["message"]


@pytest.mark.parametrize(
    "body",
    [b"name=%00", b"name=a%00b", b"contacts[0][first_name]=%00", b"name%00=x&settings[%00]=x"],
)
def test_a_form_with_nul_is_refused(ninja, alive, body):
    answer = ninja.post("/clients", content=body, headers=FORM)

    assert 400 <= answer.status_code < 500


FORMS = {
    "invalid UTF-8": b"name=\xff\xfe",
    "escaped invalid UTF-8": b"name=%FF%FE",
    "escaped surrogate": b"name=%ED%A0%80",
    "half an escape": b"name=%",
    "deep brackets": b"a" + b"[b]" * 20_000 + b"=x",
    "open brackets": b"a" + b"[" * 20_000 + b"=x",
    "many fields": b"&".join(b"a%d=x" % n for n in range(20_000)),
    "text and branch": b"contacts=x&contacts[0]=y&contacts[0][email]=z",
    "no name": b"=x&[]=y&[a]=z",
    "huge index": b"contacts[99999999999999999999][email]=a@b",
}


@pytest.mark.parametrize("name", FORMS)
def test_a_strange_form_is_no_fault(ninja, alive, name):
    started = time.perf_counter()

    answer = ninja.post("/clients", content=FORMS[name], headers=FORM)

    assert answer.status_code < 500
    assert time.perf_counter() - started < 1


def part(name, text):
    return b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name, text)


PARTS = {
    "1001 fields": b"".join(part(b"a%d" % n, b"x") for n in range(1_001)) + b"--x--\r\n",
    "no last boundary": part(b"name", b"Acme"),
    "cut in the head": b"--x\r\nContent-Disposition: form-da",
    "field of 2 MB": part(b"name", b"x" * 2 * 2**20) + b"--x--\r\n",
    "no boundary": b"garbage",
    "field without a name": b"--x\r\nContent-Disposition: form-data\r\n\r\ny\r\n--x--\r\n",
}


@pytest.mark.parametrize("name", PARTS)
def test_a_broken_form_of_parts_is_malformed(ninja, alive, name):
    kind = {"Content-Type": "multipart/form-data; boundary=x"}

    answer = ninja.post("/clients", content=PARTS[name], headers=kind)

    assert answer.status_code == 400
    assert ninja.listed() == []


CHARSETS = ["utf-16", "unicode_escape", "utf-7", "idna", "undefined", "hex", "nonsense"]


@pytest.mark.parametrize("charset", CHARSETS)
def test_a_strange_charset_is_no_fault(ninja, alive, charset):
    kind = {"Content-Type": f"multipart/form-data; charset={charset}; boundary=x"}
    body = part(b"name", b"\\ud800+2AA-\xff") + b"--x--\r\n"

    assert ninja.post("/clients", content=body, headers=kind).status_code < 500


def test_a_form_of_parts_without_its_boundary_is_malformed(ninja, alive):
    answer = ninja.post("/clients", content=b"x", headers={"Content-Type": "multipart/form-data"})

    assert answer.status_code == 400


def chunks():
    for _ in range(20):
        yield b" " * 2**20


@pytest.mark.parametrize("body", [lambda: b"".join(chunks()), chunks], ids=["whole", "chunked"])
def test_a_huge_body_is_too_large(ninja, alive, body):
    answer = ninja.post("/clients", content=body(), headers=JSON)

    assert answer.status_code == 413
    assert answer.json()["message"]


def test_a_compressed_body_is_not_read(ninja, alive):
    headers = JSON | {"Content-Encoding": "gzip"}

    answer = ninja.post("/clients", content=b"\x1f\x8b\x08", headers=headers)

    assert answer.status_code == 415
    assert answer.json()["message"]


def test_the_last_of_equal_keys_wins(ninja):
    answer = ninja.post("/clients", content=b'{"name":"one","name":"two"}', headers=JSON)

    assert answer.json()["data"]["name"] == "two"


def test_an_endless_id_is_missing_at_once(ninja, alive):
    started = time.perf_counter()

    answer = ninja.get(f"/clients/{'a' * 30_000}")

    assert (answer.status_code, answer.json()) == (404, MISSING)
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize("text", ["%25" * 20_000, "_" * 60_000, "%5C" * 1_000, "'%22;--", "["])
@pytest.mark.parametrize("param", ["filter", "name", "email", "number"])
def test_a_search_for_anything_is_no_fault(ninja, alive, param, text):
    started = time.perf_counter()

    assert ninja.get(f"/clients?{param}={text}").status_code < 500

    assert time.perf_counter() - started < 1


STRANGE = ["%00", "%ED%A0%80", "%FF", "%EF%BC%99", "1_000", "9" * 5_000, "-" + "9" * 30, "1e999"]
STRANGE += ["NaN", "Infinity", "lt:NaN", "1e400:1e400", "lt:1e999999", "0001-01-01T00:00+23:59"]
STRANGE += ["9999-12-31T23:59:59-23:59", "99999-01-01", "2020-W01-1", "2024-01-01T00:00:60Z"]
PARAMS = ["page", "per_page", "balance", "between_balance", "created_at", "updated_at", "sort"]
PARAMS += ["status", "is_deleted", "include", "client_id", "group", "with", "filter", "number"]


@pytest.mark.parametrize("param", PARAMS)
def test_a_strange_condition_is_no_fault(ninja, alive, param):
    answers = [ninja.get(f"/clients?{param}={text}") for text in STRANGE]
    answers += [ninja.get(f"/clients?{param}{rest}") for rest in ["", "[]=1", "[a][b]=1"]]

    assert {answer.status_code for answer in answers} <= {200, 400, 422}


@pytest.mark.parametrize(
    "text",
    ["%7BVolejRejNm%7D", "urn:uuid:00000000-0000-0000-0000-000000000000", "%00", "a%2Fb", ".."],
)
def test_a_strange_id_is_missing(ninja, alive, text):
    assert ninja.get(f"/clients/{text}").status_code == 404


def test_very_many_contacts_are_no_fault(ninja, alive):
    people = [{"first_name": str(n), "email": f"{n}@b"} for n in range(1_500)]

    assert ninja.post("/clients", json={"contacts": people}).status_code < 500


def test_very_many_ids_are_refused(ninja, alive):
    body = {"action": "delete", "ids": ["VolejRejNm"] * 40_000}
    started = time.perf_counter()

    answer = ninja.post("/clients/bulk", json=body)

    assert list(refused_fields(answer)) == ["ids"]
    assert time.perf_counter() - started < 1

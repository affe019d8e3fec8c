"""Hostile bodies, queries and paths: refused in this API's words, and the next request works."""

import pytest

GOOD = {"organization": True, "organization_name": "ACME"}
START = b'{"organization": true, "organization_name": "ACME", '


def body(rest):
    return START + rest + b"}"


DEEP = 10**5
HOSTILE_BODIES = {
    "deep array": b"[" * DEEP + b"]" * DEEP,
    "deep object": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "deep in an ignored field": body(b'"x": ' + b"[" * DEEP + b"]" * DEEP),
    "deep in a contact": body(b'"contacts": ' + b"[" * DEEP + b"]" * DEEP),
    "rather deep in an ignored field": body(b'"x": ' + b"[" * 500 + b"]" * 500),
    "unclosed": b"[" * DEEP,
    "invalid utf-8": body(b'"x": "\xff"'),
    "overlong utf-8": body(b'"x": "\xc0\xaf"'),
    "latin-1": body('"external_id": "é"'.encode("latin-1")),
    "utf-16": body(b'"x": 1').decode().encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf" + body(b'"x": 1'),
    "lone surrogate": body(b'"external_id": "\\ud800"'),
    "lone surrogate in an ignored field": body(b'"x": "\\udc00"'),
    "lone surrogate as a key": body(b'"\\ud800": 1'),
    "raw control character": body(b'"external_id": "a\x01b"'),
    "raw newline": body(b'"external_id": "a\nb"'),
    "NaN": body(b'"site_address": {"geolocation": {"longitude": NaN, "latitude": 1}}'),
    "Infinity": body(b'"site_address": {"geolocation": {"longitude": -Infinity, "latitude": 1}}'),
    "1e400": body(b'"site_address": {"geolocation": {"longitude": 1e400, "latitude": 1}}'),
    "NaN in an ignored field": body(b'"x": NaN'),
}


def still_works(planado):
    return planado.shown(planado.created(**GOOD))["name"] == "ACME"


@pytest.mark.parametrize("content", HOSTILE_BODIES.values(), ids=HOSTILE_BODIES)
def test_what_is_no_json_is_malformed(planado, content):
    for method, path in (("POST", "/clients"), ("PATCH", "/clients/42")):
        answer = planado.request(method, path, content=content)

        assert answer.status_code == 400, answer.text
        assert answer.json() == {"message": "Malformed JSON"}
    assert planado.listed() == []
    assert still_works(planado)


UNSTORABLE = {
    "NUL in a name": b'"organization_name": "a\\u0000b"',
    "NUL in an external id": b'"external_id": "\\u0000"',
    "NUL in a contact": b'"contacts": [{"value": "1\\u0000", "type": "phone"}]',
    "NUL in an address": b'"site_address": {"formatted": "\\u0000"}',
    "NUL in an ignored field": b'"x": "\\u0000"',
    "NUL as a key": b'"\\u0000": 1',
    "an integer of 64 bits": b'"version": 9223372036854775808',
    "an integer in a floor": b'"site_address": {"floor": 9223372036854775808}',
    "an integer of 5000 digits": b'"version": ' + b"9" * 5000,
    "5000 digits in a floor": b'"site_address": {"floor": ' + b"9" * 5000 + b"}",
    "5000 digits in a longitude": b'"site_address": {"geolocation": {"longitude": '
    + b"9" * 5000
    + b', "latitude": 1}}',
    "5000 digits, negative": b'"x": -' + b"9" * 5000,
}


@pytest.mark.parametrize("rest", UNSTORABLE.values(), ids=UNSTORABLE)
def test_what_one_engine_could_not_store_is_refused(planado, rest):
    for method, path in (("POST", "/clients"), ("PATCH", "/clients/42")):
        answer = planado.request(method, path, content=body(rest))

        assert 400 <= answer.status_code < 500, answer.text
        assert answer.json()["message"]
    assert planado.listed() == []
    assert still_works(planado)


def test_of_a_repeated_key_the_last_one_counts(planado):
    content = b'{"organization": false, "organization": true, "organization_name": "ACME"}'

    assert planado.request("POST", "/clients", content=content).status_code == 201


ODD_TEXTS = [
    "' OR 1=1; DROP TABLE client; --",
    "%_\\",
    "<script>alert(1)</script>",
    "=1+1",
    "\u202etxt.exe",
    "\u200b",
    "\ufeff",
    "\U0001f600" * 10,
    "e\u0301",
    "\x7f\x1b[31m",
    "a\r\nSet-Cookie: b=c",
    "${jndi:ldap://x}",
    "{{7*7}}",
]


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_odd_text_is_just_text(planado, text):
    contacts = [{"name": "Ana", "value": text, "type": "email"}]
    address = {"formatted": text, "description": text}

    uuid = planado.created(
        organization=True, organization_name=text, contacts=contacts, site_address=address
    )

    shown = planado.shown(uuid)
    assert shown["organization_name"] == shown["contacts"][0]["value"] == text
    assert shown["site_address"]["formatted"] == shown["site_address"]["description"] == text


@pytest.mark.parametrize(
    "query",
    [
        "after=%00",
        "%00=1",
        "after=%ED%A0%80",
        "after=" + "%" * 60000,
        "after=" + "a" * 60000,
        "limit=" + "9" * 5000,
        "limit=%00",
        "updated_at[after]=" + "9" * 60000,
        "updated_at[after]=2016-06-07T10:30:10." + "9" * 60000 + "Z",
        "updated_at[before]=2016-06-07T10:30:10." + "9" * 60000 + "Z",
        "updated_at[after]=%00",
        "updated_at[after]=1e18",
        "updated_at[after]=2016-06-07T10:30:10%2B99:99",
        "updated_at[after][]=1",
        "&&&===&",
        "&".join(f"k{n}={n}" for n in range(2000)),
        "%ff%fe",
        "+",
    ],
)
def test_a_hostile_query_is_answered_without_a_fault(planado, query):
    answer = planado.get(f"/clients?{query}")

    assert answer.status_code in {200, 400, 422}, answer.text
    assert still_works(planado)


@pytest.mark.parametrize(
    "key",
    [
        "%",
        "%zz",
        "%00",
        "%ff",
        "%C0%AF",
        "%2e%2e%2f%2e%2e",
        "..%5c..",
        "%0d%0aX-Injected:%201",
        "a" * 30000,
        "-" * 30000,
        "[]",
        "%7B%22a%22:1%7D",
        "\uff14\uff12",
    ],
)
def test_a_hostile_key_is_nobody_s(planado, key):
    assert planado.get(f"/clients/{key}").status_code == 404
    assert planado.delete(f"/clients/{key}").status_code == 404
    assert planado.patch(key, {}).status_code in {404, 422}
    assert still_works(planado)


def test_no_answer_says_more_than_it_must(planado):
    answers = [
        planado.request("POST", "/clients", content=HOSTILE_BODIES["deep array"]),
        planado.get("/clients?after=nobody"),
        planado.get("/clients/nobody"),
    ]

    for answer in answers:
        assert not {"traceback", "sqlalchemy", "sqlite", "psycopg", "msgspec"} & set(
            answer.text.lower().replace('"', " ").split()
        )

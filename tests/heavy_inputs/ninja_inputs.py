"""Dear inputs of the Invoice Ninja dialect."""

from .heavy_input import (
    BOUNDARY,
    FORM,
    ID,
    MEBIBYTE,
    PARTS,
    HeavyInput,
    get,
    json_body,
    part,
    parts,
    repeated,
)

ACCENTS = "e" + "\u0301\u0323" * 20_000
FOURTH = 4 * MEBIBYTE - 300
"""Nearly the largest body that is not a file."""
HASH_MEMORY = 80 * MEBIBYTE
"""A hash of a password takes 64 MiB by design; one is made at a time for a request."""
COMMAS = "," * 15_000


def listed(name: str, body: object) -> HeavyInput:
    """Return a POST that stands for a GET: a read-only token may send it, with any body."""
    headers = {"X-HTTP-Method-Override": "GET"}
    return HeavyInput(name, "POST", "/clients", json_body(body), headers=headers)


def created(name: str, body: object) -> HeavyInput:
    return HeavyInput(name, "POST", "/clients", json_body(body))


def changed(name: str, body: object) -> HeavyInput:
    return HeavyInput(name, "PUT", f"/clients/{ID}", json_body(body))


def raw_json(name: str, start: bytes, piece: bytes, end: bytes, size: int = FOURTH) -> HeavyInput:
    return HeavyInput(name, "POST", "/clients", repeated(start, piece, end, size))


def form(name: str, piece: bytes, start: bytes = b"", size: int = FOURTH) -> HeavyInput:
    return HeavyInput(name, "POST", "/clients", repeated(start, piece, b"", size), FORM)


def multipart(name: str, *given: bytes) -> HeavyInput:
    return HeavyInput(name, "POST", "/clients", parts(*given), PARTS)


def contact(n: int) -> dict[str, str]:
    return {"first_name": f"Ann {n}", "email": f"ann.{n}@example.com", "phone": str(n)}


QUERIES = [
    get("a search of accents", "/clients", filter=ACCENTS[:900]),
    get("a name filter of accents", "/clients", name=ACCENTS[:900]),
    get("a number of accents", "/clients", number=ACCENTS[:900]),
    get("a list of commas for groups", "/clients", group=COMMAS),
    get("a list of commas for includes", "/clients", include=COMMAS),
    get("a list of commas for statuses", "/clients", status=COMMAS),
    get("a list of countries", "/clients", country_id="1," * 7000),
    get("bars for a sort order", "/clients", sort="|" * 15_000),
    get("colons for a balance", "/clients", between_balance=":" * 15_000),
    get("a date of letters T", "/clients", created_at="T" * 15_000),
    get("a date of digits", "/clients", updated_at="1" * 15_000),
    get("a page number of digits", "/clients", page="9" * 15_000, per_page="9" * 15_000),
    get("a search of percent signs", "/clients", filter="%" * 5000),
    get("the largest page", "/clients", per_page="5000", include="group_settings,activities"),
    get("an id of 15 000 letters", f"/clients/{'a' * 15_000}"),
    get("an id of digits", f"/clients/{'1' * 15_000}"),
    HeavyInput("3 000 names with empty brackets", "GET", "/clients?" + "a[]=&" * 3000),
    HeavyInput("15 000 blanks in the query", "GET", "/clients?a=" + "+" * 15_000),
    HeavyInput(
        "a list of entity tags",
        "GET",
        f"/clients/{ID}",
        headers={"If-None-Match": '"1",' * 14_000},
    ),
]
SEARCHES = [
    listed("a search of 80 000 accents", {"filter": ACCENTS * 2}),
    listed("a search of ligatures that unfold", {"filter": "\ufdfa" * 1_300_000}),
    listed("an e-mail of accents", {"email": ACCENTS}),
    listed("a custom value of accents", {"custom_value1": ACCENTS}),
    listed("2 million commas", {"group": "," * 2_000_000}),
    listed("2 million commas for a client", {"client_id": "," * 2_000_000}),
    listed("2 million commas for a status", {"status": "," * 2_000_000}),
    listed("2 million commas for a span", {"created_between": "," * 2_000_000}),
    listed("a million includes", {"include": "contacts," * 400_000}),
    listed("40 000 sort keys", {"sort": ["name|asc"] * 40_000}),
    listed("a million sort keys", {"sort": ["name|asc"] * 350_000}),
    listed("a date of 2 million letters T", {"created_at": "T" * 2_000_000}),
    listed("a date of 2 million digits", {"updated_at": "1" * 2_000_000}),
    listed("a balance of digits", {"balance": "gt:" + "1" * 2_000_000}),
    HeavyInput("a global search of accents", "POST", "/search", json_body({"search": ACCENTS})),
]
BODIES = [
    raw_json("1.3 million empty lists", b'{"a":[[]', b",[]", b"]}"),
    raw_json("a million empty objects", b'{"contacts":[{}', b",{}", b"]}"),
    raw_json("2 million numbers", b'{"a":[1', b",1", b"]}"),
    raw_json("lists nested 2 million times", b'{"a":', b"[", b"1" + b"]" * 100),
    raw_json("300 000 unknown keys", b'{"name":"x"', b',"k\\u0000":1', b"}"),
    raw_json("one key again and again", b'{"name":"x"', b',"name":"y"', b"}"),
    raw_json("4 MB of escaped zeros", b'{"name":"', b"\\u0000", b'"}'),
    raw_json("4 MB of escaped backslashes", b'{"name":"', b"\\\\", b'"}'),
    raw_json("4 MB of escaped quotes", b'{"name":"', b'\\"', b'"}'),
    raw_json("a string without an end", b'{"name":"', b"x", b""),
    raw_json("a number of 4 million digits", b'{"number":', b"9", b"}"),
    raw_json("a float of 4 million digits", b'{"name":1.', b"9", b"}"),
    raw_json("100 000 floats that are too large", b'{"a":[1e400', b",1e400", b"]}"),
    raw_json("48 000 empty lists", b'{"a":[[]', b",[]", b"]}", 144_000),
    raw_json("48 000 unknown keys", b'{"name":"x"', b',"k\\u0041":1', b"}", 480_000),
    raw_json(
        "48 000 texts that cannot be stored", b'{"a":["\\u0000"', b',"\\u0000"', b"]}", 430_000
    ),
    raw_json("48 000 texts to trim", b'{"a":["x"', b',"  x  "', b"]}", 380_000),
    raw_json("lists nested 999 times", b'{"a":', b"[", b"1" + b"]" * 999 + b"}", 999),
    raw_json("strings of one letter", b'{"a":["x"', b',"x"', b"]}"),
    raw_json("strings that cannot be stored", b'{"a":["\\u0000"', b',"\\u0000"', b"]}"),
    raw_json("4 MB of blanks", b'{"name":"x"', b" ", b"}"),
    created("a name of ligatures", {"name": "\ufdfa" * 1_300_000}),
    created("a name of accents", {"name": ACCENTS}),
    created("a name of tags", {"name": "<a" * 2_000_000}),
    created("an address of accents", {"address1": ACCENTS, "city": ACCENTS}),
    created("custom values of accents", {f"custom_value{n}": ACCENTS for n in range(1, 5)}),
    created("notes of closing tags", {"private_notes": "</sc" * 1_000_000}),
    created("an e-mail of hyphens", {"contacts": [{"email": "a@" + "a-" * 1_000_000}]}),
    created("an e-mail of dots", {"contacts": [{"email": "a." * 1_000_000 + "@"}]}),
    created("a number of digits", {"number": "1" * 3_000_000}),
    created("1 000 contacts", {"contacts": [contact(n) for n in range(1000)]}),
    created("2 300 contacts", {"contacts": [contact(n) for n in range(2300)]}),
    created("40 000 contacts", {"contacts": [contact(n) for n in range(40_000)]}),
    created("1 000 contacts of accents", {"contacts": [{"phone": ACCENTS[:255]}] * 1000}),
    created(
        "ten long passwords",
        {
            "contacts": [
                {"email": f"a{n}@example.com", "password": f"aA1{n}" * 80_000} for n in range(10)
            ]
        },
    )._replace(memory=HASH_MEMORY),
    created("200 000 settings", {"settings": {f"k{n}": "v" for n in range(200_000)}}),
    created("settings of 3 MB", {"settings": {"name": "x" * 3_000_000}}),
    created(
        "a number pattern of open slots",
        {"settings": {"client_number_pattern": "{$date:" * 500_000}},
    ),
    created(
        "a number pattern of dates",
        {"settings": {"client_number_pattern": "{$date:Y-m-d H:i:s}" * 200_000}},
    ),
    created(
        "a padding of a billion",
        {"settings": {"counter_padding": 10**9, "client_number_pattern": "{$counter}"}},
    ),
    changed("e-invoices of 3 MB", {"e_invoice": {"a": "x" * 3_000_000}}),
    changed("tax data of 100 000 keys", {"tax_info": {f"k{n}": 1 for n in range(100_000)}}),
    changed(
        "1 000 contacts with ids",
        {"contacts": [{"id": "a" * 20, **contact(n)} for n in range(1000)]},
    ),
    HeavyInput(
        "a bulk of 300 000 ids",
        "POST",
        "/clients/bulk",
        json_body({"action": "archive", "ids": ["VolejRejNm"] * 300_000}),
    ),
    HeavyInput(
        "a bulk of 5 000 ids that are not there",
        "POST",
        "/clients/bulk",
        json_body({"action": "archive", "ids": [f"Volej{n:05}" for n in range(5000)]}),
    ),
    HeavyInput(
        "a bulk of long ids",
        "POST",
        "/clients/bulk",
        json_body({"action": "archive", "ids": ["a" * 1000] * 3900}),
    ),
    HeavyInput(
        "a group of 200 000 settings",
        "POST",
        "/group_settings",
        json_body({"name": "big", "settings": {f"k{n}": "v" for n in range(200_000)}}),
    ),
]
FORMS = [
    form("4 MB of percent signs", b"%"),
    form("4 MB of percent signs in a name", b"%", b"name="),
    form("4 MB of escapes", b"%41", b"name="),
    form("four fields of escapes and letters", b"&a=" + b"%41b" * 262_000),
    form("1 MB of percent signs in a name", b"%", b"name=", MEBIBYTE - 100),
    form("1 MB of brackets", b"[]", b"a", MEBIBYTE - 100),
    form("1 MB of open brackets", b"[", b"a", MEBIBYTE - 100),
    form("4 MB of ampersands", b"&"),
    form("5 000 appended values", b"a[]=&", size=25_000),
    form("5 000 appended branches", b"a[][][][][]=&", size=65_000),
    form("a name of open brackets", b"[", b"a"),
    form("a name of brackets", b"[]", b"a"),
    form("brackets and letters", b"a[", b""),
    form("4 MB of plus signs", b"+", b"name="),
]
PART_FORMS = [
    multipart("600 dispositions of 50 names", *[part("a", disposition=b"; b=c" * 49)] * 600),
    multipart("1 000 equal texts", *[part("a", b"x" * 4000)] * 999),
    multipart("four texts of line ends", *[part("a", b"\r" * 1_000_000)] * 4),
    multipart("four texts of half boundaries", *[part("a", b"\r\n--" * 250_000)] * 4),
    multipart("8 header lines of 4 KB", part("a", head=(b"X: " + b"y" * 4000 + b"\r\n") * 7)),
    multipart("600 dispositions of 900 names", *[part("a", disposition=b"; b=c" * 800)] * 600),
    multipart("1 000 late texts", part("a", b"x" * 3_000_000), *[part("b", b"xy")] * 998),
    multipart("20 000 parts", *[part("a")] * 20_000),
    multipart("200 000 header lines", part("a", head=b"X: y\r\n" * 200_000)),
    multipart("a header line of 4 MB", part("a", head=b"X: " + b"y" * FOURTH + b"\r\n")),
    multipart("a disposition of 300 000 names", part("a", disposition=b"; b=c" * 300_000)),
    multipart(
        "a file name of 2 MB",
        part("documents[]", disposition=b'; filename="%s"' % (b"x" * 2_000_000)),
    ),
    multipart("4 MB of line ends", part("a", b"\r" * 3_900_000)),
    multipart("4 MB of half boundaries", part("a", b"\r\n--" * 900_000)),
    multipart(
        "32 MB of line ends in a file",
        part("documents[]", b"\r" * 32_000_000, b'; filename="a.txt"'),
    ),
    HeavyInput(
        "bytes before the first part", "POST", "/clients", repeated(b"", b"x", b"", FOURTH), PARTS
    ),
    HeavyInput(
        "a boundary of 50 000 letters",
        "POST",
        "/clients",
        repeated(b"--", b"b", b"--", 50_000),
        "multipart/form-data; boundary=" + BOUNDARY * 50_000,
    ),
    HeavyInput(
        "a content type of 50 000 parameters",
        "POST",
        "/clients",
        parts(part("a")),
        PARTS + "; a=b" * 10_000,
    ),
    HeavyInput(
        "a text form of 1 000 late texts",
        "POST",
        "/group_settings",
        parts(part("a", b"x" * 3_000_000), *[part("b", b"xy")] * 998),
        PARTS,
    ),
]
NINJA_INPUTS = [*QUERIES, *SEARCHES, *BODIES, *FORMS, *PART_FORMS]

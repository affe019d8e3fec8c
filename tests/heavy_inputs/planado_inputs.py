"""Dear inputs of the Planado dialect."""

from .heavy_input import ID, MEBIBYTE, HeavyInput, get, json_body, repeated

ACCENTS = "e" + "\u0301\u0323" * 20_000
WHOLE = MEBIBYTE - 100
"""Nearly the largest body."""


def created(name: str, **body: object) -> HeavyInput:
    given = {"organization": True, "organization_name": "x", **body}
    return HeavyInput(name, "POST", "/clients", json_body(given))


def changed(name: str, **body: object) -> HeavyInput:
    return HeavyInput(name, "PATCH", f"/clients/{ID}", json_body(body))


def raw_json(name: str, start: bytes, piece: bytes, end: bytes) -> HeavyInput:
    return HeavyInput(name, "POST", "/clients", repeated(start, piece, end, WHOLE))


def line(n: int) -> dict[str, str]:
    return {"name": f"Ann {n}", "type": "email", "value": f"ann.{n}@example.com"}


PLANADO_INPUTS = [
    get("a cursor of 15 000 letters", "/clients", after="a" * 15_000),
    get(
        "a moment of digits",
        "/clients",
        **{"updated_at[after]": "2020-01-01T00:00:00." + "1" * 15_000},
    ),
    get("a limit of digits", "/clients", limit="9" * 15_000),
    get("a key of 15 000 accents", f"/clients/{'%CC%81' * 2500}"),
    HeavyInput("7 500 parameters", "GET", "/clients?" + "a&" * 7500),
    HeavyInput(
        "a list of entity tags", "GET", f"/clients/{ID}", headers={"If-None-Match": '"1",' * 14_000}
    ),
    raw_json("350 000 empty lists", b'{"a":[[]', b",[]", b"]}"),
    raw_json("350 000 empty objects", b'{"contacts":[{}', b",{}", b"]}"),
    raw_json("500 000 numbers", b'{"a":[1', b",1", b"]}"),
    raw_json("lists nested a million times", b'{"a":', b"[", b""),
    raw_json("100 000 unknown keys", b'{"organization":true', b',"k\\u0000":1', b"}"),
    raw_json("1 MB of escaped zeros", b'{"organization_name":"', b"\\u0000", b'"}'),
    raw_json("a number of a million digits", b'{"organization":', b"9", b"}"),
    raw_json("strings that cannot be stored", b'{"a":["\\u0000"', b',"\\u0000"', b"]}"),
    created("a name of accents", organization_name=ACCENTS),
    created("a name of ligatures", organization_name="\ufdfa" * 330_000),
    created("an address of accents", site_address={"formatted": ACCENTS}),
    created("an address of commas", site_address={"formatted": "," * 1_000_000}),
    created("an address of blanks", site_address={"formatted": " \n" * 500_000}),
    created("a description of a megabyte", site_address={"description": "x" * 1_000_000}),
    created("an entrance of digits", site_address={"entrance_no": "1" * 1_000_000}),
    created(
        "a place of digits",
        site_address={"geolocation": {"longitude": "1" * 900_000, "latitude": "1"}},
    ),
    created("an external id of accents", external_id=ACCENTS),
    created("100 contacts", contacts=[line(n) for n in range(100)]),
    created("10 000 contacts", contacts=[line(n) for n in range(10_000)]),
    created(
        "10 000 contacts without a type",
        contacts=[{"name": "", "type": "x", "value": "y"}] * 10_000,
    ),
    created(
        "100 contacts with names of accents",
        contacts=[line(n) | {"name": ACCENTS[:4000]} for n in range(100)],
    ),
    changed("100 contacts that move", contacts=[line(n) | {"name": "Bob"} for n in range(100)]),
    changed(
        "a contact of blanks",
        contacts=[{"name": " " * 500_000, "type": "email", "value": " " * 500_000}],
    ),
    changed("10 000 equal contacts", contacts=[line(1)] * 10_000),
]

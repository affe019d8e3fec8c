"""Single values, read and written, and public ids."""

import timeit
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hashids import Hashids
from hypothesis import given, strategies as st

from dialects.base.protocol.json_codec import WIRE_ENCODER
from dialects.ninja.protocol import scalars
from dialects.ninja.protocol.id_codec import MIN_LENGTH, IdCodec
from storage import MAX_INTEGER

SERIALS = [
    (0, "WjnegYbwZ1"),
    (1, "VolejRejNm"),
    (2, "Wpmbk5ezJn"),
    (3, "Opnel5aKBz"),
    (4, "wMvbmOeYAl"),
    (5, "4openRe7Az"),
    (6, "WJxbojagwO"),
    (7, "k8mep2bMyJ"),
    (8, "l4zbq2dprO"),
    (9, "yMYerEdOBQ"),
    (10, "gl9avmeG1v"),
    (11, "7LDdwRb1YK"),
    (42, "VWPe9xdLyw"),
    (99, "7LDdwjRb1Y"),
    (100, "Wjneg56bwZ"),
    (166, "q9wdL84djP"),
    (391, "OpnelpJeKB"),
    (1000, "WjnegN3dwZ"),
    (7064, "YQdJqg9bOG"),
    (7065, "y1aKZjleQG"),
    (13585, "Vyb8E85dvA"),
    (65535, "Jrb25YAaWL"),
    (100000, "jnegJ2j3dw"),
    (396858, "xkazvJVyaJ"),
    (396859, "w9aANGjlbv"),
    (396860, "46dBNJlYd7"),
    (1000000, "jnegQ3E6bw"),
    (2147483647, "nelXQAALge"),
    (4294967295, "mepDYN4JQe"),
]


@pytest.mark.parametrize(("serial", "public"), SERIALS)
def test_an_id_is_written_and_read_back(serial, public):
    ids = IdCodec("")

    assert ids.encode(serial) == public
    assert ids.decode(public) == serial


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "17",
        "0000000000",
        "Ua6Rw4pVbS",
        "D2J234DFA",
        "2J234DFA",
        "X89sjd8",
        "volejrejnm",
        "VolejRejN",
        "VolejRejNmm",
        " VolejRejNm",
        "VolejRejN\n",
        "Volej-ejNm",
        "V\u043elejRejNm",
    ],
)
def test_what_no_id_looks_like_is_nobody(text):
    assert IdCodec("").decode(text) is None


def test_nobody_has_the_empty_id():
    assert IdCodec("").encode(None) == ""


def test_a_salt_makes_other_ids():
    salted = IdCodec("pepper")

    assert salted.encode(1) != IdCodec("").encode(1)
    assert salted.decode(salted.encode(1)) == 1
    assert IdCodec("").decode(salted.encode(1)) is None


@given(
    st.sampled_from(["", "pepper", "ein Salz länger als das Alphabet " * 3]),
    st.lists(st.integers(0, 5000) | st.integers(0, MAX_INTEGER), min_size=20, max_size=20),
)
def test_ids_are_those_of_the_library(salt, serials):
    ids, library = IdCodec(salt), Hashids(salt=salt, min_length=MIN_LENGTH)
    public = [library.encode(serial) for serial in serials]
    doubles = [library.encode(serial, serial % 7) for serial in serials]

    assert list(map(ids.encode, serials)) == public
    assert list(map(ids.decode, public)) == serials
    assert set(map(ids.decode, doubles)) == {None}


@given(st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890", min_size=10))
def test_what_the_library_did_not_write_is_nobody(text):
    numbers = Hashids(min_length=MIN_LENGTH).decode(text[:20])

    is_serial = len(numbers) == 1 and numbers[0] <= MAX_INTEGER
    assert IdCodec("").decode(text[:20]) == (numbers[0] if is_serial else None)


def test_an_endless_id_is_refused_at_once():
    ids, endless = IdCodec(""), "a" * 30_000

    times = timeit.repeat(lambda: ids.decode(endless), number=1, repeat=5)

    assert ids.decode(endless) is None
    assert min(times) < 0.005


MOMENTS = [
    (0, datetime(1970, 1, 1, tzinfo=UTC)),
    (1631673918, datetime(2021, 9, 15, 2, 45, 18, tzinfo=UTC)),
    (4102444800, datetime(2100, 1, 1, tzinfo=UTC)),
]


@pytest.mark.parametrize(("seconds", "moment"), MOMENTS)
def test_a_moment_is_written_in_seconds_and_read_back(seconds, moment):
    assert scalars.write_moment(moment) == seconds
    assert scalars.read_moment(str(seconds)) == moment


def test_no_moment_is_zero():
    assert scalars.write_moment(None) == 0


@pytest.mark.parametrize("year", [1970, 2026, 3000, 9999])
def test_a_moment_is_written_without_its_fraction(year):
    last = datetime(year, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)

    assert scalars.write_moment(last) == scalars.write_moment(last.replace(microsecond=0))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-01-02", datetime(2024, 1, 2, tzinfo=UTC)),
        ("2024-01-02T03:04:05", datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2024-01-02 03:04:05", datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2024-01-02T03:04:05Z", datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2024-01-02T03:04:05.000Z", datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2024-01-02T03:04:05+02:00", datetime(2024, 1, 2, 1, 4, 5, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_from_a_date(text, moment):
    assert scalars.read_moment(text) == moment


@pytest.mark.parametrize(
    "text", ["", "nonsense", "2024-13-01", "9" * 19, "\uff19", "0001-01-01T00:00:00+23:59"]
)
def test_what_is_no_moment_reads_as_none(text):
    assert scalars.read_moment(text) is None


AMOUNTS = [
    ("0", "0"),
    ("100", "100"),
    ("1E+2", "100"),
    ("10735.05", "10735.05"),
    ("10735.050000", "10735.05"),
    ("-5", "-5"),
    ("0.000001", "0.000001"),
    ("-0.5", "-0.5"),
    ("9223372036854.775807", "9223372036854.775807"),
]


@pytest.mark.parametrize(("amount", "written"), AMOUNTS)
def test_an_amount_is_a_short_number_and_reads_back_exactly(amount, written):
    text = WIRE_ENCODER.encode(scalars.write_amount(Decimal(amount))).decode()

    assert text == written
    assert scalars.read_amount(text) == Decimal(amount)


@pytest.mark.parametrize(("number", "text"), [(None, ""), (4, "4"), (840, "840")])
def test_a_reference_is_a_numeric_text(number, text):
    assert scalars.write_id(number) == text


@pytest.mark.parametrize("text", ["056", "1.0", "1e2", "x", "\uff11", "1_0"])
def test_an_integer_has_no_other_spelling(text):
    assert scalars.read_integer(text) is None


@pytest.mark.parametrize("blank", [" ", "\t\n", "\u00a0", "\u2003", "\u3000", "\u2028"])
def test_white_space_of_any_script_is_trimmed(blank):
    assert scalars.trim(f"{blank}a{blank}b{blank}") == f"a{blank}b"


@pytest.mark.parametrize(
    "text",
    [
        "a@b",
        "ada@example.com",
        "ada.lovelace+tag@sub.example.com",
        "o'reilly@example.ie",
        "ada_1@example-2.com",
        '"ada lovelace"@example.com',
    ],
)
def test_an_address_may_be(text):
    assert scalars.is_email(text)


@pytest.mark.parametrize(
    "text", ["ada", "@b", "a@", "a@b@c", "a b@c", "a..b@c", ".a@b", "a.@b", "a@b..c", "a@b,c"]
)
def test_an_address_cannot_be(text):
    assert not scalars.is_email(text)

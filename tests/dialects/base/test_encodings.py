"""Text that is not UTF-8 is refused at every entrance and is never stored as other text."""

import pytest

from tests.support.api_callers import Ninja

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PARTS = {"Content-Type": "multipart/form-data; boundary=x"}
PART = b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n%s\r\n--x--\r\n'


@pytest.mark.parametrize("bad", [b"%E9cole", b"%ED%A0%80", b"\xe9cole"])
def test_a_form_in_another_encoding_is_refused(ninja: Ninja, bad: bytes) -> None:
    answer = ninja.post("/clients", content=b"name=" + bad, headers=FORM)

    assert answer.status_code == 400
    assert ninja.listed() == []


def test_a_query_in_another_encoding_is_refused(ninja: Ninja) -> None:
    assert ninja.post("/clients?name=%E9cole", json={}).status_code == 400
    assert ninja.listed() == []


def test_a_part_in_another_encoding_is_refused(ninja: Ninja) -> None:
    answer = ninja.post("/clients", content=PART % b"\xe9cole \xe2\x82\xac", headers=PARTS)

    assert answer.status_code == 400
    assert ninja.listed() == []


def test_a_part_in_utf_8_is_taken(ninja: Ninja) -> None:
    answer = ninja.post("/clients", content=PART % "école €".encode(), headers=PARTS)

    assert answer.json()["data"]["name"] == "école €"


def test_appended_and_numbered_fields_of_a_form_do_not_collide(ninja: Ninja) -> None:
    body = b"contacts[1][email]=a@x.io&contacts[][email]=b@x.io&contacts[][email]=c@x.io"

    shown = ninja.post("/clients", content=body, headers=FORM).json()["data"]

    assert [c["email"] for c in shown["contacts"]] == ["a@x.io", "b@x.io", "c@x.io"]

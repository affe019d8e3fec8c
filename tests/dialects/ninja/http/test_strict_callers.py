"""Callers that decode strictly: each type, status and header is exactly what they expect."""

from typing import Any

import msgspec
import pytest
from msgspec import Struct

from storage.model.commands import CreateClient
from tests.dialects.ninja.steps import NOBODY, pagination


class Strict(Struct):
    """An error answer as strict decoders declare it. They fail on any other type."""

    message: str
    errors: dict[str, list[str]] = {}


CONTACT = {"email": "a@b", "password": "weak"}
REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/clients", {"content": b"{"}),
    ("POST", "/clients", {"content": b"[1]"}),
    ("POST", "/clients", {"content": b"name", "headers": {"Content-Encoding": "gzip"}}),
    ("POST", "/clients", {"json": {"country_id": "x", "size_id": 99, "number": "TAKEN"}}),
    ("POST", "/clients", {"json": {"contacts": None}}),
    ("POST", "/clients", {"json": {"contacts": [CONTACT, CONTACT, 5]}}),
    ("POST", "/clients", {"json": {"contacts": [{"email": "x", "is_primary": "perhaps"}]}}),
    ("POST", "/clients", {"json": {"settings": "x"}}),
    ("POST", "/clients", {"json": {"settings": {"language_id": "x", "a_id": "y"}}}),
    ("POST", "/clients", {"json": {"name": ["x"], "classification": "x", "city": {"a": "b"}}}),
    ("POST", "/clients", {"json": {"name": "x\0", "documents": 5, "is_tax_exempt": "x"}}),
    ("POST", "/clients", {"data": {"country_id": "056", "contacts[0][email]": "x"}}),
    ("POST", "/clients?_method=TRACE", {"json": {}}),
    ("PUT", "/clients/{id}", {"json": {"id_number": "TAKEN", "contacts": {"a": {"email": "x"}}}}),
    ("PUT", "/clients/{deleted}", {"json": {"name": "Bolt"}}),
    ("PUT", f"/clients/{NOBODY}", {"json": {}}),
    ("PUT", "/clients", {}),
    ("GET", "/clients?include=foo", {}),
    ("GET", "/clients/17", {}),
    ("GET", "/nothing", {}),
    ("POST", "/clients/bulk", {"json": {}}),
    ("POST", "/clients/bulk", {"json": {"action": "x", "ids": "y"}}),
    ("POST", "/clients/bulk", {"json": {"action": "archive", "ids": [NOBODY]}}),
]


@pytest.mark.parametrize(("method", "path", "options"), REFUSED)
def test_strict_decoders_read_every_refusal_and_nobody_is_logged_out(ninja, method, path, options):
    ninja.created(number="TAKEN", id_number="TAKEN")
    places = {name: ninja.created(name=name)["id"] for name in ("id", "deleted")}
    ninja.delete(f"/clients/{places['deleted']}")

    refusal = ninja.request(method, path.format(**places), **options)

    told = msgspec.json.decode(refusal.content, type=Strict)
    assert told.message
    assert all(told.errors.values())
    assert bool(told.errors) == (refusal.status_code == 422)
    # The front end takes these two for the end of its session.
    assert 400 <= refusal.status_code < 500
    assert refusal.status_code not in {401, 429}


def test_strict_decoders_read_links_that_are_not_empty_as_an_object(ninja, store, account):
    store.create_clients(account.id, [CreateClient()] * 4)
    links = [pagination(ninja, f"per_page=1&page={page}")["links"] for page in (1, 2, 4, 9)]

    assert [sorted(msgspec.convert(each, dict[str, str])) for each in links] == [
        ["next"],
        ["next", "previous"],
        ["previous"],
        ["previous"],
    ]


@pytest.mark.parametrize("path", ["/clients", "/clients/create", "/nothing", f"/clients/{NOBODY}"])
def test_flutter_reads_the_version_as_three_numbers(ninja, path):
    version = ninja.get(path).headers["x-app-version"]

    major, minor, patch = map(int, version.split("."))
    assert (5, 0, 0) <= (major, minor, patch) < (6, 0, 0)

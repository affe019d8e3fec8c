"""The requests that write a client of another Invoice Ninja."""

from typing import Any

import msgspec
import pytest

from dialects.base.migration.remote_api import ApiRequest, RemoteObject
from dialects.ninja.migration.remote import remote_writes
from tests.dialects.ninja.migration.foreign_objects import a_record, an_object
from tests.support.in_memory_import import ACCOUNT


def body_of(request: ApiRequest | None) -> dict[str, Any]:
    assert request is not None
    body: dict[str, Any] = msgspec.json.decode(request.body)
    return body


@pytest.mark.parametrize("group", ["private_notes", "documents", "contacts.1", "settings.a"])
def test_a_change_never_names_the_documents(group: str) -> None:
    documents = [{"id": "VolejRejNm", "name": "contract.pdf"}]
    shown = msgspec.json.encode(
        an_object(a_record()) | {"private_notes": "new", "documents": documents}
    )

    request = remote_writes.change_request(
        shown, {group, "private_notes"}, RemoteObject(foreign_id="VolejRejNm", raw=shown)
    )

    assert body_of(request)["private_notes"] == "new"
    assert "documents" not in body_of(request)


def test_a_change_has_all_contacts_and_the_whole_settings() -> None:
    fields = {"contacts": [{"id": "a"}, {"id": "b"}], "settings": {"currency_id": "3"}}
    shown = msgspec.json.encode(an_object(a_record()) | fields)

    request = remote_writes.change_request(
        shown, {"private_notes"}, RemoteObject(foreign_id="VolejRejNm", raw=shown)
    )

    assert [contact["id"] for contact in body_of(request)["contacts"]] == ["a", "b"]
    assert body_of(request)["settings"] == {"currency_id": "3"}


def test_a_new_client_is_told_only_settings_that_somebody_has_entered() -> None:
    without = remote_writes.create_request(a_record(settings=""), "", ACCOUNT)
    with_one = remote_writes.create_request(a_record(settings='{"language_id":"5"}'), "", ACCOUNT)

    assert [body_of(one)["settings"] for one in (without, with_one)] == [{}, {"language_id": "5"}]

"""Helpers that many tests of this dialect share."""

from typing import Any
from urllib.parse import urlencode

from httpx2 import Response

from storage.model.accounts import Account
from storage.model.commands import ImportClient
from storage.model.records import Client
from storage.store import Store
from tests.support.api_callers import Ninja

MISSING = {"message": "No query results for model [App\\Models\\Client]."}
NOBODY = "l4zbq2dprO"
"""A well-formed id, of serial 8, that no test gives to anybody."""


def refused_fields(answer: Response) -> dict[str, list[str]]:
    """Assert that the answer is a validation error, and return the messages by field."""
    assert answer.status_code == 422, answer.text
    body = answer.json()
    assert body["message"] == "The given data was invalid."
    return body["errors"]


def import_client(store: Store, account: Account, name: str, **fields: Any) -> Client:
    """Create a client with fields that callers cannot write, for example amounts and times."""
    command = ImportClient(organization_name=name, classification="business", **fields)
    return store.create_client(account.id, command)


def group_of(ninja: Ninja, **fields: Any) -> dict[str, Any]:
    """Create a group and return it."""
    answer = ninja.post("/group_settings", json=fields)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def names_of_records(records: list[dict[str, Any]]) -> list[str]:
    return [record["name"] for record in records]


def find_names(ninja: Ninja, **params: str) -> list[str]:
    """Return the names that a query finds, in the order of the answer."""
    return names_of_records(ninja.listed(urlencode(params)))


def pagination(ninja: Ninja, query: str) -> dict[str, Any]:
    answer = ninja.get(f"/clients?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["meta"]["pagination"]

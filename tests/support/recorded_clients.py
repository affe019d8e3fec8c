"""The clients that the recorded Invoice Ninja showed, and the stand-in that has them.

Each client is as a GET showed it last: an answer to POST still has the texts that are cut.
"""

import json
from typing import Any

from dialects.ninja.migration.object_codec import CODEC
from storage.model.accounts import Account
from storage.store import Store
from tests.gateway.migration.remote_stand_ins import brought
from tests.recorded.replay import OK, read_lines
from tests.support.original_answers import Tree, is_client
from tests.support.original_ninja import OriginalNinja

EVERYDAY = "walks-plain"
"""The recording of everyday requests with everyday values."""
OTHER_VIEWS = ("filter_details", "/create", "activities", "ledger", "system_logs", "index=")
"""Words of paths whose answers show other fields, or other values in them."""


def recorded_clients(name: str = EVERYDAY) -> list[Tree]:
    """Return the clients of a recording, in the order in which they were made."""
    shown: dict[str, Tree] = {}
    for line in read_lines(name):
        if is_plain_read(line):
            found = line["answer"].get("json", {}).get("data", [])
            shown |= {one["id"]: one for one in as_list(found) if is_client(one)}
    return sorted(shown.values(), key=lambda one: (one["created_at"], one["number"]))


def is_plain_read(line: dict[str, Any]) -> bool:
    path = line["path"]
    is_read = line["method"] == "GET" and line["answer"]["status"] == OK
    is_plain = not any(word in path for word in OTHER_VIEWS)
    return bool(is_read and path.startswith("/clients") and is_plain)


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def load_clients(
    original: OriginalNinja, store: Store, account: Account, clients: list[Tree]
) -> None:
    """Give an account of the stand-in clients with their ids, keys and times, as they were shown.

    Until one is written, its answers are those that were recorded.
    """
    objects = [json.dumps(one).encode() for one in clients]
    brought(store, account, *(CODEC.read_object(raw, account).command for raw in objects))
    original.recorded |= {(account.id, one["id"]): one for one in clients}

"""Gives our clients the original's data where a departure has left other data.

So the requests that follow are asked of the same data, and one departure does not hide what
differs after it.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.support.original_answers import cut_client

from .comparison import SERVER_NUMBER, Comparison

READ_ONLY = frozenset({
    "id", "user_id", "client_hash", "display_name", "balance", "paid_to_date", "payment_balance",
    "credit_balance", "last_login", "updated_at", "archived_at", "created_at", "is_deleted",
    "tax_info", "e_invoice", "documents", "gateway_tokens", "group_settings", "activities",
    "ledger", "system_logs", "assigned_user_id", "group_settings_id",
})  # fmt: skip
Send = Callable[[str, str, dict[str, Any]], Any]
"""Sends a method, a path and JSON; returns the answer's JSON."""


def is_client(body: Any) -> bool:
    return isinstance(body, dict) and "client_hash" in (body.get("data") or {})


def align(comparison: Comparison, original: Any, ours: Any, refused: str, send: Send) -> Any:
    """Write the original's client over ours; return our answer as it is then.

    Where we refuse what the original takes, `refused` is the path: the client is written there, or
    made if it is a new one, with its texts as the original keeps them. An empty setting for one
    that is absent, and a blank e-mail, stay: they read differently, but are the same.
    """
    wanted = original["data"]
    if is_client(ours):
        shown = ours["data"]
        for extra in shown["documents"][len(wanted["documents"]) :]:
            send("DELETE", f"/documents/{extra['id']}", {})
        different = dict(differing(comparison, wanted, shown))
        return send("PUT", f"/clients/{shown['id']}", different) if different else ours
    fields = {key: value for key, value in cut_client(wanted).items() if key not in READ_ONLY}
    if SERVER_NUMBER.fullmatch(wanted["number"]):
        del fields["number"]
    method = "POST" if refused == "/clients" else "PUT"
    return send(
        method, refused, fields | {"contacts": with_our_ids(comparison, wanted["contacts"])}
    )


def undo(path: str, files: int, shown: dict[str, Any], send: Send) -> None:
    """Take back what we took and the original refused: a new client, or the files of an upload."""
    if path.endswith("/upload"):
        for document in shown["documents"][-files:]:
            send("DELETE", f"/documents/{document['id']}", {})
    elif path.partition("?")[0] == "/clients":
        send("POST", f"/clients/{shown['id']}/purge", {})


def differing(
    comparison: Comparison, wanted: dict[str, Any], shown: dict[str, Any]
) -> Iterator[tuple[str, Any]]:
    places = [one.place for one in comparison.compare(wanted, shown)]
    keys = {re.split(r"\W", place)[0] for place in places if not place.endswith(".email")}
    for key in keys - READ_ONLY:
        if key != "contacts":
            yield key, wanted[key]
        elif len(wanted[key]) == len(shown[key]):
            yield key, with_our_ids(comparison, wanted[key])


def with_our_ids(comparison: Comparison, contacts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return contacts of the original as an input for us. Those without a partner are new."""
    return [
        one | {"id": comparison.our_id("contact", one["id"]), "email": one["email"].strip()}
        for one in cut_client({"contacts": contacts})["contacts"]
    ]

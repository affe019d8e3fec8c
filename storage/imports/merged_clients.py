"""Incoming clients that have been merged into another client here: they do not come back."""

from collections.abc import Mapping

from sqlalchemy import Connection

from storage.clients import aliases, reads as client_reads
from storage.model.imports import ImportOutcome, ImportStatus

from .incoming import IncomingClient


def find_merged(
    connection: Connection, account_id: int, incoming: Mapping[int, IncomingClient]
) -> dict[int, int]:
    """Find the serials of the clients that incoming ones were merged into, by their positions.

    They are known by their id at the source, or by their uuid.
    """
    keys = {n: alias_keys(one) for n, one in incoming.items()}
    every_key = [key for own_keys in keys.values() for key in own_keys]
    serials = aliases.find_serials(connection, account_id, every_key) if every_key else {}
    return {
        n: serials[key]
        for n, own_keys in keys.items()
        for key in own_keys
        if serials and key in serials
    }


def alias_keys(incoming: IncomingClient) -> list[tuple[str, str]]:
    keys = [(incoming.origin.source, incoming.origin.foreign_id)]
    if incoming.identifiers.uuid is not None:
        keys.append((aliases.LIVE_KEY, str(incoming.identifiers.uuid)))
    return keys


def outcomes_of_merged(
    connection: Connection, account_id: int, incoming: Mapping[int, IncomingClient]
) -> dict[int, ImportOutcome]:
    """Return the outcomes of those that were merged, by their positions.

    One that is deleted at the source as well is as it should be: it is unchanged.
    """
    merged = find_merged(connection, account_id, incoming)
    survivors = client_reads.get_by_serials(connection, account_id, list(merged.values()))
    outcomes = {}
    for n, serial in merged.items():
        number, name = survivors[serial].number, survivors[serial].name
        is_settled = incoming[n].full_command().is_deleted is True
        outcomes[n] = ImportOutcome(
            status=ImportStatus.UNCHANGED if is_settled else ImportStatus.MERGED,
            reason=f"is merged into {number} {name} here: a change of it there is not taken",
        )
    return outcomes

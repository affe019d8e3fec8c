"""How a pushed client is counted, and what the report of the run says of it."""

from collections.abc import Collection, Iterator
from typing import Any

from dialects.base.migration.field_groups import CONTACTS
from gateway.migration.agreements import ComparedClient
from gateway.migration.reconcile import Reconciliation
from gateway.migration.runs import client_label, run_line
from storage import Client, RunLine

NUMBER = "number"
NOTICE = "notice"
"""The kind of the lines that speak of no single client."""
NOTHING_SAID: tuple[Any, ...] = (None, "", [], {}, "[]", "{}")


def result_of(result: Reconciliation, told: frozenset[str]) -> str:
    """Return the name under which a client is counted."""
    if result.held:
        return "conflict"
    if told:
        return "changed"
    return "kept" if result.overwritten else "unchanged"


def change_lines(
    record: Client, compared: ComparedClient, result: Reconciliation, untold: frozenset[str]
) -> Iterator[RunLine]:
    """Yield the report lines of a change: conflicts, values that lose, and what cannot be told."""
    if result.held:
        yield line_of("conflict", record, field=", ".join(compared.fields_of(result.held)))
    lost_on = (("kept", "there", result.take), ("overwritten", "here", result.tell))
    for kind, side, groups in lost_on:
        if lost := compared.fields_of(result.overwritten & groups):
            yield line_of(kind, record, field=", ".join(lost), text=f"the value {side} wins")
    for field in compared.fields_of(untold):
        yield line_of("lost", record, field=field, text="cannot be changed there")


def lost_lines(
    record: Client, compared: ComparedClient, groups: Collection[str], told: Collection[RunLine]
) -> Iterator[RunLine]:
    """Yield a line for each value of a written client that the service does not have then.

    Of the groups that were written, and of the fields that this version of the service does not
    show at all. What a line of `told` says is not said again.
    """
    said = {line.field for line in told if line.kind == "lost"}
    differing = compared.differing_groups() & {*groups}
    unkept = (path for group in sorted(differing) for path in unkept_paths(compared, group))
    for paths, text in (
        (unkept, "is not kept there"),
        (compared.hidden_fields(), "is not shown there"),
    ):
        for path in paths:
            if path not in said:
                yield line_of("lost", record, field=path, text=text)


def unkept_paths(compared: ComparedClient, group: str) -> Iterator[str]:
    """Yield the fields of a group that say something here, and something else there.

    A no says something: a contact may refuse mail.
    """
    ours, theirs = compared.here.get(group), compared.there.get(group)
    if not isinstance(ours, dict):
        yield from [group] if ours not in NOTHING_SAID else []
        return
    contacts = [one for one in compared.here if one.startswith(f"{CONTACTS}.")]
    prefix = f"{CONTACTS}[{contacts.index(group)}]." if group in contacts else ""
    shown = theirs if isinstance(theirs, dict) else {}
    for name, value in ours.items():
        if value not in NOTHING_SAID and value != shown.get(name):
            yield f"{prefix}{name}"


def number_lines(record: Client, compared: ComparedClient) -> Iterator[RunLine]:
    """Yield a line if a new client has another number there: ours is another client's."""
    theirs = compared.there.get(NUMBER, compared.here.get(NUMBER))
    if theirs != compared.here.get(NUMBER):
        yield line_of("lost", record, field=NUMBER, text=f"is another client's there: {theirs}")


def line_of(kind: str, record: Client, *, field: str = "", text: str = "") -> RunLine:
    return run_line(kind, client_label(record), field=field, text=text)


def notice(text: str) -> RunLine:
    """Return a line about the push as a whole."""
    return run_line(NOTICE, "", text=text)


def number_of(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"

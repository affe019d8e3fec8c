"""How a pushed client is counted, and what the report of the run says of it."""

from collections.abc import Iterator

from gateway.migration.agreements import ComparedClient
from gateway.migration.reconcile import Reconciliation
from gateway.migration.runs import client_label, run_line
from storage import Client, RunLine

NUMBER = "number"
NOTICE = "notice"
"""The kind of the lines that speak of no single client."""


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

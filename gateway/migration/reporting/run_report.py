"""What the report of a run tells somebody who was not there: the auditor, the boss."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from gateway.migration.live.agreed_digest import AgreedDigests
from storage import ClientTotals, FieldConflict, Run, RunLine

from .run_facts import FACT, RunFacts

LOST = "lost"
PURGED = "a client that is purged by now"
CENT = Decimal("0.01")
NOT_COMPARED = (
    "ids, uuids, client hashes, contact keys and versions, which each side gives",
    "times of creation and of the last change",
    "files of clients, and the contents of groups",
    "passwords of contacts",
    "values that only one of the two products shows",
)
"""What `check` and the digests leave out."""
InWords = Callable[[str, str], tuple[str, str]]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the report in words: what happened to a field of a client."""

    kind: str
    client: str
    field: str
    value: str


class ConflictWords(msgspec.Struct, frozen=True, kw_only=True):
    """A conflict in words. `outcome` is how it was settled, or that it is open."""

    client: str
    fields: str
    here: str
    there: str
    outcome: str


class RunReport(msgspec.Struct, frozen=True, kw_only=True):
    """All that the report of a run tells.

    `totals` are rows of a name, the number before and the number after. `losses` are the numbers of
    clients by field. `digests` are None for a run without a service.
    """

    run: Run
    service: str
    made_at: datetime
    gateway_version: str
    server_version: str
    counts: dict[str, int]
    totals: list[tuple[str, str, str]]
    losses: list[tuple[str, int]]
    findings: list[Finding]
    conflicts: list[ConflictWords]
    digests: AgreedDigests | None
    not_compared: tuple[str, ...] = NOT_COMPARED


def totals_rows(facts: RunFacts) -> Iterator[tuple[str, str, str]]:
    """Yield what an account had before and after a run, by name; empty where nobody noted it."""
    for name in ClientTotals.__struct_fields__:
        before, after = (
            "" if totals is None else number_words(getattr(totals, name))
            for totals in (facts.before, facts.after)
        )
        yield name.replace("_", " "), before, after


def number_words(number: int | Decimal) -> str:
    """Return a number, and an amount with two decimals or with all that it has."""
    if isinstance(number, int):
        return f"{number:,}"
    cents = number.quantize(CENT)
    return f"{cents if cents == number else number.normalize():,f}"


def findings_of(lines: Iterable[RunLine], in_words: InWords) -> Iterator[Finding]:
    """Yield the lines of a run in words, without its facts."""
    for line in lines:
        if line.kind == FACT:
            continue
        field, value = in_words(line.field, line.text)
        yield Finding(kind=line.kind, client=line.client, field=field, value=value)


def count_losses(findings: Iterable[Finding]) -> list[tuple[str, int]]:
    """Count the clients that lose each field, the most frequent first."""
    pairs = {(one.field, one.client) for one in findings if one.kind == LOST}
    fields = Counter(field for field, _ in pairs)
    return sorted(fields.items(), key=lambda item: (-item[1], item[0]))


def conflict_words(
    conflicts: Sequence[FieldConflict], names: Mapping[int, str], in_words: InWords
) -> Iterator[ConflictWords]:
    """Yield conflicts in words; `names` are those of their clients, by serial."""
    for conflict in conflicts:
        fields = (in_words(field, "")[0] for field in conflict.fields.split(", "))
        yield ConflictWords(
            client=names.get(conflict.client_serial, PURGED),
            fields=", ".join(fields),
            here=value_words(conflict.here, in_words),
            there=value_words(conflict.there, in_words),
            outcome=outcome_words(conflict),
        )


def outcome_words(conflict: FieldConflict) -> str:
    if conflict.settled_at is None:
        return "open: each side keeps its own"
    moment = f"{conflict.settled_at:%Y-%m-%d %H:%M} UTC"
    return f"{conflict.state.value} {moment}: the value {conflict.winner or 'of both'} counts"


def value_words(value: str, in_words: InWords) -> str:
    """Return the values of a conflict, which are an object of the API, as a person reads them."""
    members = msgspec.json.decode(value)
    if not isinstance(members, dict):
        return str(members)
    words = (in_words(field, member_words(part)) for field, part in members.items())
    return "; ".join(f"{field}: {text}" for field, text in words)


def member_words(part: object) -> str:
    return part if isinstance(part, str) else msgspec.json.encode(part).decode()

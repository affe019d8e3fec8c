"""Facts of a run beside its clients: sums before and after it, and the version of the service.

They are report lines of the kind FACT, which the report of the run reads; no summary prints them.
"""

import msgspec

from gateway.migration.runs import run_line
from storage import ClientTotals, Run, RunLine, Store

FACT = "fact"
BEFORE, AFTER, SERVER_VERSION = "before", "after", "server version"


def fact_lines(
    before: ClientTotals, after: ClientTotals, server_version: str
) -> tuple[RunLine, ...]:
    """Return the lines that keep the facts of a run."""
    facts = {BEFORE: totals_text(before), AFTER: totals_text(after), SERVER_VERSION: server_version}
    return tuple(run_line(FACT, "", field=name, text=text) for name, text in facts.items() if text)


def totals_text(totals: ClientTotals) -> str:
    return msgspec.json.encode(totals).decode()


class RunFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of a run; of a run that did not end, or an older one, there may be none."""

    before: ClientTotals | None = None
    after: ClientTotals | None = None
    server_version: str = ""

    @classmethod
    def of(cls, store: Store, run: Run) -> "RunFacts":
        """Read the facts of a run; of one that was noted twice the last counts."""
        lines = store.list_run_lines(run.id, kind=FACT)
        texts = {line.field: line.text for _, line in lines}
        before, after = (
            msgspec.json.decode(texts[name], type=ClientTotals) if name in texts else None
            for name in (BEFORE, AFTER)
        )
        return cls(before=before, after=after, server_version=texts.get(SERVER_VERSION, ""))

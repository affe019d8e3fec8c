"""The plan of a push and its progress, which is the checkpoint of its run."""

from datetime import datetime

import msgspec
from msgspec import Struct

from gateway.migration.counterparts import Sides
from storage import Run, StartRun

from .push_client import PushOptions

WRITE_RESULTS = ("created", "changed", "deleted")
"""The push outcomes that count as changes of the service."""


class Progress(Struct, frozen=True, kw_only=True):
    """The checkpoint of a push.

    `surveyed` is when the last complete survey began, None if there was none. The clients up to
    `serial` have been pushed.
    """

    surveyed: datetime | None = None
    serial: int = 0


class Push(Struct, frozen=True, kw_only=True):
    """The plan of a push.

    `run_options` is stored with the run, and is what it takes to resume the run.
    """

    sides: Sides
    push_options: PushOptions
    run_options: str = ""
    max_changes: int | None = None

    @property
    def command(self) -> StartRun:
        name, source = self.sides.dialect.name, self.sides.source
        return StartRun(verb="push", dialect=name, source=source, options=self.run_options)


def progress_of(run: Run | None) -> Progress:
    """Return the progress in the checkpoint of a run, else that of a first push."""
    if run is None or not run.checkpoint:
        return Progress()
    return msgspec.json.decode(run.checkpoint, type=Progress)

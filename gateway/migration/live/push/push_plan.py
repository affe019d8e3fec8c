"""The plan of a push with its options, and its progress, which is the checkpoint of its run."""

import enum
from datetime import datetime

import msgspec
from msgspec import Struct

from gateway.migration.counterparts import Sides
from storage import ConflictPolicy, Run, StartRun

WRITE_RESULTS = ("created", "changed", "deleted")
"""The push outcomes that count as changes of the service."""
SENT = "sent"
"""The name under which uploaded documents are counted."""


class FileChoice(enum.Enum):
    """What is done about documents that the service lacks: nothing, counted, or sent."""

    IGNORE = "ignore"
    COUNT = "count"
    SEND = "send"


class PushOptions(Struct, frozen=True, kw_only=True):
    """The options of a push.

    `policy` decides conflicts. `may_delete`: a client that is deleted here is deleted on the
    service too. `is_dry_run`: no write request is sent. `is_without_match`: the first push does
    not ask whether clients of both sides are the same people. `is_mail_accepted`: contacts may get
    mail from an old server though they refuse it. `at_once`: the clients that are pushed at a time.
    `files`: what is done about the documents that the service lacks. `raises_counter`: the
    service's counter of numbers is raised above those that are taken.
    """

    policy: ConflictPolicy = ConflictPolicy.HOLD
    may_delete: bool = False
    is_dry_run: bool = False
    is_without_match: bool = False
    is_mail_accepted: bool = False
    at_once: int = 1
    files: FileChoice = FileChoice.COUNT
    raises_counter: bool = False


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

"""The command `gateway`, and `python -m gateway`."""

import os
import sys
from collections.abc import Sequence

from gateway.gc_tuning import freeze_before_exit, gc_paused
from gateway.migration.worker_process import start_early

MUCH = 2_000_000
"""Bytes of a file with which another process helps."""

INTERRUPTED = 130
"""Exit code, as shells have it."""


def main() -> None:
    words = sys.argv[1:]
    try:
        with gc_paused():
            if are_for_two(words):
                start_early()
            from gateway import cli

            app = cli.application(*words[:1])
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    try:
        cli.run(app)
    finally:
        freeze_before_exit()


def are_for_two(words: Sequence[str]) -> bool:
    """Whether a verb that is shared by two processes is likely to have much to do."""
    match words:
        case ["export", *_]:
            return True
        case ["import", *rest]:
            return any(os.path.isfile(word) and os.path.getsize(word) > MUCH for word in rest)
        case _:
            return False


if __name__ == "__main__":
    main()

"""The command `gateway`, and `python -m gateway`."""

import os
import sys
from collections.abc import Sequence

from gateway.gc_tuning import freeze_before_exit, gc_paused
from gateway.migration.worker_process import start_early

MIN_SHARED_BYTES = 2_000_000
"""Bytes of a file from which on a second process is worth its start."""

PRIVATE_UMASK = 0o077
"""Files that a command or a server creates can be read by their owner only.

It is set once for the process and those that it starts, because libraries create most files: SQLite
its WAL, the blob store its folders.
"""
INTERRUPTED = 130
"""The exit code that shells use for it."""


def main() -> None:
    """Run the command line, with a second process started early where it will be needed."""
    os.umask(PRIVATE_UMASK)
    words = sys.argv[1:]
    try:
        with gc_paused():
            if uses_second_process(words):
                start_early()
            from gateway import cli

            app = cli.application(*words[:1])
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    try:
        cli.run(app)
    finally:
        freeze_before_exit()


def uses_second_process(words: Sequence[str]) -> bool:
    """Whether the command is an export, or an import of a large file."""
    match words:
        case ["export", *_]:
            return True
        case ["import", *rest]:
            return any(
                os.path.isfile(word) and os.path.getsize(word) > MIN_SHARED_BYTES for word in rest
            )
        case _:
            return False


if __name__ == "__main__":
    main()

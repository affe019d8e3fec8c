"""The tests of searching on Debian's PostgreSQL, which has pg_trgm: `make trigrams`. The server
that the suite brings along has no extensions."""

import os
import subprocess
import sys

from scripts.debian import Missing, Postgres, end_cleanly, programs, scratch

SUITE = (
    "tests/storage/indexes/test_postgresql_trigrams.py",
    "tests/storage/indexes/test_search.py",
    "tests/storage/test_store.py",
    "tests/dialects/ninja/clients/test_text_search.py",
    "tests/dialects/ninja/clients/test_filter_model.py",
)


def main(arguments: list[str]) -> int:
    """Runs pytest, to which the arguments go, and answers its exit code."""
    end_cleanly()
    try:
        programs()
    except Missing as missing:
        sys.stderr.write(f"trigrams: {missing}\n")
        return 1
    with scratch("trigrams") as folder:
        server = Postgres(folder, "server")
        try:
            server.create()
            server.start()
            return tested(server, arguments)
        finally:
            server.end()


def tested(server: Postgres, arguments: list[str]) -> int:
    place = {"GATEWAY_TEST_POSTGRES_URL": server.url, "GATEWAY_TEST_TRIGRAMS": "1"}
    command = (sys.executable, "-m", "pytest", "-q", "-k", "not sqlite", *SUITE, *arguments)
    return subprocess.run(command, env=os.environ | place, check=False).returncode  # noqa: S603  our own


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The HTTP part of the suite with a PgBouncer in transaction mode before PostgreSQL, both Debian's:
`make pgbouncer`."""

import os
import subprocess
import sys

from sqlalchemy import make_url

from scripts.debian import (
    Bouncer,
    Missing,
    Postgres,
    bouncer_program,
    end_cleanly,
    programs,
    scratch,
)

SUITE = ("tests/dialects", "tests/test_crossing.py", "tests/test_seeds.py")


def main(arguments: list[str]) -> int:
    """Runs pytest, to which the arguments go, and answers its exit code."""
    end_cleanly()
    try:
        programs()
        bouncer_program()
    except Missing as missing:
        sys.stderr.write(f"pgbouncer: {missing}\n")
        return 1
    with scratch("pgbouncer") as folder:
        server = Postgres(folder, "server")
        bouncer = Bouncer(folder, make_url(server.url))
        try:
            server.create()
            server.start()
            bouncer.start()
            return tested(server, bouncer, arguments)
        finally:
            bouncer.end()
            server.end()


def tested(server: Postgres, bouncer: Bouncer, arguments: list[str]) -> int:
    places = {
        "GATEWAY_TEST_POSTGRES_URL": server.url,
        "GATEWAY_TEST_PGBOUNCER": str(bouncer.port),
    }
    command = (sys.executable, "-m", "pytest", "-q", "-p", "tests.failures.pgbouncer_plugin")
    only = ("-k", "not sqlite")
    done = subprocess.run(  # noqa: S603  our own
        [*command, *only, *SUITE, *arguments], env=os.environ | places, check=False
    )
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

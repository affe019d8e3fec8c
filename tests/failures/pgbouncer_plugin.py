"""Pytest plugin: the stores under test reach PostgreSQL through a PgBouncer.

Load it with `-p tests.failures.pgbouncer_plugin`. GATEWAY_TEST_PGBOUNCER is the port. Databases are
created and dropped at the server itself.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import make_url

from tests.support import databases


class Bounced(databases.Cluster):
    @contextmanager
    def database(self, *, is_empty: bool = False) -> Iterator[str]:
        with super().database(is_empty=is_empty) as url:
            port = int(os.environ["GATEWAY_TEST_PGBOUNCER"])
            through = make_url(url).set(host="127.0.0.1", port=port, query={"pgbouncer": "true"})
            yield through.render_as_string(hide_password=False)


databases.Cluster = Bounced  # type: ignore[misc]

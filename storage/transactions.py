"""What every part of the store stands on: an engine, and transactions that fail with a name."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError, TimeoutError as PoolTimeout

from .blobs import Blobs
from .buckets import IN_MEMORY, Buckets
from .engines import WRITES, is_outage
from .errors import Unavailable
from .makers import Makers


class Transactions:
    def __init__(
        self,
        engine: Engine,
        makers: Makers | None = None,
        blobs: Blobs | None = None,
        buckets: Buckets | None = None,
    ) -> None:
        self._engine = engine
        self._makers = makers or Makers()
        self._blobs = blobs
        self._buckets = buckets or Buckets(IN_MEMORY)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with failing_as_unavailable(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with failing_as_unavailable(), self._engine.connect() as raw:
            connection = raw.execution_options(**WRITES)
            with connection.begin():
                yield connection


@contextmanager
def failing_as_unavailable() -> Iterator[None]:
    """The border where a database that cannot answer becomes a failure with a name."""
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("no connection came free in time") from error
    except DatabaseError as error:
        if not is_outage(error):
            raise  # a defect of ours
        raise Unavailable(str(error.orig)) from error

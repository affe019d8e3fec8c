"""Arrivals: the moments at which changes of an account's clients arrive, in the order of commits.

A moment is taken while the account's row is locked, and the lock lasts until the commit. So no
change arrives before one that a reader has seen, whatever the clocks say: whoever asks for what
arrived after a moment misses nothing. It need not be the time of change that a client shows: an
imported client shows that of the service it comes from.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Connection, bindparam, case, type_coerce, update

from storage.database.fast_sql import statements
from storage.database.step_cache import step_cache
from storage.model.errors import NotFound
from storage.model.generators import Generators
from storage.schema.account_tables import ACCOUNT
from storage.schema.column_types import MomentType

NOW = bindparam("now", type_=MomentType())
LAST_MICROSECOND = type_coerce(ACCOUNT.c.last_arrival, BigInteger())
UPDATE_LAST_ARRIVAL = (
    update(ACCOUNT)
    .where(ACCOUNT.c.id == bindparam("account"))
    .values(
        last_arrival=case(
            (ACCOUNT.c.last_arrival < NOW, NOW),
            else_=type_coerce(LAST_MICROSECOND + 1, MomentType()),
        )
    )
    .returning(ACCOUNT.c.last_arrival)
)


def take_arrival(connection: Connection, account_id: int, generators: Generators) -> datetime:
    """Return the moment at which the changes of this step arrive; it is later than any before.

    Call it when the clients that are to be changed are locked: it locks their account. Raises
    NotFound if there is no account.
    """
    cache, key = step_cache(connection), ("arrival", account_id)
    if key not in cache:
        given = {"account": account_id, "now": generators.clock()}
        row = statements.fetch_first(connection, UPDATE_LAST_ARRIVAL, given)
        if row is None:
            raise NotFound("account")
        cache[key] = row[0]
    moment: datetime = cache[key]
    return moment

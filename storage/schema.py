"""The schema: brought to the newest revision, once, whoever comes first."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from .engines import WRITES

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Run the missing migrations in one write transaction: several starters migrate once."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.connect().execution_options(**WRITES) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

"""Settings: read from the environment, checked once, passed on as values.

A dialect's option `x` is set by `GATEWAY_<DIALECT>_<X>`: the gateway knows the names from the
dialect's own Options, so a new dialect brings its settings along.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct, structs

from dialects.base.dialect import Dialect
from storage import Invalid, Problem

DEFAULT_DATABASE = "sqlite:///gateway.db"
DEFAULT_BLOBS = "gateway-blobs"
PREFIX = "GATEWAY_"
BLOBS = f"{PREFIX}BLOBS"
REPLICA = f"{PREFIX}REPLICA_URL"
PIN = f"{PREFIX}REPLICA_PIN_SECONDS"
DEFAULT_PIN = "10"
RENDERINGS = f"{PREFIX}RENDERINGS_MB"
DEFAULT_RENDERINGS = "512"
MIN_FREE = f"{PREFIX}MIN_FREE_MB"
DEFAULT_MIN_FREE = "100"


class Settings(Struct, frozen=True, kw_only=True):
    """The settings of a gateway.

    `database`: a database URL. `blobs`: where the bytes of documents are, a folder or
    `s3://bucket/prefix`. `replica`: the URL of a read replica. `pin`: how long a token that has
    written does not read from the replica. `renderings`: the size of the rendering cache in
    mebibytes. `min_free`: mebibytes of free disk space below which the gateway is not ready.
    `environment`: the variables from which the dialects take their own settings.
    """

    database: str = DEFAULT_DATABASE
    blobs: str = DEFAULT_BLOBS
    replica: str = ""
    pin: timedelta = timedelta(seconds=int(DEFAULT_PIN))
    renderings: int = int(DEFAULT_RENDERINGS)
    min_free: int = int(DEFAULT_MIN_FREE)
    environment: Mapping[str, str] = {}

    def __repr__(self) -> str:
        """Without the values: a setting may be a secret."""
        return f"Settings({', '.join(sorted(self.environment))})"

    @classmethod
    def of(cls, database: str, environment: Mapping[str, str]) -> "Settings":
        """Read the settings from an environment. Raise Invalid for a value that does not fit."""
        own = {name: text for name, text in environment.items() if name.startswith(PREFIX)}
        return cls(
            database=database,
            blobs=own.get(BLOBS, DEFAULT_BLOBS),
            replica=own.get(REPLICA, ""),
            pin=seconds(PIN, own.get(PIN, DEFAULT_PIN)),
            renderings=number(RENDERINGS, own.get(RENDERINGS, DEFAULT_RENDERINGS), "mebibytes"),
            min_free=number(MIN_FREE, own.get(MIN_FREE, DEFAULT_MIN_FREE), "mebibytes"),
            environment=own,
        )

    def options(self, dialect: Dialect) -> Any:
        """Return the dialect's Options. Raise Invalid with the variable that does not fit."""
        names = {
            f: f"{PREFIX}{dialect.name}_{f}".upper() for f in dialect.options.__struct_fields__
        }
        given = {f: self.environment[n] for f, n in names.items() if n in self.environment}
        try:
            return msgspec.convert(given, dialect.options, strict=False)
        except msgspec.ValidationError as error:
            reason, _, place = str(error).partition(" - at `$.")
            name = place.rstrip("`")
            reason = description_of(dialect.options, name) or reason
            raise Invalid(Problem((names.get(name, dialect.name),), reason)) from error


def description_of(options: type[Struct], name: str) -> str:
    """Return what an option says of its values; empty if it says nothing."""
    kinds = {field.name: field.type for field in structs.fields(options)}
    notes = [meta.description for meta in getattr(kinds.get(name), "__metadata__", ())]
    return next(filter(None, notes), "")


def seconds(variable: str, text: str) -> timedelta:
    return timedelta(seconds=number(variable, text, "seconds"))


def number(variable: str, text: str, unit: str) -> int:
    if not re.fullmatch("[0-9]{1,6}", text):
        raise Invalid(Problem((variable,), f"must be a number of {unit}"))
    return int(text)

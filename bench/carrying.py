"""Import and export: what `python -m bench.importing` says, as facts among the others."""

import re
import sys

from bench.results import Fact, Spread
from bench.stores import run

LINE = re.compile(r"^(\S[\w ]*?) +([\d,]+) clients/s +[\d.]+ s +(\d+) MB$", re.MULTILINE)


def carried() -> list[Fact]:
    said = run([sys.executable, "-m", "bench.importing"], {}).decode()
    return facts(said)


def facts(said: str) -> list[Fact]:
    """Of each command its clients a second, and how many times as fast as dlt the import is."""
    rates = {verb: float(rate.replace(",", "")) for verb, rate, _ in LINE.findall(said)}
    found = [
        Fact(name=slug(verb), title=verb, unit="clients/s", value=Spread.of([rate]))
        for verb, rate in rates.items()
    ]
    times = rates["import"] / rates["dlt merge"]
    beside = Fact(name="import-dlt", title="import beside dlt", unit="x", value=Spread.of([times]))
    return [*found, beside]


def slug(verb: str) -> str:
    return verb.replace(" ", "-")

"""Conversion of objects of one dialect into objects of another, without a store."""

from collections.abc import Iterable

from dialects.base.dialect import Dialect
from dialects.base.migration.object_codec import ParsedObject
from gateway.json_files.writer import WriteLine
from gateway.migration.objects import RawObject, ReadObject, read_object
from gateway.migration.runs import run_line
from storage import Account, Generators, Invalid, Problem, preview_client

from .export import ExportResult, write_client


def convert(
    raw_objects: Iterable[RawObject],
    account: Account,
    source: Dialect,
    target: Dialect,
    write: WriteLine,
) -> ExportResult:
    """Write objects of one dialect as objects of another.

    An object that cannot be parsed is counted as refused. Raises WrongSalt.
    """
    result, generators = ExportResult(), Generators()
    for serial, raw_object in enumerate(raw_objects, 1):
        read = read_object(raw_object, source.codec, account)
        label = read.parsed.label if read.parsed else read.position
        try:
            record = preview_client(parsed_or_raise(read).command, account, serial, generators)
        except Invalid as failure:
            result.refused += 1
            result.lines.append(run_line("refused", label, text=str(failure)))
            continue
        for field, text in parsed_or_raise(read).losses:
            result.lines.append(run_line("lost", label, field=field, text=text))
        write_client(record, account, target.codec, write, result)
    return result


def parsed_or_raise(read: ReadObject) -> ParsedObject:
    """Return the parsed object, or raise Invalid if it could not be parsed."""
    if read.parsed is None:
        raise Invalid(Problem((), read.problem))
    return read.parsed

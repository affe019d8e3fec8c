from collections.abc import Iterable

from dialects.base.dialect import Dialect
from dialects.base.migration.object_codec import ParsedObject
from gateway.json_files.writer import WriteLine
from gateway.migration.objects import RawObject, ReadObject, read_object
from gateway.migration.runs import run_line
from storage import Account, Generators, Invalid, Problem, preview_client

from .export import ExportResult, write_client


def convert(
    found: Iterable[RawObject], account: Account, source: Dialect, target: Dialect, write: WriteLine
) -> ExportResult:
    """Objects of one dialect as objects of the other, without a store. Raises WrongSalt."""
    given, generators = ExportResult(), Generators()
    for place, raw_object in enumerate(found, 1):
        read = read_object(raw_object, source.codec, account)
        label_there = read.parsed.label if read.parsed else read.position
        try:
            record = preview_client(parsed_or_raise(read).command, account, place, generators)
        except Invalid as failure:
            given.refused += 1
            given.lines.append(run_line("refused", label_there, text=str(failure)))
            continue
        for name, text in parsed_or_raise(read).losses:
            given.lines.append(run_line("lost", label_there, field=name, text=text))
        write_client(record, account, target.codec, write, given)
    return given


def parsed_or_raise(read: ReadObject) -> ParsedObject:
    """Raises Invalid when the piece could not be read."""
    if read.parsed is None:
        raise Invalid(Problem((), read.problem))
    return read.parsed

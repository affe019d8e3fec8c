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
    given, makers = ExportResult(), Generators()
    for place, piece in enumerate(found, 1):
        read = read_object(piece, source.dump, account)
        label_there = read.told.label if read.told else read.place
        try:
            record = preview_client(parsed_or_raise(read).client, account, place, makers)
        except Invalid as failure:
            given.refused += 1
            given.lines.append(run_line("refused", label_there, text=str(failure)))
            continue
        for name, text in parsed_or_raise(read).lost:
            given.lines.append(run_line("lost", label_there, field=name, text=text))
        write_client(record, account, target.dump, write, given)
    return given


def parsed_or_raise(read: ReadObject) -> ParsedObject:
    """Raises Invalid when the piece could not be read."""
    if read.told is None:
        raise Invalid(Problem((), read.problem))
    return read.told

from collections.abc import Iterable

from dialects.base.dialect import Dialect
from dialects.base.migration.object_codec import Told
from gateway.json_files.writer import Write
from gateway.migration.objects import Piece, Read, understood
from gateway.migration.runs import remark
from storage import Account, Invalid, Makers, Problem, imagined

from .export import Given, put


def convert(
    found: Iterable[Piece], account: Account, source: Dialect, target: Dialect, write: Write
) -> Given:
    """Objects of one dialect as objects of the other, without a store. Raises WrongSalt."""
    given, makers = Given(), Makers()
    for place, piece in enumerate(found, 1):
        read = understood(piece, source.dump, account)
        label_there = read.told.label if read.told else read.place
        try:
            record = imagined(told_of(read).client, account, place, makers)
        except Invalid as failure:
            given.refused += 1
            given.lines.append(remark("refused", label_there, text=str(failure)))
            continue
        for name, text in told_of(read).lost:
            given.lines.append(remark("lost", label_there, field=name, text=text))
        put(record, account, target.dump, write, given)
    return given


def told_of(read: Read) -> Told:
    """Raises Invalid when the piece could not be read."""
    if read.told is None:
        raise Invalid(Problem((), read.problem))
    return read.told

"""The errors of docs/planado.md: every code, message and sentence that the code can produce."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from dialects.base.http.idempotency import KEY_RULE
from dialects.base.protocol.failures import (
    Rejected,
    Renderable,
    TooManyRequests,
    Unconfirmed,
    WrongMethod,
)
from dialects.planado.http import errors as http_errors
from dialects.planado.protocol import messages
from storage.model.errors import Conflict, Failure, Invalid, Locked, Problem
from tests.support.doc_tables import is_served, quoted
from tests.support.planado_doc import PAGE

FOLDER = Path(__file__).parent.parent / "dialects/planado"
SOURCES = [path for path in FOLDER.rglob("*.py") if path.parent.name != "migration"]
"""What reads another server's objects answers no request."""
ELSEWHERE = {Locked, Unconfirmed}
"""Failures of operations that only Invoice Ninja has."""


def failure_of(kind: type[Failure]) -> Failure:
    given: dict[type[Failure], tuple[Any, ...]] = {
        Conflict: ("client", ("external_id",)),
        Invalid: (Problem(("name",), "is wrong"),),
        WrongMethod: ("GET",),
        Rejected: (KEY_RULE,),
        TooManyRequests: (1,),
    }
    return kind(*given.get(kind, ("reason",)))


def test_the_codes_and_messages_are_those_of_the_page() -> None:
    met = set(get_args(Renderable)) - ELSEWHERE
    answers = [http_errors.render(failure_of(kind)) for kind in met]  # type: ignore[arg-type]

    said = {(str(a.status_code), re.sub(r'\{"message":"(.+?)".*', r"\1", body(a))) for a in answers}
    assert said == {(row[0], quoted(row[1])[0]) for row in PAGE["Errors: code"] if is_served(row)}


def body(answer: Any) -> str:
    return bytes(answer.body).decode()


def test_failures_of_elsewhere_are_not_met_here() -> None:
    raised = {name for source in SOURCES for name in re.findall(r"raise (\w+)", source.read_text())}

    assert raised
    assert not raised & {kind.__name__ for kind in ELSEWHERE}


def test_the_sentences_about_fields_are_those_of_the_page() -> None:
    told = [quoted(row[0])[0] for row in PAGE["Errors: sentence in `errors`"]]
    said = [*messages.EXPECTED.values(), http_errors.TAKEN, *sentences()]

    assert len(said) > 12
    assert [
        text for text in said if not any(re.fullmatch(text, sentence) for sentence in told)
    ] == []


def sentences() -> Iterator[str]:
    """Yield the sentences that this dialect puts into problems, as patterns."""
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            match node:
                case ast.Call(func=ast.Name(id="Problem"), args=[_, sentence]):
                    yield from pattern(sentence)
                case ast.Assign(targets=[ast.Name(id="words")], value=sentence):
                    yield from pattern(sentence)


def pattern(sentence: ast.expr) -> Iterator[str]:
    match sentence:
        case ast.Constant(value=str(text)):
            yield re.escape(text)
        case ast.JoinedStr(values=parts):
            yield "".join(
                re.escape(p.value) if isinstance(p, ast.Constant) else ".+" for p in parts
            )

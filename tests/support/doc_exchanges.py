"""Exchanges that a documentation page prints: the requests of one cell, the answers of the next."""

import re
from typing import NamedTuple

from httpx2 import Response

from tests.support.api_callers import Speaker
from tests.support.doc_tables import quoted

REQUEST = re.compile(r"(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (\S+)(?: (.+))?")
HEADER = re.compile(r"([A-Z][A-Za-z-]+): (.+)")


class Asked(NamedTuple):
    method: str
    path: str
    body: str | None
    headers: dict[str, str]


def requests(cell: str) -> list[Asked]:
    """Parse the requests of a cell. A header belongs to the request before it; single words are
    prose."""
    found: list[Asked] = []
    for word in quoted(cell):
        if request := REQUEST.fullmatch(word):
            found.append(Asked(*request.groups(), headers={}))
        elif header := HEADER.fullmatch(word):
            found[-1].headers[header[1]] = header[2]
        elif " " in word:
            raise ValueError(word)
    return found


def replaced(text: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(name, value)
    return text


def last_answer(speaker: Speaker, cell: str) -> Response:
    """Send the requests of a cell, and return the last answer. The answers before it must
    succeed."""
    *first, last = [sent(speaker, asked) for asked in requests(cell)]
    assert [answer.text for answer in first if not answer.is_success] == []
    return last


def sent(speaker: Speaker, asked: Asked) -> Response:
    content = None if asked.body is None else asked.body.encode()
    return speaker.request(asked.method, asked.path, content=content, headers=asked.headers)


def disagreements(answer: Response, cell: str) -> list[str]:
    """List the parts of a cell that the answer does not confirm.

    A cell names a status, then parts of headers and body, and after `not` what must be absent.
    """
    status, *_ = quoted(cell)
    wrong = [] if str(answer.status_code) == status else [f"{status}, but {answer.status_code}"]
    absent = set(re.findall(r"not `(.+?)`", cell))
    told = quoted(cell)[1:]
    return wrong + [word for word in told if is_in(answer, word) == (word in absent)]


def is_in(answer: Response, word: str) -> bool:
    if header := HEADER.fullmatch(word):
        return answer.headers.get(header[1]) == header[2]
    return blankless(word) in blankless(answer.text)


def blankless(text: str) -> str:
    return re.sub(r"\s", "", text)

"""Pages of a list: the page that a request asks for, and the `pagination` of its answer."""

import re
from collections.abc import Sequence
from urllib.parse import urlencode

from msgspec import Struct

from storage import MAX_INTEGER

from . import wire
from .scalars import text_of

PAGE_SIZE = 20
LEADING_NUMBER = re.compile(r"[-+]?[0-9]{1,40}(\.[0-9]{1,18})?([eE]\+?[0-9])?", re.ASCII)
MAX_PER_PAGE = 5000


class Window(Struct, frozen=True):
    """The page that a request asks for: its number, from 1 on, and its size."""

    page: int
    per_page: int


def read_window(given: wire.ListParams, default: int = PAGE_SIZE) -> Window:
    """Return the page that the parameters ask for; `default` is its size if they give none.

    The sign of a size is ignored. A size over MAX_PER_PAGE is MAX_PER_PAGE. A value that is no
    number is ignored.
    """
    size, page = abs(read_php_integer(text_of(given.per_page))), text_of(given.page)
    return Window(
        page=int(page) if re.fullmatch("[1-9][0-9]{0,9}", page) else 1,
        per_page=min(size, MAX_PER_PAGE) or default,
    )


def bulk_page_size(serials: Sequence[int]) -> int:
    """Return the page size of a bulk answer: one page with all rows, said to have 20 at least."""
    return max(len(serials), PAGE_SIZE)


def read_php_integer(text: str) -> int:
    """Read an integer as PHP does: `1e3` is 1000, `2.9` is 2, `3abc` is 3, and `abc` is 0.

    A number beyond 64 bits is the largest one.
    """
    match = LEADING_NUMBER.match(text)
    return int(min(float(match[0]), MAX_INTEGER)) if match else 0


def pagination(
    total: int, count: int, at: Window, links: dict[str, str] | list[str]
) -> wire.Pagination:
    """Return the `pagination` of an answer with `count` of `total` records."""
    return wire.Pagination(
        total=total,
        count=count,
        per_page=at.per_page,
        current_page=at.page,
        total_pages=page_count(total, at),
        links=links,
    )


def page_count(total: int, at: Window) -> int:
    """Return the number of pages; an empty list has one."""
    return max(-(-total // at.per_page), 1)


def page_links(
    url: str, pairs: Sequence[tuple[str, str]], total: int, at: Window
) -> dict[str, str]:
    """Return the links to the previous and the next page.

    `pairs` are the parameters of the request; each link repeats them, except `page`. A repeated
    parameter is there once, with the value that counts: some callers add their query to the link
    of each page, which would grow by a copy a page.
    """
    last = {(name, value if name.endswith("]") else ""): value for name, value in pairs}
    others = urlencode([(name, value) for (name, _), value in last.items() if name != "page"])
    numbers = {}
    if at.page > 1:
        numbers["previous"] = at.page - 1
    if at.page < page_count(total, at):
        numbers["next"] = at.page + 1
    start = f"{url}?{others}&page=" if others else f"{url}?page="
    return {name: f"{start}{page}" for name, page in numbers.items()}

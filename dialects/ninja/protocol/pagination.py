import re
from collections.abc import Sequence
from urllib.parse import urlencode

from msgspec import Struct

from . import wire
from .scalars import text_of

PAGE_SIZE = 20
LARGEST_PAGE = 5000


class Window(Struct, frozen=True):
    page: int
    per_page: int


def read_window(given: wire.ListParams, default: int = PAGE_SIZE) -> Window:
    """The size counts without its sign and up to the largest; what is no number counts not."""
    size, page = abs(whole(text_of(given.per_page))), text_of(given.page)
    return Window(
        page=int(page) if re.fullmatch("[1-9][0-9]{0,9}", page) else 1,
        per_page=min(size, LARGEST_PAGE) or default,
    )


def whole(text: str) -> int:
    """`1e3` is 1000 and `2.9` is 2, as PHP reads numbers; anything else is 0."""
    match = re.fullmatch(r"([-+]?[0-9]{1,18})(\.[0-9]{1,18})?([eE]\+?[0-9])?", text)
    return int(float(text)) if match else 0


def pagination(
    total: int, count: int, at: Window, links: dict[str, str] | list[str]
) -> wire.Pagination:
    return wire.Pagination(
        total=total,
        count=count,
        per_page=at.per_page,
        current_page=at.page,
        total_pages=pages(total, at),
        links=links,
    )


def pages(total: int, at: Window) -> int:
    return max(-(-total // at.per_page), 1)


def links(url: str, pairs: Sequence[tuple[str, str]], total: int, at: Window) -> dict[str, str]:
    """The pages before and after, with every other parameter of the request."""
    others = urlencode([(name, value) for name, value in pairs if name != "page"])
    places = {}
    if at.page > 1:
        places["previous"] = at.page - 1
    if at.page < pages(total, at):
        places["next"] = at.page + 1
    start = f"{url}?{others}&page=" if others else f"{url}?page="
    return {name: f"{start}{page}" for name, page in places.items()}

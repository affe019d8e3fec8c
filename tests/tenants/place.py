"""A place of a request in which an id can stand."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from httpx2 import Response

from tests.support.api_callers import Speaker

IDS = re.compile(r"\{(\w+)\}")


class Place(NamedTuple):
    """A request with the names of ids in braces, for example `/clients/{client}`.

    `{client}` is looked for in vain: it is foreign or missing. `{my_client}` is the caller's own.
    """

    method: str
    path: str
    options: Mapping[str, Any] = {}
    is_ignored: bool = False
    """Whether the answer is the same for every id, also for one of our own."""

    @property
    def route(self) -> tuple[str, str]:
        """The method and the path as the application's routes have them."""
        return self.method, IDS.sub("{}", self.path.partition("?")[0])

    @property
    def names(self) -> set[str]:
        """The names of the ids that are foreign or missing."""
        return {name for name in IDS.findall(repr(self)) if not name.startswith("my_")}

    @property
    def is_write(self) -> bool:
        return self.method != "GET"

    def send(self, caller: Speaker, ids: Mapping[str, str], headers: Mapping[str, str]) -> Response:
        options = filled(self.options, ids)
        more = dict(headers) | options.pop("headers", {})
        return caller.request(self.method, filled(self.path, ids), headers=more, **options)

    def __str__(self) -> str:
        rest = "".join(f" {key}={value}" for key, value in self.options.items())
        return f"{self.method} {self.path}{rest}"


def filled(template: Any, ids: Mapping[str, str]) -> Any:
    """Return a copy of a text, list, or dict in which the names of ids are replaced by ids."""
    match template:
        case str():
            return IDS.sub(lambda match: ids[match[1]], template)
        case dict():
            return {filled(key, ids): filled(value, ids) for key, value in template.items()}
        case list() | tuple():
            return type(template)(filled(value, ids) for value in template)
        case _:
            return template

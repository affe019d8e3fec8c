"""What an answer is wrapped in: `data` and `meta`, and the switches that change the wrapping."""

from typing import Any

from msgspec import structs

from . import wire
from .inputs import Tree
from .scalars import read_flag, text_of
from .statics import statics


def envelope(body: wire.One | wire.Many, asked: Tree) -> object:
    """`index` renames `data`, or drops all wrapping when it is `none`; `include_static` adds the
    reference tables. Either may stand in the query or in the body."""
    index, wants_statics = text_of(asked.get("index")), read_flag(asked.get("include_static"))
    if not index and not wants_statics:
        return body
    if index == "none":
        return unwrapped(body)
    told: dict[str, Any] = {index or "data": body.data}
    if isinstance(body, wire.Many):
        told["meta"] = body.meta
    if wants_statics:
        told["static"] = statics()
    return dict(sorted(told.items()))


def unwrapped(body: wire.One | wire.Many) -> object:
    if isinstance(body, wire.Many):
        return body.data
    return dict(sorted(structs.asdict(body.data).items()))

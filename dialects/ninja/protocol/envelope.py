"""What an answer is wrapped in: `data` and `meta`, and the switches that change the wrapping."""

from typing import Any

from msgspec import UNSET, Raw, Struct, structs

from ..reference.statics import statics
from . import wire
from .input_tree import InputTree
from .scalars import read_flag, text_of

OURS = frozenset({"meta", "static"})
"""Names that stand beside the data, and so cannot stand for it."""


def wrap_envelope(
    shown: Struct | Raw | list[Any], asked: InputTree, meta: wire.Meta | None = None
) -> object:
    """`index` renames `data`, or drops all wrapping when it is `none`; `include_static` adds the
    reference tables. Either may stand in the query or in the body."""
    index = text_of(asked.get("index"))
    if index in OURS:
        index = ""
    if index == "none":
        return keys_sorted(shown) if isinstance(shown, Struct) else shown
    told: dict[str, Any] = {index or "data": shown}
    if meta is not None:
        told["meta"] = meta
    if read_flag(asked.get("include_static")):
        told["static"] = statics()
    return dict(sorted(told.items())) if len(told) > 1 else told


def keys_sorted(shown: Struct) -> dict[str, Any]:
    own = structs.asdict(shown).items()
    return dict(sorted((key, value) for key, value in own if value is not UNSET))

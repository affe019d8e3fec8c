"""The envelope of an answer: `data` and `meta`, and the parameters that change them."""

from typing import Any

from msgspec import UNSET, Raw, Struct, structs

from ..reference.statics import statics
from . import wire
from .input_tree import InputTree
from .scalars import read_flag, text_of

ENVELOPE_KEYS = frozenset({"meta", "static"})
"""Keys beside the data. `index` cannot give the data one of these names."""


def wrap_envelope(
    content: Struct | Raw | dict[str, Any] | list[Any],
    inputs: InputTree,
    meta: wire.Meta | None = None,
) -> object:
    """Wrap the content of an answer in its envelope. The keys are sorted by name.

    The input `index` renames `data`. With `index=none` there is no envelope. The input
    `include_static` adds the reference tables. Both may be in the query or in the body.
    """
    index = text_of(inputs.get("index"))
    if index in ENVELOPE_KEYS:
        index = ""
    if index == "none":
        return sorted_fields(content) if isinstance(content, Struct | dict) else content
    envelope: dict[str, Any] = {index or "data": content}
    if meta is not None:
        envelope["meta"] = meta
    if read_flag(inputs.get("include_static")):
        envelope["static"] = statics()
    return dict(sorted(envelope.items())) if len(envelope) > 1 else envelope


def sorted_fields(shape: Struct | dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a shape by name, in the order of their names, without unset ones."""
    fields = structs.asdict(shape) if isinstance(shape, Struct) else shape
    return dict(sorted((key, value) for key, value in fields.items() if value is not UNSET))

"""The types of the original's answers, as a typed client would declare them.

1. Every recorded 200 answer in JSON is walked. A place is a path of keys, without the indexes of
   lists. At each place the JSON types are noted, and of each object the types of its keys.
2. Objects of one table are of one type wherever they stand. Any other object has the type of its
   place. The place of a whole answer is what its shape depends on: method, path, and a few words.
3. Each object becomes a Struct. A key that all of its kind have is required, any other is optional.
   Further keys are ignored, as Go ignores them.

msgspec converts nothing here: `[]` is no object, `"1"` is no boolean and `1.0` is no integer.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache, reduce
from operator import or_
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import parse_qs, urlsplit

import msgspec
from msgspec import UNSET, Struct, UnsetType

from .replay import OK, path_shape

TABLES = {
    "client": {"client_hash"},
    "contact": {"contact_key"},
    "document": {"disk"},
    "group": {"name", "settings", "documents"},
    "pagination": {"total_pages", "links"},
}
"""The keys by which an object shows its table; the first table that fits counts."""
ENVELOPE_SWITCHES = ("index", "include_static")
"""Parameters that change the shape of a whole answer."""
OTHER_FORM = "serializer=json"
"""What departure rj ignores."""
UNQUOTED = {bool, int, float}
"""What the original shows for the text of a new client, if it was sent so; later it is a text."""

Line: TypeAlias = dict[str, Any]
Shape: TypeAlias = tuple[tuple[str, type], ...]
"""The keys of an object with the types of their values."""
Kind: TypeAlias = type | str
"""A type of JSON, or the name of an object's Struct."""


class Violation(NamedTuple):
    """An answer that a typed client cannot read, and why."""

    name: str
    request: str
    reason: str


class AnswerTypes:
    """The types of the answers to recorded requests."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self.kinds: defaultdict[str, set[Kind]] = defaultdict(set)
        """What was seen at each place."""
        self.shapes: defaultdict[str, Counter[Shape]] = defaultdict(Counter)
        """The objects that each Struct stands for."""
        self.examples: list[Line] = []
        """The first request of each shape: together they show everything that is known."""
        for line in lines:
            if is_typed(line) and line["answer"]["status"] == OK:
                self.add_answer(line)
        for name, shapes in self.shapes.items():
            for key, type_ in {pair for shape in shapes for pair in shape}:
                self.kinds[f"{name}.{key}"] |= {type_} - {dict, list}
        self.decoder_at = cache(self._decoder_at)
        self.struct = cache(self._struct)

    def add_answer(self, line: Line) -> None:
        before = sum(map(len, self.shapes.values()))
        self.add(root_of(line), line["answer"]["json"])
        if sum(map(len, self.shapes.values())) > before:
            self.examples.append(line)

    def add(self, place: str, value: Any) -> None:
        """Note the type of a value, and of all that is in it."""
        match value:
            case dict():
                name = type_name(value, place)
                self.kinds[place].add(name)
                self.shapes[name][tuple(zip(value, map(type, value.values()), strict=True))] += 1
                for key, child in value.items():
                    if isinstance(child, dict | list):
                        self.add(f"{name}.{key}", child)
            case list():
                self.kinds[place].add(list)
                for child in value:
                    self.add(f"{place}[]", child)
            case _:
                self.kinds[place].add(type(value))

    def violation(self, line: Line, content: bytes) -> Violation | None:
        """Return why a typed client cannot read an answer of ours; None if it can."""
        try:
            self.decoder_at(root_of(line)).decode(content)
        except msgspec.ValidationError as error:
            return Violation(line["name"], f"{line['method']} {line['path']}", str(error))
        return None

    def _decoder_at(self, place: str) -> msgspec.json.Decoder[Any]:
        return msgspec.json.Decoder(self.type_at(place))

    def type_at(self, place: str) -> Any:
        """Return the type of a place; Any where nothing was seen."""
        kinds = set(self.kinds[place])
        if str in kinds and ".settings." not in place:
            kinds -= UNQUOTED
        if float in kinds:
            kinds.discard(int)
        members = [self.member(kind, place) for kind in kinds]
        return reduce(or_, members) if members else Any

    def member(self, kind: Kind, place: str) -> Any:
        if kind is list:
            return list[self.type_at(f"{place}[]")]  # type: ignore[misc]
        return self.struct(kind) if isinstance(kind, str) else kind

    def _struct(self, name: str) -> type[Struct]:
        shapes = self.shapes[name]
        seen: Counter[str] = Counter()
        for shape, number in shapes.items():
            seen.update(dict.fromkeys(dict(shape), number))
        keys = {f"key_{n}": key for n, key in enumerate(seen)}
        required = {key for key, number in seen.items() if number == shapes.total()}
        fields = [
            (field, *self.declaration(f"{name}.{key}", is_required=key in required))
            for field, key in keys.items()
        ]
        return msgspec.defstruct(name, fields, rename=keys, kw_only=True)

    def declaration(self, place: str, *, is_required: bool) -> tuple[Any, Any]:
        """Return the type of a key, and its default."""
        type_ = self.type_at(place)
        return (type_, msgspec.NODEFAULT) if is_required else (type_ | UnsetType, UNSET)


def is_typed(line: Line) -> bool:
    """Whether a typed client can read the answers to a request: JSON in the usual form."""
    return "json" in line["answer"] and OTHER_FORM not in line["path"]


def type_name(value: Line, place: str) -> str:
    return next((table for table, keys in TABLES.items() if keys <= value.keys()), place)


def root_of(line: Line) -> str:
    """Return the place of a whole answer."""
    query = parse_qs(urlsplit(line["path"]).query)
    switches = [f"{name}={query[name][0]}" for name in ENVELOPE_SWITCHES if name in query]
    return " ".join([line["method"], path_shape(line).rstrip("/"), *switches])

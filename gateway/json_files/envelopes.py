"""One whole JSON text into the objects it carries: what is an envelope, and what is an object."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import UNSET, MsgspecError, Raw, Struct, UnsetType, json

FAULTS = (MsgspecError, RecursionError, UnicodeDecodeError)
"""All that msgspec raises about a text: depth and encoding are outside its own family."""

LIST, OBJECT = b"[{"
SURROGATES = re.compile(rb"(\\++)(u[dD][89a-fA-F][0-9a-fA-F]{2})(\\u[dD][c-fC-F][0-9a-fA-F]{2})?")
HALF = b"\xff" * 6


Piece = Raw | memoryview


class FileObject(NamedTuple):
    """One object of a file, or one piece of it that is none: then `raw` is empty."""

    position: str
    raw: bytes
    problem: str


class Envelope(Struct, gc=False, frozen=True):
    """What an answer may wrap its objects in, and what only an object has."""

    data: Raw | UnsetType = UNSET
    clients: Raw | UnsetType = UNSET
    client: Raw | UnsetType = UNSET
    id: Raw | UnsetType = UNSET
    uuid: Raw | UnsetType = UNSET


read_envelope = json.Decoder(Envelope).decode
read_list = json.Decoder(list[Raw]).decode


def is_plain(text: bytes) -> bool:
    """Whether this is one object, sound to its end, that nothing is wrapped in."""
    try:
        shape = read_envelope(text)
        str(text, "utf-8")
    except FAULTS:
        return False
    return shape.data is UNSET and shape.clients is UNSET and shape.client is UNSET


def read_document(text: memoryview, name: str, at: str) -> Iterator[FileObject]:
    """The objects of one whole document; a fault in one of them leaves the others as they are."""
    try:
        for path, piece in iter_objects(text):
            yield check_object(place(name, at, path), bytes(piece))
    except FAULTS as fault:
        yield FileObject(f"{name}:{at}", b"", f"cannot be read: {fault}")


def place(name: str, at: str, path: str) -> str:
    if not path:
        return f"{name}:{at}"
    return f"{name}:{path}" if at == "1" else f"{name}:{at}:{path}"


def iter_objects(text: memoryview) -> Iterator[tuple[str, Piece]]:
    """What a document holds, each with the path to it."""
    if text[0] != LIST:
        yield from unwrap_envelope(text, "", "")
        return
    for index, element in enumerate(read_list(text)):
        if memoryview(element)[0] == OBJECT:
            yield from unwrap_envelope(element, f"[{index}]", ".")
        else:
            yield f"[{index}]", element


def unwrap_envelope(text: Piece, path: str, joint: str) -> Iterator[tuple[str, Piece]]:
    """What an envelope holds; an object that is none is yielded itself."""
    wrapped = envelope_contents(read_envelope(text))
    if not wrapped:
        yield path, text
    for key, held in wrapped.items():
        if memoryview(held)[0] == OBJECT:
            yield f"{path}{joint}{key}", held
        else:
            for index, element in enumerate(read_list(held)):
                yield f"{path}{joint}{key}[{index}]", element


def envelope_contents(shape: Envelope) -> dict[str, Raw]:
    """Nothing when this is no envelope."""
    if shape.id is not UNSET or shape.uuid is not UNSET:
        return {}
    wrapped: dict[str, Raw] = {}
    if shape.data is not UNSET and memoryview(shape.data)[0] in (LIST, OBJECT):
        wrapped["data"] = shape.data
    if shape.clients is not UNSET and memoryview(shape.clients)[0] == LIST:
        wrapped["clients"] = shape.clients
    if shape.client is not UNSET and memoryview(shape.client)[0] == OBJECT:
        wrapped["client"] = shape.client
    return wrapped


def check_object(place: str, raw: bytes) -> FileObject:
    if raw[0] != OBJECT:
        return FileObject(place, b"", "not a JSON object")
    try:
        str(raw, "utf-8")
    except UnicodeDecodeError as fault:
        half = raw.startswith(HALF, fault.start)
        problem = "half a surrogate pair" if half else f"not UTF-8: {fault.reason}"
        return FileObject(place, b"", f"{problem} (byte {fault.start})")
    return FileObject(place, raw, "")


def mask_half_surrogates(line: bytes) -> bytes:
    """Half surrogate pairs become as many bytes that are no UTF-8.

    msgspec would give up the whole text for one of them, though only one object is at fault;
    bytes that are no UTF-8 it leaves to `checked`.
    """
    if b"\\ud" in line or b"\\uD" in line:
        return SURROGATES.sub(masked, line)
    return line


def masked(found: re.Match[bytes]) -> bytes:
    slashes, first, second = found.groups(b"")
    is_escape = len(slashes) % 2 == 1
    if is_escape and second and first[2:3] in b"89abAB":
        return found[0]
    before = slashes[:-1] + HALF if is_escape else slashes + first
    return before + HALF if second else before

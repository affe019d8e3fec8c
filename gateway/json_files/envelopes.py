"""The objects in one JSON document: in a list, in an envelope, or the document itself."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import UNSET, MsgspecError, Raw, Struct, UnsetType, json

PARSE_ERRORS = (MsgspecError, RecursionError, UnicodeDecodeError)
"""All that msgspec raises about a text: nesting and encoding have errors of other families."""

LIST_START, OBJECT_START = b"[{"
SURROGATES = re.compile(rb"(\\++)(u[dD][89a-fA-F][0-9a-fA-F]{2})(\\u[dD][c-fC-F][0-9a-fA-F]{2})?")
SURROGATE_MASK = b"\xff" * 6
"""As many bytes as the escape of a half surrogate pair; they are not UTF-8."""


JsonText = Raw | memoryview


class FileObject(NamedTuple):
    """One object of a file, or a part of the file that is no object: then `raw` is empty.

    `position` says where it is; `problem` says why it is no object.
    """

    position: str
    raw: bytes
    problem: str


class Envelope(Struct, gc=False, frozen=True):
    """The keys in which an answer may wrap its objects, and two keys that only an object has."""

    data: Raw | UnsetType = UNSET
    clients: Raw | UnsetType = UNSET
    client: Raw | UnsetType = UNSET
    id: Raw | UnsetType = UNSET
    uuid: Raw | UnsetType = UNSET


read_envelope = json.Decoder(Envelope).decode
read_list = json.Decoder(list[Raw]).decode


def is_bare_object(text: bytes) -> bool:
    """Return whether a text is one complete JSON object in UTF-8 and no envelope."""
    try:
        envelope = read_envelope(text)
        str(text, "utf-8")
    except PARSE_ERRORS:
        return False
    return envelope.data is UNSET and envelope.clients is UNSET and envelope.client is UNSET


def read_document(text: memoryview, name: str, at: str) -> Iterator[FileObject]:
    """Yield the objects of one document; an error in one object leaves the others as they are.

    `name` is the name of the file, `at` the place of the document in it.
    """
    try:
        for path, value in iter_objects(text):
            yield check_object(position_of(name, at, path), bytes(value))
    except PARSE_ERRORS as error:
        yield FileObject(f"{name}:{at}", b"", f"cannot be read: {error}")


def position_of(name: str, at: str, path: str) -> str:
    if not path:
        return f"{name}:{at}"
    return f"{name}:{path}" if at == "1" else f"{name}:{at}:{path}"


def iter_objects(text: memoryview) -> Iterator[tuple[str, JsonText]]:
    """Yield the objects of a document, and list items that are no objects, each with its path."""
    if text[0] != LIST_START:
        yield from unwrap_envelope(text, "", "")
        return
    for index, element in enumerate(read_list(text)):
        if memoryview(element)[0] == OBJECT_START:
            yield from unwrap_envelope(element, f"[{index}]", ".")
        else:
            yield f"[{index}]", element


def unwrap_envelope(text: JsonText, path: str, separator: str) -> Iterator[tuple[str, JsonText]]:
    """Yield the contents of an envelope with their paths; yield an object that is none itself."""
    contents = envelope_contents(read_envelope(text))
    if not contents:
        yield path, text
    for key, value in contents.items():
        if memoryview(value)[0] == OBJECT_START:
            yield f"{path}{separator}{key}", value
        else:
            for index, element in enumerate(read_list(value)):
                yield f"{path}{separator}{key}[{index}]", element


def envelope_contents(envelope: Envelope) -> dict[str, Raw]:
    """Return the contents by key; empty when this is no envelope."""
    if envelope.id is not UNSET or envelope.uuid is not UNSET:
        return {}
    contents: dict[str, Raw] = {}
    if envelope.data is not UNSET and memoryview(envelope.data)[0] in (LIST_START, OBJECT_START):
        contents["data"] = envelope.data
    if envelope.clients is not UNSET and memoryview(envelope.clients)[0] == LIST_START:
        contents["clients"] = envelope.clients
    if envelope.client is not UNSET and memoryview(envelope.client)[0] == OBJECT_START:
        contents["client"] = envelope.client
    return contents


def check_object(position: str, raw: bytes) -> FileObject:
    """Return the object, or the problem of a value that is no JSON object in UTF-8."""
    if raw[0] != OBJECT_START:
        return FileObject(position, b"", "not a JSON object")
    try:
        str(raw, "utf-8")
    except UnicodeDecodeError as error:
        is_half = raw.startswith(SURROGATE_MASK, error.start)
        problem = "half a surrogate pair" if is_half else f"not UTF-8: {error.reason}"
        return FileObject(position, b"", f"{problem} (byte {error.start})")
    return FileObject(position, raw, "")


def mask_half_surrogates(line: bytes) -> bytes:
    """Replace each escaped half of a surrogate pair by as many bytes that are not UTF-8.

    msgspec would refuse the whole text for one of them, though only one object has the error. It
    does not look into bytes that are not UTF-8: `check_object` finds them.
    """
    if b"\\ud" in line or b"\\uD" in line:
        return SURROGATES.sub(mask_match, line)
    return line


def mask_match(match: re.Match[bytes]) -> bytes:
    """Return the masked text of a match of `SURROGATES`; a pair that is complete is not masked."""
    slashes, first, second = match.groups(b"")
    is_escape = len(slashes) % 2 == 1
    if is_escape and second and first[2:3] in b"89abAB":
        return match[0]
    before = slashes[:-1] + SURROGATE_MASK if is_escape else slashes + first
    return before + SURROGATE_MASK if second else before

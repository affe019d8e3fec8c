"""Files of JSON objects: one object per line, or answers of an API as they were saved."""

from .envelopes import FileObject
from .reader import MAX_TEXT_LENGTH, file_size, read_json_objects
from .writer import LineWriter, WriteLine, open_writer

__all__ = [
    "MAX_TEXT_LENGTH",
    "FileObject",
    "LineWriter",
    "WriteLine",
    "file_size",
    "open_writer",
    "read_json_objects",
]

"""Files of wire objects: NDJSON, or API answers as they were saved."""

from .envelopes import FileObject
from .reader import LONGEST, file_size, read_json_objects
from .writer import LineWriter, WriteLine, open_writer

__all__ = [
    "LONGEST",
    "FileObject",
    "LineWriter",
    "WriteLine",
    "file_size",
    "open_writer",
    "read_json_objects",
]

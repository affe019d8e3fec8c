"""Files of wire objects: NDJSON, or API answers as they were saved."""

from .envelopes import Line
from .reader import LONGEST, counted, objects
from .writer import Write, Writer, writing

__all__ = ["LONGEST", "Line", "Write", "Writer", "counted", "objects", "writing"]

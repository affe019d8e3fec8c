"""Files of wire objects: NDJSON, or API answers as they were saved."""

from .answers import Line
from .reading import LONGEST, counted, objects
from .saving import Write, Writer, writing

__all__ = ["LONGEST", "Line", "Write", "Writer", "counted", "objects", "writing"]

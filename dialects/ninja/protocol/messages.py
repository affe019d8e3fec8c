"""Sentences about problems in the input, in the words of the original API."""

from storage import Path, Problem

ARRAY_FIELDS = frozenset({"contacts", "documents", "settings", "ids"})


def dotted_path(path: Path) -> str:
    """Return a path as `contacts.0.email`."""
    return ".".join(map(str, path))


def attribute_name(path: Path) -> str:
    """Return a field as the sentences name it: `country id`, but `contacts.0.email`."""
    return dotted_path(path) if len(path) > 1 else dotted_path(path).replace("_", " ")


def taken_problem(field: str) -> Problem:
    """Return the problem of a value that another record has already."""
    return Problem((field,), f"The {attribute_name((field,))} has already been taken.")


def describe_type(_expected: str, path: Path) -> str:
    """Return the sentence about a value of a wrong type.

    The field alone decides it: the original names only arrays and strings.
    """
    kind = "an array" if path[0] in ARRAY_FIELDS and len(path) <= 2 else "a string"  # noqa: PLR2004
    return f"The {attribute_name(path)} must be {kind}."

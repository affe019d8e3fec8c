"""Sentences about problems in the input, in the words of the original API."""

from storage import Path, Problem

LOGO_TYPES = ("jpeg", "jpg", "png", "gif")
WRONG_LOGO = f"The company logo must be a file of type: {', '.join(LOGO_TYPES)}."
ARRAY_FIELDS = frozenset({"contacts", "documents", "settings", "ids"})
INTEGER_FIELDS = frozenset({"country_id", "shipping_country_id", "industry_id", "size_id"})


def dotted_path(path: Path) -> str:
    """Return a path as `contacts.0.email`."""
    return ".".join(map(str, path))


def attribute_name(path: Path) -> str:
    """Return a field as the sentences name it: `country id`, but `contacts.0.email`."""
    return dotted_path(path) if len(path) > 1 else dotted_path(path).replace("_", " ")


def taken_problem(field: str) -> Problem:
    """Return the problem of a value that another record has already."""
    return Problem((field,), f"The {attribute_name((field,))} has already been taken.")


def invalid_selection(field: str) -> Problem:
    """Return the problem of a value that is not one of the possible values."""
    return Problem((field,), f"The selected {attribute_name((field,))} is invalid.")


def too_long(field: str, most: int) -> Problem:
    """Return the problem of a text with more than `most` characters."""
    return Problem(
        (field,), f"The {attribute_name((field,))} must not be greater than {most} characters."
    )


def describe_type(_expected: str, path: Path) -> str:
    """Return the sentence about a value of a wrong type.

    The field alone decides it: the original names arrays, integers and strings.
    """
    if path[0] in INTEGER_FIELDS:
        kind = "an integer"
    else:
        kind = "an array" if path[0] in ARRAY_FIELDS and len(path) <= 2 else "a string"  # noqa: PLR2004
    return f"The {attribute_name(path)} must be {kind}."

from storage import Path, Problem

ARRAYS = frozenset({"contacts", "documents", "settings", "ids"})


def dotted(path: Path) -> str:
    return ".".join(map(str, path))


def attribute(path: Path) -> str:
    """A field as the sentences call it: `country id`, but `contacts.0.email`."""
    return dotted(path) if len(path) > 1 else dotted(path).replace("_", " ")


def taken_problem(field: str) -> Problem:
    return Problem((field,), f"The {attribute((field,))} has already been taken.")


def describe_type(_expected: str, path: Path) -> str:
    kind = "an array" if path[0] in ARRAYS and len(path) <= 2 else "a string"  # noqa: PLR2004
    return f"The {attribute(path)} must be {kind}."

"""Sentences of this API about the length and the type of a value."""

from storage import Path, Problem


def check_length(path: Path, text: str, longest: int, problems: list[Problem]) -> None:
    """Add a problem for a text of more than `longest` characters."""
    if len(text) > longest:
        problems.append(Problem(path, f"size cannot be greater than {longest}"))


EXPECTED = {
    "str": "must be a string",
    "bool": "must be boolean",
    "array": "must be an array",
    "object": "must be an object",
    "int | float | str": "must be a string or a number",
    "float | str": "must be a number",
    "missing": "is missing",
}


def describe_type(expected: str, _path: Path) -> str:
    """Return the sentence about a value that is not of the expected type."""
    return EXPECTED.get(expected.removesuffix(" | null"), "is invalid")

"""How long a text may be: counted in characters, said in this API's words."""

from storage import Path, Problem


def check_length(path: Path, text: str, longest: int, problems: list[Problem]) -> None:
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
    return EXPECTED.get(expected.removesuffix(" | null"), "is invalid")

"""How long a text may be: counted in characters, said in this API's words."""

from storage import Path, Problem


def check_length(path: Path, text: str, longest: int, problems: list[Problem]) -> None:
    if len(text) > longest:
        problems.append(Problem(path, f"size cannot be greater than {longest}"))

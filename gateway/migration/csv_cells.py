"""Cells of a CSV file that people open in a spreadsheet."""

FIRST_CHARACTERS_OF_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet would run a cell that begins with one of them."""


def safe_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FIRST_CHARACTERS_OF_FORMULAS) else text

"""The text folding of old revisions: it must for ever fold as on the day of their release."""

import ast
from pathlib import Path

import pytest

from storage.migrations import folding_as_of_0005

VERSIONS = Path(folding_as_of_0005.__file__).with_name("versions")
FOLDED = {
    "": "",
    "ACME Ltd": "acme ltd",
    "Ångström": "angstrom",
    "Straße": "strasse",
    "İstanbul": "istanbul",
    "\ufb01n": "fin",
    "\u0301": "\u0301",
    "Ὀδυσσεύς": "οδυσσευσ",
}


@pytest.mark.parametrize(("text", "folded"), FOLDED.items())
def test_a_text_is_folded_as_it_was_in_revision_0005(text: str, folded: str) -> None:
    assert folding_as_of_0005.fold_as_of_0005(text) == folded


def test_a_long_text_is_folded_as_it_was_in_revision_0008() -> None:
    folded = folding_as_of_0005.fold_key_as_of_0008("É" * 300)

    digest = "a5d39ce9f9d94f230e9a442bdf53e694cee094ed4e89ccd23b4dac9bb25df354"
    assert folded == "e" * 192 + digest


@pytest.mark.parametrize("revision", sorted(VERSIONS.glob("[0-9]*.py")), ids=lambda p: p.stem)
def test_a_revision_uses_no_code_that_may_change(revision: Path) -> None:
    imported = {
        node.module
        for node in ast.walk(ast.parse(revision.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("storage")
    }

    assert imported <= {"storage.migrations.folding_as_of_0005"}

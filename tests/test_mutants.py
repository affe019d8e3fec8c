"""The mutants of the laws: each law has one, and each mistake can still be made."""

from tests.campaigns.mutant_table import LAWS, MUTANTS
from tests.campaigns.mutants import ROOT, mutated


def test_each_law_has_a_mutant() -> None:
    assert {mutant.law for mutant in MUTANTS} == set(LAWS)


def test_each_mistake_can_still_be_made() -> None:
    for mutant in MUTANTS:
        text = (ROOT / mutant.path).read_text()

        assert mutated(text, mutant) != text

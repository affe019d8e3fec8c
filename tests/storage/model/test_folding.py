"""Folded text: which texts are equal, and how numbers in texts sort."""

import unicodedata

import pytest
from hypothesis import given, strategies as st

from storage.model.folding import digits_sort_key, fold
from storage.model.names import collapse_spaces, join_name, split_contact_name, split_name

EQUAL = [
    ("ADA", "ada"),
    ("Zoë", "zoe"),
    ("Zoe\u0308", "Zoë"),
    ("STRASSE", "straße"),
    ("ΣΑΣ", "σας"),
    ("ＡＢＣ", "abc"),
]
DIFFERENT = [("a", "b"), ("a b", "ab"), ("日", "本"), ("1", "2"), ("", " ")]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_case_and_accents_do_not_count(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_everything_else_does(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize("text", [pair[0] for pair in EQUAL])
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_numbers_sort_by_the_value_of_their_digits() -> None:
    numbers = ["10000", "0009", "INV-10", "", "x", "0002_abc", "99999999999999999999"]

    ordered = sorted(numbers, key=digits_sort_key)

    assert ordered == ["", "x", "0002_abc", "0009", "INV-10", "10000", "99999999999999999999"]


SPLITS = [
    ("", ("", "", "")),
    ("Ada", ("Ada", "", "")),
    ("Ada King", ("Ada", "King", "")),
    ("Ada King of  Lovelace", ("Ada", "King", "of Lovelace")),
    ("  Ada   King ", ("Ada", "King", "")),
]


@pytest.mark.parametrize(("name", "parts"), SPLITS)
def test_a_name_splits_into_two_words_and_the_rest(name: str, parts: tuple[str, str, str]) -> None:
    assert split_name(name) == parts
    assert join_name(*parts) == collapse_spaces(name)


@pytest.mark.parametrize(("name", "_parts"), SPLITS)
def test_a_contacts_name_splits_into_one_word_and_the_rest(
    name: str, _parts: tuple[str, str, str]
) -> None:
    assert join_name(*split_contact_name(name)) == collapse_spaces(name)


@given(st.text(st.sampled_from("eEßσ\u0130\u0301\u0323\u0f73\u0f75\uff9e\ufdfaＡ日"), max_size=400))
def test_a_long_text_folds_as_if_it_were_decomposed_at_once(text: str) -> None:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    without_accents = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()

    assert fold(text) == (without_accents or text)

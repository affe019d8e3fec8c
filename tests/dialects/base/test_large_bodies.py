"""How many values a body may have, and which texts count as one."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from dialects.base.protocol.failures import TooLarge
from dialects.base.protocol.json_codec import (
    MAX_VALUES,
    count_values,
    parse_json,
    without_strings,
)

TEXTS = st.text(st.sampled_from('a"\\,[]{}:\u00e9\n'), max_size=6)
TREES = st.recursive(
    st.none() | st.integers(0, 9) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=30,
)


def size(tree: Any) -> int:
    children = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return 1 + sum(map(size, children))


@given(TREES)
def test_no_text_counts_as_more_than_one_value(tree: Any) -> None:
    """An empty list counts as two values."""
    bare = without_strings(msgspec.json.encode(tree))

    assert size(tree) <= count_values(bare) <= 2 * size(tree)


@pytest.mark.parametrize("text", ["," * 200_000, "[{" * 100_000, '\\",' * 100_000])
def test_a_long_text_of_any_characters_is_read(text: str) -> None:
    assert parse_json(msgspec.json.encode({"name": text})) == {"name": text}


@pytest.mark.parametrize(
    "tree", [[0] * (MAX_VALUES + 1), [[]] * MAX_VALUES, {str(n): n for n in range(MAX_VALUES + 1)}]
)
def test_more_values_are_too_many(tree: Any) -> None:
    with pytest.raises(TooLarge):
        parse_json(msgspec.json.encode(tree))


def test_as_many_strings_are_refused_before_they_are_looked_at() -> None:
    with pytest.raises(TooLarge):
        parse_json(b'"",' * (3 * MAX_VALUES))

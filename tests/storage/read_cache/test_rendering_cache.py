"""The rendering cache: it returns the JSON of exactly the requested client version, or nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.read_cache.rendering_cache import RenderingCache, variant_key
from storage.read_cache.snapshot_reader import ClientVersion

A, B = variant_key("a"), variant_key("b")


@pytest.fixture
def renderings(tmp_path: Path) -> Iterator[RenderingCache]:
    renderings = RenderingCache(str(tmp_path / "renderings"), mebibytes=1)
    yield renderings
    renderings.close()


def test_only_the_edition_that_was_kept_is_found(renderings: RenderingCache) -> None:
    renderings.put_many(A, {ClientVersion(1, 7): b"one", ClientVersion(2, 1): b"two"})

    assert renderings.get_many(A, [ClientVersion(1, 7), ClientVersion(2, 1)]) == [b"one", b"two"]
    assert renderings.get_many(
        A, [ClientVersion(1, 8), ClientVersion(2, 1), ClientVersion(3, 1)]
    ) == [
        None,
        b"two",
        None,
    ]
    assert renderings.get_many(A, [ClientVersion(1, 6)]) == [None]


def test_a_later_edition_takes_the_place_of_the_one_before(renderings: RenderingCache) -> None:
    renderings.put_many(A, {ClientVersion(1, 7): b"seven"})
    renderings.put_many(A, {ClientVersion(1, 8): b"eight"})

    assert renderings.get_many(A, [ClientVersion(1, 8)]) == [b"eight"]
    assert renderings.get_many(A, [ClientVersion(1, 7)]) == [None]


def test_variants_share_nothing(renderings: RenderingCache) -> None:
    renderings.put_many(A, {ClientVersion(1, 1): b"a"})

    assert renderings.get_many(B, [ClientVersion(1, 1)]) == [None]
    assert variant_key("a", 1) != variant_key("a", "1") != variant_key("a,1")


def test_processes_find_what_others_kept(renderings: RenderingCache, tmp_path: Path) -> None:
    other = RenderingCache(str(tmp_path / "renderings"), mebibytes=1)

    other.put_many(B, {ClientVersion(1, 1): b"theirs"})
    renderings.put_many(A, {ClientVersion(1, 1): b"ours"})

    assert renderings.get_many(B, [ClientVersion(1, 1)]) == [b"theirs"]
    assert other.get_many(A, [ClientVersion(1, 1)]) == [b"ours"]
    other.close()


@pytest.mark.parametrize("serial", [2**40, 2**62])
def test_serials_that_have_no_place_are_never_found(
    renderings: RenderingCache, serial: int
) -> None:
    """They would stand where another variant's clients do."""
    renderings.put_many(A, {ClientVersion(serial, 1): b"far", ClientVersion(1, 1): b"near"})

    assert renderings.get_many(A, [ClientVersion(serial, 1), ClientVersion(1, 1)]) == [
        None,
        b"near",
    ]


def test_who_is_full_begins_anew_and_stays_within_its_size(
    renderings: RenderingCache, tmp_path: Path
) -> None:
    for serial in range(3000):
        renderings.put_many(A, {ClientVersion(serial, 1): b"x" * 2000})
    renderings.put_many(A, {ClientVersion(3000, 1): b"last"})

    assert renderings.get_many(A, [ClientVersion(3000, 1)]) == [b"last"]
    assert (tmp_path / "renderings").stat().st_size <= 2**20


def test_a_file_that_is_none_costs_nothing_but_the_renderings(tmp_path: Path) -> None:
    (tmp_path / "renderings").write_bytes(b"no database" * 1000)
    broken = RenderingCache(str(tmp_path / "renderings"))

    broken.put_many(A, {ClientVersion(1, 1): b"one"})

    assert broken.get_many(A, [ClientVersion(1, 1)]) == [None]

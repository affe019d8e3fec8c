"""The size of a campaign: small in the test suite, full under `make campaign`."""

import os
from typing import TypeVar

import pytest

from tests.support.databases import ENGINES

T = TypeVar("T")


def rounds(short: T, whole: T) -> T:
    return whole if os.environ.get("CAMPAIGN") else short


ONE_ENGINE_IN_SUITE = pytest.mark.parametrize(
    "databases", rounds(["sqlite"], list(ENGINES)), indirect=True
)
"""Both engines in a campaign: the test suite has no time for what takes a minute on each."""
campaign = pytest.mark.skipif(not os.environ.get("CAMPAIGN"), reason="part of `make campaign`")

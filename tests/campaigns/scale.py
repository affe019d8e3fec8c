"""The size of a campaign: small in the test suite, full under `make campaign`."""

import os
from typing import TypeVar

import pytest

T = TypeVar("T")


def rounds(short: T, whole: T) -> T:
    return whole if os.environ.get("CAMPAIGN") else short


campaign = pytest.mark.skipif(not os.environ.get("CAMPAIGN"), reason="part of `make campaign`")

"""The size of a campaign: small in the test suite, full under `make campaign`."""

import os

import pytest


def rounds(short: int, whole: int) -> int:
    return whole if os.environ.get("CAMPAIGN") else short


campaign = pytest.mark.skipif(not os.environ.get("CAMPAIGN"), reason="part of `make campaign`")

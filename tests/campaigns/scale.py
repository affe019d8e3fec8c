"""How long a campaign is: short in the suite, whole under `make campaign`."""

import os


def rounds(short: int, whole: int) -> int:
    return whole if os.environ.get("CAMPAIGN") else short

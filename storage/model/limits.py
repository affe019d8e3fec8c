"""Limits of stored values: what a column or an index of both engines can hold."""

import re
from decimal import Decimal

MAX_INTEGER = 2**63 - 1
MIN_INTEGER = -(2**63)
"""The integers of 64 bits that both engines store."""
MAX_SERIAL = 2**62
"""The largest serial that an import may bring: clients that are created later need larger ones."""
MONEY_PLACES = 6
AMOUNT_STEP = Decimal(1).scaleb(-MONEY_PLACES)
MAX_AMOUNT = Decimal(MAX_INTEGER).scaleb(-MONEY_PLACES)
"""Amounts are stored as whole millionths."""
MAX_NAME_LENGTH = 255
MAX_LENGTHS = {"source": 100, "foreign_id": 500, "external_id": 500, "settings": 65_535}
"""Characters of the texts that an index holds in full: an index entry of PostgreSQL has at most
2704 bytes. A text that is looked up by its `folding.fold_key` may have any length. Settings are in
no index, but in each answer."""
MAX_EXTRA_LENGTH = 65_535
"""Characters of what only one dialect shows of a client."""
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""NUL, which PostgreSQL refuses, and UTF-16 surrogates, which UTF-8 cannot encode."""

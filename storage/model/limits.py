from decimal import Decimal

MONEY_PLACES = 6
AMOUNT_STEP = Decimal(1).scaleb(-MONEY_PLACES)
MAX_AMOUNT = Decimal(2**63 - 1).scaleb(-MONEY_PLACES)
MAX_INTEGER = 2**63 - 1
MAX_NAME_LENGTH = 255
MAX_LENGTHS = {"source": 100, "foreign_id": 500, "external_id": 500}
"""Characters of the texts that an index holds whole: its entries have at most 2704 bytes on
PostgreSQL. A text that is looked up by its folding.folded_key may have any length."""

"""Fields and values of clients in the words of a person: `country: Spain` for `country_id` 724."""

import re

from .tables import TABLES

TABLE_OF_FIELD = {
    "country_id": "countries",
    "shipping_country_id": "countries",
    "currency_id": "currencies",
    "language_id": "languages",
    "industry_id": "industries",
    "size_id": "sizes",
}
ELEMENT = re.compile(r"\[(\d+)\]")
NAMES = {
    table: {str(row["id"]): str(row["name"]) for row in TABLES[table]}
    for table in set(TABLE_OF_FIELD.values())
}


def in_words(field: str, value: str) -> tuple[str, str]:
    """Return the name of a field and its value for a person.

    An unknown number of a table stays a number, and what is no field of a client stays as it is.
    """
    last = field.rpartition(".")[2]
    table = TABLE_OF_FIELD.get(last)
    words = ELEMENT.sub(lambda element: f" {int(element[1]) + 1}", field.removesuffix("_id"))
    words = words.replace("contacts ", "contact ").replace(".", ", ").replace("_", " ")
    return words, NAMES[table].get(value, value) if table else value

"""The company of the original: its settings can be changed, and have the counter of numbers.

It replaces all settings by those that a request has, so that a request without some loses them.
"""

import json
from collections import defaultdict
from typing import Any

Tree = dict[str, Any]
COUNTER, PADDING = "client_number_counter", 4


class OriginalCompany:
    """The settings of the companies that were changed, by account."""

    def __init__(self) -> None:
        self.settings: defaultdict[int, Tree] = defaultdict(dict)

    def change(self, account_id: int, tree: Tree) -> None:
        """Keep the settings of a PUT."""
        self.settings[account_id] = dict(tree["settings"])

    def number(self, account_id: int) -> str:
        """Take the next number of a company whose counter was set; empty for any other one."""
        settings = self.settings.get(account_id)
        if settings is None:
            return ""
        value = settings[COUNTER]
        settings[COUNTER] = value + 1
        return str(value).zfill(PADDING)

    def shown(self, account_id: int, body: bytes) -> bytes:
        """Return an answer about companies with the settings that were kept."""
        tree = json.loads(body)
        settings = self.settings.get(account_id)
        rows = tree["data"] if isinstance(tree["data"], list) else [tree["data"]]
        for row in rows if settings is not None else ():
            row["settings"] = settings
        return json.dumps(tree).encode()

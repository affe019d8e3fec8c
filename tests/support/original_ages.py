"""The ages of the original Invoice Ninja: what older releases than 5.10.17 do otherwise.

It was observed on running servers. The recordings of 5.3.100 and 5.5.124 show a part of it.
"""

from typing import NamedTuple

from dialects.ninja.clients.versions import Release, version_of
from tests.support.original_answers import Tree

KEEPS_REFUSAL_OF_MAIL: Release = (5, 3, 29)
KEEPS_EMPTY_SETTINGS: Release = (5, 5, 0)
KEEPS_UNSENT_CONTACTS: Release = (5, 5, 62)
ACCEPTS_DOCUMENTS: Release = (5, 5, 75)
WIPES_UNSENT_SETTINGS: Release = (5, 8, 36)
STRIPS_TAGS: Release = (5, 5, 26)
PLAYED = "5.10.17"
"""The version that the stand-in plays if nothing else is said."""
ADDED_ON_CREATION = ("industry_id", "size_id")
"""Settings that servers from 5.5.0 on give a new client, empty."""


class Age(NamedTuple):
    """A release, and the fields of a client that it does not have: it ignores them."""

    release: Release
    missing_fields: tuple[str, ...]

    @property
    def refuses_documents(self) -> bool:
        """Whether an echo with documents is refused; later it is ignored."""
        return self.release < ACCEPTS_DOCUMENTS

    @property
    def wipes_settings(self) -> bool:
        """Whether a PUT without settings leaves none but the currency."""
        return self.release >= WIPES_UNSENT_SETTINGS

    @property
    def deletes_contacts(self) -> bool:
        """Whether a PUT without contacts deletes them."""
        return self.release < KEEPS_UNSENT_CONTACTS

    @property
    def strips_tags(self) -> bool:
        return self.release >= STRIPS_TAGS

    @property
    def drops_empty_settings(self) -> bool:
        """Whether a new client gets no setting that PHP takes for empty, and none by itself."""
        return self.release < KEEPS_EMPTY_SETTINGS

    def known_fields(self, sent: Tree) -> Tree:
        """Return what this release reads of a sent client."""
        known = {name: value for name, value in sent.items() if name not in self.missing_fields}
        if self.release >= KEEPS_REFUSAL_OF_MAIL or not isinstance(known.get("contacts"), list):
            return known
        contacts = [
            c | {"send_email": True} if isinstance(c, dict) else c for c in known["contacts"]
        ]
        return known | {"contacts": contacts}

    def new_settings(self, sent: Tree) -> Tree:
        """Return a sent new client with the settings that it is given."""
        settings = sent.get("settings")
        if not self.drops_empty_settings or not isinstance(settings, dict):
            return sent
        return sent | {"settings": {k: v for k, v in settings.items() if v not in EMPTY_IN_PHP}}

    def shown_settings(self, settings: Tree, sent: Tree) -> Tree:
        """Return the shown settings of a client without those that later releases add."""
        if not self.drops_empty_settings:
            return settings
        added = {k for k in ADDED_ON_CREATION if not settings.get(k) and k not in sent}
        return {key: value for key, value in settings.items() if key not in added}


EMPTY_IN_PHP = (None, "", "0", 0, False, [], {})


def age_of(number: str) -> Age:
    """Return the age of the release with this number."""
    major, minor, patch = map(int, number.split("."))
    return Age((major, minor, patch), version_of(number).missing_client_fields)

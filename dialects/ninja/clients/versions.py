"""Versions of the original API: what the answers of each of them show.

Only what is shown depends on the version. What is done with a request is the same in all versions.
"""

from collections.abc import Callable
from typing import NamedTuple

from msgspec import UNSET, Struct

from storage import Client, Document

from ..protocol import wire
from . import translate
from .translate import Caller

NoLinks = dict[str, str] | list[str]
"""The value of `links` on a list of one page."""
Release = tuple[int, int, int]

DEFAULT_VERSION = "5.10.17"
VERSION_PATTERN = r"^5\.([3-9]|[1-9][0-9])\.[0-9]{1,3}\Z"
"""Three numbers with dots, from 5.3 on: clients of the API parse a version as such."""

CLIENT_FIELDS: dict[str, Release] = {
    "payment_balance": (5, 5, 86),
    "has_valid_vat_number": (5, 5, 103),
    "is_tax_exempt": (5, 5, 103),
    "routing_id": (5, 5, 111),
    "tax_info": (5, 6, 21),
    "classification": (5, 7, 12),
    "e_invoice": (5, 9, 0),
}
"""The first release that shows a field of a client. All releases show the others."""
DOCUMENT_FIELDS: dict[str, Release] = {"is_public": (5, 6, 28), "link": (5, 8, 31)}
"""The first release that shows a field of a document. All releases show the others."""
FIRST_WITH_LINKS_OBJECT: Release = (5, 7, 0)
"""The first release with `{}` on a page without neighbours. Earlier ones have `[]`."""


class Translations(NamedTuple):
    """The translations of records to the shapes of one version."""

    client: Callable[[Client, Caller], wire.Client]
    outline: Callable[[Client, Caller], wire.Client]
    blank_client: Callable[[Caller, str], wire.Client]
    document: Callable[[Document, Caller], wire.Document]


class Version(Struct, frozen=True):
    """A version of the original API: what its answers have, and the fields that they lack."""

    number: str
    no_links: NoLinks
    missing_client_fields: tuple[str, ...]
    missing_document_fields: tuple[str, ...]

    def translations(self) -> Translations:
        """Return the translations to what this version shows.

        For a version with all fields they are those of `translate`, and cost nothing more.
        """
        if not (self.missing_client_fields or self.missing_document_fields):
            return Translations(
                translate.client, translate.outline, translate.blank_client, translate.document
            )
        return Translations(
            lambda record, caller: self.hide_client_fields(translate.client(record, caller)),
            lambda record, caller: self.hide_client_fields(translate.outline(record, caller)),
            lambda caller, text: self.hide_client_fields(translate.blank_client(caller, text)),
            lambda record, caller: self.hide_document_fields(translate.document(record, caller)),
        )

    def hide_client_fields(self, shown: wire.Client) -> wire.Client:
        """Take out of a client, and of its documents, what this version does not show."""
        for name in self.missing_client_fields:
            # An unset field is not in the JSON, whatever its type is.
            setattr(shown, name, UNSET)
        for document in shown.documents:
            self.hide_document_fields(document)
        return shown

    def hide_document_fields(self, shown: wire.Document) -> wire.Document:
        """Take out of a document what this version does not show."""
        for name in self.missing_document_fields:
            setattr(shown, name, UNSET)
        return shown


def version_of(number: str) -> Version:
    """Return the version with a number of the form VERSION_PATTERN."""
    major, minor, patch = map(int, number.split("."))
    release = (major, minor, patch)
    return Version(
        number=number,
        no_links=[] if release < FIRST_WITH_LINKS_OBJECT else {},
        missing_client_fields=tuple(k for k, since in CLIENT_FIELDS.items() if release < since),
        missing_document_fields=tuple(k for k, since in DOCUMENT_FIELDS.items() if release < since),
    )

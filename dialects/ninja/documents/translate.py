"""Translations of documents: inputs to queries and commands."""

from collections.abc import Callable
from typing import Any

from msgspec import UNSET, structs

from dialects.base.protocol.shaping import to_shape
from storage import (
    ChangeClient,
    Client,
    Document,
    DocumentColumn,
    DocumentDraft,
    DocumentQuery,
    Invalid,
    Problem,
    draft_of_document,
)

from ..clients import list_query
from ..clients.filters import read_serial_filter
from ..protocol import wire
from ..protocol.id_codec import IdCodec
from ..protocol.input_tree import InputTree
from ..protocol.messages import describe_type
from ..protocol.pagination import Window
from ..protocol.scalars import read_flag, read_sorting, text_of
from .file_types import IMAGE_TYPES
from .upload_checks import display_file_name

MAX_DOCUMENTS = 1000
PDF_TYPES = frozenset({"pdf"})
TYPE_FILTERS: dict[str, dict[str, Any]] = {
    "private": {"is_public": False},
    "public": {"is_public": True},
    "pdf": {"types": PDF_TYPES},
    "image": {"types": IMAGE_TYPES},
    "other": {"other_than": IMAGE_TYPES | PDF_TYPES},
}
DOCUMENT_SORT_COLUMNS = {order.value: order for order in DocumentColumn} | {
    "id": DocumentColumn.SERIAL,
    "name": DocumentColumn.NAME,
}


def document_query(inputs: InputTree, at: Window, ids: IdCodec) -> DocumentQuery:
    """Return the store's query for a list of documents.

    An unknown `type` is ignored. A `client_id` that is no id finds nothing. The documents of the
    company itself are not those of its clients, and there are none here.
    """
    list_query.check_lengths(inputs)
    wants_company = read_flag(inputs.get("company_documents")) is True
    owners = read_serial_filter(text_of(inputs.get("client_id")), ids)
    column, is_descending = read_sorting(text_of(inputs.get("sort")), DOCUMENT_SORT_COLUMNS)
    return DocumentQuery(
        client_serials=() if wants_company else owners,
        name=text_of(inputs.get("filter")) or None,
        column=DOCUMENT_SORT_COLUMNS[column],
        is_descending=is_descending,
        offset=(at.page - 1) * at.per_page,
        limit=at.per_page,
        **TYPE_FILTERS.get(text_of(inputs.get("type")), {}),
    )


def no_change(_record: Client) -> ChangeClient:
    """Return the change that leaves a client as it is."""
    return ChangeClient()


def attach_documents(
    drafts: tuple[DocumentDraft, ...], change: Callable[[Client], ChangeClient] = no_change
) -> Callable[[Client], ChangeClient]:
    """Return a change that does `change` and also adds the documents.

    It raises Invalid if the client would have more than MAX_DOCUMENTS.
    """

    def attach(record: Client) -> ChangeClient:
        current = tuple(map(draft_of_document, record.documents))
        if len(current) + len(drafts) > MAX_DOCUMENTS:
            message = f"The documents must not have more than {MAX_DOCUMENTS} items."
            raise Invalid(Problem(("documents",), message))
        return structs.replace(change(record), documents=current + drafts)

    return attach if drafts else change


def change_document(tree: InputTree) -> Callable[[Document], DocumentDraft]:
    """Return the change of a PUT to a document: its shown name, and whether it is public.

    Raises Invalid for values that cannot be stored.
    """
    problems: list[Problem] = []
    given = to_shape(tree, wire.DocumentInput, describe_type, problems)
    values: dict[str, Any] = {}
    if given.name is not UNSET:
        values["name"] = display_file_name(text_of(given.name))
        if not values["name"]:
            problems.append(Problem(("name",), "The name field is required."))
    if given.is_public not in {UNSET, None}:
        values["is_public"] = read_flag(given.is_public)
        if values["is_public"] is None:
            problems.append(Problem(("is_public",), "The is public field must be true or false."))
    if problems:
        raise Invalid(*problems)
    return lambda record: structs.replace(draft_of_document(record), **values)

"""Documents: what a list asks for, what a change asks for, and how a file is named in a header."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

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
PDF = frozenset({"pdf"})
KINDS: dict[str, dict[str, Any]] = {
    "private": {"is_public": False},
    "public": {"is_public": True},
    "pdf": {"types": PDF},
    "image": {"types": IMAGE_TYPES},
    "other": {"other_than": IMAGE_TYPES | PDF},
}
COLUMNS = {order.value: order for order in DocumentColumn} | {
    "id": DocumentColumn.SERIAL,
    "name": DocumentColumn.NAME,
}


def document_query(asked: InputTree, at: Window, ids: IdCodec) -> DocumentQuery:
    """An unknown type does not count, an unreadable client finds nothing."""
    column, is_descending = read_sorting(text_of(asked.get("sort")), COLUMNS)
    return DocumentQuery(
        client_serials=read_serial_filter(text_of(asked.get("client_id")), ids),
        name=text_of(asked.get("filter")) or None,
        column=COLUMNS[column],
        is_descending=is_descending,
        offset=(at.page - 1) * at.per_page,
        limit=at.per_page,
        **KINDS.get(text_of(asked.get("type")), {}),
    )


def no_change(_record: Client) -> ChangeClient:
    return ChangeClient()


def attach_documents(
    drafts: tuple[DocumentDraft, ...], change: Callable[[Client], ChangeClient] = no_change
) -> Callable[[Client], ChangeClient]:
    """The change, and the documents with it."""

    def attach(record: Client) -> ChangeClient:
        kept = tuple(map(draft_of_document, record.documents))
        if len(kept) + len(drafts) > MAX_DOCUMENTS:
            words = f"The documents must not have more than {MAX_DOCUMENTS} items."
            raise Invalid(Problem(("documents",), words))
        return structs.replace(change(record), documents=kept + drafts)

    return attach if drafts else change


def change_document(tree: InputTree) -> Callable[[Document], DocumentDraft]:
    """What a PUT changes: the name shown, and who may see the file."""
    problems: list[Problem] = []
    given = to_shape(tree, wire.DocumentInput, describe_type, problems)
    told: dict[str, Any] = {}
    if given.name is not UNSET:
        told["name"] = display_file_name(text_of(given.name))
        if not told["name"]:
            problems.append(Problem(("name",), "The name field is required."))
    if given.is_public not in {UNSET, None}:
        told["is_public"] = read_flag(given.is_public)
        if told["is_public"] is None:
            problems.append(Problem(("is_public",), "The is public field must be true or false."))
    if problems:
        raise Invalid(*problems)
    return lambda record: structs.replace(draft_of_document(record), **told)


def content_disposition(name: str, *, is_inline: bool) -> str:
    """A Content-Disposition as in RFC 6266: the name in ASCII for old callers, then in full."""
    kind = "inline" if is_inline else "attachment"
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"

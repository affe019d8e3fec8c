"""Multipart forms that may carry files.

A form may have 512 MiB, so its files are not kept in memory:

1. The body is read as a stream, within `MAX_FORM_SIZE`. Larger files move to the disk.
2. A form without its closing boundary was cut off: it is refused, so that no caller loses a field
   without notice.
3. Texts become one input tree together with the query, as in `request_body`. Files stay beside it.
4. The files are closed and deleted when the request is answered, also after an error.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from msgspec import UNSET
from starlette.datastructures import FormData
from starlette.requests import Request

from dialects.base.http.part_forms import FormLimits, read_part_form
from storage import Invalid, Path

from ..documents.upload_checks import SentFile
from ..protocol.input_tree import InputTree
from .request_body import (
    BODY_LIMIT,
    MULTIPART,
    check_texts,
    content_type,
    query_tree,
    read_inputs,
    refused_file,
    text_pairs,
)

MAX_FORM_SIZE = 512 * 2**20
"""Bytes of one request: five files of the largest size."""
LOGO_FIELD: Path = ("company_logo",)
FILE_FIELDS = frozenset({"documents", "file", *map(str, LOGO_FIELD)})


class Form(NamedTuple):
    """The input of a request: its texts as a tree, and its files.

    `is_public` is about the files: the tree of a form with files does not contain it. `logo` is the
    picture in the field `company_logo`.
    """

    tree: InputTree
    files: list[SentFile]
    is_public: object = UNSET
    logo: SentFile | None = None


@asynccontextmanager
async def read_text_form(request: Request) -> AsyncIterator[Form]:
    """Read the input of a request that must not carry files. Raise Invalid for a file."""
    yield Form(await read_inputs(request), [])


@asynccontextmanager
async def read_form(request: Request) -> AsyncIterator[Form]:
    """Read the input of a request with its files. They are deleted at the end of the block."""
    if content_type(request) != MULTIPART:
        yield Form(await read_inputs(request), [])
        return
    form = await read_part_form(request, FormLimits(MAX_FORM_SIZE, BODY_LIMIT))
    try:
        tree = check_texts(query_tree(request), text_pairs(form))
        sent = list(sent_files(form))
        files = [file for file in sent if file.path != LOGO_FIELD]
        logo = next((file for file in sent if file.path == LOGO_FIELD), None)
        yield Form(tree, files, tree.pop("is_public", UNSET) if files else UNSET, logo)
    finally:
        await form.close()


def sent_files(form: FormData) -> Iterator[SentFile]:
    """Yield the files of a form in order. Raise Invalid for a file in any other field."""
    index = 0
    for name, file in form.multi_items():
        # A browser form without a chosen file sends an empty file without a name.
        if isinstance(file, str) or not (file.filename or file.size):
            continue
        path: Path = (name,)
        if name.startswith("documents["):
            path, index = ("documents", index), index + 1
        elif name not in FILE_FIELDS:
            raise Invalid(refused_file(name))
        yield SentFile(path, file.filename or "", file.file, file.size or 0)

"""The form that sends one file: `multipart/form-data`, whose parts are read when they are sent."""

import secrets
from collections.abc import Iterator, Mapping
from typing import BinaryIO

CHUNK_SIZE = 1 << 16


class FileForm:
    """A form with some fields and one file, which is never in memory as a whole.

    The form can be sent more than once: each time the file is read from its beginning.
    """

    def __init__(
        self, fields: Mapping[str, str], *, part: str, name: str, type_: str, file: BinaryIO
    ) -> None:
        self._file = file
        self._boundary = secrets.token_hex(16)
        file_part = f'name="{quoted(part)}"; filename="{quoted(name)}"\r\nContent-Type: {type_}'
        texts = [f'name="{quoted(key)}"\r\n\r\n{value}' for key, value in fields.items()]
        heads = [self._part_start(text) for text in (*texts, f"{file_part}\r\n\r\n")]
        self._head = b"\r\n".join(heads)
        self._tail = f"\r\n--{self._boundary}--\r\n".encode()

    def _part_start(self, text: str) -> bytes:
        return f"--{self._boundary}\r\nContent-Disposition: form-data; {text}".encode()

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a request with this form. A server can refuse a body without a length."""
        return {
            "Content-Type": f"multipart/form-data; boundary={self._boundary}",
            "Content-Length": str(len(self._head) + self._file_size() + len(self._tail)),
        }

    def _file_size(self) -> int:
        return self._file.seek(0, 2)

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes of the form."""
        yield self._head
        self._file.seek(0)
        while chunk := self._file.read(CHUNK_SIZE):
            yield chunk
        yield self._tail


def quoted(name: str) -> str:
    """Return a name as browsers write it: no quote and no line can end it early."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")

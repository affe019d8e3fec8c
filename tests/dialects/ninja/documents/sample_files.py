"""A caller that sends files, and the shortest contents that are detected as each file type."""

import io
import struct
import zipfile
import zlib
from typing import Any, NamedTuple

import obstore
from httpx2 import Client, Response

from storage.documents.blob_store import BlobStore
from storage.model.accounts import Account
from storage.model.commands import CreateToken
from storage.store import Store
from tests.support.api_callers import Ninja

Files = list[tuple[str, tuple[str, bytes]]]


class Shelf(NamedTuple):
    http: Client
    store: Store
    blobs: BlobStore


class Sender(Ninja):
    """A caller with access to the store and the blobs behind the API."""

    def __init__(self, shelf: Shelf, account: Account) -> None:
        command = CreateToken(account=account.name, dialect="ninja")
        super().__init__(shelf.http, str(shelf.store.create_token(command)[1]))
        self.store, self.blobs, self.account = shelf.store, shelf.blobs, account

    def upload(self, client_id: str, *files: tuple[str, bytes], **fields: str) -> Response:
        parts: Files = [("documents[]", file) for file in files]
        return self.request("PUT", f"/clients/{client_id}/upload", files=parts, data=fields)

    def uploaded(self, client_id: str, *files: tuple[str, bytes], **fields: str) -> Any:
        """Upload the files and return the client's documents."""
        answer = self.upload(client_id, *files, **fields)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]["documents"]

    def confirmation(self) -> dict[str, str]:
        """Set a password for the account, and return the header that confirms with it."""
        self.store.set_password(self.account.name, "of the account")
        return {"X-API-PASSWORD": "of the account"}

    def remove(self, document: dict[str, Any]) -> Response:
        path = f"/documents/{document['id']}"
        return self.request("DELETE", path, headers=self.confirmation())

    def content(self, document: dict[str, Any]) -> bytes:
        answer = self.get(f"/documents/{document['id']}/download")
        assert answer.status_code == 200, answer.text
        return answer.content

    def stored(self) -> list[str]:
        """Return the paths of this account's blobs."""
        batches = obstore.list(self.blobs.store, prefix=str(self.account.id))
        return sorted(entry["path"] for batch in batches for entry in batch)


def png(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", header), (b"IEND", b""))
    )


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0\0\0;"


def jpeg(width: int, height: int) -> bytes:
    """Return a JPEG with a preview of another size inside, as cameras write it."""
    preview = frame(160, 120)
    exif = b"\xff\xe1" + struct.pack(">H", len(preview) + 2) + preview
    return b"\xff\xd8" + exif + b"\xff\xff" + frame(width, height)[1:] + b"\xff\xd9"


def frame(width: int, height: int) -> bytes:
    return b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\0"


def webp(width: int, height: int) -> bytes:
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + sizes
    return b"RIFF" + struct.pack("<I", len(body)) + body


def lossy_webp(width: int, height: int) -> bytes:
    sizes = struct.pack("<HH", width, height)
    body = b"WEBPVP8 " + struct.pack("<I", 10) + b"\0\0\0\x9d\x01\x2a" + sizes
    return b"RIFF" + struct.pack("<I", len(body)) + body


def lossless_webp(width: int, height: int) -> bytes:
    bits = struct.pack("<I", (width - 1) | (height - 1) << 14)
    body = b"WEBPVP8L" + struct.pack("<I", 5) + b"\x2f" + bits + b"\0\0\0\0\0\0"
    return b"RIFF" + struct.pack("<I", len(body)) + body


def zipped(*names: str, first: bytes = b"x") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, first)
    return file.getvalue()


def open_xml(folder: str) -> bytes:
    return zipped("[Content_Types].xml", "_rels/.rels", f"{folder}/document.xml")


def open_document(kind: str) -> bytes:
    mime = f"application/vnd.oasis.opendocument.{kind}".encode()
    return zipped("mimetype", "content.xml", first=mime)


COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
FORM = "multipart/form-data; boundary=x"


def part(name: str, content: bytes, filename: str = "") -> bytes:
    shown = f'; filename="{filename}"' if filename else ""
    head = f'--x\r\nContent-Disposition: form-data; name="{name}"{shown}\r\n\r\n'
    return head.encode() + content + b"\r\n"

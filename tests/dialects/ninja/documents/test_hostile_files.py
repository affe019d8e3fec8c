"""Files that are more than they seem: whatever is accepted is stored and sent so that none runs."""

import unicodedata
from itertools import product
from typing import Any

import pytest

from tests.dialects.ninja.documents import sample_files
from tests.dialects.ninja.documents.sample_files import FORM, PDF, Sender, png

SCRIPT = b"<script>x()</script>"
HTML = b"<!doctype html><html><body>" + SCRIPT
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>'
XML = b'<?xml version="1.0"?>'
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
GIF_JS = b"GIF89a=1;/*" + bytes(20) + b"*/x()"
FILES = [
    ("page.pdf", HTML, None),
    ("page.pdf", SCRIPT, None),
    ("page.pdf", b" \r\n\t" + HTML, None),
    ("page.pdf", b"\xef\xbb\xbf" + HTML, None),
    ("page.png", HTML, None),
    ("page.txt", HTML, None),
    ("page.csv", b"<!-- a,b\n-->,\n" + SCRIPT + b",\n", None),
    ("page.html", HTML, None),
    ("page.txt", "<html>".encode("utf-16"), "txt"),
    ("picture.pdf", SVG, None),
    ("picture.png", SVG, None),
    ("picture.svg", SVG, None),
    ("picture.xml", XML + SVG, None),
    ("picture.xml", XML + b"<!-- -->\n" + SVG.upper(), None),
    ("page.xml", XML + b"<html xmlns='http://www.w3.org/1999/xhtml'/>", None),
    ("page.xml", XML + b"<x:script xmlns:x='http://www.w3.org/1999/xhtml'>x()</x:script>", "xml"),
    ("style.xml", XML + b"<?xml-stylesheet href='x.xsl' type='text/xsl'?><a/>", "xml"),
    ("bomb.xml", XML + b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "xml"),
    ("script.js", b"x()//", "txt"),
    ("script.php", b"<?php x();", None),
    ("script.php", b"GIF89 <?php x();", "gif"),
    ("virus.com", EICAR, "txt"),
    ("virus.pdf", EICAR, "txt"),
    ("both.gif", GIF_JS, "gif"),
    ("both.js", GIF_JS, "gif"),
    ("both.html", GIF_JS + HTML, "gif"),
    ("both.html", PDF + HTML, "pdf"),
    ("both.pdf", HTML + PDF, None),
    ("both.jpg", sample_files.jpeg(1, 1) + sample_files.zipped("a.html"), "jpg"),
    ("both.zip", sample_files.jpeg(1, 1) + sample_files.zipped("a.html"), "jpg"),
    ("both.html", sample_files.zipped("a.html") + HTML, "zip"),
    ("both.svg", png(1, 1) + SVG, "png"),
    ("none.pdf", b"", None),
    ("zeros.pdf", bytes(10_000), None),
    ("zeros.txt", b"words" + bytes(10_000), None),
    ("program.pdf", b"MZ" + bytes(100), None),
    ("program.pdf", b"\x7fELF" + bytes(100), None),
    ("huge.png", png(60_000, 60_000), "png"),
    ("huge.gif", sample_files.gif(60_000, 60_000), "gif"),
    ("huge.jpeg", sample_files.jpeg(60_000, 60_000), "jpeg"),
    ("huge.webp", sample_files.webp(2**24, 2**24), "webp"),
    ("huge.tiff", b"II*\0\xff\xff\xff\xff\0\0", "tiff"),
    ("cut.png", png(1, 1)[:12], "png"),
    ("cut.gif", b"GIF89a", "gif"),
    ("cut.jpeg", sample_files.jpeg(1, 1)[:30], "jpeg"),
    ("cut.webp", sample_files.webp(1, 1)[:16], "webp"),
    ("cut.zip", sample_files.zipped("a")[:20], "zip"),
    ("a.pdf.html", PDF, "pdf"),
    ("a.html.pdf", PDF, "pdf"),
    ("a.pdf.exe", PDF, "pdf"),
]
NAMES = [
    "../../../etc/passwd.pdf",
    "..\\..\\windows\\win.ini",
    "....//....//a.pdf",
    "/a.pdf",
    "C:\\a.pdf",
    "%2e%2e%2fa.pdf",
    "a%00.pdf",
    "a\0.html\0.pdf",
    "a\x01\x1b[31m\x7f\x85.pdf",
    "a\u202efdp.exe",
    "a\u2066\u2028\u2029\u200b.pdf",
    "\ufeff.pdf",
    "con",
    "NUL.pdf",
    "COM1",
    "aux.",
    "a.pdf:stream",
    "..",
    ".",
    ".htaccess",
    "~",
    "x" * 4096,
    "x" * 4096 + ".pdf",
    "\u0301" * 1000 + ".pdf",
    "a;filename=b.html",
    "<img src=x onerror=x()>.pdf",
    "=cmd|' /C calc'!A0.pdf",
    "a.pdf.",
    "a.pdf ",
]
DECLARED = ["", "text/html", "image/svg+xml", "application/pdf", "x/y; charset=utf-7", "\x0b"]
ACTIVE = ("html", "svg", "javascript", "xhtml")


def send(sender: Sender, name: str, content: bytes, declared: str = "") -> Any:
    """Upload a file as bytes that no library has escaped."""
    client_id = sender.created()["id"]
    head = f'--x\r\nContent-Disposition: form-data; name="documents[]"; filename="{name}"\r\n'
    head += f"Content-Type: {declared}\r\n" if declared else ""
    body = head.encode() + b"\r\n" + content + b"\r\n--x--\r\n"
    headers = {"Content-Type": FORM}
    return sender.request("PUT", f"/clients/{client_id}/upload", content=body, headers=headers)


def check_harmless(sender: Sender, document: dict[str, Any], content: bytes) -> None:
    """Assert that the file has our own name in the store, and that no browser runs it."""
    assert sender.stored() == [f"{sender.account.id}/{document['hash']}"]
    assert document["hash"].partition(".")[0].isalnum()
    shown = document["name"]
    assert 0 < len(shown) <= 255
    assert not {"/", "\\"} & set(shown)
    assert {unicodedata.category(c) for c in shown}.isdisjoint({"Cc", "Cf", "Zl", "Zp"})
    for query, kind in (("", "attachment"), ("?inline=true", "inline")):
        answer = sender.get(f"/documents/{document['id']}/download{query}")
        assert answer.content == content
        assert answer.headers["content-disposition"] == f"{kind}; filename={document['hash']}"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert not [word for word in ACTIVE if word in answer.headers["content-type"]]


@pytest.mark.parametrize(("name", "content", "kind"), FILES)
def test_a_file_is_refused_or_harmless(
    sender: Sender, name: str, content: bytes, kind: str | None
) -> None:
    answer = send(sender, name, content)

    if kind is None:
        assert (answer.status_code, sender.stored()) == (422, [])
        return
    [document] = answer.json()["data"]["documents"]
    assert document["type"] == kind
    check_harmless(sender, document, content)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_no_path(sender: Sender, name: str) -> None:
    answer = send(sender, name, PDF)

    [document] = answer.json()["data"]["documents"]
    check_harmless(sender, document, PDF)


@pytest.mark.parametrize(
    ("declared", "file"), list(product(DECLARED, [("a.html", PDF, "pdf"), ("a.pdf", HTML, None)]))
)
def test_what_a_client_says_of_the_type_does_not_count(
    sender: Sender, declared: str, file: tuple[str, bytes, str | None]
) -> None:
    name, content, kind = file
    answer = send(sender, name, content, declared)

    documents = answer.json().get("data", {}).get("documents", [])
    assert [document["type"] for document in documents] == ([kind] if kind else [])
    for document in documents:
        check_harmless(sender, document, content)

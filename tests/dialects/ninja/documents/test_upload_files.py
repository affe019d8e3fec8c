"""Uploaded files: their type, their name, and the size of an image."""

from typing import Any

import pytest

from tests.dialects.ninja.documents import sample_files
from tests.dialects.ninja.documents.sample_files import FORM, PDF, Sender, part, png
from tests.dialects.ninja.steps import refused_fields
from tests.support.api_callers import Ninja

TYPES = (
    "png, ai, jpeg, tiff, pdf, gif, psd, txt, doc, xls, ppt, xlsx, docx, pptx, webp, xml, "
    "zip, csv, ods, odt, odp"
)


@pytest.fixture
def client_id(sender: Sender) -> str:
    return sender.created(name="Acme")["id"]


ACCEPTED = [
    ("a.png", png(1, 1), "png"),
    ("a.ai", PDF, "ai"),
    ("a.ai", b"%!PS-Adobe-3.0", "ai"),
    ("a.jpeg", sample_files.jpeg(1, 1), "jpeg"),
    ("a.jpg", sample_files.jpeg(1, 1), "jpg"),
    ("a.tif", b"II*\0\x08\0\0\0\0\0", "tiff"),
    ("a.pdf", PDF, "pdf"),
    ("a.gif", sample_files.gif(1, 1), "gif"),
    ("a.psd", b"8BPS\0\1" + bytes(8), "psd"),
    ("a.txt", "Grüße".encode(), "txt"),
    ("a.txt", "Grüße".encode("latin-1"), "txt"),
    ("a.txt", "Grüße".encode("utf-16"), "txt"),
    ("a.doc", sample_files.COMPOUND, "doc"),
    ("a.XLS", sample_files.COMPOUND, "xls"),
    ("a.ppt", sample_files.COMPOUND, "ppt"),
    ("a.xlsx", sample_files.open_xml("xl"), "xlsx"),
    ("a.docx", sample_files.open_xml("word"), "docx"),
    ("a.pptx", sample_files.open_xml("ppt"), "pptx"),
    ("a.webp", sample_files.webp(1, 1), "webp"),
    ("a.xml", b'\xef\xbb\xbf<?xml version="1.0"?><a/>', "xml"),
    ("a.zip", sample_files.zipped("a.txt"), "zip"),
    ("a.csv", b"BMW,1\n" * 3, "csv"),
    ("a.txt", b'BMW,1\n"Audi, the other",2\nVW,3\n', "csv"),
    ("a.csv", b"BMW,1\n" * 2, "txt"),
    ("a.csv", b"BMW;1\n" * 3, "txt"),
    ("a.csv", b"BMW,1\nAudi\nVW,3\n", "txt"),
    ("a.txt", b"{not} JSON", "txt"),
    ("a.txt", b"[7]", "txt"),
    ("a.txt", b"{" + b"long words, " * 1000, "txt"),
    ("a.ods", sample_files.open_document("spreadsheet"), "ods"),
    ("a.odt", sample_files.open_document("text"), "odt"),
    ("a.odp", sample_files.open_document("presentation"), "odp"),
    ("a", PDF, "pdf"),
    ("a.exe", png(1, 1), "png"),
    ("a.docx", b"only words", "txt"),
]


@pytest.mark.parametrize(("name", "content", "kind"), ACCEPTED)
def test_the_content_says_the_type_and_the_name_decides_between_look_alikes(
    ninja: Ninja, name: str, content: bytes, kind: str
) -> None:
    client_id = ninja.created()["id"]

    files = {"documents[]": (name, content)}
    answer = ninja.request("PUT", f"/clients/{client_id}/upload", files=files)

    assert answer.json()["data"]["documents"][0]["type"] == kind


REFUSED = [
    ("a.exe", b"MZ\x90\0"),
    ("a.pdf", b"MZ\x90\0"),
    ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
    ("a.xml", b'<?xml version="1.0"?><svg onload="x()"/>'),
    ("a.txt", b"<!DOCTYPE html><script>x()</script>"),
    ("a.txt", b" <script>x()</script>"),
    ("a.txt", b"<?php x();"),
    ("a.txt", b"#!/bin/sh\n"),
    ("a.txt", b"a\0b"),
    ("a.txt", b""),
    ("a.txt", b"ok"),
    ("a.json", b'{"a":1}'),
    ("a.txt", b' ["a", 1]\n'),
    ("a.txt", b'{"a": 1}\n{"a": 2}\n'),
    ("a.txt", b'[{"name": "Acme"}, ' + b'{"city": "Bonn", "size": 1.5}, ' * 1000),
    ("a.msi", sample_files.COMPOUND),
    ("a.mp4", b"\0\0\0\x18ftypmp42" + bytes(12)),
]


@pytest.mark.parametrize(("name", "content"), REFUSED)
def test_a_file_of_another_type_is_refused_in_the_words_of_the_original(
    ninja: Ninja, name: str, content: bytes
) -> None:
    client_id = ninja.created()["id"]
    files = [("documents[]", ("good.pdf", PDF)), ("documents[]", (name, content))]

    answer = ninja.request("PUT", f"/clients/{client_id}/upload", files=files)

    words = f"The documents.1 must be a file of type: {TYPES}."
    assert refused_fields(answer) == {"documents.1": [words]}
    assert ninja.shown(client_id)["documents"] == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../x.txt", "x.txt"),
        ("/etc/passwd", "passwd"),
        ("a b\\c.txt", "c.txt"),
        ("folder/", "document.txt"),
        ("a\0b\n\x7f.txt", "ab.txt"),
        ("\u202egpj.txt", "gpj.txt"),
        ("con", "con"),
        ("  Größe 1.txt ", "Größe 1.txt"),
        ("x" * 4096 + ".txt", "x" * 251 + ".txt"),
        ("\n", "document.txt"),
    ],
)
def test_a_name_is_shown_harmless_and_stored_as_our_own(
    sender: Sender, client_id: str, name: str, shown: str
) -> None:
    body = part("documents[]", b"words", name) + b"--x--"

    answer = sender.request(
        "PUT", f"/clients/{client_id}/upload", content=body, headers={"Content-Type": FORM}
    )

    document = answer.json()["data"]["documents"][0]
    assert document["name"] == shown
    assert sender.stored() == [f"{sender.account.id}/{document['hash']}"]


@pytest.mark.parametrize(
    "picture",
    [
        sample_files.png,
        sample_files.gif,
        sample_files.jpeg,
        sample_files.webp,
        sample_files.lossy_webp,
        sample_files.lossless_webp,
    ],
)
def test_a_picture_tells_its_size_from_its_header(ninja: Ninja, picture: Any) -> None:
    client_id = ninja.created()["id"]
    files = {"documents[]": ("a", picture(640, 300))}

    answer = ninja.request("PUT", f"/clients/{client_id}/upload", files=files)

    document = answer.json()["data"]["documents"][0]
    assert (document["width"], document["height"]) == (640, 300)


@pytest.mark.parametrize(
    "content",
    [
        png(1, 1)[:20],
        png(2**32 - 1, 1),
        sample_files.gif(1, 1)[:8],
        sample_files.jpeg(1, 1)[:12],
        b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(40),
        b"\xff\xd8\xff\xd9" + bytes(20),
        sample_files.webp(1, 1)[:26],
        PDF,
    ],
)
def test_a_broken_picture_has_no_size(ninja: Ninja, content: bytes) -> None:
    client_id = ninja.created()["id"]
    files = {"documents[]": ("a", content)}

    answer = ninja.request("PUT", f"/clients/{client_id}/upload", files=files)

    document = answer.json()["data"]["documents"][0]
    assert (document["width"], document["height"]) == (0, 0)

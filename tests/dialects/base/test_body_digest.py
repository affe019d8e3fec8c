"""The digest of a body does not depend on its chunks, nor on the boundary of a form."""

import asyncio
import time
from itertools import pairwise

from hypothesis import given, strategies as st
from starlette.requests import Request
from starlette.types import Message

from dialects.base.http.body_digest import BodyDigest

BOUNDARY = b"abcab"
FORM = f"multipart/form-data; boundary={BOUNDARY.decode()}"
CHUNK = 2**18
HELD = 0.2
"""Seconds of processor time for which no chunk may hold the event loop."""


def digest_of(content_type: str) -> BodyDigest:
    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    headers = [(b"content-type", content_type.encode())]
    scope = {"type": "http", "method": "POST", "raw_path": b"/", "query_string": b""}
    return BodyDigest(Request(scope | {"headers": headers}, receive))


def fingerprint(chunks: list[bytes], content_type: str) -> str:
    digest = digest_of(content_type)
    for chunk in chunks:
        digest.update(chunk)
    return asyncio.run(digest.fingerprint())


@given(st.text("abc-", max_size=60), st.lists(st.integers(0, 60), max_size=8))
def test_the_chunks_of_a_body_do_not_matter(body: str, cuts: list[int]) -> None:
    text = body.encode()
    ends = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    chunks = [text[start:end] for start, end in pairwise(ends)]

    for content_type in (FORM, "application/json"):
        assert fingerprint(chunks, content_type) == fingerprint([text], content_type)


def test_only_the_boundary_of_the_form_is_left_out() -> None:
    left = fingerprint([b"--abcab\r\nAda\r\n--abcab--"], FORM)
    right = fingerprint([b"--other\r\nAda\r\n--other--"], FORM.replace("abcab", "other"))
    other = fingerprint([b"--other\r\nBob\r\n--other--"], FORM.replace("abcab", "other"))

    assert left == right
    assert left != other
    assert fingerprint([b"abcab"], "text/plain") != fingerprint([b"other"], "text/plain")


def test_a_chunk_of_boundaries_does_not_hold_the_loop() -> None:
    digest = digest_of("multipart/form-data; boundary=a")

    started = time.thread_time()
    digest.update(b"a" * CHUNK)

    assert time.thread_time() - started < HELD

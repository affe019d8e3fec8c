"""Uploads: one file as a form, in pieces, and never twice."""

import io
from email import message_from_bytes, policy

import httpx
import pytest

from gateway.remote.failures import OutcomeUnknown
from gateway.remote.file_form import CHUNK_SIZE, FileForm
from tests.gateway.remote.conftest import TOKEN, Hours, Open

PATH = "/clients/1/upload"


class Watched(io.BytesIO):
    """A file that knows the most bytes that were read from it at once."""

    most = 0

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(size)
        self.most = max(self.most, len(chunk))
        return chunk


def form(file: io.BytesIO, name: str = "a.pdf") -> FileForm:
    fields = {"_method": "PUT", "is_public": "false"}
    return FileForm(fields, part="documents[]", name=name, type_="application/pdf", file=file)


def parts(request: httpx.Request) -> dict[str | None, tuple[str | None, bytes]]:
    """Return file name and content of each part of a form, as another library reads it."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = message_from_bytes(head + request.content, policy=policy.HTTP)
    return {
        part.get_param("name", header="content-disposition"): (
            part.get_filename(),
            part.get_payload(decode=True),
        )
        for part in message.iter_parts()
    }


def test_a_file_is_a_part_beside_the_fields(service, remote) -> None:
    route = remote.post(PATH).respond(200, json={})

    service.upload(PATH, form(io.BytesIO(b"%PDF \r\n--x\x00")))

    request = route.calls.last.request
    assert request.headers["content-length"] == str(len(request.content))
    assert request.headers["x-api-token"] == TOKEN
    assert parts(request) == {
        "_method": (None, b"PUT"),
        "is_public": (None, b"false"),
        "documents[]": ("a.pdf", b"%PDF \r\n--x\x00"),
    }


def test_a_name_cannot_end_its_header(service, remote) -> None:
    route = remote.post(PATH).respond(200, json={})

    service.upload(PATH, form(io.BytesIO(b"x"), 'a"; name="b"\r\nX: y\r\n\r\nz'))

    assert list(parts(route.calls.last.request)) == ["_method", "is_public", "documents[]"]
    assert b"\r\nX: y" not in route.calls.last.request.content


def test_a_large_file_is_read_in_pieces(service, remote) -> None:
    remote.post(PATH).respond(200, json={})
    file = Watched(bytes(10 * CHUNK_SIZE + 1))

    service.upload(PATH, form(file))

    assert file.most == CHUNK_SIZE


def test_a_file_that_was_certainly_not_taken_is_sent_whole_again(
    service, remote, hours: Hours
) -> None:
    answers = [httpx.Response(429, headers={"retry-after": "7"}), httpx.Response(200, json={})]
    route = remote.post(PATH).mock(side_effect=answers)

    service.upload(PATH, form(io.BytesIO(b"abc")))

    assert [parts(call.request)["documents[]"][1] for call in route.calls] == [b"abc"] * 2
    assert hours.waits == [7]


@pytest.mark.parametrize("fault", [httpx.Response(502), httpx.ReadError("x")])
def test_a_file_that_may_have_been_taken_is_not_sent_again(service, remote, fault) -> None:
    route = remote.post(PATH).mock(side_effect=[fault])

    with pytest.raises(OutcomeUnknown):
        service.upload(PATH, form(io.BytesIO(b"abc")))

    assert route.call_count == 1


def test_a_refusal_is_an_answer(service, remote) -> None:
    remote.post(PATH).respond(413, content=b"<html>Too Large</html>")

    assert service.upload(PATH, form(io.BytesIO(b"abc"))).status == 413


def test_an_upload_has_a_deadline_of_its_own(open_service: Open, remote, hours: Hours) -> None:
    service = open_service(request_seconds=1, upload_seconds=100)

    def slow(_request: httpx.Request) -> httpx.Response:
        hours.now += 50
        return httpx.Response(200, json={})

    remote.post(PATH).mock(side_effect=slow)

    assert service.upload(PATH, form(io.BytesIO(b"abc"))).status == 200

"""How much of a request is read before the application runs, and what is answered then."""

import json
import time

import pytest

from gateway.server.connection_limits import MAX_HEAD, MAX_LINES, MAX_PIPELINE, MAX_URL
from gateway.server.limited_protocol import PIECE
from tests.gateway.server.limited_server import LARGE, LimitedServer, received, request

CHUNKED = "Transfer-Encoding: chunked"
LINES = [f"X-{n}: a" for n in range(MAX_LINES)]


@pytest.mark.parametrize(("size", "status"), [(MAX_HEAD - 100, 200), (MAX_HEAD + PIECE, 431)])
def test_a_head_has_a_size(server: LimitedServer, size: int, status: int) -> None:
    [answer] = server.sent(request("/", "X-A: " + "a" * size))

    assert answer.status == status


@pytest.mark.parametrize(("lines", "status"), [(MAX_LINES - 2, 200), (MAX_LINES - 1, 431)])
def test_a_head_has_so_many_lines(server: LimitedServer, lines: int, status: int) -> None:
    [answer] = server.sent(request("/", *LINES[:lines]))

    assert answer.status == status


def test_a_head_that_never_ends_is_refused_while_it_arrives(server: LimitedServer) -> None:
    [answer] = server.sent(b"GET / HTTP/1.1\r\n", *(b"A: b\r\n" * 50,) * 3)

    assert (answer.status, answer.message) == (431, "The head of the request is too large.")


def test_a_refusal_reaches_a_client_that_is_still_sending(server: LimitedServer) -> None:
    [answer] = server.sent(b"GET / HTTP/1.1\r\nX-A: ", *(b"a" * 100_000,) * 20)

    assert answer.status == 431


@pytest.mark.parametrize(("size", "status"), [(MAX_URL, 200), (MAX_URL + 1, 414), (65_000, 414)])
def test_a_url_has_a_length(server: LimitedServer, size: int, status: int) -> None:
    [answer] = server.sent(request("/".ljust(size, "a")))

    assert answer.status == status


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        (b"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET / HTTP/1.0\r\n\r\n", 200),
        (b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 200),
    ],
)
def test_a_request_names_one_host(server: LimitedServer, head: bytes, status: int) -> None:
    [answer] = server.sent(head)

    assert answer.status == status
    assert status == 200 or answer.message == "A request has exactly one Host header."


@pytest.mark.parametrize(
    "text", [b"nonsense\r\n\r\n", b"\x16\x03\x01\x00", b"GET \xff HTTP/1.1\r\nHost: a\r\n\r\n"]
)
def test_what_is_no_request_is_refused_in_json(server: LimitedServer, text: bytes) -> None:
    [answer] = server.sent(text)

    assert (answer.status, answer.message) == (400, "This is not a valid HTTP request.")


@pytest.mark.parametrize(
    "rest",
    [
        b"1;" + b"a" * 2 * MAX_HEAD + b"\r\n{\r\n0\r\n\r\n",
        b"0\r\nX-A: " + b"a" * 2 * MAX_HEAD + b"\r\n\r\n",
        b"0\r\n" + b"A: b\r\n" * 1000 + b"\r\n",
        b"1\r\na\r\n" * MAX_HEAD,
    ],
    ids=["extension", "trailer", "trailers", "tiny chunks"],
)
def test_what_surrounds_the_chunks_is_limited(server: LimitedServer, rest: bytes) -> None:
    [answer] = server.sent(request("/", CHUNKED, method="POST") + rest)

    assert answer.status == 400
    assert answer.message == "The chunks or the trailers of the body are too large."


def test_a_large_body_may_come_in_small_chunks(server: LimitedServer) -> None:
    body = b"10\r\n0123456789abcdef\r\n" * 20_000 + b"0\r\n\r\n"

    [answer] = server.sent(request("/", CHUNKED, method="POST"), body)

    assert json.loads(answer.body)["size"] == 320_000


def test_a_trailer_is_no_header(server: LimitedServer) -> None:
    body = b"0\r\nX-API-TOKEN: forged\r\n\r\n"

    [answer] = server.sent(request("/", CHUNKED, method="POST") + body)

    assert json.loads(answer.body)["names"] == ["connection", "host", "transfer-encoding"]


def test_an_early_answer_is_read_by_a_client_that_is_still_sending(server: LimitedServer) -> None:
    length = f"Content-Length: {LARGE}"

    head = request("/early", length, close=False, method="POST")
    [answer] = server.sent(head, *(b"a" * 100_000,) * (LARGE // 100_000))

    assert (answer.status, answer.message) == (413, "too large")


def test_the_rest_of_a_body_is_no_request(server: LimitedServer) -> None:
    head = request("/early", "Content-Length: 1000", close=False, method="POST")

    found = server.sent(head, request("/smuggled"), pause=0.1)

    assert [answer.status for answer in found] == [413]


def test_a_client_is_told_to_continue(server: LimitedServer) -> None:
    head = request("/", "Content-Length: 5", "Expect: 100-continue", method="POST")

    with server.connected() as connection:
        connection.sendall(head)
        interim = connection.recv(1000)
        connection.sendall(b"hello")
        answer = received(connection)

    assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert b'"size":5' in answer


def test_another_protocol_is_not_begun_with_a_body(server: LimitedServer) -> None:
    upgrade = ["Connection: Upgrade", "Upgrade: h2c"]
    length = "Content-Length: 5"

    [refused] = server.sent(request("/", *upgrade, length, close=False, method="POST") + b"12345")
    [answer] = server.sent(request("/", *upgrade, close=False) + request("/smuggled"))

    assert (refused.status, answer.status) == (400, 200)
    assert answer.headers["connection"] == "close"


def test_pipelined_requests_are_answered_in_order(server: LimitedServer) -> None:
    paths = [f"/{n}" for n in range(2000)]
    text = b"".join(request(path, close=path == paths[-1]) for path in paths)

    found = server.sent(text)

    assert [json.loads(answer.body)["path"] for answer in found] == paths


def test_a_pipeline_is_bounded(server: LimitedServer) -> None:
    least = len(request("/late", close=False))
    with server.connected() as connection:
        connection.sendall(request("/late", close=False) * 4000)
        longest = 0
        for _ in range(20):
            longest = max(longest, server.longest_pipeline)
            time.sleep(0.02)

    assert 0 < longest <= MAX_PIPELINE + PIECE // least


def test_a_request_before_a_broken_one_is_answered(server: LimitedServer) -> None:
    found = server.sent(request("/late", close=False) + b"nonsense\r\n\r\n")

    assert [answer.status for answer in found] == [200, 400]


def test_a_connection_is_used_again(server: LimitedServer) -> None:
    with server.connected() as connection:
        for _ in range(3):
            connection.sendall(request(close=False))
            assert connection.recv(1000).startswith(b"HTTP/1.1 200")

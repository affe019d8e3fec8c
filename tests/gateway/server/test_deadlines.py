"""How long a client may be slow, and how many may be at once."""

import time
from contextlib import ExitStack

from tests.gateway.server.limited_server import (
    KEEP_ALIVE,
    LARGE,
    LimitedServer,
    answers,
    limited_server,
    received,
    request,
)

LONGER = 2.5
"""Seconds; the servers of these tests wait for one."""


def test_a_slow_upload_is_served(server: LimitedServer) -> None:
    parts = int(LONGER / 0.1)
    head = request("/", f"Content-Length: {parts * 400}", method="POST")

    [answer] = server.sent(head, *(b"a" * 400,) * parts, pause=0.1)

    assert answer.status == 200


def test_a_stalled_upload_is_refused_however_much_came_before(server: LimitedServer) -> None:
    head = request("/", f"Content-Length: {LARGE}", method="POST")

    started = time.monotonic()
    [answer] = server.sent(head, b"a" * (LARGE // 2))

    assert (answer.status, answer.message) == (408, "The request did not arrive in time.")
    assert time.monotonic() - started < LONGER


def test_a_dripped_head_is_refused(server: LimitedServer) -> None:
    started = time.monotonic()
    [answer] = server.sent(b"GET / HTTP/1.1\r\nX-A:", *(b"a",) * 12, pause=0.1)

    assert answer.status == 408
    assert time.monotonic() - started < LONGER


def test_blank_lines_hold_no_connection(server: LimitedServer) -> None:
    with server.connected() as connection:
        connection.sendall(request(close=False))
        connection.recv(1000)
        connection.sendall(b"\r\n")

        started = time.monotonic()
        assert received(connection) == b""

    assert time.monotonic() - started < LONGER


def test_a_slow_reader_gets_its_answer(server: LimitedServer) -> None:
    with server.connected() as connection:
        connection.sendall(request("/large", close=False))
        size, started = 0, time.monotonic()
        while part := connection.recv(100_000):
            size += len(part)
            time.sleep(0.04)

    assert size > LARGE
    assert time.monotonic() - started > LONGER


def test_an_idle_connection_is_closed(server: LimitedServer) -> None:
    started = time.monotonic()
    [answer] = server.sent(request(close=False))

    assert answer.status == 200
    assert KEEP_ALIVE <= time.monotonic() - started < LONGER


def test_a_new_connection_takes_the_place_of_the_one_that_was_silent_longest() -> None:
    with limited_server(connections=5, client_seconds=60) as server, ExitStack() as stack:
        silent = []
        for _ in range(5):
            silent.append(stack.enter_context(server.connected()))
            time.sleep(0.02)

        [answer] = server.sent(request())
        silent[-1].sendall(request())

        assert answer.status == 200
        assert silent[0].recv(1) == b""
        assert received(silent[-1]).startswith(b"HTTP/1.1 200")


def test_beyond_the_limit_a_connection_is_refused_while_all_others_are_busy() -> None:
    with limited_server(connections=3, client_seconds=60) as server, ExitStack() as stack:
        busy = [stack.enter_context(server.connected()) for _ in range(3)]
        for connection in busy:
            connection.sendall(request("/late"))
        time.sleep(0.1)

        [refused] = server.sent()

        assert (refused.status, refused.headers["retry-after"]) == (503, "1")
        assert refused.message == "There are too many connections, try again."
        assert [answers(received(c))[0].status for c in busy] == [200] * 3

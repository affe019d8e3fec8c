"""Faults of the connection itself, on a real socket and in real time."""

import gzip
import socket
import time
import tracemalloc

import pytest

from gateway.remote import deadlines
from gateway.remote.failures import CompressedAnswer, OutcomeUnknown, RetriesExhausted
from gateway.remote.http_client import HttpClient
from gateway.remote.retry_policy import CallLimits
from tests.gateway.remote.conftest import HEADERS
from tests.gateway.remote.raw_sockets import (
    HEAD,
    Script,
    drips,
    fine,
    is_silent,
    raw_server,
    resets,
    sends,
)

BOMB = gzip.compress(bytes(50 << 20))
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
LONG = HEAD + b"Content-Length: 1000\r\n\r\n"


def service_at(url: str, **limits: float) -> HttpClient:
    return HttpClient(url, HEADERS, limits=CallLimits(**limits), sleep=lambda _: None)


@pytest.mark.parametrize("start", [LONG, CHUNKED, b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HT", HEAD])
def test_a_dripping_server_does_not_stretch_the_deadline(start: bytes) -> None:
    with (
        raw_server(drips(start)) as server,
        service_at(server.url, request_seconds=0.1, silent_seconds=0.08, max_attempts=1) as service,
    ):
        began = time.monotonic()

        with pytest.raises(RetriesExhausted, match="the answer"):
            service.request("GET", "/clients")

        assert time.monotonic() - began < 1


def test_a_dripping_download_does_not_stretch_its_deadline() -> None:
    with raw_server(drips(LONG)) as server, service_at(server.url, download_seconds=0.1) as service:
        began = time.monotonic()

        with pytest.raises(RetriesExhausted, match="the answer took too long"):
            list(service.download("/documents/1"))

        assert time.monotonic() - began < 1


def test_a_silent_server_is_not_waited_for_until_the_deadline() -> None:
    with (
        raw_server(is_silent) as server,
        service_at(server.url, silent_seconds=0.05, max_attempts=3) as service,
    ):
        began = time.monotonic()

        with pytest.raises(RetriesExhausted, match="the answer took too long three times"):
            service.request("GET", "/clients")

        assert time.monotonic() - began < 1
        assert len(server.requests) == 3


def test_a_server_that_stops_reading_does_not_stretch_the_deadline() -> None:
    def stops_reading(connection: socket.socket) -> None:
        time.sleep(0.3)

    with (
        raw_server(stops_reading) as server,
        service_at(server.url, request_seconds=0.1, max_attempts=1) as service,
    ):
        began = time.monotonic()

        with pytest.raises(RetriesExhausted, match="the answer took too long"):
            service.request("POST", "/clients", body=bytes(32 << 20))

        assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (resets(b""), "the connection broke"),
        (resets(LONG + b"[1,"), "the connection broke"),
        (sends(b""), "the answer was cut short or is not HTTP"),
        (sends(LONG + b"[1,"), "the answer was cut short or is not HTTP"),
        (sends(CHUNKED + b"3\r\n[1,\r\n"), "the answer was cut short or is not HTTP"),
        (sends(CHUNKED + b"3\r\n[1]\r\nzz\r\n"), "the answer was cut short or is not HTTP"),
        (sends(b"SSH-2.0-OpenSSH_9.6\r\n"), "the answer was cut short or is not HTTP"),
        (sends(b"HTTP/1.1 200 OK\r\n\r\n[1,"), "the answer was not JSON"),
    ],
)
def test_a_broken_answer_is_asked_for_again(script: Script, reason: str) -> None:
    with raw_server(script, script, fine) as server, service_at(server.url) as service:
        assert service.request("GET", "/clients").body == b"[]"
        assert len(server.requests) == 3

    with raw_server(script) as server, service_at(server.url, max_attempts=2) as service:
        with pytest.raises(RetriesExhausted) as failure:
            service.request("GET", "/clients")

        assert failure.value.reason == f"{reason} twice"


@pytest.mark.parametrize("script", [resets(b""), sends(b""), sends(LONG), is_silent])
def test_a_broken_creation_is_not_made_again(script: Script) -> None:
    with raw_server(script) as server, service_at(server.url, silent_seconds=0.05) as service:
        with pytest.raises(OutcomeUnknown):
            service.request("POST", "/clients", body=b"{}", is_repeatable=False)

        assert len(server.requests) == 1


def test_a_dead_port_is_named() -> None:
    with raw_server(fine) as server:
        pass

    with service_at(server.url) as service, pytest.raises(RetriesExhausted) as failure:
        service.request("POST", "/clients", body=b"{}", is_repeatable=False)

    assert failure.value.reason == "the connection was refused six times"


def test_a_compressed_bomb_is_never_unpacked() -> None:
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB)
    with raw_server(sends(head + BOMB)) as server, service_at(server.url) as service:
        tracemalloc.start()

        with pytest.raises(CompressedAnswer, match="encoded as gzip"):
            service.request("GET", "/clients")

        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 1 << 20
        assert len(server.requests) == 1


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_proxies_of_the_environment_are_ignored(monkeypatch, name: str) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    with raw_server(fine) as server, service_at(server.url) as service:
        assert service.request("GET", "/clients").status == 200


def test_one_connection_serves_many_calls() -> None:
    def serves_twice(connection: socket.socket) -> None:
        fine(connection)
        connection.recv(4096)
        fine(connection)

    with raw_server(serves_twice) as server, service_at(server.url) as service:
        service.request("GET", "/clients")
        service.request("GET", "/clients")

        assert len(server.requests) == 1


def test_an_idle_connection_is_given_up_before_servers_close_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert deadlines.IDLE_SECONDS < 5
    monkeypatch.setattr(deadlines, "IDLE_SECONDS", 0.05)

    def serves_all(connection: socket.socket) -> None:
        fine(connection)
        while connection.recv(4096):
            fine(connection)

    with raw_server(serves_all, fine) as server, service_at(server.url) as service:
        service.request("GET", "/clients")
        time.sleep(0.1)
        service.request("GET", "/clients")

        assert len(server.requests) == 2

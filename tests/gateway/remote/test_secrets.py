"""A token is sent to its own server and is shown nowhere else, whatever happens."""

import logging
import traceback

import httpx
import pytest

from gateway.remote.failures import RemoteFailure
from gateway.remote.http_client import HttpClient
from tests.gateway.remote.conftest import TOKEN, Hours, Open
from tests.gateway.remote.raw_sockets import HEAD, Script, fine, raw_server, resets, sends

ECHO = TOKEN.encode()
FAULTS = [
    httpx.Response(401, content=ECHO),
    httpx.Response(302, headers={"Location": f"https://me:{TOKEN}@else.where/?t={TOKEN}"}),
    httpx.Response(429, headers={"Retry-After": "9999", "X-Echo": TOKEN}),
    httpx.Response(500, content=ECHO),
    httpx.Response(200, content=ECHO),
    httpx.Response(200, headers={"Content-Encoding": "br"}, stream=httpx.ByteStream(ECHO)),
    httpx.ReadError(TOKEN),
    httpx.ConnectError(TOKEN),
    httpx.LocalProtocolError(f"Illegal header value {TOKEN}"),
]


def caught(service: HttpClient, is_repeatable: bool) -> RemoteFailure:
    with pytest.raises(RemoteFailure) as failure:
        service.request("GET", "/clients", params={"t": TOKEN}, is_repeatable=is_repeatable)
    return failure.value


@pytest.mark.parametrize("is_repeatable", [True, False])
@pytest.mark.parametrize("fault", FAULTS, ids=repr)
def test_no_failure_tells_the_token(service, remote, told, fault, is_repeatable: bool) -> None:
    remote.get("/clients").mock(side_effect=[fault] * 6)

    failure = caught(service, is_repeatable)

    assert TOKEN not in f"{failure!s} {failure!r} {vars(failure)} {told}"


def test_a_service_does_not_show_its_token(service: HttpClient) -> None:
    assert repr(service) == str(service) == "HttpClient('https://remote.test/sub')"


@pytest.mark.parametrize("script", [fine, resets(HEAD), sends(b"HTTP/1.1 401 No\r\n\r\n" + ECHO)])
def test_no_log_tells_the_token(open_service: Open, caplog, script: Script) -> None:
    caplog.set_level(logging.DEBUG)

    with raw_server(script) as server:
        service = open_service(server.url)
        try:
            service.request("GET", "/clients")
        except RemoteFailure as failure:
            caplog.handler.stream.write(str(failure))
        service.close()

    assert TOKEN.encode() in server.requests[0]
    assert "send_request_headers" in caplog.text
    assert TOKEN not in caplog.text


def test_no_traceback_tells_the_token_even_with_its_locals(service, remote, hours: Hours) -> None:
    remote.get("/clients").mock(side_effect=httpx.ReadError(TOKEN))

    with pytest.raises(RemoteFailure) as failure:
        service.request("GET", "/clients")

    trace = traceback.TracebackException.from_exception(failure.value, capture_locals=True)
    ours = [f"{f.filename}:{f.locals}" for f in trace.stack if "/tests/" not in f.filename]
    assert len(ours) >= 2
    assert TOKEN not in "".join(ours)
    assert trace.__cause__ is None
    assert trace.__context__ is None

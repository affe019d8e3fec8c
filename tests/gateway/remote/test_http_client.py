"""The HTTP client: each call ends with an answer or a named failure."""

import gzip
import socket
import ssl
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import respx

from gateway.remote.failures import (
    AccessDenied,
    CompressedAnswer,
    OutcomeUnknown,
    Redirected,
    RemoteFailure,
    RetriesExhausted,
    RetryAfterTooLong,
    TooLarge,
    UntrustedCertificate,
)
from gateway.remote.http_client import HttpClient, RemoteResponse
from tests.gateway.remote.conftest import TOKEN, Hours, Open

DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
MOMENT = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
FINE = httpx.Response(200, json={"data": []})
LIMITED = httpx.Response(200, text="Rate Limit Exceeded")


def busy(status: int, asked: str) -> httpx.Response:
    return httpx.Response(status, headers={"Retry-After": asked, "Date": DATE})


class Failing(httpx.BaseTransport):
    """A transport that cannot connect, for the given reason of the operating system."""

    def __init__(self, reason: OSError) -> None:
        self.reason = reason
        self.requests = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        raise httpx.ConnectError("no") from self.reason


def test_an_answer_carries_status_body_and_the_servers_clock(service, remote) -> None:
    remote.get("/clients", params={"page": "2"}).respond(200, text="[1]", headers={"Date": DATE})

    answer = service.request("GET", "/clients", params={"page": "2"})

    assert answer == RemoteResponse(200, b"[1]", MOMENT)


def test_a_request_shows_the_token_and_wants_plain_json(service, remote) -> None:
    route = remote.post("/clients").mock(FINE)

    service.request("POST", "/clients", body=b"{}")

    headers = route.calls.last.request.headers
    assert headers["x-api-token"] == TOKEN
    assert headers["accept"] == headers["content-type"] == "application/json"
    assert headers["accept-encoding"] == "identity"
    assert headers["user-agent"].startswith("clients-gateway/")


def test_a_cookie_is_not_sent_back(service, remote) -> None:
    route = remote.get("/clients").respond(200, json=[], headers={"Set-Cookie": "who=me; Path=/"})

    service.request("GET", "/clients")
    service.request("GET", "/clients")

    assert "cookie" not in route.calls.last.request.headers


@pytest.mark.parametrize("status", [400, 404, 409, 412, 422])
def test_a_refusal_is_the_callers_to_read(service, remote, hours: Hours, status: int) -> None:
    remote.get("/clients").respond(status, html="<p>no")

    answer = service.request("GET", "/clients")

    assert answer == RemoteResponse(status, b"<p>no", None)
    assert hours.waits == []


@pytest.mark.parametrize(("method", "status"), [("DELETE", 200), ("PUT", 204)])
def test_an_answer_may_be_empty_where_nothing_is_left_to_say(
    service, remote, method: str, status: int
) -> None:
    remote.request(method, "/clients/1").respond(status)

    assert service.request(method, "/clients/1") == RemoteResponse(status, b"", None)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_is_not_tried_again(service, remote, status: int) -> None:
    route = remote.post("/clients").respond(status, text=f"wrong: {TOKEN}")

    with pytest.raises(AccessDenied) as failure:
        service.request("POST", "/clients", is_repeatable=False)

    reason = f"the server answered {status}: the token was refused"
    assert str(failure.value) == f"POST /clients: {reason}"
    assert route.call_count == 1


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("https://else.where/login?ticket=1#x", "else.where"),
        ("//me:pass@else.where:81/", "else.where"),
        ("/elsewhere?ticket=1", "remote.test"),
        ("", "remote.test"),
    ],
)
def test_a_redirect_is_named_by_its_host_and_not_followed(
    service, remote, location: str, host: str
) -> None:
    route = remote.get("/clients").respond(302, headers={"Location": location})

    with pytest.raises(Redirected) as failure:
        service.request("GET", "/clients")

    reason = f"the server answered 302 and points to {host}, where the token must not go"
    assert failure.value.reason == reason
    assert route.call_count == 1


@pytest.mark.parametrize("location", ["https://[::1", "https://a..b\xad/", "//" + "a" * 70_000])
def test_a_redirect_to_nowhere_is_named_too(service, remote, location: str) -> None:
    headers = {b"Location": location.encode("latin-1")}
    remote.get("/clients").respond(300, headers=headers)

    with pytest.raises(Redirected, match="answered 300 and points to no address"):
        service.request("GET", "/clients")


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, gzip", "\x01zip"])
def test_an_encoded_answer_is_refused_by_name(service, remote, encoding: str) -> None:
    headers = {"Content-Encoding": encoding}
    body = httpx.ByteStream(gzip.compress(b"{}"))
    route = remote.get("/clients").respond(200, stream=body, headers=headers)

    with pytest.raises(CompressedAnswer, match="unasked") as failure:
        service.request("GET", "/clients")

    assert encoding.strip("\x01") in str(failure.value)
    assert route.call_count == 1


def test_an_answer_is_read_no_further_than_the_cap(open_service: Open, remote) -> None:
    service = open_service(body_bytes=10)
    route = remote.get("/clients").respond(200, text="[" + " " * 9 + "]")

    with pytest.raises(TooLarge, match="longer than 10 bytes"):
        service.request("GET", "/clients")

    assert route.call_count == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520])
def test_a_failing_server_is_tried_six_times_ever_more_slowly(
    service, remote, hours: Hours, status: int
) -> None:
    route = remote.get("/api/v1/clients").respond(status)

    with pytest.raises(RetriesExhausted) as failure:
        service.request("GET", "/api/v1/clients", params={"email": "ada@example.com"})

    sentence = f"GET /api/v1/clients: the server answered {status} six times"
    assert str(failure.value) == sentence
    assert (failure.value.method, failure.value.path) == ("GET", "/api/v1/clients")
    assert hours.waits == [1, 2, 4, 8, 16]
    assert route.call_count == 6


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (httpx.ConnectError, "the server could not be reached"),
        (httpx.ConnectTimeout, "the server could not be reached in time"),
        (httpx.ReadTimeout, "the answer took too long"),
        (httpx.ReadError, "the connection broke"),
        (httpx.WriteError, "the connection broke"),
        (httpx.RemoteProtocolError, "the answer was cut short or is not HTTP"),
        (httpx.Response(200, text='{"data": [{"id"'), "the answer was not JSON"),
        (httpx.Response(200, content=b'{"name": "\xff"}'), "the answer was not JSON"),
        (httpx.Response(200, text="[" * 100_000), "the answer was not JSON"),
        (httpx.Response(200, html="<p>Just a moment"), "the answer was not JSON"),
        (httpx.Response(200), "the answer was not JSON"),
    ],
)
def test_a_fault_is_tried_again_and_named_in_the_end(service, remote, hours, fault, reason) -> None:
    route = remote.get("/clients").mock(side_effect=[fault] * 6)

    with pytest.raises(RetriesExhausted) as failure:
        service.request("GET", "/clients")

    assert failure.value.reason == f"{reason} six times"
    assert hours.waits == [1, 2, 4, 8, 16]
    assert route.call_count == 6


def test_faults_that_pass_leave_no_trace(service, remote, told: list[str]) -> None:
    faults = [httpx.Response(502), httpx.ReadError, httpx.Response(200, text="{"), FINE]
    remote.get("/clients").mock(side_effect=faults)

    answer = service.request("GET", "/clients")

    assert answer.status == 200
    assert told == [
        "waiting 1 s: 502",
        "waiting 2 s: the connection broke",
        "waiting 4 s: the answer was not JSON",
    ]


def test_giving_up_tells_of_every_fault(service, remote) -> None:
    faults = [httpx.Response(502)] * 4 + [httpx.ReadError, httpx.Response(500)]
    remote.get("/clients").mock(side_effect=faults)

    with pytest.raises(RetriesExhausted) as failure:
        service.request("GET", "/clients")

    assert failure.value.reason == (
        "the server answered 502 four times, the connection broke once, "
        "the server answered 500 once"
    )


def test_slow_failures_end_after_two_minutes(service, remote, hours: Hours) -> None:
    def fail_slowly(request: httpx.Request) -> httpx.Response:
        hours.now += 58
        return httpx.Response(504)

    remote.get("/clients").mock(side_effect=fail_slowly)

    with pytest.raises(RetriesExhausted, match="504 twice"):
        service.request("GET", "/clients")

    assert hours.now == 58 + 1 + 58


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (ConnectionRefusedError(111, "refused"), "the connection was refused"),
        (socket.gaierror(-2, "unknown"), "the name of the server was not found"),
        (ssl.SSLError(1, "wrong version"), "the server did not agree on TLS"),
        (OSError(113, "no route"), "the server could not be reached"),
    ],
)
def test_a_server_that_is_not_there_is_sought_six_times(open_service, reason, words) -> None:
    service = open_service(transport=Failing(reason))

    with pytest.raises(RetriesExhausted) as failure:
        service.request("POST", "/clients", is_repeatable=False)

    assert failure.value.reason == f"{words} six times"


def test_a_server_that_proves_nothing_is_asked_once(open_service: Open) -> None:
    transport = Failing(ssl.SSLCertVerificationError("self-signed"))

    with pytest.raises(UntrustedCertificate, match="certificate"):
        open_service(transport=transport).request("GET", "/clients")

    assert transport.requests == 1


@pytest.mark.parametrize("limited", [httpx.Response(429, text="slow"), LIMITED])
def test_without_a_word_from_the_server_a_whole_window_is_waited_out_more_than_once(
    service, remote, hours, limited
) -> None:
    route = remote.get("/clients").mock(side_effect=[limited] * 5 + [FINE])

    service.request("GET", "/clients")

    assert hours.waits == [2, 4, 8, 60, 60]
    assert route.call_count == 6


def test_the_last_calls_of_a_minute_are_left_to_others(service, remote, hours) -> None:
    left = [
        httpx.Response(200, json=[], headers={"X-RateLimit-Remaining": str(n)})
        for n in (9, 3, 99, 98)
    ]
    remote.get("/clients").mock(side_effect=left)

    for _ in range(4):
        service.request("GET", "/clients")

    assert hours.waits == [60]


def test_the_version_of_the_server_is_known_from_its_answers(service, remote) -> None:
    remote.get("/clients").respond(200, json=[], headers={"X-App-Version": "5.5.124"})
    assert service.server_version == ""

    service.request("GET", "/clients")

    assert service.server_version == "5.5.124"


@pytest.mark.parametrize("text", [" rate limit exceeded, wait", "RATE LIMIT EXCEEDED\n"])
def test_a_rate_limit_behind_a_200_is_told_as_one(service, remote, told, text: str) -> None:
    limited = httpx.Response(200, text=text, headers={"Retry-After": "3"})
    remote.get("/clients").mock(side_effect=[limited, FINE])

    service.request("GET", "/clients")

    assert told == ["waiting 3 s: 429"]


def test_a_rate_limit_that_never_ends_is_named(service, remote) -> None:
    remote.get("/clients").respond(429, json={"message": "Too Many Attempts."})

    with pytest.raises(RetriesExhausted, match="GET /clients: the server answered 429 six times"):
        service.request("GET", "/clients")


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        (busy(429, "7"), 7),
        (busy(429, "120"), 120),
        (busy(429, "Sun, 06 Nov 1994 08:50:37 GMT"), 60),
        (busy(503, "7"), 7),
        (busy(503, "Sun, 06 Nov 1994 08:50:37 GMT"), 60),
    ],
)
def test_a_server_is_left_alone_for_as_long_as_it_asks(
    service, remote, hours: Hours, answer: httpx.Response, wait: float
) -> None:
    remote.get("/clients").mock(side_effect=[answer, FINE])

    service.request("GET", "/clients")

    assert hours.waits == [wait]


def test_a_date_to_come_back_at_needs_no_date_of_the_answer(service, remote, hours) -> None:
    at = datetime.now(UTC) + timedelta(seconds=50)
    headers = {"Retry-After": at.strftime("%a, %d %b %Y %H:%M:%S GMT")}
    remote.get("/clients").mock(side_effect=[httpx.Response(429, headers=headers), FINE])

    service.request("GET", "/clients")

    assert 40 < hours.waits[0] <= 50


@pytest.mark.parametrize(
    "asked",
    ["", "0", "-5", "soon", "1e3", "1.5", "9" * 40, "\xb2", "Sun, 06 Nov 1994 08:49:37 GMT"],
)
def test_nonsense_to_wait_for_is_as_none_at_all(service, remote, hours, asked: str) -> None:
    headers = {b"Retry-After": asked.encode("latin-1"), b"Date": DATE.encode()}
    remote.get("/clients").mock(side_effect=[httpx.Response(429, headers=headers), FINE])

    service.request("GET", "/clients")

    assert hours.waits == [2]


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_for_more_than_two_minutes_ends_it(service, remote, status) -> None:
    route = remote.get("/clients").respond(status, headers={"Retry-After": "3600"})

    with pytest.raises(
        RetryAfterTooLong, match=f"answered {status} and asks to wait 3600 s"
    ) as failure:
        service.request("GET", "/clients")

    assert failure.value.seconds == 3600
    assert route.call_count == 1


@pytest.mark.parametrize(
    "untouched", [httpx.ConnectError, httpx.ConnectTimeout, httpx.Response(429), LIMITED], ids=str
)
def test_what_the_server_has_not_begun_is_tried_again(service, remote, untouched) -> None:
    route = remote.post("/clients").mock(side_effect=[untouched, FINE])

    answer = service.request("POST", "/clients", body=b"{}", is_repeatable=False)

    assert answer.status == 200
    assert route.call_count == 2


@pytest.mark.parametrize(
    "fault",
    [
        httpx.Response(500),
        httpx.Response(503, headers={"Retry-After": "1"}),
        httpx.ReadTimeout,
        httpx.ReadError,
        httpx.RemoteProtocolError,
        httpx.Response(201, text='{"data": {"id"'),
        httpx.Response(201, headers={"Content-Encoding": "br"}, stream=httpx.ByteStream(b"x")),
        httpx.Response(201, text="[" + " " * 100 + "]"),
    ],
    ids=str,
)
def test_what_may_have_been_done_is_never_done_twice(open_service: Open, remote, fault) -> None:
    service = open_service(body_bytes=100)
    route = remote.post("/clients").mock(side_effect=[fault])

    with pytest.raises(OutcomeUnknown, match="POST /clients: it may have been done, or not: the "):
        service.request("POST", "/clients", body=b"{}", is_repeatable=False)

    assert route.call_count == 1


def test_every_failure_is_a_failure_of_the_remote_service() -> None:
    named = {
        AccessDenied,
        Redirected,
        CompressedAnswer,
        TooLarge,
        UntrustedCertificate,
        RetryAfterTooLong,
        RetriesExhausted,
        OutcomeUnknown,
    }

    assert named <= set(RemoteFailure.__subclasses__())


def test_a_closed_service_holds_no_connection(remote: respx.MockRouter, open_service) -> None:
    with open_service() as service:
        assert isinstance(service, HttpClient)

    with pytest.raises(RuntimeError, match="closed"):
        service.request("GET", "/clients")

"""Requests may only go to addresses below the operator's base URL."""

import httpx
import pytest

from gateway.remote.http_client import HttpClient
from storage.model.errors import Invalid
from tests.gateway.remote.conftest import HEADERS, Open


@pytest.mark.parametrize(
    "base",
    [
        "",
        "remote.test",
        "ftp://remote.test",
        "file:///etc/passwd",
        "https:///clients",
        "https://user@remote.test",
        "https://user:hush@remote.test",
        "https://remote.test\\@hush",
        "https://@remote.test",
        "https://remote.test?hush",
        "https://remote.test/#hush",
        "https://remote.test/#",
        "https://remote.test:99999",
        "https://remote.test:0",
        "https://remote.test\n",
        " https://remote.test",
        "https://.test",
        "https://" + "a" * 64 + ".test",
    ],
)
def test_a_base_of_no_use_is_refused_without_being_quoted(base: str) -> None:
    with pytest.raises(Invalid, match="url: ") as failure:
        HttpClient(base, HEADERS)

    [problem] = failure.value.problems
    assert problem.path == ("url",)
    assert "hush" not in str(failure.value)


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://remote.test", "https://remote.test/clients"),
        ("https://remote.test/", "https://remote.test/clients"),
        ("HTTP://remote.test:8080/sub/", "http://remote.test:8080/sub/clients"),
        ("http://127.0.0.1:9000/a%20b", "http://127.0.0.1:9000/a%20b/clients"),
        ("http://[::1]:9000", "http://[::1]:9000/clients"),
    ],
)
def test_the_path_of_a_base_is_kept(open_service: Open, respx_mock, base: str, url: str) -> None:
    route = respx_mock.get(url).respond(200, json=[])

    open_service(base).request("GET", "/clients")

    assert str(route.calls.last.request.url) == url


@pytest.mark.parametrize(
    "path",
    [
        "",
        "clients",
        "http://else.where/",
        "@else.where",
        "/a/../b",
        "/%2E./b",
        "/.",
        "/..",
        "/a?b",
        "/a#b",
    ],
)
def test_a_path_never_leads_away_from_the_base(service, path: str) -> None:
    with pytest.raises(Invalid, match="path: "):
        service.request("GET", path)


@pytest.mark.parametrize("path", ["//else.where/x", "/@else.where", "/a%2F..%2Fb", "/:80/x"])
def test_a_strange_path_is_still_asked_of_the_same_server(service, remote, path: str) -> None:
    route = remote.route().mock(httpx.Response(200, json=[]))

    service.request("GET", path)

    url = route.calls.last.request.url
    assert url.host == "remote.test"
    assert url.raw_path == b"/sub" + path.encode()


@pytest.mark.parametrize("value", ["hush\n", "hush\r\nX: y", "hüsh", " hush", "hush\x00"])
def test_a_header_that_cannot_be_sent_is_refused_without_being_quoted(value: str) -> None:
    with pytest.raises(Invalid) as failure:
        HttpClient("https://remote.test", {"X-API-TOKEN": value})

    assert failure.value.problems[0].path == ("headers", "X-API-TOKEN")
    assert "sh" not in failure.value.problems[0].message

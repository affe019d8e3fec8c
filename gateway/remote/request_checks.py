"""Checks of the base URL, the path and the headers of a request, before it is sent."""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

import httpx

from storage import Invalid, Problem


def package_version() -> str:
    """Return the version of this package, or 0 if it is not installed."""
    try:
        return version("clients-gateway")
    except PackageNotFoundError:  # it runs from a checkout
        return "0"


OWN_HEADERS = {
    "Accept-Encoding": "identity",
    "User-Agent": f"clients-gateway/{package_version()}",
}


def usable_base(base: str) -> str:
    """Return a base URL in normal form, without slashes at its end.

    Two texts of one place become equal. Raises Invalid if it cannot be used.

    The failure does not quote the URL: it can contain a password.
    """
    try:
        url = httpx.URL(base)
        url.host.encode("idna")  # as the socket module will encode it
        parts = urlsplit(base)
        is_reachable = parts.port != 0
    except (httpx.InvalidURL, ValueError):
        raise Invalid(Problem(("url",), "is not a URL")) from None
    if url.scheme not in {"http", "https"} or not (url.host and is_reachable):
        raise Invalid(Problem(("url",), "must start with http:// or https:// and name a host"))
    if "@" in parts.netloc or url.userinfo:
        raise Invalid(Problem(("url",), "must not contain a user or a password"))
    if "?" in base or "#" in base:
        raise Invalid(Problem(("url",), "must have neither a query nor a fragment"))
    # Read twice: behind a scheme in capitals the first time leaves a default port.
    return str(httpx.URL(str(url))).rstrip("/")


def usable_headers(headers: Mapping[str, str]) -> httpx.Headers:
    """Return headers together with our own, which replace equal ones.

    Raises Invalid for a value that HTTP cannot carry. The failure of h11 would quote the value.
    """
    for name, value in headers.items():
        if not (value.isascii() and value.isprintable() and value == value.strip()):
            reason = "must be printable ASCII without blanks around it"
            raise Invalid(Problem(("headers", name), reason))
    usable = httpx.Headers(headers)
    usable.update(OWN_HEADERS)
    return usable


def usable_path(path: str) -> str:
    """Return the path. Raises Invalid if it would lead out of the base URL.

    Some paths contain text that a server has sent.
    """
    steps = path.lower().replace("%2e", ".").split("/")
    if steps[0] or not path or {".", ".."} & set(steps) or set("?#") & set(path):
        raise Invalid(Problem(("path",), "must start with / and have no dots, query or fragment"))
    if not (path.isascii() and path.isprintable()):
        raise Invalid(Problem(("path",), "must be percent-encoded"))
    return path

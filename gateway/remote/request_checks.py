"""Where a call goes and what it says of itself: the base, the path and the headers of a request."""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

import httpx

from storage import Invalid, Problem


def own_version() -> str:
    try:
        return version("clients-gateway")
    except PackageNotFoundError:  # run from a checkout
        return "0"


OURS = {
    "Accept-Encoding": "identity",
    "User-Agent": f"clients-gateway/{own_version()}",
}


def usable_base(base: str) -> str:
    """Never quotes what it refuses: there may be a password in it."""
    try:
        url = httpx.URL(base)
        url.host.encode("idna")  # what the socket will do
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
    return str(url).rstrip("/")


def usable_headers(headers: Mapping[str, str]) -> httpx.Headers:
    """With our own, which win. Raises Invalid for a value that HTTP cannot carry: h11 would
    quote it."""
    for name, value in headers.items():
        if not (value.isascii() and value.isprintable() and value == value.strip()):
            reason = "must be printable ASCII without blanks around it"
            raise Invalid(Problem(("headers", name), reason))
    usable = httpx.Headers(headers)
    usable.update(OURS)
    return usable


def usable_path(path: str) -> str:
    """Raises Invalid for a path that would leave `base`; some are made of a server's words."""
    steps = path.lower().replace("%2e", ".").split("/")
    if steps[0] or not path or {".", ".."} & set(steps) or set("?#") & set(path):
        raise Invalid(Problem(("path",), "must start with / and have no dots, query or fragment"))
    if not (path.isascii() and path.isprintable()):
        raise Invalid(Problem(("path",), "must be percent-encoded"))
    return path

"""Asks recorded requests in their order, and compares the answers with the original's."""

import base64
import gzip
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

import httpx
import msgspec

from .alignment import align, is_client, undo
from .comparison import Comparison, Difference

ANSWERS = Path(__file__).with_name("answers")
FILES = ("walks-fair", "walks-plain", "walks-odd", "writing", "reading")
NOBODY = "zzzzzzzzzz"
"""The id that stands for one that was never kept."""
SLOT = re.compile(r"\{([\w.]+)\}")
HEADERS = (
    "content-type",
    "x-api-version",
    "x-app-version",
    "x-minimum-client-version",
    "access-control-allow-origin",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-expose-headers",
)
OK = 200
TAKEN = "has already been taken"
SERVER_ERROR = 500


class Asker(Protocol):
    """An HTTP client: httpx's, or Starlette's for an application in this process."""

    def request(self, method: str, url: str, **options: Any) -> httpx.Response: ...


class Credentials(NamedTuple):
    """What the asker's own slots stand for."""

    token: str
    password: str

    def slots(self) -> dict[str, Any]:
        encoded = base64.b64encode(self.password.encode()).decode()
        return {
            "token": self.token,
            "TOKEN": self.token.swapcase(),
            "password": self.password,
            "password64": encoded,
        }


class Asked(NamedTuple):
    """A recorded request, our answer to it, and where the two answers differ."""

    line: dict[str, Any]
    status: int
    differences: tuple[Difference, ...]


def read_lines(name: str) -> list[dict[str, Any]]:
    with gzip.open(ANSWERS / f"{name}.jsonl.gz") as file:
        return [msgspec.json.decode(line) for line in file]


class Replay:
    """One file of recorded requests, asked of one server."""

    def __init__(
        self, asker: Asker, credentials: Credentials, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self.asker = asker
        self.pause = pause
        self.comparison = Comparison()
        self.credentials = credentials
        self.slots = credentials.slots()
        self.walk = ""
        self.parted: set[str] = set()
        """Walks that have ended: the two servers do not have the same data any more."""
        self.unseen: set[str] = set()
        """Numbers that walks took after their end. Walks share nothing else."""

    def run(self, lines: list[dict[str, Any]]) -> Iterator[Asked]:
        """Ask all requests but those of walks that have ended, and those the original broke on."""
        for line in lines:
            walk = walk_of(line)
            if walk != self.walk:
                self.walk, self.slots = walk, self.credentials.slots()
            if walk in self.parted:
                self.unseen |= numbers_of(line)
                continue
            if "needs" in line and line["needs"] not in self.slots:
                continue
            if asked := self.ask(line):
                yield asked

    def ask(self, line: dict[str, Any]) -> Asked | None:
        answer = line["answer"]
        self.pause(line.get("pause", 0.0))
        response = self.send(line)
        body = body_of(response)
        if answer["status"] != OK and is_client(body) and line["method"] == "POST":
            undo(line["path"], len(line.get("multipart", ())), body["data"], self.send_json)
        if answer["status"] >= SERVER_ERROR or self.is_taken_elsewhere(line):
            # A defect of the original is no example. What it did to the data is not known.
            self.unseen |= numbers_of(line)
            if is_write(line) and walk_of(line):
                self.parted.add(walk_of(line))
            return None
        differences = tuple(self.compare(line, response, body))
        original, status = answer.get("json"), response.status_code
        if is_write(line) and differences and answer["status"] == OK and is_client(original):
            path = self.filled(urlsplit(line["path"]).path)
            body = align(self.comparison, original, body, path, self.send_json)
            status = OK if is_client(body) else status
        if has_purged(line) and response.status_code != OK:
            self.send_json("POST", line["path"], {})
        self.keep(line, original, body)
        if status != answer["status"] and is_write(line) and walk_of(line):
            self.parted.add(walk_of(line))
        return Asked(line, response.status_code, differences)

    def is_taken_elsewhere(self, line: dict[str, Any]) -> bool:
        numbers = numbers_of(line)
        return not self.unseen.isdisjoint(numbers) and TAKEN in str(line["answer"])

    def send_json(self, method: str, path: str, body: dict[str, Any]) -> Any:
        headers = {"X-API-TOKEN": self.slots["token"], "X-API-PASSWORD": self.slots["password"]}
        return self.asker.request(method, self.url(path), headers=headers, json=body).json()

    def send(self, line: dict[str, Any]) -> httpx.Response:
        headers = {"X-API-TOKEN": self.slots["token"], "X-Requested-With": "XMLHttpRequest"}
        for name, value in line.get("headers", {}).items():
            headers = {k: v for k, v in headers.items() if k.lower() != name.lower()}
            if value is not None:
                headers[name] = self.filled(value)
        options: dict[str, Any] = {"headers": headers, "follow_redirects": False}
        if "echo" in line:
            shown = self.asker.request("GET", self.url(line["echo"]), headers=headers).json()
            options["json"] = shown.get("data", {}) | self.filled(line.get("json", {}))
        elif "json" in line:
            options["json"] = self.filled(line["json"])
        elif "form" in line:
            pairs = [(name, self.filled(value)) for name, value in line["form"]]
            options["content"] = str(httpx.QueryParams(pairs))
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        elif "multipart" in line:
            options["files"] = [self.part(*part) for part in line["multipart"]]
        elif "body" in line:
            options["content"] = raw_bytes(self.filled(line["body"]))
        return self.asker.request(line["method"], self.url(line["path"]), **options)

    def url(self, path: str) -> str:
        return f"/api/v1{self.filled(path)}"

    def part(self, name: str, file: str | None, kind: str | None, content: Any) -> Any:
        data = raw_bytes(self.filled(content))
        return (name, (file, data, kind)) if kind else (name, (file, data))

    def filled(self, value: Any) -> Any:
        """The value with its slots filled in. A slot alone may stand for a whole object."""
        match value:
            case str():
                whole = SLOT.fullmatch(value)
                if whole:
                    return self.slots.get(whole[1], NOBODY)
                return SLOT.sub(lambda slot: str(self.slots.get(slot[1], NOBODY)), value)
            case list():
                return [self.filled(one) for one in value]
            case dict() if set(value) == {"base64"}:
                return value
            case dict():
                return {self.filled(key): self.filled(one) for key, one in value.items()}
            case _:
                return value

    def compare(
        self, line: dict[str, Any], response: httpx.Response, body: Any
    ) -> Iterator[Difference]:
        answer = line["answer"]
        if answer["status"] != response.status_code:
            shown = answer.get("json")
            yield Difference(
                "status", outcome(answer["status"], shown), outcome(response.status_code, body)
            )
            return
        for name in HEADERS:
            if name in answer.get("headers", {}):
                ours = response.headers.get(name)
                if answer["headers"][name] != ours:
                    yield Difference(f"header.{name}", answer["headers"][name], ours)
        if "json" in answer:
            # A random text gives another order to each server.
            is_sorted = "sort=" in line["path"] and "sort=client_hash" not in line["path"]
            yield from self.comparison.compare(answer["json"], body, is_sorted=is_sorted)

    def keep(self, line: dict[str, Any], original: Any, ours: Any) -> None:
        kept = line.get("keep", {})
        aligned = self.comparison.aligned(original, ours) if kept else ours
        for slot, path in kept.items():
            value = value_at(aligned, path)
            if value is not None and value_at(original, path) is not None:
                self.slots[slot] = value


def outcome(status: int, body: Any) -> str:
    """Return a status with the sentences of a refusal."""
    found = body if status > OK and isinstance(body, dict) else {}
    sentences = [sentence for each in (found.get("errors") or {}).values() for sentence in each]
    return " ".join([str(status), *(sentences or [found.get("message", "")])]).strip()


def value_at(value: Any, path: str) -> Any:
    for step in path.split("."):
        try:
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return value


def raw_bytes(content: Any) -> bytes:
    if isinstance(content, dict):
        return base64.b64decode(content["base64"])
    return content.encode() if isinstance(content, str) else bytes(content)


def body_of(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return response.text


def walk_of(line: dict[str, Any]) -> str:
    """The walk of a request; empty where the requests of a file are no walks."""
    walk, dot, step = line["name"].partition(".")
    return walk if dot and step.isdigit() and walk.isdigit() else ""


def numbers_of(line: dict[str, Any]) -> set[str]:
    """Return the numbers that a request gives a client: each may be used once in a company."""
    sent = line.get("json")
    given = [sent.get(name) for name in ("number", "id_number")] if isinstance(sent, dict) else []
    return {str(number) for number in given if number}


def has_purged(line: dict[str, Any]) -> bool:
    is_purge = line["method"] == "POST" and line["path"].endswith("/purge")
    return is_purge and bool(line["answer"]["status"] == OK)


def is_write(line: dict[str, Any]) -> bool:
    return line["method"] not in {"GET", "HEAD", "OPTIONS"}


def path_shape(line: dict[str, Any]) -> str:
    """The path of a request without its ids and its query."""
    return SLOT.sub("{id}", urlsplit(line["path"]).path)

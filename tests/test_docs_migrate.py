"""docs/migrate.md is a session that really runs, line by line."""

import os
import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from gateway.cli import application
from storage import short_tag
from tests.campaigns.scale import rounds
from tests.support.live_server import Served, served_services

PAGE = Path(__file__).parent.parent / "docs" / "migrate.md"
BLOCKS = re.compile(r"```console\n(.*?)```", re.DOTALL)
NINJA, PLANADO = "https://invoices.example.com", "https://api.planadoapp.com"
WHOLE_COMPANY = 5000
"""The clients of the page. `make campaign` has as many, the suite fewer."""
CLIENTS = rounds(200, WHOLE_COMPANY)
NUMBER = re.compile(r"\d[\d,.]*( clients?)?")
ABOUT_ONE_CLIENT = re.compile(r"  # \S|  … and # more")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC")
SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
DONE, NOT_WHOLE = 0, 5


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Served]:
    """One server that plays both services, for Invoice Ninja as the original answers."""
    with served_services(tmp_path, CLIENTS) as server:
        yield server


def commands() -> list[tuple[str, str]]:
    """Return each command of the page with the output that the page prints."""
    found = []
    for block in BLOCKS.findall(PAGE.read_text()):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = part.partition("\n")
            found.append((command, printed))
    return [pair for pair in found if pair[0].startswith(("gateway ", "curl "))]


def is_of_any_time(pair: tuple[str, str]) -> bool:
    """Whether a command prints the same however long the session takes."""
    return "changed since" not in pair[1]


def shape(printed: str) -> set[str]:
    """Return the lines that a company of any size sees: no numbers, and none of one client."""
    lines = {NUMBER.sub("#", line) for line in printed.splitlines()}
    return {re.sub(r" +", " ", line) for line in lines if not ABOUT_ONE_CLIENT.match(line)}


def printed_by(command: str, server: Served) -> str:
    if command.startswith("curl "):
        return printed_by_curl(command, server)
    command, _, most = command.replace(NINJA, server.url).partition(" | head -")
    words = shlex.split(command.replace(str(WHOLE_COMPANY + 1), f"{CLIENTS + 1:04}"))[1:]
    if "planado" in words and words[0] in {"pull", "push", "check"}:
        words += ["--url", server.url, "--per-minute", "0"]
    result = CliRunner().invoke(application(), words)
    assert result.exit_code in {DONE, NOT_WHOLE}, result.output
    lines = result.stdout.splitlines(keepends=True)[: int(most) if most else None]
    said = "".join(line_of_page(line, words, server) for line in lines)
    printed = MOMENT.sub("2026-11-22 09:00 UTC", said)
    return SECOND.sub("2026-11-22T09:00:00Z", printed)


def line_of_page(line: str, words: list[str], server: Served) -> str:
    """Return a printed line with the URLs of the page, and the tags that belong to them."""
    is_of_planado = "planado" in words or line.startswith("planado\t")
    url = PLANADO if is_of_planado else NINJA
    tag_url = PLANADO if line.startswith("planado\t") else NINJA
    return with_tag(line.replace(server.url, url), server.url, tag_url)


def with_tag(text: str, url: str, other_url: str) -> str:
    """Return a text with the tag of the Ninja at one URL instead of that at another."""
    tag, other_tag = (short_tag(one.partition("://")[2]) for one in (url, other_url))
    return text.replace(tag, other_tag)


def printed_by_curl(command: str, server: Served) -> str:
    """Send the request of a curl command, and return nothing: its answer goes into a file."""
    words = shlex.split(with_tag(os.path.expandvars(command), NINJA, server.url))
    options = dict(pairwise(words))
    url = next(word for word in words if word.startswith("https://") and "/v" in word)
    headers = dict(re.split(": ", words[n + 1]) for n, w in enumerate(words) if w == "-H")
    for service in (NINJA, PLANADO):
        url = url.replace(service, server.url)
    response = httpx.request(options["-X"], url, headers=headers, content=options.get("-d"))
    assert response.is_success, response.text
    return ""


def test_the_session_of_the_page_happens_as_it_is_printed(
    there: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GATEWAY_DATABASE_URL", "sqlite:///mine.db")
    monkeypatch.setenv("NINJA_TOKEN", there.tokens["ninja"])
    monkeypatch.setenv("PLANADO_KEY", there.tokens["planado"])

    happened = [(command, printed_by(command, there)) for command, _ in commands()]

    if os.environ.get("GATEWAY_PRINT_DOCS"):
        write(happened)
    if CLIENTS == WHOLE_COMPANY:
        assert list(filter(is_of_any_time, happened)) == list(filter(is_of_any_time, commands()))
    expected = [(command, shape(printed)) for command, printed in commands()]
    assert [(command, shape(printed)) for command, printed in happened] == expected


def write(happened: list[tuple[str, str]]) -> None:
    """Write the actual output into the page. Set `GATEWAY_PRINT_DOCS=1` after a change of
    output."""
    turn = iter(happened)

    def session(block: re.Match[str]) -> str:
        parts = re.split(r"^\$ ", block.group(1), flags=re.MULTILINE)[1:]
        said = ""
        for part in parts:
            command = part.partition("\n")[0]
            printed = next(turn)[1] if command.startswith(("gateway ", "curl ")) else ""
            said += f"$ {command}\n{printed}"
        return f"```console\n{said}```"

    PAGE.write_text(BLOCKS.sub(session, PAGE.read_text()))

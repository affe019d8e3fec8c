"""The report of a run: one page for somebody who was not there, and a table for a spreadsheet."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gateway.cli import application
from storage.model.commands import ChangeClient
from storage.store import Store
from tests.support.live_server import Served, served_services


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_services(tmp_path_factory.mktemp("there"), 6) as server:
        with server.caller("ninja") as caller:
            body = {
                "name": "=SUM(A1)",
                "private_notes": '1 < 2 & "quoted"',
                "country_id": "826",
                "address1": "1 Long Lane",
                "shipping_address1": "2 Short Lane",
                "settings": {"currency_id": "2"},
            }
            assert caller.post("/clients", json=body).status_code == 200
        yield server


@pytest.fixture
def run(there: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command line, here in an own folder and with both services."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GATEWAY_DATABASE_URL", "sqlite:///mine.db")
    monkeypatch.setenv("NINJA_TOKEN", there.tokens["ninja"])
    monkeypatch.setenv("PLANADO_KEY", there.tokens["planado"])

    def command(words: str, status: int = 0) -> str:
        words = words.replace("URL", f"--account acme --url {there.url} --per-minute 0")
        result = CliRunner().invoke(application(), words.split())
        assert result.exit_code == status, result.output
        return f"{result.output}{result.exception or ''}"

    command("account create acme")
    command("pull ninja URL")
    return command


def cells(page: str, row: str) -> list[str]:
    """Return the cells of the first row of a page that begins with a word."""
    [_, *others] = re.search(rf"<tr><td>{row}</td>(.*?)</tr>", page)[0].split("<td")  # type: ignore[index]
    return [re.sub("<[^>]*>", "", f"<td{cell}") for cell in others][1:]


def test_a_page_tells_of_both_sides_before_and_after(run: Any, tmp_path: Path) -> None:
    assert run("runs report 1 -o pull.html").strip() == "pull.html"

    page = Path("pull.html").read_text()
    assert cells(page, "clients") == ["0", "7"]
    assert cells(page, "new") == ["7"]
    assert cells(page, "version of the service") == ["5.10.17"]
    ours, theirs = cells(page, "digest of ours"), cells(page, "digest of theirs, as last agreed")
    assert ours == theirs
    assert re.fullmatch("[0-9a-f]{64}", ours[0])
    assert cells(page, "of these in step") == ["7"]


def test_a_digest_differs_when_something_has_changed_here(
    run: Any, there: Served, tmp_path: Path
) -> None:
    store = Store.open("sqlite:///mine.db")
    store.change_client(1, 1, lambda _: ChangeClient(public_notes="changed here"))
    store.close()
    run("runs report 1 -o pull.html")

    page = Path("pull.html").read_text()
    assert cells(page, "digest of ours") != cells(page, "digest of theirs, as last agreed")
    assert cells(page, "of these in step") == ["6"]


def test_losses_are_told_in_words_and_nothing_runs_or_is_fetched(run: Any, there: Served) -> None:
    with there.caller("planado") as caller:
        for client in caller.get("/clients?limit=100").json()["clients"]:
            caller.delete(f"/clients/{client['uuid']}")
    run("push planado URL --without-match")
    run("runs report 2 -o push.html")
    run("runs report 2 -o push.csv")

    page = Path("push.html").read_text()
    rows = list(csv.reader(Path("push.csv").read_text().splitlines()))
    assert "<td>country</td><td>United Kingdom</td>" in page
    assert "<td>settings, currency</td><td>British Pound</td>" in page
    assert "<td>1 &lt; 2 &amp; &quot;quoted&quot;</td>" in page
    assert "<script" not in page
    assert not re.search(r"(src|href)=|@import|url\(", page)
    assert ["country", "United Kingdom"] in [row[2:4] for row in rows if row[0] == "lost"]
    assert all(cell[:1] not in {"=", "+", "-", "@"} for row in rows for cell in row)


def test_what_is_no_report_is_refused_in_words(run: Any) -> None:
    assert "must end with .html or .csv" in run("runs report 1 -o pull.pdf", 1)
    assert "run" in run("runs report 99 -o pull.html", 1)
    assert not Path("pull.pdf").exists()
    assert not Path("pull.html").exists()


def test_a_shown_run_names_the_version_of_the_service(run: Any) -> None:
    assert run("runs show 1").endswith("It is done. The service was version 5.10.17.\n")

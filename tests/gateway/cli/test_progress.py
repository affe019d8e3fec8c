"""Progress lines, as a log shows them."""

import pytest

from gateway.cli import progress
from gateway.cli.progress import meter


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.0)


@pytest.mark.usefixtures("hurried")
def test_a_log_gets_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    with meter("pull ninja", quiet=False) as seen:
        seen.update(500, 20_000)
        seen.print_line("waiting 8 s: 429")
        seen.update(1_000, None)

    assert capsys.readouterr().err.splitlines() == [
        "pull ninja: 500 of 20,000",
        "waiting 8 s: 429",
        "pull ninja: 1,000",
    ]


@pytest.mark.usefixtures("hurried")
def test_bytes_are_told_in_their_units(capsys: pytest.CaptureFixture[str]) -> None:
    with meter("import ninja", quiet=False, is_of_bytes=True) as seen:
        seen.update(11_796_480, 21_295_837)

    assert capsys.readouterr().err == "import ninja: 11.8 MB of 21.3 MB\n"


def test_nothing_is_told_more_often(capsys: pytest.CaptureFixture[str]) -> None:
    with meter("pull ninja", quiet=False) as seen:
        for done in range(100):
            seen.update(done, 100)

    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("hurried")
def test_whoever_wants_json_hears_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with meter("pull ninja", quiet=True) as seen:
        seen.update(1, 2)
        seen.print_line("waiting")

    assert capsys.readouterr().err == ""

"""docs/mirror.md shows commands that exist, and the status as it is printed."""

import re
from pathlib import Path

from typer.testing import CliRunner

from gateway.cli import application
from gateway.cli.live.mirror_commands import status_lines
from gateway.migration.mirror_status import MirrorStatus
from storage.model.runs import MirrorReport

PAGE = (Path(__file__).parent.parent / "docs" / "mirror.md").read_text()
COMMANDS = sorted(set(re.findall(r"^\$ gateway (mirror \w+)", PAGE, flags=re.MULTILINE)))


def test_the_status_is_printed_as_on_the_page() -> None:
    status = MirrorStatus(
        state="running",
        reason="",
        main="",
        holder="host 4711",
        is_led=True,
        services={
            "ninja": "ninja at https://invoices.example.com",
            "planado": "planado at https://api.planadoapp.com",
        },
        backlog={"ninja": 0, "planado": 0},
        conflicts=0,
        lag_seconds=12,
        swept_seconds=31 * 60,
        report=MirrorReport(calls=4),
    )

    assert "\n".join(status_lines(status)) in PAGE


def test_each_command_of_the_page_has_a_help_text_and_the_options_it_is_given() -> None:
    assert COMMANDS == [
        "mirror cutover",
        "mirror rollback",
        "mirror run",
        "mirror start",
        "mirror status",
    ]
    for command in COMMANDS:
        result = CliRunner().invoke(application("mirror"), [*command.split(), "--help"])
        options = re.findall(rf"gateway {command} (.*)", PAGE)[0].split()
        assert result.exit_code == 0
        assert all(word in result.stdout for word in options if word.startswith("--"))

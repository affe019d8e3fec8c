"""docs/reliability.md states the limits that the server has."""

import pytest

from gateway.server.byte_allowance import MIN_RATE
from gateway.server.connection_limits import (
    DEFAULT_CLIENT_SECONDS,
    DEFAULT_STOP_SECONDS,
    MAX_CONNECTIONS,
    MAX_HEAD,
    MAX_LINES,
    MAX_PIPELINE,
    MAX_URL,
    MIN_CONNECTIONS,
    OWN_DESCRIPTORS,
)
from gateway.server.connection_table import SHARE_OF_CLIENTS, SHARE_OF_REQUESTS
from gateway.server.limited_protocol import PIECE
from gateway.server.stop_deadline import SHARE_OF_PROCESS
from tests.support.doc_tables import DOCS, tables

KIB = 1024
SMALLEST_REQUEST = len(b"GET / HTTP/1.1\r\nHost:\r\n\r\n")
TEXT = (DOCS / "reliability.md").read_text()
ROWS = {row[0]: row[1] for _, _, rows in tables(TEXT) for row in rows}


@pytest.mark.parametrize(
    ("what", "figures"),
    [
        ("head of a request", [f"{MAX_HEAD // KIB} KiB", f"{MAX_LINES} lines"]),
        ("URL", [f"{MAX_URL // KIB} KiB"]),
        ("trailers", [f"{MAX_LINES} lines"]),
        ("chunk sizes, extensions and trailers together", [f"{MAX_HEAD // KIB} KiB"]),
        ("a head", [f"{DEFAULT_CLIENT_SECONDS} s"]),
        ("a body", [f"{MIN_RATE // KIB} KiB a second", f"{DEFAULT_CLIENT_SECONDS} s"]),
        ("an answer", [f"{MIN_RATE // KIB} KiB a second", f"{DEFAULT_CLIENT_SECONDS} s"]),
        ("pipelined requests", [str((MAX_PIPELINE + PIECE // SMALLEST_REQUEST) // 10 * 10)]),
        (
            "connections of a worker",
            [f"less {OWN_DESCRIPTORS}", str(MIN_CONNECTIONS), f"{MAX_CONNECTIONS:,}"],
        ),
    ],
)
def test_the_limits_are_those_of_the_server(what: str, figures: list[str]) -> None:
    stated = ROWS[what].replace("10 000", "10,000")

    assert [figure for figure in figures if figure not in stated] == []


def test_the_steps_of_a_stop_are_those_of_the_server() -> None:
    steps = {0.5: "half of it", 0.75: "three quarters", 0.85: "85 %"}

    assert steps[SHARE_OF_CLIENTS] in ROWS
    assert steps[SHARE_OF_REQUESTS] in ROWS
    assert steps[SHARE_OF_PROCESS] in ROWS
    assert f"`--stop-seconds` ({DEFAULT_STOP_SECONDS})" in TEXT

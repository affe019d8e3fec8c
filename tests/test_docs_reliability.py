"""docs/reliability.md states the limits that the gateway has."""

import pytest

from dialects.base.http import part_forms
from dialects.base.http.failure_limits import ADDRESS_SLOTS, NETWORK_BITS
from dialects.base.http.store_calls import MAX_WAITING_GUESSES
from dialects.base.protocol.json_codec import MAX_DEPTH, MAX_VALUES
from dialects.ninja.clients.bulk_actions import MAX_IDS
from dialects.ninja.clients.contacts import MAX_CONTACTS
from dialects.ninja.clients.list_query import MAX_PARAMETER_LENGTH
from dialects.ninja.http.request_body import BODY_LIMIT, MAX_FIELD_SIZE, MAX_FIELDS
from dialects.ninja.protocol.input_tree import MAX_NAME_LENGTH, MAX_NESTING
from dialects.planado.clients.translate import MAX_CONTACT_ENTRIES
from dialects.planado.http.client_endpoints import BODY_LIMIT as PLANADO_BODY_LIMIT
from gateway.cli.serve_command import ALLOW_OLD_WAL
from gateway.readiness import MAX_SECONDS
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
from gateway.settings import DEFAULT_MIN_FREE, MIN_FREE
from storage.accounts.rate_limiter import FAILURE_SECONDS, MAX_FAILURES
from storage.database.database_file import CHECK_SECONDS
from storage.database.sqlite import MAX_WAL_BYTES
from storage.database.sqlite_driver import WAL_RESET_FIXES
from storage.model.limits import MAX_LENGTHS
from tests.heavy_inputs.ninja_inputs import NINJA_INPUTS
from tests.heavy_inputs.planado_inputs import PLANADO_INPUTS
from tests.support.doc_tables import DOCS, tables

KIB = 1024
SMALLEST_REQUEST = len(b"GET / HTTP/1.1\r\nHost:\r\n\r\n")
TEXT = (DOCS / "reliability.md").read_text()
PAGE = " ".join(TEXT.split())
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


def grouped(number: int) -> str:
    return f"{number:_}".replace("_", " ")


@pytest.mark.parametrize(
    "fact",
    [
        f"After {MAX_FAILURES} of them within {FAILURE_SECONDS} seconds",
        f"{ADDRESS_SLOTS:_}".replace("_", " ") + " counters",
        f"network of {NETWORK_BITS} bits",
        f"more than {MAX_WAITING_GUESSES} of them wait",
        f"noticed within {CHECK_SECONDS} seconds",
        f"cut to {MAX_WAL_BYTES // 2**20} MiB",
        f"`{MIN_FREE}` ({DEFAULT_MIN_FREE})",
        f"`too slow` after {MAX_SECONDS:.0f} seconds",
        f"`{ALLOW_OLD_WAL}=1`",
        *(".".join(map(str, version)) for version in WAL_RESET_FIXES),
        f"{BODY_LIMIT // 2**20} MiB at `/api/v1`, {PLANADO_BODY_LIMIT // 2**20} MiB at `/v2`",
        f"| {grouped(MAX_VALUES)} |",
        f"| {MAX_DEPTH} |",
        f"{grouped(MAX_FIELDS)}, {MAX_FIELD_SIZE // 2**20} MiB",
        f"{grouped(MAX_NAME_LENGTH)} characters, {MAX_NESTING} brackets",
        f"{grouped(part_forms.MAX_TEXT_FIELDS)} texts, {part_forms.MAX_FILES} files,"
        f" {part_forms.MAX_PARAMETERS} parameters",
        f"{grouped(MAX_PARAMETER_LENGTH)} characters",
        f"{grouped(MAX_CONTACTS)} at `/api/v1`, {MAX_CONTACT_ENTRIES} lines",
        f"| {grouped(MAX_IDS)} |",
        f"{(MAX_LENGTHS['settings'] + 1) // KIB} KB",
        f"sends {len(NINJA_INPUTS) + len(PLANADO_INPUTS)} such inputs",
    ],
)
def test_the_page_says_the_limit(fact: str) -> None:
    assert fact in PAGE

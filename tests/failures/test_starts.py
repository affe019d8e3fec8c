"""A gateway that starts before its database reports this and ends."""

import subprocess
import sys

import pytest

from tests.support.live_server import free_port

UNUSABLE = 3


@pytest.mark.parametrize("workers", ["1", "2"])
def test_serving_without_a_database_ends_with_one_sentence(workers: str) -> None:
    database = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    command = [sys.executable, "-m", "gateway", "serve", "--database", database]

    ended = subprocess.run(  # noqa: S603  our own
        [*command, "--workers", workers], capture_output=True, text=True, timeout=30, check=False
    )

    assert ended.returncode == UNUSABLE
    assert ended.stdout == ""
    *log, sentence = ended.stderr.splitlines()
    assert sentence.startswith("gateway: the database cannot be used: connection ")
    assert "Traceback" not in "".join(log)

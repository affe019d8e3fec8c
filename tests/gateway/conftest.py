"""Fixture: the command line, called in this process as a shell would call it."""

import gc
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from gateway.__main__ import main


class Ended(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.out)


Run = Callable[..., Ended]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A function that runs `gateway …` on the test's own database."""
    monkeypatch.setenv("GATEWAY_DATABASE_URL", f"sqlite:///{tmp_path / 'gateway.db'}")

    def call(*arguments: str) -> Ended:
        monkeypatch.setattr("sys.argv", ["gateway", *arguments])
        umask = os.umask(0)
        os.umask(umask)
        with pytest.raises(SystemExit) as ended:
            main()
        os.umask(umask)
        gc.unfreeze()  # this process goes on
        code = ended.value.code
        return Ended(code if isinstance(code, int) else 0, *capsys.readouterr())

    return call

"""Fixture: the library that journals writes. It is compiled once a module."""

import sys
from pathlib import Path

import pytest

from .write_journal import compile_library, compiler


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if sys.platform != "linux":
        pytest.skip("not Linux: the library that journals writes needs its libc")
    if compiler() is None:
        pytest.skip("no C compiler (cc): the library that journals writes cannot be built")
    return compile_library(tmp_path_factory.mktemp("library"))

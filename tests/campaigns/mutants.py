"""Mutants: mistakes that a developer could make, each against a law, and the test that finds it.

`python -m tests.campaigns.mutants` copies the tree to a temporary directory, makes one mistake at a
time, and demands that its test fails there. Arguments are laws: `M5 M6` tries only theirs.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.campaigns.mutant_table import LAWS, MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
COPIED = ("dialects", "gateway", "storage", "tests", "docs", "pyproject.toml", "README.md")
FAILED, PASSED = 1, 0
"""Exit codes of pytest. Any other one says that the test could not run."""


def mutated(text: str, mutant: Mutant) -> str:
    """Return the text of a file with the mistake. Raises LookupError unless `old` is there once."""
    if text.count(mutant.old) != 1:
        raise LookupError(f"{mutant.path} has {text.count(mutant.old)} times: {mutant.old!r}")
    return text.replace(mutant.old, mutant.new)


def mutants_of(laws: Iterable[str]) -> list[Mutant]:
    wanted = set(laws) or set(LAWS)
    return [mutant for mutant in MUTANTS if mutant.law in wanted]


@contextmanager
def copy_of_tree() -> Iterator[Path]:
    with TemporaryDirectory(prefix="mutants") as folder:
        for name in COPIED:
            source, target = ROOT / name, Path(folder, name)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copyfile(source, target)
        yield Path(folder)


def is_caught(tree: Path, mutant: Mutant) -> bool:
    """Make the mistake, run the test, take the mistake back; return whether the test failed."""
    path = tree / mutant.path
    text = path.read_text()
    path.write_text(mutated(text, mutant))
    try:
        return exit_code(tree, mutant.test) == FAILED
    finally:
        path.write_text(text)


def exit_code(tree: Path, test: str) -> int:
    """Run a test until its first failure, on SQLite, and return the exit code of pytest."""
    # The files of a mutant are as old as those of the next one: no bytecode must outlive it.
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(tree)}
    environment |= {"HYPOTHESIS_PROFILE": "mutants"}  # which does not look for a smaller example
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-n", "0"]
    done = subprocess.run(  # noqa: S603  our own
        [*command, "-k", "not postgresql", test],
        cwd=tree,
        env=environment,
        capture_output=True,
        check=False,
        text=True,
    )
    if done.returncode not in {PASSED, FAILED}:
        raise RuntimeError(f"{test} could not run: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.returncode


def main() -> int:
    """Print a table of laws, mistakes and the tests that find them; return 1 if one lives."""
    living = 0
    with copy_of_tree() as tree:
        for mutant in mutants_of(sys.argv[1:]):
            began = time.monotonic()
            caught = is_caught(tree, mutant)
            living += not caught
            by = mutant.test.rpartition("/")[2] if caught else "NOBODY"
            seconds = time.monotonic() - began
            print(f"{mutant.law:<4} {mutant.mistake:<70} {seconds:3.0f} s  {by}", flush=True)  # noqa: T201
    return min(living, 1)


if __name__ == "__main__":
    sys.exit(main())

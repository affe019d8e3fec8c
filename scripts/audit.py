"""Known vulnerabilities of the locked libraries: `make audit`, with pip-audit and the network."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

UV = Path(sys.executable).with_name("uv")
PIP_AUDIT = ("tool", "run", "--quiet", "pip-audit>=2.10,<3")
OPTIONS = ("--require-hashes", "--progress-spinner=off", "--format=json")
UNREACHABLE = "audit: skipped, the database of vulnerabilities cannot be reached\n"


def main() -> int:
    """Return 1 if a library has a known vulnerability, or if some could not be looked up."""
    command = [str(UV), *PIP_AUDIT, *OPTIONS, "--requirement", "requirements.lock"]
    ended = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  our own
    words, code = verdict(ended.stdout)
    sys.stdout.write(words)
    return code


def verdict(report: bytes) -> tuple[str, int]:
    """Return what pip-audit's report says, and the exit code.

    A report of which nothing could be looked up is no finding: the network is missing.
    """
    libraries = msgspec.json.decode(report)["dependencies"] if report.strip() else []
    looked_up = [one for one in libraries if "skip_reason" not in one]
    if not looked_up:
        return UNREACHABLE, 0
    lines = [*map(finding, looked_up), *map(missing, libraries)]
    text = "".join(line for line in lines if line)
    return text or f"audit: {len(looked_up)} libraries, no known vulnerability\n", 1 if text else 0


def finding(library: dict[str, Any]) -> str:
    """Return one line for each vulnerability of a library."""
    name = f"{library['name']} {library['version']}"
    return "".join(
        f"{name}: {one['id']}, mended in {', '.join(one['fix_versions']) or 'no version'}\n"
        for one in library["vulns"]
    )


def missing(library: dict[str, Any]) -> str:
    return f"{library['name']}: not looked up\n" if "skip_reason" in library else ""


if __name__ == "__main__":
    sys.exit(main())

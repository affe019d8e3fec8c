"""What the audit of the locked libraries says."""

from typing import Any

import msgspec

from scripts.audit import UNREACHABLE, verdict

FINE = {"name": "msgspec", "version": "0.22.0", "vulns": []}
BAD = {
    "name": "old",
    "version": "1.0",
    "vulns": [{"id": "CVE-2026-1", "fix_versions": ["1.1"]}],
}
UNKNOWN = {"name": "uv", "skip_reason": "Dependency not found"}


def said(*libraries: dict[str, Any]) -> tuple[str, int]:
    return verdict(msgspec.json.encode({"dependencies": libraries}))


def test_a_vulnerability_is_named_with_its_mend() -> None:
    assert said(FINE, BAD) == ("old 1.0: CVE-2026-1, mended in 1.1\n", 1)


def test_no_vulnerability_is_said_with_the_number_of_libraries() -> None:
    assert said(FINE, FINE) == ("audit: 2 libraries, no known vulnerability\n", 0)


def test_a_library_that_was_not_looked_up_is_no_clean_bill() -> None:
    assert said(FINE, UNKNOWN) == ("uv: not looked up\n", 1)


def test_without_the_database_nothing_is_found_and_that_is_said() -> None:
    assert said(UNKNOWN) == (UNREACHABLE, 0)
    assert verdict(b"") == (UNREACHABLE, 0)

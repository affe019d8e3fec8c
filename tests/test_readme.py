"""The README is true: its commands exist, and its tour gives the answers that it prints."""

import re
from pathlib import Path

import msgspec
import pytest
from typer.main import get_command

from gateway.cli import application
from tests.support.api_callers import Ninja, Planado
from tests.test_seeds import NINJA_CLIENT, ORGANIZATION, PERSON

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
TOUR = {
    "ninja-client": NINJA_CLIENT,
    "planado-organization": ORGANIZATION,
    "planado-person": PERSON,
}


def test_every_make_target_it_names_exists() -> None:
    named = set(re.findall(r"`?make ([a-z]+)", README))

    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert {"run", "test", "check", "help", "laws"} <= named <= targets


def test_every_verb_it_names_exists() -> None:
    known = set(get_command(application()).commands)  # type: ignore[attr-defined]  a group has commands

    assert set(re.findall(r"`gateway ([a-z]+)", README)) == known


def test_every_file_it_names_exists() -> None:
    named = set(re.findall(r"docs/[\w/-]+\.(?:json|md)|tests/[\w/]+\.py", README))

    assert len(named) >= 5
    assert all((ROOT / name).exists() for name in named)


@pytest.mark.parametrize("name", TOUR)
def test_the_bodies_of_the_tour_are_the_documented_ones(name: str) -> None:
    body = msgspec.json.decode((ROOT / f"docs/tour/{name}.json").read_bytes())

    assert body == TOUR[name]


def test_the_tour_from_ninja_to_planado_prints_what_is_answered(
    ninja: Ninja, planado: Planado
) -> None:
    ninja.created(**NINJA_CLIENT)
    (printed,) = re.findall(r"```json\n(.+?)```", README, re.DOTALL)

    shown = planado.get("/clients").content.decode()

    assert timeless(msgspec.json.format(printed, indent=0)) == timeless(shown)


def timeless(text: str) -> object:
    """Return the answer without values that differ in every run."""
    return msgspec.json.decode(re.sub(r"[0-9a-f-]{36}|20[0-9T:.-]+Z", "x", text))


def test_the_tour_from_planado_to_ninja_prints_what_is_answered(
    ninja: Ninja, planado: Planado
) -> None:
    ninja.created(**NINJA_CLIENT)
    planado.created(**ORGANIZATION)
    planado.created(**PERSON)
    printed = re.findall(
        r'^ +"(name|number|classification|shipping_address1)": (".*"),$', README, re.MULTILINE
    )

    shown = [
        (key, msgspec.json.encode(client[key]).decode())
        for client in ninja.listed("sort=id|desc&per_page=2")
        for key in ("name", "shipping_address1", "number", "classification")
    ]

    assert [pair for pair in printed if pair in shown] == shown

"""The official front end's habits: what is taken out of the whole is reset, and nothing else.

The front end reads an object, changes it and puts all of it back, with `documents` blanked.
"""

from typing import Any

import pytest

from tests.dialects.ninja.http.php_forms import FORM, as_php
from tests.dialects.ninja.steps import group_of
from tests.dialects.ninja.whole_objects import (
    UNKNOWN,
    Tree,
    known_settings,
    lasting,
    whole_client,
    whole_group,
)
from tests.support.api_callers import Ninja
from tests.support.clock import Clock

BLANKED: Tree = {"documents": []}
RESET = ["payment_terms", "send_reminders", "default_task_rate", "translations", "x_no", "size_id"]


def without_setting(shown: Tree, *keys: str) -> Tree:
    return shown | {"settings": {k: v for k, v in shown["settings"].items() if k not in keys}}


def with_forced_settings(ninja: Ninja, client: Tree) -> Tree:
    """Give a client the settings that only a new one gets by itself, and return it."""
    forced = {"entity": "App\\Models\\Client", "industry_id": "4", "size_id": "5"}
    return ninja.put(client["id"], {"settings": client["settings"] | forced})


@pytest.mark.parametrize("key", RESET)
def test_a_setting_taken_out_of_the_whole_is_reset_and_nothing_else(
    ninja: Ninja, clock: Clock, key: str
) -> None:
    client = with_forced_settings(ninja, whole_client(ninja))
    wanted = without_setting(client, key)
    clock.move()

    changed = ninja.put(client["id"], wanted | BLANKED)

    assert key in client["settings"]
    assert lasting(changed) == lasting(wanted)
    assert ninja.shown(client["id"]) == ninja.listed()[0] == changed
    assert changed["updated_at"] > client["updated_at"]


def test_several_settings_are_reset_at_once_and_one_beside_them_changes(ninja: Ninja) -> None:
    client = whole_client(ninja)
    wanted = without_setting(client, *RESET)
    wanted["settings"]["valid_until"] = "14"

    changed = ninja.put(client["id"], wanted | BLANKED)

    assert lasting(changed) == lasting(wanted)


def test_a_setting_that_was_reset_can_be_set_again(ninja: Ninja) -> None:
    client = ninja.created(name="Acme", settings={"payment_terms": "30"})
    ninja.put(client["id"], without_setting(client, "payment_terms") | BLANKED)

    changed = ninja.put(client["id"], client | BLANKED)

    assert changed["settings"] == client["settings"]


def test_a_currency_taken_out_of_the_whole_stays(ninja: Ninja) -> None:
    """Departure c: a missing currency would change the meaning of every amount."""
    client = ninja.created(name="Acme", settings={"currency_id": "3", "payment_terms": "30"})

    changed = ninja.put(client["id"], without_setting(client, "currency_id") | BLANKED)

    assert dict(sorted(changed["settings"].items())) == dict(sorted(client["settings"].items()))


def test_a_client_put_back_as_a_whole_is_the_same(ninja: Ninja, clock: Clock) -> None:
    client = whole_client(ninja)
    clock.move()

    for whole in (client, client | BLANKED):
        assert ninja.put(client["id"], whole) == client
    assert lasting(ninja.shown(client["id"])) == lasting(client)


BARE: list[Tree] = [
    {"private_notes": "x"},
    {"public_notes": ""},
    {"name": "Bolt", "documents": [], "is_tax_exempt": False},
]


@pytest.mark.parametrize("bare", BARE)
@pytest.mark.parametrize("form", [False, True])
def test_a_field_that_is_put_alone_resets_nothing(
    ninja: Ninja, clock: Clock, bare: Tree, *, form: bool
) -> None:
    client = whole_client(ninja)
    options = {"content": as_php(bare), "headers": FORM} if form else {"json": bare}
    clock.move()

    changed = put(ninja, f"/clients/{client['id']}", **options)

    fields = {key: value for key, value in bare.items() if key != "documents"}
    fields |= {"display_name": fields.get("name", client["display_name"])}
    assert lasting(changed) == lasting(client | fields)
    assert ninja.shown(client["id"]) == changed


def put(ninja: Ninja, path: str, **options: Any) -> Tree:
    answer = ninja.request("PUT", path, **options)
    assert answer.status_code == 200, answer.text
    data: Tree = answer.json()["data"]
    return data


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_note_that_is_put_alone_leaves_a_client_without_settings_alone(
    ninja: Ninja, method: str
) -> None:
    client = ninja.created()

    answer = ninja.request(method, f"/clients/{client['id']}", json={"private_notes": "x"})

    assert lasting(answer.json()["data"]) == lasting(client | {"private_notes": "x"})


@pytest.mark.parametrize("key", ["payment_terms", "currency_id", "send_reminders", "tax_rate1"])
def test_a_setting_taken_out_of_a_whole_group_is_reset_and_nothing_else(
    ninja: Ninja, key: str
) -> None:
    group = whole_group(ninja)
    path, wanted = f"/group_settings/{group['id']}", without_setting(group, key)

    changed = put(ninja, path, json=wanted)

    assert key in group["settings"]
    assert lasting(changed) == lasting(wanted)
    assert lasting(ninja.get(path).json()["data"]) == lasting(wanted)


def test_a_new_group_put_back_as_a_whole_is_the_same(ninja: Ninja, clock: Clock) -> None:
    group = group_of(ninja, name="Gold")
    clock.move()

    changed = put(ninja, f"/group_settings/{group['id']}", json=group)

    assert lasting(changed) == lasting(group)


def test_a_group_keeps_the_unknown_settings_that_it_has_only_as_they_are(ninja: Ninja) -> None:
    group = group_of(ninja, name="Gold")
    sent = group["settings"] | {"entity": "x", "colour": "x"}

    changed = put(ninja, f"/group_settings/{group['id']}", json={"settings": sent})

    assert changed["settings"] == {"industry_id": "", "size_id": ""}


def test_a_name_that_is_put_alone_resets_nothing_of_a_group(ninja: Ninja) -> None:
    group = whole_group(ninja)

    changed = put(ninja, f"/group_settings/{group['id']}", json={"name": "Silver"})

    assert lasting(changed) == lasting(group | {"name": "Silver"})


def test_the_whole_client_of_these_tests_has_every_setting(ninja: Ninja) -> None:
    client = whole_client(ninja)

    assert client["settings"].keys() > known_settings().keys() | UNKNOWN.keys()
    assert {key: client["settings"][key] for key in UNKNOWN} == UNKNOWN
    assert len(client["documents"]) == 2

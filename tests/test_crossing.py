"""One client, edited in turns through both dialects: what each dialect promises to the other."""

from typing import Any

from tests.support.api_callers import Ninja, Planado
from tests.test_seeds import NINJA_CLIENT, ORGANIZATION


def test_upsert_creates_then_updates_then_rests(planado: Planado) -> None:
    body = {"organization": True, "organization_name": "Rivers"}
    changed = body | {"organization_name": "Rivers & Sons"}

    first = planado.patch("crm-7", body)
    second = planado.patch("crm-7", changed)
    updated_at = planado.shown("crm-7")["updated_at"]
    third = planado.patch("crm-7", changed)

    assert [first.status_code, second.status_code, third.status_code] == [201, 200, 200]
    assert first.json() == second.json() == third.json()
    shown = planado.shown("crm-7")
    assert (shown["version"], shown["updated_at"]) == (2, updated_at)
    assert [r.headers["etag"] for r in (first, second, third)] == ['"1"', '"2"', '"2"']


def test_echoes_through_both_dialects_leave_the_version_alone(
    ninja: Ninja, planado: Planado
) -> None:
    made = ninja.created(**NINJA_CLIENT)
    (shown,) = planado.listed()

    assert ninja.put(made["id"], ninja.shown(made["id"])) == made
    assert planado.patched(shown["uuid"], shown) == shown
    assert planado.shown(shown["uuid"])["version"] == 1


def test_a_note_changed_through_ninja_leaves_what_only_planado_shows(
    ninja: Ninja, planado: Planado
) -> None:
    uuid = planado.created(**ORGANIZATION)
    before = planado.shown(uuid)
    (client,) = ninja.listed()

    ninja.put(client["id"], client | {"private_notes": "call first"})

    after = planado.shown(uuid)
    changed = {key for key in before if before[key] != after[key]}
    assert changed == {"version", "updated_at"}
    assert after["version"] == 2


def test_contacts_given_through_planado_leave_what_only_ninja_shows(
    ninja: Ninja, planado: Planado
) -> None:
    made = ninja.created(**with_custom_values(NINJA_CLIENT))
    (shown,) = planado.listed()
    contacts = [*shown["contacts"], {"name": "Jewell McClure", "value": "1", "type": "phone"}]
    contacts[1] = contacts[1] | {"value": "555"}

    planado.patched(shown["uuid"], {"contacts": contacts})

    after = ninja.shown(made["id"])
    assert [c["phone"] for c in after["contacts"]] == ["555", "(641) 879-8481", "1"]
    for before, contact in zip(made["contacts"], after["contacts"], strict=False):
        kept = ("id", "custom_value1", "contact_key", "is_primary", "send_email", "email")
        assert {key: contact[key] for key in kept} == {key: before[key] for key in kept}
    assert {k: v for k, v in after.items() if k not in {"contacts", "updated_at"}} == {
        k: v for k, v in made.items() if k not in {"contacts", "updated_at"}
    }


def with_custom_values(client: dict[str, Any]) -> dict[str, Any]:
    contacts = [c | {"custom_value1": f"vip {n}"} for n, c in enumerate(client["contacts"])]
    return client | {"contacts": contacts}


def test_an_address_changed_through_ninja_forgets_the_old_place_only(
    ninja: Ninja, planado: Planado
) -> None:
    uuid = planado.created(**ORGANIZATION)
    (client,) = ninja.listed()

    ninja.put(client["id"], {"shipping_city": "Girona", "shipping_country_id": "724"})

    address = planado.shown(uuid)["site_address"]
    assert address["formatted"] == "Passeig de Gràcia, 92, 08008 Barcelona, Spain, Girona, Spain"
    assert address["geolocation"] is None
    assert (address["entrance_no"], address["floor"]) == ("1", "1")
    assert address["description"] == "Entrance via Carrer de Procença"


def test_a_text_address_longer_than_ninja_allows_survives_ninjas_echo(
    ninja: Ninja, planado: Planado
) -> None:
    long = "x" * 3000
    uuid = planado.created(
        organization=True, organization_name="A", site_address={"formatted": long}
    )
    (client,) = ninja.listed()

    after = ninja.put(client["id"], client | {"public_notes": "seen"})

    assert after["shipping_address1"] == long
    assert planado.shown(uuid)["site_address"]["formatted"] == long


def test_deleting_and_restoring_gives_the_external_id_back_unless_it_is_taken(
    ninja: Ninja, planado: Planado
) -> None:
    first = planado.created(organization=True, organization_name="One", external_id="x")
    planado.created(organization=True, organization_name="Two", external_id="y")
    one, two = ninja.listed()
    for client in (one, two):
        ninja.delete(f"/clients/{client['id']}")
    third = planado.created(organization=True, organization_name="Three", external_id="y")

    ninja.post("/clients/bulk", json={"action": "restore", "ids": [one["id"], two["id"]]})

    assert planado.shown("x")["uuid"] == first
    assert planado.shown("y")["uuid"] == third
    assert [c["external_id"] for c in planado.listed()] == ["y", None, "x"]


def test_a_kind_changed_through_ninja_carries_the_name_along(
    ninja: Ninja, planado: Planado
) -> None:
    made = ninja.created(name="Ada  Augusta King of Lovelace")

    ninja.put(made["id"], {"classification": "individual"})
    (person,) = planado.listed()
    back = ninja.put(made["id"], {"classification": "business"})

    parts = [person[part] for part in ("first_name", "last_name", "middle_name")]
    assert parts == ["Ada", "Augusta", "King of Lovelace"]
    assert back["name"] == "Ada Augusta King of Lovelace"


def test_a_nameless_client_goes_by_its_contact_and_an_echo_freezes_nothing(
    ninja: Ninja, planado: Planado
) -> None:
    made = ninja.created(contacts=[{"first_name": "Ada", "last_name": "King"}])
    (shown,) = planado.listed()
    assert (shown["name"], shown["organization"]) == ("Ada King", False)

    planado.patched(shown["uuid"], shown | {"site_address": {"floor": "2"}})
    contacts = [made["contacts"][0] | {"first_name": "Grace"}]
    ninja.put(made["id"], {"contacts": contacts})

    assert planado.shown(shown["uuid"])["name"] == "Grace King"
    assert ninja.shown(made["id"])["name"] == ""

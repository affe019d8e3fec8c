"""The two forms of the address: structured in the other API, one line in this one."""

from uuid import UUID

import pytest

from storage.model.commands import LiveKey
from storage.model.records import Address

NAMED = {"organization": True, "organization_name": "ACME"}
NULLS = dict.fromkeys(
    ("formatted", "entrance_no", "apartment", "floor", "description", "geolocation")
)
PLACE = {"longitude": 12.4772501, "latitude": 41.8950619}
FULL = {
    "formatted": "Via Appia 1, Rome",
    "entrance_no": "3",
    "apartment": "11",
    "floor": "2",
    "description": "Knock hard",
    "geolocation": PLACE,
}
SHIPPING = {
    "shipping_address1": "Unter den Linden 1",
    "shipping_address2": "2. Hof",
    "shipping_city": "Berlin",
    "shipping_state": "BE",
    "shipping_postal_code": "10117",
    "shipping_country_id": "276",
}
BILLING = {key.removeprefix("shipping_"): text for key, text in SHIPPING.items()}
IN_ONE_LINE = "Unter den Linden 1, 2. Hof, 10117 Berlin, BE, Germany"
NO_SHIPPING = dict.fromkeys(SHIPPING, "")


def both(planado, ninja, **fields):
    """Create a client through Ninja and return its id and its Planado uuid."""
    made = ninja.created(name="ACME", **fields)
    return made["id"], planado.listed("limit=1")[0]["uuid"]


def shipping(ninja, client_id):
    shown = ninja.shown(client_id)
    return {key: shown[key] for key in SHIPPING}


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        (SHIPPING, IN_ONE_LINE),
        ({"shipping_city": "Berlin"}, "Berlin"),
        ({"shipping_postal_code": "10117"}, "10117"),
        ({"shipping_address1": "A", "shipping_state": "BE"}, "A, BE"),
        ({"shipping_country_id": "276"}, "Germany"),
        (BILLING, IN_ONE_LINE),
        (BILLING | {"shipping_city": "Bonn"}, "Bonn"),
        ({"address1": "A", "country_id": "276"}, "A, Germany"),
    ],
)
def test_a_structured_address_is_shown_in_one_line(planado, ninja, parts, line):
    _, uuid = both(planado, ninja, **parts)

    assert planado.shown(uuid)["site_address"] == NULLS | {"formatted": line}


@pytest.mark.parametrize("parts", [{}, {"country_id": "276"}])
def test_a_billing_country_alone_is_no_address(planado, ninja, parts):
    _, uuid = both(planado, ninja, **parts)

    assert planado.shown(uuid)["site_address"] is None


@pytest.mark.parametrize("parts", [SHIPPING, BILLING], ids=["shipping", "billing"])
def test_an_address_sent_back_as_shown_stays_structured(planado, ninja, parts):
    client_id, uuid = both(planado, ninja, **parts)
    before = ninja.shown(client_id)

    planado.patch(uuid, {"site_address": planado.shown(uuid)["site_address"]})
    planado.patch(uuid, {"site_address": {"formatted": IN_ONE_LINE}})

    assert ninja.shown(client_id) == before
    assert planado.shown(uuid)["version"] == 1


@pytest.mark.parametrize("parts", [SHIPPING, BILLING], ids=["shipping", "billing"])
def test_the_other_details_change_beside_a_structured_address(planado, ninja, parts):
    client_id, uuid = both(planado, ninja, **parts)
    before = shipping(ninja, client_id)

    shown = planado.patched(uuid, {"site_address": FULL | {"formatted": IN_ONE_LINE}})

    assert shown["site_address"] == FULL | {"formatted": IN_ONE_LINE}
    assert shipping(ninja, client_id) == before


def test_a_line_taken_from_billing_follows_billing_after_an_echo(planado, ninja):
    client_id, uuid = both(planado, ninja, **BILLING)
    planado.patch(uuid, {"site_address": {"formatted": IN_ONE_LINE, "floor": "2"}})

    ninja.put(client_id, {"address1": "Am Zoo 2"})

    address = planado.shown(uuid)["site_address"]
    assert address["formatted"] == IN_ONE_LINE.replace("Unter den Linden 1", "Am Zoo 2")
    assert address["floor"] == "2"


def test_another_line_takes_the_place_of_the_structured_address(planado, ninja):
    client_id, uuid = both(planado, ninja, **SHIPPING, address1="billing")

    planado.patch(uuid, {"site_address": {"formatted": "Via Appia 1, Rome"}})

    assert shipping(ninja, client_id) == NO_SHIPPING | {"shipping_address1": "Via Appia 1, Rome"}
    assert ninja.shown(client_id)["address1"] == "billing"


@pytest.mark.parametrize("given", [{"formatted": "Via Appia 1, Rome"}, {}])
def test_nothing_of_the_structured_address_is_kept_behind_another_line(
    planado, ninja, store, account, given
):
    _, uuid = both(planado, ninja, **SHIPPING)

    planado.patch(uuid, {"site_address": given})

    record = store.get_client(account.id, LiveKey(external_id="", uuid=UUID(uuid)))
    assert record.shipping_address == Address()
    assert record.service_text == given.get("formatted", "")


@pytest.mark.parametrize("parts", [SHIPPING, BILLING], ids=["shipping", "billing"])
def test_a_cleared_address_is_none_and_no_billing_address_steps_in(planado, ninja, parts):
    client_id, uuid = both(planado, ninja, **parts)
    before = ninja.shown(client_id)["address1"]

    assert planado.patched(uuid, {"site_address": {}})["site_address"] is None

    assert shipping(ninja, client_id) == NO_SHIPPING
    assert ninja.shown(client_id)["address1"] == before


def test_a_cleared_line_leaves_the_details_that_were_sent(planado, ninja):
    _, uuid = both(planado, ninja, **BILLING)

    shown = planado.patched(uuid, {"site_address": {"floor": "2"}})

    assert shown["site_address"] == NULLS | {"floor": "2"}


def test_an_address_from_the_other_api_drops_line_and_coordinates_only(planado, ninja):
    uuid = planado.created(**NAMED, site_address=FULL)
    client_id = ninja.listed()[0]["id"]

    ninja.put(client_id, SHIPPING)

    changed = {"formatted": IN_ONE_LINE, "geolocation": None}
    assert planado.shown(uuid)["site_address"] == FULL | changed


@pytest.mark.parametrize("echo", [True, False])
def test_what_the_other_api_does_not_change_keeps_line_and_coordinates(planado, ninja, echo):
    uuid = planado.created(**NAMED, site_address=FULL)
    client_id = ninja.listed()[0]["id"]
    body = {"private_notes": "called"} | (shipping(ninja, client_id) if echo else {})

    ninja.put(client_id, body)

    assert planado.shown(uuid)["site_address"] == FULL


def test_a_long_line_survives_an_echo_through_the_other_api(planado, ninja):
    long = "x" * 3000
    uuid = planado.created(**NAMED, site_address={"formatted": long})
    client_id = ninja.listed()[0]["id"]

    ninja.put(client_id, shipping(ninja, client_id))

    assert planado.shown(uuid)["site_address"]["formatted"] == long

"""The address: how it is read, and that it is always replaced as a whole."""

import pytest

from storage.model.commands import CreateClient
from tests.dialects.planado.answer_checks import error_at

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


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (FULL, FULL),
        ({"formatted": "Rome"}, NULLS | {"formatted": "Rome"}),
        ({"floor": "2"}, NULLS | {"floor": "2"}),
        ({"geolocation": PLACE}, NULLS | {"geolocation": PLACE}),
        ({}, None),
        (NULLS, None),
        (dict.fromkeys(NULLS, "") | {"geolocation": {}}, None),
        ({"formatted": "  ", "geolocation": {"latitude": "", "longitude": ""}}, None),
        ({"geolocation": {"latitude": None, "longitude": None}}, None),
        (
            {"floor": 2, "entrance_no": 0, "apartment": -7},
            NULLS | {"floor": "2", "entrance_no": "0", "apartment": "-7"},
        ),
        (
            {"floor": 1.0, "entrance_no": 2.5, "apartment": 1e21},
            NULLS | {"floor": "1", "entrance_no": "2.5", "apartment": "1" + 21 * "0"},
        ),
        (
            {"geolocation": {"latitude": "41.8950619", "longitude": "12.4772501"}},
            NULLS | {"geolocation": PLACE},
        ),
        (
            {"geolocation": {"latitude": 0, "longitude": 0}},
            NULLS | {"geolocation": {"longitude": 0, "latitude": 0}},
        ),
        (
            {"geolocation": {"latitude": -90, "longitude": "-180"}},
            NULLS | {"geolocation": {"longitude": -180, "latitude": -90}},
        ),
        (
            {"geolocation": {"latitude": 55.7862807707096, "longitude": 37.67852372783561}},
            NULLS | {"geolocation": {"longitude": 37.67852372783561, "latitude": 55.7862807707096}},
        ),
    ],
)
def test_an_address_is_shown_as_it_was_understood(planado, given, shown):
    uuid = planado.created(**NAMED, site_address=given)

    assert planado.shown(uuid)["site_address"] == shown


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("Rome", "site_address"),
        (["Rome"], "site_address"),
        ({"formatted": 5}, "site_address.formatted"),
        ({"formatted": ["Rome"]}, "site_address.formatted"),
        ({"description": True}, "site_address.description"),
        ({"floor": True}, "site_address.floor"),
        ({"apartment": {}}, "site_address.apartment"),
        ({"geolocation": [12.4, 41.8]}, "site_address.geolocation"),
        ({"geolocation": {"longitude": 12.4}}, "site_address.geolocation.latitude"),
        ({"geolocation": {"latitude": 41.8}}, "site_address.geolocation.longitude"),
        ({"geolocation": PLACE | {"latitude": None}}, "site_address.geolocation.latitude"),
        ({"geolocation": PLACE | {"latitude": ""}}, "site_address.geolocation.latitude"),
        ({"geolocation": PLACE | {"latitude": 90.0001}}, "site_address.geolocation.latitude"),
        ({"geolocation": PLACE | {"latitude": "-91"}}, "site_address.geolocation.latitude"),
        ({"geolocation": PLACE | {"longitude": 180.1}}, "site_address.geolocation.longitude"),
        ({"geolocation": PLACE | {"longitude": "north"}}, "site_address.geolocation.longitude"),
        ({"geolocation": PLACE | {"longitude": "NaN"}}, "site_address.geolocation.longitude"),
        ({"geolocation": PLACE | {"longitude": "1e999"}}, "site_address.geolocation.longitude"),
        ({"geolocation": PLACE | {"longitude": "\uff11"}}, "site_address.geolocation.longitude"),
        ({"geolocation": PLACE | {"longitude": "1_0"}}, "site_address.geolocation.longitude"),
        ({"geolocation": PLACE | {"longitude": True}}, "site_address.geolocation.longitude"),
    ],
)
def test_an_address_that_cannot_be_read_is_refused_at_its_place(planado, given, path):
    answer = planado.post("/clients", json=NAMED | {"site_address": given})

    assert error_at(answer, path)


@pytest.mark.parametrize("key", FULL)
def test_a_change_replaces_the_whole_address(planado, key):
    uuid = planado.created(**NAMED, site_address=FULL)

    shown = planado.patched(uuid, {"site_address": {key: FULL[key]}})

    assert shown["site_address"] == NULLS | {key: FULL[key]}


@pytest.mark.parametrize("cleared", [{}, NULLS, {"formatted": ""}, {"geolocation": None}])
def test_an_empty_address_clears(planado, cleared):
    uuid = planado.created(**NAMED, site_address=FULL)

    assert planado.patched(uuid, {"site_address": cleared})["site_address"] is None


def test_what_was_too_long_already_is_not_refused_when_it_comes_back(planado, store, account):
    long = CreateClient(organization_name="A", service_text="x" * 5001, floor="y" * 101)
    uuid = str(store.create_client(account.id, long).uuid)
    address = planado.shown(uuid)["site_address"] | {"entrance_no": "3"}

    assert planado.patched(uuid, {"site_address": address})["site_address"] == address


def test_a_null_address_is_accepted_as_the_echo_of_none_and_only_then(planado):
    bare = planado.created(**NAMED)
    housed = planado.created(**NAMED, site_address=FULL)
    before = planado.shown(bare)

    assert before["site_address"] is None
    assert planado.patched(bare, before) == before
    assert error_at(planado.patch(housed, {"site_address": None}), "site_address")

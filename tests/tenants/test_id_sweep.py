"""Ids can be counted through, and show their own account only."""

import pytest

from dialects.ninja.protocol.id_codec import id_codec
from storage.model.commands import ImportClient
from tests.campaigns.scale import ONE_ENGINE_IN_SUITE, rounds
from tests.tenants.tenants import MARK, PASSWORD, Tenants

pytestmark = ONE_ENGINE_IN_SUITE
LAST = rounds(200, 10_000)
OWN = {"clients": range(1, 5), "documents": range(1, 3), "group_settings": range(1, 3)}


@pytest.fixture(scope="session")
def crowded(tenants: Tenants) -> Tenants:
    """The tenants; the stranger has a client for each serial."""
    command = ImportClient(organization_name=MARK, classification="business")
    for _ in range(0, LAST, 100):
        tenants.store.create_clients(tenants.stranger.id, [command] * 100)
    return tenants


@pytest.mark.parametrize("kind", OWN)
def test_no_id_shows_a_record_of_another(crowded: Tenants, kind: str) -> None:
    caller = crowded.copy("ninja")
    codecs = {salt: id_codec(salt) for salt in (crowded.own.hash_salt, crowded.stranger.hash_salt)}
    missing = caller.get(f"/{kind}/{id_codec(crowded.own.hash_salt).encode(10**9)}").content
    found, hits = [], 0

    for salt, codec in codecs.items():
        for serial in range(1, LAST + 1):
            answer = caller.get(f"/{kind}/{codec.encode(serial)}", headers=PASSWORD)
            hits += MARK.encode() in answer.content
            if answer.content != missing:
                found.append((salt, serial))

    assert hits == 0
    assert found == [(crowded.own.hash_salt, serial) for serial in OWN[kind]]

"""Link keys: a tag says whose id a key has, and only then is the key a certain witness."""

from collections.abc import Callable

import pytest

from gateway.migration.link_keys import KeyOwner, account_tag
from storage.model.accounts import Account
from storage.model.commands import CreateClient, ImportClient
from storage.model.imports import ClientLink, GivenSerials
from storage.model.records import Client, Origin
from storage.model.runs import RunProgress, StartRun
from storage.store import Store
from tests.gateway.migration.remote_stand_ins import There, brought, one_engine

pytestmark = one_engine


@pytest.fixture
def record(store: Store, here: Account) -> Client:
    """A client with the serial 1, whose hashid is VolejRejNm."""
    return brought(store, here, ImportClient(serial=1, organization_name="Acme"))[0]


def link(store: Store, here: Account, service: There, record: Client, foreign_id: str) -> None:
    source = service.known_to(here).source
    run = store.start_run(here.id, StartRun(verb="pull", dialect="ninja", source=source))
    links = [ClientLink(record.serial, Origin(source=source, foreign_id=foreign_id))]
    progress = RunProgress(checkpoint="", counts={})
    store.link_clients(here.id, links, run_id=run.id, progress=progress)


def owner_of(service: There, here: Account, key: str) -> KeyOwner | None:
    return service.sides(here).keys.find_owners({"there": key}).get("there")


def test_an_id_of_the_account_itself_has_the_tag_of_the_account(
    here: Account, record: Client, planado_there: There
) -> None:
    key = planado_there.sides(here).keys.key_of(record)

    assert key == f"ninja-{account_tag(here)}-VolejRejNm"
    assert owner_of(planado_there, here, key) == KeyOwner(1, is_certain=True)


def test_an_id_that_a_ninja_has_given_has_the_tag_of_that_ninja(
    store: Store, here: Account, record: Client, ninja_there: There, planado_there: There
) -> None:
    link(store, here, ninja_there, record, "VolejRejNm")

    key = planado_there.sides(here).keys.key_of(record)

    assert key == f"ninja-{ninja_there.known_to(here).tag}-VolejRejNm"
    assert owner_of(planado_there, here, key) == KeyOwner(1, is_certain=True)


def test_an_id_of_ours_beside_that_of_the_ninja_keeps_the_tag_of_the_account(
    store: Store, here: Account, record: Client, ninja_there: There, planado_there: There
) -> None:
    link(store, here, ninja_there, record, "Wpmbk5ezJn")

    key = planado_there.sides(here).keys.key_of(record)

    assert key == f"ninja-{account_tag(here)}-VolejRejNm"


def test_the_tag_of_the_ninja_means_who_is_linked_and_not_who_has_the_serial(
    store: Store, here: Account, record: Client, ninja_there: There, planado_there: There
) -> None:
    other = store.create_client(here.id, CreateClient(organization_name="Other"))
    link(store, here, ninja_there, other, "VolejRejNm")
    tag = ninja_there.known_to(here).tag

    assert record.serial == 1
    assert owner_of(planado_there, here, f"ninja-{tag}-VolejRejNm") == KeyOwner(
        other.serial, is_certain=True
    )


@pytest.mark.parametrize(
    "key", ["ninja-VolejRejNm", "ninja-zzzzz-VolejRejNm", "ninja-VolejRejNm-2"]
)
def test_a_key_without_our_tag_is_only_a_hint(
    here: Account, record: Client, planado_there: There, key: str
) -> None:
    assert record.serial == 1
    assert owner_of(planado_there, here, key) == KeyOwner(1, is_certain=False)


@pytest.mark.parametrize("key", ["ninja-nobody", "K 1", "planado-VolejRejNm", "", "ninja-"])
def test_another_external_id_names_nobody(
    here: Account, record: Client, planado_there: There, key: str
) -> None:
    assert owner_of(planado_there, here, key) is None
    assert not planado_there.sides(here).keys.is_given(key, record)


def test_a_key_made_of_a_former_id_still_names_its_client(
    store: Store, here: Account, record: Client, planado_there: There
) -> None:
    keys = planado_there.sides(here).keys
    store.give_provisional_serials(here.id)
    before = store.create_client(here.id, CreateClient(organization_name="Born here"))
    key = keys.key_of(before)
    after = store.adopt_serials(here.id, before.serial, GivenSerials(77, {}))

    assert (after.serial, record.serial) == (77, 1)
    assert owner_of(planado_there, here, key) == KeyOwner(77, is_certain=True)
    assert keys.is_given(key, after)


def test_a_link_key_is_no_external_id_unless_the_client_has_one(
    store: Store, here: Account, record: Client, planado_there: There
) -> None:
    keys = planado_there.sides(here).keys
    named = store.create_client(here.id, CreateClient(external_id="K 1"))

    assert keys.is_given(keys.key_of(record), record)
    assert keys.is_given(f"{keys.key_of(record)}-2", record)
    assert not keys.is_given(keys.key_of(named), named)


def test_accounts_of_one_salt_have_tags_of_their_own(
    here: Account, new_account: Callable[[], Account]
) -> None:
    other = new_account()

    assert here.hash_salt == other.hash_salt
    assert account_tag(here) != account_tag(other)

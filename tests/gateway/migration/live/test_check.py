"""`gateway check`: the store compared with a remote service, client by client.

The last tests send all clients around the circle of both APIs, after which all is the same.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from msgspec import UNSET, structs

from gateway.migration.live.check import CheckedClient, CheckResult, check_one
from gateway.migration.runs import client_label
from storage.model.accounts import Account
from storage.model.commands import ImportClient
from storage.model.errors import Invalid
from storage.model.records import Address, Client, State
from storage.model.runs import RunLine
from storage.store import Store
from tests.gateway.migration.remote_stand_ins import (
    NINJA,
    There,
    all_of,
    brought,
    create_remote_clients,
    fates,
    is_list,
    lines,
    one_engine,
    page,
    rewritten,
)
from tests.laws.generated_clients import imports
from tests.support.api_callers import Ninja, Planado
from tests.support.clock import Clock

Edit = Callable[..., None]
Open = Callable[..., There]


def signs(findings: Sequence[CheckedClient]) -> str:
    return "".join(sorted(checked.result.value for checked in findings))


def odd(findings: Sequence[CheckedClient]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        (f.result.value, f.client, f.fields) for f in findings if f.result is not CheckResult.SAME
    ]


# Signs


def test_what_was_pulled_is_the_same(here: Account, speaker_there: There):
    create_remote_clients(speaker_there, 7)
    speaker_there.pull(here)

    assert signs(speaker_there.check(here)) == "=" * 7


def test_what_was_pushed_is_the_same(store: Store, here: Account, speaker_there: There):
    brought(store, here, *[ImportClient(organization_name=f"Client {n}") for n in range(7)])
    speaker_there.push(here)

    assert signs(speaker_there.check(here)) == "=" * 7


@one_engine
def test_a_check_writes_nothing(store: Store, here: Account, speaker_there: There):
    create_remote_clients(speaker_there, 3)
    speaker_there.pull(here)
    before = (all_of(store, here), store.list_runs(here.id), speaker_there.clients)
    speaker_there.forget_calls()

    speaker_there.check(here)

    assert (all_of(store, here), store.list_runs(here.id), speaker_there.clients) == before
    assert speaker_there.faulty.writes == []


def test_each_difference_has_its_sign_its_client_and_its_fields(
    store: Store, here: Account, ninja_there: There, edit: Edit
):
    create_remote_clients(ninja_there, 4)
    ninja_there.pull(here)
    edit(here, 2, city="Vic", phone="1")
    ninja_there.put(3, {"website": "example.com"})
    store.purge_client(ninja_there.account.id, 4)
    store.purge_client(here.id, 1)

    assert odd(ninja_there.check(here)) == [
        ("-", "0001 Client 1", ()),
        ("*", "0002 Client 2", ("city", "phone")),
        ("*", "0003 Client 3", ("website",)),
        ("+", "0004 Client 4", ()),
    ]


@one_engine
def test_nobody_expects_there_what_is_deleted_here(
    store: Store, here: Account, planado_there: There
):
    create_remote_clients(planado_there, 2)
    planado_there.pull(here)
    for owner in (here, planado_there.account):
        [client] = [client for client in all_of(store, owner) if client.name == "Client 2"]
        store.set_client_state(owner.id, client.serial, State.DELETED)

    assert signs(planado_there.check(here)) == "="


@one_engine
def test_what_is_deleted_here_and_not_there_differs(
    store: Store, here: Account, speaker_there: There
):
    create_remote_clients(speaker_there, 2)
    speaker_there.pull(here)
    store.set_client_state(here.id, 2, State.DELETED)

    [(sign, _, fields)] = odd(speaker_there.check(here))

    assert sign == "*"
    assert "is_deleted" in fields


def test_clients_are_recognised_without_any_link(store: Store, here: Account, planado_there: There):
    clients = [ImportClient(organization_name=f"C {n}") for n in range(3)]
    brought(store, here, *clients, ImportClient(organization_name="K", external_id="K 1"))
    planado_there.push(here)
    serials = [client.serial for client in all_of(store, here)]
    for origin in store.client_links(here.id, planado_there.source, serials).values():
        store.unlink_client(here.id, planado_there.source, origin.foreign_id)

    assert signs(planado_there.check(here)) == "===="


@one_engine
def test_a_client_that_is_met_twice_is_an_error(store: Store, here: Account, planado_there: There):
    brought(store, here, ImportClient(serial=1, organization_name="Acme"))
    planado_there.push(here)
    clients = planado_there.clients
    planado_there.speaker.created(organization=True, organization_name="Acme", external_id="x")
    store.unlink_client(here.id, planado_there.source, str(clients[0].uuid))

    def the_same_key(tree: Any) -> Any:
        for client in tree["clients"]:
            client["external_id"] = "ninja-VolejRejNm"
        return tree

    planado_there.faulty.plan(rewritten(the_same_key), is_list)
    findings = planado_there.check(here)

    assert signs(findings) == "!="
    [problem] = [checked.problem for checked in findings if checked.problem]
    assert problem.startswith("is the same client here as another one there")


@one_engine
def test_an_object_that_cannot_be_read_is_an_error_and_the_others_are_compared(
    here: Account, ninja_there: There
):
    create_remote_clients(ninja_there, 7)
    ninja_there.pull(here)

    def spoilt(tree: Any) -> Any:
        tree["data"][1]["name"] = {"en": "Client 2"}
        tree["data"][2]["contacts"] = 5
        return tree

    ninja_there.faulty.plan(rewritten(spoilt), page(1))
    findings = ninja_there.check(here)

    assert len(findings) >= 7
    assert signs(findings).count("=") == 5
    assert not [checked for checked in findings if checked.result is CheckResult.ONLY_THERE]


@one_engine
def test_ids_of_another_salt_are_no_hindrance_to_a_check(
    store: Store, ninja_there: There, new_account: Callable[..., Account]
):
    salted = new_account(hash_salt="pepper")
    brought(store, salted, *[ImportClient(organization_name=f"Client {n}") for n in range(3)])
    ninja_there.push(salted)

    assert signs(ninja_there.check(salted)) == "==="


@pytest.mark.parametrize("serial", [2**31, 2**53 - 1])
def test_ids_may_be_as_large_as_they_like(
    store: Store, here: Account, ninja_there: There, serial: int
):
    brought(store, ninja_there.account, ImportClient(serial=serial, organization_name="Far"))
    ninja_there.pull(here)

    assert signs(ninja_there.check(here)) == "="


# The circle

CIRCLE = 100
Drawn = list[ImportClient]


@pytest.fixture(scope="module")
def generated() -> Drawn:
    """A few hundred clients as time and both APIs may have left them."""
    found: Drawn = []

    @settings(
        max_examples=CIRCLE,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(imports())
    def draw(client: ImportClient) -> None:
        found.append(client)

    draw()
    return [with_own_key(n, client) for n, client in enumerate(found)]


def large(service: There) -> There:
    """Let the service have pages of 100 clients, and allow 1,000 calls."""
    service.faulty.inner.page_size = 100
    service.faulty.most_calls = 1000
    return service


def with_own_key(n: int, client: ImportClient) -> ImportClient:
    key = client.external_id
    return structs.replace(
        client,
        external_id=f"{key.strip()} {n}" if isinstance(key, str) else key,
        assigned_user_serial=UNSET,
    )


def lost_fields(told: Sequence[RunLine]) -> dict[str, set[str]]:
    fields: dict[str, set[str]] = {}
    for line in told:
        fields.setdefault(line.client, set()).add(top_level_field(line.field))
    return fields


def top_level_field(field: str) -> str:
    return field.partition("[")[0].partition(".")[0]


def refused_lines(told: Sequence[RunLine]) -> dict[str, str]:
    return {line.client: line.text for line in told if line.kind == "refused"}


@one_engine
def test_the_circle_from_ninja_over_planado_ends_where_it_began(
    store: Store,
    open_there: Open,
    new_account: Callable[..., Account],
    generated: Drawn,
    clock: Clock,
):
    here = new_account()
    ninja, planado = large(open_there(Ninja)), large(open_there(Planado))
    brought(store, ninja.account, *generated)
    clock.tick(minutes=10)

    pulled = ninja.pull(here)
    pushed = planado.push(here)
    second = new_account()
    planado.pull(second)

    assert fates(pulled.importer.counts) == {"created": len(generated)}
    assert odd(ninja.check(here)) == []
    not_taken = refused_lines(lines(store, pushed.run))
    assert {sign for sign, *_ in odd(planado.check(here))} <= {"+"}
    assert len(odd(planado.check(here))) == len(not_taken)
    assert odd(planado.check(second)) == []
    assert fates(pushed.counts)["created"] == len(all_of(store, second))


@one_engine
def test_the_circle_from_planado_over_ninja_ends_where_it_began(
    store: Store,
    open_there: Open,
    new_account: Callable[..., Account],
    generated: Drawn,
    clock: Clock,
):
    here = new_account()
    planado, ninja = large(open_there(Planado)), large(open_there(Ninja))
    brought(store, planado.account, *generated)
    clock.tick(minutes=10)

    pulled = planado.pull(here)
    pushed = ninja.push(here)
    second = new_account()
    ninja.pull(second)

    assert fates(pulled.importer.counts) == {"created": len(generated)}
    assert odd(planado.check(here)) == []
    not_taken = refused_lines(lines(store, pushed.run))
    assert len(odd(ninja.check(here))) == len(not_taken)
    assert odd(ninja.check(second)) == []


@one_engine
def test_a_second_round_of_the_circle_writes_nothing(
    store: Store, here: Account, open_there: Open, generated: Drawn, clock: Clock
):
    ninja, planado = large(open_there(Ninja)), large(open_there(Planado))
    brought(store, ninja.account, *generated[:40])
    clock.tick(minutes=10)
    ninja.pull(here)
    pushed = planado.push(here)
    before = all_of(store, here)
    planado.forget_calls()

    again = [
        fates(ninja.pull(here, is_whole=True).importer.counts),
        fates(planado.pull(here, is_whole=True).importer.counts),
        fates(planado.push(here).counts),
    ]

    number = pushed.counts["created"]
    assert again[1] == {"unchanged": number}
    assert again[0] == {"unchanged": 40}
    assert again[2].get("unchanged") == number
    assert all_of(store, here) == before


@one_engine
@pytest.mark.parametrize("target", [Ninja, Planado])
def test_what_vanishes_on_its_way_was_told_as_lost(
    store: Store, here: Account, open_there: Open, generated: Drawn, target: type
):
    there = large(open_there(target))
    records = {record.serial: record for record in brought(store, here, *generated[:60])}
    pushed = there.push(here)

    said = lost_fields(lines(store, pushed.run, "lost"))
    arrived = {there.dialect.codec.id_of(record, there.account): record for record in there.clients}
    origins = store.client_links(here.id, there.source, list(records))
    assert len(origins) == pushed.counts["created"] == len(arrived)
    for serial, origin in origins.items():
        before, after = records[serial], arrived[origin.foreign_id]
        assert vanished(before, after) <= said.get(client_label(before), set()) | CARRIED_OTHERWISE


def vanished(before: Client, after: Client) -> set[str]:
    """Return the fields that had a value before and have none after."""
    fields = set(before.__struct_fields__)
    if before.service_text is None and not any(before.shipping_address):
        fields -= set(Address._fields)  # the billing address stands for the other, as one text
    told = before.settings and msgspec.json.decode(before.settings, type=dict[str, Any])
    if not any(value not in {"", None} for key, value in dict(told).items() if key != "entity"):
        fields.remove("settings")  # they name nothing
    return {name for name in fields if getattr(before, name) and not getattr(after, name)}


CARRIED_OTHERWISE = {
    *(f"shipping_{name}" for name in Address._fields),  # in the one text of the address
    "service_text",  # in the first line of the address
    "extras",  # told by their parts
    "phone_rank",  # of a number that is not there
}


# One client


@one_engine
def test_one_client_is_compared_by_its_number_or_either_id(
    store: Store, here: Account, speaker_there: There, edit: Callable[..., None]
):
    create_remote_clients(speaker_there, 3)
    speaker_there.pull(here)
    [record] = [client for client in all_of(store, here) if client.name == "Client 2"]
    edit(here, record.serial, phone="22")
    names = (record.number, NINJA.codec.id_of(record, here), str(record.uuid))
    speaker_there.forget_calls()

    findings = [check_one(speaker_there.sides(here), speaker_there.service, n) for n in names]

    assert [(one.result, one.fields[-1:]) for one in findings] == [
        (CheckResult.DIFFERENT, ("phone",))
    ] * 3
    assert len(speaker_there.faulty.asked) == 3
    with pytest.raises(Invalid, match="nobody"):
        check_one(speaker_there.sides(here), speaker_there.service, "nobody")


@one_engine
def test_one_client_that_is_not_there_is_only_here(store: Store, here: Account, ninja_there: There):
    brought(store, here, ImportClient(organization_name="Acme", number="7"))

    found = check_one(ninja_there.sides(here), ninja_there.service, "7")

    assert found.result is CheckResult.ONLY_HERE

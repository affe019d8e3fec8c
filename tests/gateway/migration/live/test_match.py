"""Two services that hold the same people already: a person confirms who is who."""

import csv
import io
from typing import Any

import pytest

from gateway.migration.failures import UnmatchedClients
from gateway.migration.live.match import (
    ProbableMatch,
    apply_decisions,
    find_probable_matches,
    write_matches,
)
from storage.model.accounts import Account
from storage.model.commands import ImportClient, ImportContact
from storage.model.errors import Invalid
from storage.store import Store
from tests.gateway.migration.remote_stand_ins import (
    There,
    all_of,
    brought,
    fates,
    one_engine,
    quiet,
)

pytestmark = one_engine


def client(name: str, *, email: str = "", phone: str = "", **fields: Any) -> ImportClient:
    contacts = (ImportContact(email=email, is_primary=True),) if email else ()
    return ImportClient(organization_name=name, phone=phone, contacts=contacts, **fields)


@pytest.fixture
def known_twice(store: Store, here: Account, speaker_there: There) -> There:
    """A service with three clients of four that are here, under other names and numbers."""
    ours = [
        client("Acme Ltd", email="Ada@Example.com", number="0001"),
        client("Bolt", phone="+49 30 123456", number="0002"),
        client("Café  Nord", number="0003"),
        client("Only here", number="0004", email="x@example.com"),
    ]
    theirs = [
        client("Acme Limited", email="ada@example.com", number="0004"),
        client("Bolt GmbH", phone="004930123456", number="0003"),
        client("CAFE NORD", number="0002"),
        client("Only there", number="0001", phone="12"),
    ]
    brought(store, here, *ours)
    brought(store, speaker_there.account, *theirs)
    return speaker_there


def matches_of(service: There, here: Account) -> list[ProbableMatch]:
    return find_probable_matches(service.sides(here), service.service, quiet)


def decided(matches: list[ProbableMatch], *right: str) -> io.StringIO:
    """Return the file of the matches, with `yes` beside the clients of these names."""
    file = io.StringIO()
    write_matches(matches, file)
    rows = list(csv.DictReader(io.StringIO(file.getvalue())))
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0])
    writer.writeheader()
    for row in rows:
        is_right = any(name in row["ours"] for name in right)
        writer.writerow(row | {"decision": "Yes" if is_right else ""})
    return io.StringIO(out.getvalue())


def test_the_same_people_are_found_by_what_they_have_in_common(
    here: Account, known_twice: There
) -> None:
    matches = matches_of(known_twice, here)

    found = {(m.ours.partition(" ")[2], m.witnesses) for m in matches}
    assert ("Acme Ltd", ("e-mail",)) in found
    assert ("Café  Nord", ("name",)) in found
    assert not any("Only" in m.ours or "Only" in m.theirs for m in matches)


def test_a_first_push_refuses_to_make_people_double_and_names_the_way(
    here: Account, known_twice: There
) -> None:
    with pytest.raises(UnmatchedClients, match=r"gateway match (ninja|planado)"):
        known_twice.push(here)

    assert known_twice.faulty.writes == []


def test_who_is_confirmed_is_one_from_then_on_and_loses_nothing(
    store: Store, here: Account, known_twice: There
) -> None:
    matches = matches_of(known_twice, here)

    linked = apply_decisions(known_twice.sides(here), decided(matches, "Acme", "Caf"))
    known_twice.pull(here)
    done = known_twice.push(here, is_without_match=True)

    assert linked == 2
    assert fates(done.counts)["created"] == 2
    names = [one.name for one in known_twice.clients]
    assert len(names) == len(set(names)) == 6
    assert {one.group for one in store.list_conflicts(here.id)} >= {"name"}


def test_nobody_is_linked_without_a_decision(here: Account, known_twice: There) -> None:
    matches = matches_of(known_twice, here)

    assert apply_decisions(known_twice.sides(here), decided(matches)) == 0
    assert matches_of(known_twice, here) == matches


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n",
        "decision,our_id,their_id\nyes,00000000-0000-4000-8000-000000000000,x\n",
        "decision,our_id,their_id\nyes,nobody,x\n",
    ],
)
def test_a_file_that_says_nothing_clear_links_nobody(
    here: Account, known_twice: There, text: str
) -> None:
    with pytest.raises(Invalid):
        apply_decisions(known_twice.sides(here), io.StringIO(text))

    assert known_twice.store.scan_links(here.id, known_twice.source) == ()


def test_a_client_that_is_confirmed_twice_is_refused(here: Account, known_twice: There) -> None:
    [first, *_] = matches_of(known_twice, here)
    file = io.StringIO()
    write_matches([first, first], file)

    with pytest.raises(Invalid, match="two matches"):
        apply_decisions(
            known_twice.sides(here), io.StringIO(file.getvalue().replace("\r\n,", "\r\nyes,"))
        )


def test_who_is_linked_is_not_listed(store: Store, here: Account, speaker_there: There) -> None:
    brought(store, here, client("Acme", email="ada@example.com"))
    speaker_there.push(here)

    assert matches_of(speaker_there, here) == []
    assert len(all_of(store, here)) == 1

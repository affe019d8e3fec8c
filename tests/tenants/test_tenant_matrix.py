"""Whatever id of another account a request names, it is answered as if nobody had that id."""

from collections.abc import Mapping
from typing import Any

import pytest
from httpx2 import Response

from dialects.base.dialect import Dialect
from gateway.app import DIALECTS
from tests.campaigns.scale import ONE_ENGINE_IN_SUITE
from tests.support.api_callers import Speaker
from tests.support.doc_tables import routes
from tests.tenants import ninja_places, planado_places
from tests.tenants.place import Place
from tests.tenants.tenants import KEY_HEADER, MARK, PASSWORD, Tenants

pytestmark = ONE_ENGINE_IN_SUITE
PLACES = {"ninja": ninja_places.PLACES, "planado": planado_places.PLACES}
OWN = {"ninja": ninja_places.OWN, "planado": planado_places.OWN}
Shown = tuple[int, list[tuple[str, str]], bytes]


def table(places: Mapping[str, list[Place]]) -> list[Any]:
    return [
        pytest.param(dialect, place, id=f"{dialect} {place}")
        for dialect in places
        for place in places[dialect]
    ]


def shown(place: Place, answer: Response, ids: Mapping[str, str]) -> Shown:
    """Return all of an answer. The probed ids that it repeats are replaced by their names."""
    headers, body = sorted(answer.headers.multi_items()), answer.content
    for name in sorted(place.names):
        body = body.replace(ids[name].encode(), name.encode())
    return answer.status_code, headers, body


def probe(
    tenants: Tenants, caller: Speaker, place: Place, ids: Mapping[str, str], key: str = ""
) -> Response:
    mine = {f"my_{name}": value for name, value in tenants.own_ids.items()}
    headers = PASSWORD | ({KEY_HEADER: key} if key else {})
    with tenants.sequence.repeated():
        return place.send(caller, mine | ids, headers)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_every_route_is_in_the_matrix(tenants: Tenants, dialect: Dialect) -> None:
    application = dialect.app(tenants.store, dialect.options())
    places = PLACES[dialect.name] + OWN[dialect.name]

    assert {place.route for place in places} == set(routes(application))


@pytest.mark.parametrize(("dialect", "place"), table(PLACES))
def test_a_foreign_id_is_like_one_that_nobody_has(
    tenants: Tenants, dialect: str, place: Place
) -> None:
    before = tenants.whole(tenants.stranger)

    for foreign, missing in zip(tenants.foreign_ids, tenants.missing_ids, strict=True):
        for key in ("", "key") if place.is_write else ("",):
            answer, other = (
                probe(tenants, caller_of(tenants, dialect, place), place, ids, key and ids[key])
                for ids in (foreign, missing)
            )
            refuse_leaks(answer)
            assert shown(place, answer, foreign) == shown(place, other, missing)

    assert tenants.whole(tenants.stranger) == before


@pytest.mark.parametrize(("dialect", "place"), table(OWN))
def test_what_takes_no_id_shows_nothing_of_another(
    tenants: Tenants, dialect: str, place: Place
) -> None:
    for foreign in tenants.foreign_ids:
        answer = probe(tenants, tenants.copy(dialect), place, foreign)
        assert answer.status_code == 200
        refuse_leaks(answer)


@pytest.mark.parametrize("dialect", PLACES)
def test_an_id_of_our_own_is_answered_otherwise(tenants: Tenants, dialect: str) -> None:
    missing, blind = tenants.missing_ids[0], []
    for place in PLACES[dialect]:
        mine, other = (
            probe(tenants, caller_of(tenants, dialect, place), place, ids)
            for ids in (tenants.own_ids, missing)
        )
        if shown(place, mine, tenants.own_ids) == shown(place, other, missing):
            blind.append(str(place))

    assert blind == [str(place) for place in PLACES[dialect] if place.is_ignored]


def caller_of(tenants: Tenants, dialect: str, place: Place) -> Speaker:
    """Return a caller for one probe: what writes gets an account of its own."""
    return tenants.copy(dialect) if place.is_write else tenants.readers[dialect]


def refuse_leaks(answer: Response) -> None:
    assert MARK.encode() not in answer.content
    assert MARK not in str(answer.headers)
    assert "idempotency-replayed" not in answer.headers

"""Which service a command means, by a URL in any of its forms."""

import pytest

from dialects.ninja import DIALECT as NINJA
from dialects.planado import DIALECT as PLANADO
from gateway.migration.live.service_choice import ServiceWish, choose_service, service_in_use
from storage.model.accounts import Account
from storage.model.commands import CreateService
from storage.model.errors import Invalid
from storage.store import Store
from tests.gateway.migration.remote_stand_ins import one_engine

pytestmark = one_engine
URL = "https://n.example/books"


@pytest.mark.parametrize(
    "url", [URL, f"{URL}/", "HTTPS://N.Example:443/books", "https://n.example:443/books//"]
)
def test_a_service_is_found_by_its_url_however_that_is_written(
    store: Store, here: Account, url: str
) -> None:
    made = store.create_service(here.id, CreateService(dialect="ninja", url=URL))

    assert choose_service(store, here, ServiceWish(dialect=NINJA, url=url)) == made


@pytest.mark.parametrize(
    "url", ["http://n.example/books", "https://n.example/Books", "https://n.example:8443/books"]
)
def test_another_scheme_path_or_port_is_another_place(
    store: Store, here: Account, url: str
) -> None:
    store.create_service(here.id, CreateService(dialect="ninja", url=URL))

    assert choose_service(store, here, ServiceWish(dialect=NINJA, url=url)) == CreateService(
        dialect="ninja", url=url
    )


def test_a_service_with_a_default_url_needs_none(store: Store, here: Account) -> None:
    with service_in_use(store, here, ServiceWish(dialect=PLANADO)) as service:
        assert service.label == "planado at https://api.planadoapp.com"


def test_a_name_belongs_to_one_kind_of_service(store: Store, here: Account) -> None:
    store.create_service(here.id, CreateService(dialect="planado", url=URL, name="field"))

    with pytest.raises(Invalid, match="field is of the kind planado, not ninja"):
        choose_service(store, here, ServiceWish(dialect=NINJA, name="field"))

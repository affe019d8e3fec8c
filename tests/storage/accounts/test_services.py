"""Live services: an identity that stays, and a name, a URL and a version that change."""

from collections.abc import Callable

import pytest

from storage.model.accounts import Account, Service, short_tag
from storage.model.commands import CreateAccount, CreateService
from storage.model.errors import Conflict, Invalid, NotFound
from storage.model.runs import MirroredService, StartRun
from storage.store import Store

Create = Callable[..., Service]


@pytest.fixture
def create(store: Store, account: Account) -> Create:
    """Create a Ninja service of the account."""

    def created(url: str = "https://n.example", name: str = "") -> Service:
        command = CreateService(dialect="ninja", url=url, name=name)
        return store.create_service(account.id, command)

    return created


def test_a_service_is_called_after_its_dialect_and_a_second_one_is_numbered(create: Create) -> None:
    first, second, third = create(), create("https://m.example"), create(name="shop")

    assert [one.name for one in (first, second, third)] == ["ninja", "ninja-2", "shop"]
    assert [one.source for one in (first, second, third)] == [
        "ninja ninja",
        "ninja ninja-2",
        "ninja shop",
    ]


def test_each_account_has_names_of_its_own(store: Store, create: Create) -> None:
    create()
    other = store.create_account(CreateAccount(name="other"))

    made = store.create_service(other.id, CreateService(dialect="ninja", url="https://x"))

    assert made.name == "ninja"
    assert store.list_services(other.id) == (made,)


def test_a_move_and_a_new_name_change_neither_identity_nor_tag(
    store: Store, account: Account, create: Create
) -> None:
    made = create()

    store.move_service(account.id, made.source, "https://new.example")
    store.rename_service(account.id, made.source, "shop")
    store.note_version(account.id, made.source, "5.10.17")

    [now] = store.list_services(account.id)
    assert (now.source, now.tag) == (made.source, made.tag)
    assert (now.name, now.url, now.version) == ("shop", "https://new.example", "5.10.17")


def test_a_new_service_never_gets_the_identity_of_one_that_was_renamed(
    store: Store, account: Account, create: Create
) -> None:
    first = create()
    store.rename_service(account.id, first.source, "old")

    second = create("https://m.example")

    assert second.name == "ninja"
    assert second.source != first.source


def test_the_tag_of_a_url_is_the_same_on_every_machine(create: Create) -> None:
    assert create("https://n.example").tag == short_tag("n.example") == "w0ip8"


def test_a_service_where_another_one_was_has_a_tag_of_its_own(
    store: Store, account: Account, create: Create
) -> None:
    first = create()
    store.move_service(account.id, first.source, "https://new.example")

    assert create().tag != first.tag


@pytest.mark.parametrize("name", ["two words", "tab\t", "x" * 61, " x"])
def test_a_name_is_one_short_word(create: Create, name: str) -> None:
    with pytest.raises(Invalid):
        create(name=name)


def test_a_name_is_given_once(store: Store, account: Account, create: Create) -> None:
    create(name="shop")
    other = create()

    with pytest.raises(Conflict):
        create(name="shop")
    with pytest.raises(Conflict):
        store.rename_service(account.id, other.source, "shop")


def test_a_service_that_does_not_exist_is_not_changed(store: Store, account: Account) -> None:
    for change in (store.move_service, store.rename_service):
        with pytest.raises(NotFound):
            change(account.id, "ninja ninja", "x")


def test_only_a_service_that_nothing_names_is_forgotten(
    store: Store, account: Account, create: Create
) -> None:
    unused, read, mirrored = create(), create(), create()
    command = StartRun(verb="pull", dialect="ninja", source=read.source)
    store.start_run(account.id, command)
    named = MirroredService(dialect="ninja", source=mirrored.source)
    store.create_mirror(account.id, (named,))

    for service in (unused, read, mirrored):
        store.forget_unused_service(account.id, service.source)

    assert store.list_services(account.id) == (read, mirrored)

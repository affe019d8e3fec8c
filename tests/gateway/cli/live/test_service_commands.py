"""Live services by name: a new URL is a move or another service, and a person says which."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage.model.runs import RunState
from storage.store import Store
from tests.gateway.conftest import Run
from tests.support.live_server import Served, served_services

CLIENTS = 4
DONE, REFUSED = 0, 1


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The original with a Ninja account full of clients, and a Planado with an empty account."""
    with served_services(tmp_path_factory.mktemp("there"), CLIENTS) as server:
        yield server


@pytest.fixture
def elsewhere(there: Served) -> str:
    """The same server under another host name."""
    return there.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def pull(run: Run, there: Served, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """A pull without a URL; the account has pulled from the service once."""
    monkeypatch.setenv("NINJA_TOKEN", there.tokens["ninja"])
    monkeypatch.setenv("PLANADO_KEY", there.tokens["planado"])
    run("account", "create", "mine")
    words = ("pull", "ninja", "--account", "mine")
    assert run(*words, "--url", there.url).code == DONE
    return words


def move(run: Run, url: str) -> int:
    return run("services", "move", "ninja", "--account", "mine", "--url", url).code


def urls(run: Run) -> dict[str, str]:
    listed = run("services", "list", "--account", "mine", "--json").json["services"]
    return {one["name"]: one["url"] for one in listed}


def test_the_only_service_of_a_kind_needs_no_url(
    run: Run, pull: tuple[str, ...], there: Served
) -> None:
    again = run(*pull)

    assert again.out.startswith(f"mine from ninja at {there.url}, changed since ")
    assert urls(run) == {"ninja": there.url}


def test_without_a_known_service_a_url_is_asked_for(run: Run) -> None:
    run("account", "create", "mine")

    told = run("pull", "ninja", "--account", "mine", "--token", "x")

    assert (told.code, told.err) == (
        REFUSED,
        "gateway: url: is missing: no service of this kind is known yet\n",
    )


@pytest.mark.parametrize("command", ["pull", "push", "check", "match"])
def test_an_unknown_url_is_refused_with_both_ways_on(
    run: Run, pull: tuple[str, ...], elsewhere: str, there: Served, command: str
) -> None:
    told = run(command, *pull[1:], "--url", elsewhere)

    assert told.code == REFUSED
    assert told.err == (
        f"gateway: url: no service is known at {elsewhere}, but ninja at {there.url} has linked"
        " clients; if it has moved: gateway services move ninja --account mine"
        f" --url {elsewhere}; if this is another one: --service ninja-2\n"
    )
    assert urls(run) == {"ninja": there.url}


def test_a_mirror_with_an_unknown_url_is_refused_and_not_begun(
    run: Run, pull: tuple[str, ...], elsewhere: str
) -> None:
    told = run("mirror", "start", *pull[2:], "--ninja-url", elsewhere)

    assert told.code == REFUSED
    assert "if it has moved: gateway services move ninja" in told.err
    assert "no such mirror" in run("mirror", "status", *pull[2:]).err
    assert list(urls(run)) == ["ninja"]


def test_a_service_that_has_moved_keeps_its_links(
    run: Run, pull: tuple[str, ...], elsewhere: str
) -> None:
    assert move(run, f"{elsewhere.upper()}/") == DONE

    again = run(*pull, "--full", "--json")
    same = run("check", *pull[1:], "--url", elsewhere)

    assert again.json["counts"] == {"read": CLIENTS, "unchanged": CLIENTS}
    assert same.code == DONE
    assert urls(run) == {"ninja": elsewhere}


def test_another_service_gets_a_name_and_then_the_name_is_asked_for(
    run: Run, pull: tuple[str, ...], elsewhere: str, there: Served
) -> None:
    made = run(*pull, "--url", elsewhere, "--service", "shop")
    unclear = run(*pull)
    named = run(*pull, "--service", "shop")

    assert made.code == named.code == DONE
    assert urls(run) == {"ninja": there.url, "shop": elsewhere}
    assert (unclear.code, unclear.err) == (
        REFUSED,
        "gateway: service: say with --service which one: ninja, shop\n",
    )
    assert f"mine from shop at {elsewhere}, changed since" in named.out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--service", "shop"), "shop is not known; a new one needs --url"),
        (("--service", "shop", "--url", "{there}"), "the one at {there} is called ninja"),
        (("--service", "ninja", "--url", "http://x.test"), "gateway services move ninja --account"),
    ],
)
def test_a_name_and_a_url_that_do_not_fit_are_refused(
    run: Run, pull: tuple[str, ...], there: Served, words: tuple[str, ...], reason: str
) -> None:
    told = run(*pull, *(word.format(there=there.url) for word in words))

    assert told.code == REFUSED
    assert reason.format(there=there.url) in told.err


def test_a_url_is_the_same_in_other_letters_and_with_a_slash(
    run: Run, pull: tuple[str, ...], there: Served
) -> None:
    again = run(*pull, "--url", there.url.replace("http", "HTTP") + "/")

    assert again.code == DONE
    assert urls(run) == {"ninja": there.url}


def test_a_service_that_refuses_the_first_token_is_not_remembered(run: Run, there: Served) -> None:
    run("account", "create", "mine")

    told = run("pull", "ninja", "--account", "mine", "--url", there.url, "--token", "wrong")

    assert told.code == REFUSED
    assert urls(run) == {}


def test_a_rehearsal_and_a_check_remember_no_service(run: Run, there: Served) -> None:
    run("account", "create", "mine")
    options = ("ninja", "--account", "mine", "--url", there.url, "--token", there.tokens["ninja"])

    run("pull", *options, "--dry-run")
    run("check", *options)

    assert urls(run) == {}


def test_the_version_that_a_service_tells_is_listed(run: Run, pull: tuple[str, ...]) -> None:
    [listed] = run("services", "list", "--account", "mine", "--json").json["services"]

    assert pull
    assert listed["version"].count(".") == 2
    assert len(listed["tag"]) == 5


def test_a_service_is_renamed_and_reports_say_its_new_name(
    run: Run, pull: tuple[str, ...], there: Served
) -> None:
    told = run("services", "rename", "ninja", "books", "--account", "mine")
    again = run(*pull)
    shown = run("runs", "show", "1")
    [*_, listed] = run("runs", "list", "--json").json["runs"]

    assert told.out == "ninja is called books now.\n"
    assert again.out.startswith(f"mine from books at {there.url}, changed since ")
    assert shown.out.startswith(f"Run 1: pull books at {there.url} for mine\n")
    assert listed["service"] == f"books at {there.url}"


def test_a_service_is_not_moved_to_where_another_one_is(
    run: Run, pull: tuple[str, ...], elsewhere: str
) -> None:
    run(*pull, "--url", elsewhere, "--service", "shop")

    told = run("services", "move", "ninja", "--account", "mine", "--url", elsewhere)
    nobody = run("services", "move", "nobody", "--account", "mine", "--url", elsewhere)

    assert (told.code, told.err) == (REFUSED, "gateway: url: is where shop is\n")
    assert nobody.err == "gateway: there is no such service; see `gateway services list`\n"


def test_a_run_is_resumed_where_its_service_is_now(
    run: Run, pull: tuple[str, ...], elsewhere: str, tmp_path: Path
) -> None:
    with closing(Store.open(f"sqlite:///{tmp_path / 'gateway.db'}")) as store:
        store.end_run(1, RunState.STOPPED, "interrupted")
    move(run, elsewhere)

    resumed = run("runs", "resume", "1")

    assert pull
    assert resumed.code == DONE
    assert resumed.out.startswith(f"mine from ninja at {elsewhere}, all clients:")


def test_a_mirror_goes_on_with_a_service_that_has_moved(
    run: Run, pull: tuple[str, ...], elsewhere: str, there: Served
) -> None:
    begun = run("mirror", "start", "--account", "mine", "--planado-url", there.url)
    assert begun.code == DONE
    assert f"ninja at {there.url}" in run("mirror", "status", "--account", "mine").out

    move(run, elsewhere)

    assert pull
    assert f"ninja at {elsewhere}" in run("mirror", "status", "--account", "mine").out


def test_an_upgraded_server_is_read_whole(
    run: Run, pull: tuple[str, ...], tmp_path: Path, there: Served
) -> None:
    with closing(Store.open(f"sqlite:///{tmp_path / 'gateway.db'}")) as store:
        account = store.get_account("mine")
        [service] = store.list_services(account.id)
        store.note_version(account.id, service.source, "5.5.124")

    assert run(*pull).out.startswith(f"mine from ninja at {there.url}, all clients:\n")
    assert ", changed since " in run(*pull).out

"""The output of the migration commands, for people and for scripts."""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.cli.live.sync_commands import words_of
from gateway.migration.live.check import CheckedClient, CheckResult
from storage.model.commands import ChangeClient
from storage.store import Store
from tests.gateway.conftest import Run
from tests.support.live_server import Served, served_services

CLIENTS = 8
DONE, REFUSED, NOT_WHOLE = 0, 1, 5


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The original with a Ninja account full of clients, and a Planado with an empty account."""
    with served_services(tmp_path_factory.mktemp("there"), CLIENTS) as server:
        yield server


@pytest.fixture
def account(run: Run) -> str:
    run("account", "create", "mine")
    return "mine"


@pytest.fixture
def pull(there: Served, account: str) -> list[str]:
    token = there.tokens["ninja"]
    return ["pull", "ninja", "--account", account, "--url", there.url, "--token", token]


def test_a_script_reads_one_object(run: Run, pull: list[str]) -> None:
    told = run(*pull, "--json")

    assert told.code == DONE
    assert told.json == {
        "run": 1,
        "counts": {"read": CLIENTS, "created": CLIENTS},
        "not_carried": {},
        "lines": [],
    }
    assert told.err == ""


def test_a_rehearsal_says_the_same_and_leaves_nothing(run: Run, pull: list[str]) -> None:
    told = run(*pull, "--dry-run")

    assert f"{CLIENTS}  new" in told.out
    assert "A rehearsal: nothing was written." in told.out.splitlines()[-1]
    assert run("runs", "list", "--json").json == {"runs": []}


def test_no_token_is_kept_or_shown(
    run: Run, pull: list[str], there: Served, tmp_path: Path
) -> None:
    wrong = [*pull[:-1], "wrong-token-of-ours"]

    told = [run(*pull), run(*wrong), run("runs", "show", "1", "--json")]

    shown = "".join(one.out + one.err for one in told)
    assert there.tokens["ninja"] not in shown
    assert "wrong-token-of-ours" not in shown
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert there.tokens["ninja"].encode() not in kept


def test_a_refused_token_is_one_sentence(run: Run, pull: list[str]) -> None:
    told = run(*pull[:-1], "wrong")

    assert told.code == REFUSED
    assert told.err == (
        "gateway: GET /api/v1/clients: the server answered 403: the token was refused\n"
    )


def test_too_many_changes_stop_before_they_are_made(run: Run, pull: list[str]) -> None:
    stopped = run(*pull, "--max-changes", "3")
    assert stopped.code == REFUSED
    assert "more than 3 clients would change" in stopped.err
    [listed] = run("runs", "list", "--json").json["runs"]
    assert (listed["state"], listed["read"]) == ("stopped", 0)

    shown = run("runs", "show", "1")

    assert "It stopped: more than 3 clients would change." in shown.out
    assert "gateway runs resume 1" in shown.out


def test_a_conflict_is_a_line_and_no_success(run: Run, pull: list[str], there: Served) -> None:
    run(*pull)
    with there.caller("ninja") as ninja:
        client_id = ninja.get("/clients").json()["data"][0]["id"]
        ninja.put(f"/clients/{client_id}", json={"private_notes": "theirs"}).raise_for_status()
    with closing(Store.open(os.environ["GATEWAY_DATABASE_URL"])) as store:
        store.change_client(1, 1, lambda _record: ChangeClient(private_notes="ours"))

    told = run(*pull, "--json")

    assert told.code == NOT_WHOLE
    assert told.json["counts"]["conflict"] == 1
    [line] = told.json["lines"]
    assert (line["kind"], line["field"]) == ("conflict", "private_notes")


def test_a_check_ends_with_zero_only_when_all_are_alike(
    run: Run, pull: list[str], there: Served
) -> None:
    check = ["check", *pull[1:]]
    empty = run(*check)
    assert empty.code == NOT_WHOLE
    assert empty.out.count("\n- ") + empty.out.startswith("- ") == CLIENTS
    run(*pull)

    alike = run(*check, "--json")

    assert alike.code == DONE
    assert alike.json["counts"] == {"=": CLIENTS, "*": 0, "+": 0, "-": 0, "!": 0}


def test_a_check_prints_only_those_that_are_not_the_same_or_one_client(
    run: Run, pull: list[str]
) -> None:
    check = ["check", *pull[1:]]
    run(*pull)

    nothing = run(*check, "--only-different")
    one = run(*check, "--only", "0002")

    assert nothing.out.count("\n") == 1
    assert one.out.startswith("= 0002 ")
    assert "1 same, 0 different" in one.out


def test_a_check_names_a_text_of_which_there_is_only_a_part() -> None:
    same = CheckedClient(CheckResult.SAME, "0001 Acme", shortened=("name", "city"))
    other = CheckedClient(CheckResult.DIFFERENT, "0002 B", ("phone",), shortened=("name",))

    told = [words_of(checked) for checked in (same, other)]

    assert told == [
        "0001 Acme: only in part there: name, city",
        "0002 B: phone; only in part there: name",
    ]


def test_a_push_says_what_is_lost_and_of_whom(run: Run, pull: list[str], there: Served) -> None:
    run(*pull)
    push = ["push", "planado", "--account", "mine", "--url", there.url, "--per-minute", "0"]
    push += ["--key", there.tokens["planado"]]

    told = run(*push)
    again = run(*push)

    assert f"{CLIENTS}  new" in told.out
    assert f"  number                of {CLIENTS} clients" in told.out
    assert f"{CLIENTS}  unchanged" in again.out
    lines = run("runs", "show", "2", "--kind", "lost").out.splitlines()
    assert "0001 Patel York Interiors\tnumber\t0001" in lines


def test_a_push_sends_documents_and_raises_the_counter_when_it_is_told_to(
    run: Run, account: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path / "clients.ndjson"
    file.write_text('{"id": "VolejRejNm", "number": "0001", "name": "Acme"}\n')
    run("import", str(file), "--account", account, "--dialect", "ninja")
    with served_services(tmp_path_factory.mktemp("empty")) as empty:
        token = empty.tokens["ninja"]
        push = ["push", "ninja", "--account", account, "--url", empty.url, "--token", token]

        told = run(*push, "--documents", "--raise-counter")

    assert (told.code, told.err) == (DONE, "")
    assert told.out.splitlines()[3:] == [
        "Besides:",
        "  1 new client gets ids, hashes and portal links of the service",
        "  the counter of numbers there was at 1 and is at 2 now",
    ]


def test_what_is_done_is_not_resumed(run: Run, pull: list[str]) -> None:
    run(*pull)

    told = run("runs", "resume", "1")

    assert told.code == REFUSED
    assert told.err == "gateway: run: 1 is done: there is nothing to go on with\n"


def test_a_run_that_is_not_there_is_told(run: Run) -> None:
    told = run("runs", "show", "7")

    assert told.code == REFUSED
    assert told.err == "gateway: there is no such run; see `gateway runs list`\n"


def test_a_file_that_is_there_is_not_replaced(run: Run, pull: list[str], tmp_path: Path) -> None:
    run(*pull)
    path = str(tmp_path / "clients.ndjson")
    export = ["export", "--account", "mine", "--dialect", "ninja", "-o", path]
    assert run(*export).code == DONE

    again = run(*export)

    assert again.code == REFUSED
    assert "--force" in again.err
    assert len(Path(path).read_text().splitlines()) == CLIENTS
    assert run(*export, "--force").code == DONE


def test_clients_go_to_standard_output_and_the_report_to_the_other(
    run: Run, pull: list[str]
) -> None:
    run(*pull)

    told = run("export", "--account", "mine", "--dialect", "planado")

    assert [json.loads(line)["version"] for line in told.out.splitlines()] == [1] * CLIENTS
    assert "Not carried" in told.err


def test_an_import_of_rubbish_says_where_and_keeps_the_rest(
    run: Run, account: str, tmp_path: Path
) -> None:
    path = tmp_path / "clients.ndjson"
    path.write_text('{"id":"VolejRejNm","name":"Acme"}\nrubbish\n{"name":"nobody"}\n')

    told = run("import", str(path), "--account", account, "--dialect", "ninja")

    assert told.code == NOT_WHOLE
    assert "1  new" in told.out
    assert f"{path}:2  not JSON" in told.out
    assert f"{path}:3  id: is missing" in told.out


def test_a_wrong_salt_stops_with_what_to_do(run: Run, tmp_path: Path) -> None:
    run("account", "create", "salted", "--hash-salt", "pepper")
    path = tmp_path / "clients.ndjson"
    path.write_text('{"id":"VolejRejNm","name":"Acme"}\n')

    told = run("import", str(path), "--account", "salted", "--dialect", "ninja")

    assert told.code == REFUSED
    assert told.err.startswith(
        "gateway: id: 'VolejRejNm' was not written with this account's salt."
    )
    assert "--hash-salt" in told.err
    assert run("runs", "list", "--json").json == {"runs": []}


def test_a_conversion_needs_no_database(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "clients.json"
    path.write_text('{"data": [{"id": "VolejRejNm", "name": "Acme", "number": "0001"}]}')

    told = run("convert", str(path), "--from", "ninja", "--to", "planado")

    assert told.code == DONE
    assert json.loads(told.out)["organization_name"] == "Acme"
    assert "number" in told.err
    assert not (tmp_path / "gateway.db").exists()

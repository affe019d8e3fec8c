"""The command line: results on standard output, each error as one sentence on standard error."""

from io import StringIO
from pathlib import Path

import pytest

from tests.gateway.conftest import Run


def test_an_account_is_created_once(run: Run) -> None:
    first = run("account", "create", "acme")
    second = run("account", "create", "acme")

    assert (first.code, first.out) == (0, "acme\n")
    assert (second.code, second.out) == (1, "")
    assert second.err == "gateway: another account has that name\n"


def test_json_is_one_object_and_nothing_else(run: Run) -> None:
    made = run("account", "create", "acme", "--json")
    listed = run("account", "list", "--json")

    assert made.json == {"id": 1, "name": "acme"}
    assert [row["name"] for row in listed.json["accounts"]] == ["acme"]
    assert made.err == listed.err == ""


def test_a_token_is_printed_once_and_never_listed(run: Run) -> None:
    run("account", "create", "acme")

    made = run("token", "create", "--account", "acme", "--dialect", "ninja", "--json").json
    plain = run("token", "create", "--account", "acme", "--dialect", "planado", "--read-only")
    listed = run("token", "list")

    assert len(made["token"]) == len(plain.out.strip()) == 64
    assert made["token"].isalnum()
    assert made["token"] not in listed.out
    assert plain.out.strip() not in listed.out
    assert [line.split("\t")[:5] for line in listed.out.splitlines()] == [
        ["1", "acme", "ninja", "", "no"],
        ["2", "acme", "planado", "", "yes"],
    ]


def test_a_revoked_token_stays_listed_with_its_time(run: Run) -> None:
    run("account", "create", "acme")
    run("token", "create", "--account", "acme", "--dialect", "ninja")

    gone = run("token", "revoke", "1", "--json")

    assert gone.code == 0
    assert run("token", "list", "--json").json["tokens"][0]["revoked_at"] == gone.json["revoked_at"]


SENTENCES = [
    (("token", "create", "--account", "x", "--dialect", "ninja"), 1, "there is no such account"),
    (("token", "revoke", "9"), 1, "there is no such token"),
    (("token", "create", "--account", "x", "--dialect", "klingon"), 2, "no dialect klingon"),
    (("token", "create", "--account", "x"), 2, "Missing option '--dialect'"),
    (("get", "/v2/clients", "--account", "x"), 1, "there is no such account"),
    (("account", "list", "--database", "nonsense"), 1, "is not a database URL"),
    (("account", "list", "--database", "sqlite:////no/such/folder/x.db"), 3, "cannot be used"),
    (("bogus",), 2, "No such command 'bogus'"),
]


@pytest.mark.parametrize(("arguments", "code", "words"), SENTENCES)
def test_trouble_is_one_sentence_and_an_exit_code(
    run: Run, arguments: tuple[str, ...], code: int, words: str
) -> None:
    ended = run(*arguments)

    assert ended.code == code
    assert ended.out == ""
    assert ended.err.startswith("gateway: ")
    assert words in ended.err
    assert ended.err.count("\n") == 1


def test_a_path_of_no_dialect_is_refused(run: Run) -> None:
    run("account", "create", "acme")

    ended = run("get", "/nope", "--account", "acme")

    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "gateway: PATH: must start with /api/v1 or /v2\n"


def test_demo_fills_up_to_a_number_and_makes_the_account(run: Run) -> None:
    first = run("demo", "--account", "demo", "--clients", "12", "--json")
    second = run("demo", "--account", "demo", "--clients", "12", "--json")
    third = run("demo", "--account", "demo", "--clients", "15")

    assert first.json == {"account": "demo", "clients": 12, "created": 12}
    assert second.json == {"account": "demo", "clients": 12, "created": 0}
    assert third.out == "demo has 15 clients, 3 of them new.\n"


def test_demo_makes_the_same_clients_every_time(run: Run, tmp_path: Path) -> None:
    other = f"sqlite:///{tmp_path / 'other.db'}"
    run("demo", "--account", "demo", "--clients", "10")
    run("demo", "--account", "demo", "--clients", "10", "--database", other)

    path = ("get", "/api/v1/clients?per_page=50", "--account", "demo", "--json")

    assert run(*path).json == run(*path, "--database", other).json


@pytest.mark.parametrize("path", ["/api/v1/clients", "/v2/clients"])
def test_get_answers_in_either_dialect_without_a_server_or_a_token(run: Run, path: str) -> None:
    run("demo", "--account", "demo", "--clients", "3")

    ended = run("get", path, "--account", "demo", "--json")

    (clients, *_) = ended.json.values()
    assert (ended.code, len(clients)) == (0, 3)
    assert ended.err == ""
    assert run("token", "list", "--json").json == {"tokens": []}


def test_get_shows_an_error_of_the_dialect_and_says_so(run: Run) -> None:
    run("account", "create", "acme")

    ended = run("get", "/v2/clients/nobody", "--account", "acme", "--json")

    assert (ended.code, ended.json) == (4, {"message": "Not found"})
    assert ended.err == "gateway: answered 404\n"


def test_a_salt_gives_an_account_ids_of_its_own(run: Run) -> None:
    run("account", "create", "plain")
    run("account", "create", "salted", "--hash-salt", "pepper")
    for name in ("plain", "salted"):
        run("demo", "--account", name, "--clients", "1")

    ids = [
        run("get", "/api/v1/clients", "--account", name, "--json").json["data"][0]["id"]
        for name in ("plain", "salted")
    ]

    assert ids[0] == "VolejRejNm"
    assert ids[1] != ids[0]


def test_a_setting_that_does_not_fit_ends_serving_before_it_starts(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWAY_PLANADO_PAGE_SIZE", "many")

    ended = run("serve", "--workers", "2")

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("gateway: GATEWAY_PLANADO_PAGE_SIZE: ")
    assert ended.err.count("\n") == 1


def test_a_password_comes_from_standard_input_and_is_never_printed(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("account", "create", "acme")
    monkeypatch.setattr("sys.stdin", StringIO("s3cret\n"))

    ended = run("account", "password", "acme")

    assert (ended.code, ended.out) == (0, "acme has a new password.\n")
    assert "s3cret" not in ended.out + ended.err


def test_an_empty_password_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("account", "create", "acme")
    monkeypatch.setattr("sys.stdin", StringIO(""))

    ended = run("account", "password", "acme")

    assert (ended.code, ended.err) == (2, "gateway: Invalid value: the password is empty\n")

"""The watch over the logs of the suite sees a secret that is logged."""

import logging
from pathlib import Path

import pytest

from storage.accounts import tokens
from tests.support.secret_watch import assert_log_has_no_secret, no_secret_is_logged

TOKEN = "SqK2dRz8W1mY" * 5


def test_a_logged_token_is_noticed() -> None:
    with pytest.raises(AssertionError, match="1 secrets are in a log"), no_secret_is_logged():
        logging.getLogger("gateway").warning("refused: %s!", str(tokens.Secret(TOKEN)))


def break_with(text: str) -> None:
    raise ValueError(text)


def log_a_traceback() -> None:
    try:
        break_with(str(tokens.Secret(TOKEN)))
    except ValueError:
        logging.getLogger("gateway").exception("broken")


def test_a_token_in_a_traceback_is_noticed() -> None:
    with pytest.raises(AssertionError, match="1 secrets are in a log"), no_secret_is_logged():
        log_a_traceback()


def test_the_repr_of_a_token_is_no_secret() -> None:
    with no_secret_is_logged():
        logging.getLogger("gateway").warning("made %r", tokens.Secret(TOKEN))


def test_a_token_in_the_log_of_a_server_is_noticed(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text(f'{{"path": "/{TOKEN}"}}\n')

    with pytest.raises(AssertionError):
        assert_log_has_no_secret(log, [TOKEN])

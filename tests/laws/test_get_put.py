"""GetPut: a client that is written back exactly as a dialect shows it does not change."""

import pytest
from hypothesis import given

from storage.model.commands import ImportClient
from storage.store import Store
from tests.laws.dialect_lenses import TONGUES, Tongue
from tests.laws.generated_clients import born, imports


@pytest.mark.parametrize("tongue", TONGUES, ids=lambda t: t.dialect.name)
@given(command=imports())
def test_an_echo_changes_nothing(shelf: Store, tongue: type[Tongue], command: ImportClient) -> None:
    account, before = born(shelf, command)
    speaker = tongue(shelf, account)

    after = speaker.write(before, speaker.show(before))

    assert after == before
    assert shelf.get_client(account.id, before.serial) == before


@pytest.mark.parametrize("tongue", TONGUES, ids=lambda t: t.dialect.name)
@given(command=imports())
def test_an_empty_body_changes_nothing(
    shelf: Store, tongue: type[Tongue], command: ImportClient
) -> None:
    account, before = born(shelf, command)

    after = tongue(shelf, account).write(before, {})

    assert after == before

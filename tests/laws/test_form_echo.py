"""GetPut for forms: a client that the PHP SDK writes back as it was shown does not change."""

from hypothesis import given

from dialects.ninja.http.request_body import form_pairs
from dialects.ninja.protocol.input_tree import nest_pairs
from storage.model.commands import ImportClient
from storage.store import Store
from tests.dialects.ninja.http.php_forms import as_php
from tests.laws.dialect_lenses import NinjaTongue
from tests.laws.generated_clients import born, imports


@given(command=imports())
def test_an_echo_in_a_form_changes_nothing(shelf: Store, command: ImportClient) -> None:
    account, before = born(shelf, command)
    speaker = NinjaTongue(shelf, account)
    form = as_php(speaker.show(before)).encode()

    after = speaker.write(before, nest_pairs(form_pairs(form)))

    assert after == before
    assert shelf.get_client(account.id, before.serial) == before

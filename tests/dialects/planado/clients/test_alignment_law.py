"""Law: any contact list that replaces any other list reads back as it was sent."""

import pytest
from hypothesis import given, settings, strategies as st
from msgspec import structs

from dialects.planado.clients.translate import change_client, client
from storage.model.accounts import Account
from storage.model.commands import ContactDraft, CreateClient, LiveKey
from storage.store import Store

ENTRIES = st.fixed_dictionaries(
    {
        "name": st.sampled_from([None, "Ana", "Eva", "Ana Lee"]),
        "value": st.sampled_from(["1", "2", "3", "x@y"]),
        "type": st.sampled_from(["phone", "email"]),
    }
)
DRAFTS = st.builds(
    ContactDraft,
    first_name=st.sampled_from(["", "Ana", "Eva"]),
    last_name=st.sampled_from(["", "Lee"]),
    email=st.sampled_from(["", "1", "x@y"]),
    phone=st.sampled_from(["", "1", "2", "3"]),
    custom_value1=st.sampled_from(["", "kept"]),
)


@pytest.fixture
def drawer(store: Store, account: Account) -> tuple[Store, int]:
    """A store and the id of an account for many clients."""
    return store, account.id


@settings(max_examples=100, deadline=None)
@given(
    own=st.sampled_from(["", "1", "2"]),
    drafts=st.lists(DRAFTS, max_size=4),
    lists=st.lists(st.lists(ENTRIES, max_size=6), min_size=1, max_size=3),
)
def test_any_list_over_any_other_reads_back_as_sent(drawer, own, drafts, lists):
    store, account_id = drawer
    command = CreateClient(organization_name="A", phone=own, contacts=tuple(drafts))
    before = store.create_client(account_id, command)
    key = LiveKey(external_id="", uuid=before.uuid)

    for entries in lists:
        after = store.change_client(account_id, key, change_client({"contacts": entries}))

        assert [structs.asdict(entry) for entry in client(after).contacts] == entries
        assert [c.is_primary for c in after.contacts].count(True) == 1

"""Contact drafts become contacts: equal values are no change, and each value keeps its own rank."""

from storage.model.accounts import Account
from storage.model.commands import ChangeClient, ContactDraft, ImportClient, draft_of_contact
from storage.store import Store

ADA = ContactDraft(first_name="Ada", email="ada@example.com", is_primary=True)
BOB = ContactDraft(first_name="Bob", email="bob@example.com")


def test_a_second_primary_flag_changes_nothing(store: Store, account: Account) -> None:
    before = store.create_client(account.id, ImportClient(contacts=(ADA, BOB)))
    ada, bob = (draft_of_contact(contact) for contact in before.contacts)
    flagged = ContactDraft(serial=bob.serial, first_name="Bob", email=bob.email, is_primary=True)

    after = store.change_client(
        account.id, before.serial, lambda _: ChangeClient(contacts=(ada, flagged))
    )

    assert after == before


def test_a_contact_that_becomes_primary_has_changed(store: Store, account: Account) -> None:
    before = store.create_client(account.id, ImportClient(contacts=(ADA, BOB)))
    bob = before.contacts[1]

    after = store.change_client(
        account.id, before.serial, lambda _: ChangeClient(contacts=(draft_of_contact(bob),))
    )

    assert after.contacts[0].is_primary
    assert after.contacts[0].updated_at > bob.updated_at


def test_a_new_phone_and_a_new_contact_take_different_places(
    store: Store, account: Account
) -> None:
    before = store.create_client(account.id, ImportClient())
    change = ChangeClient(phone="1", contacts=(draft_of_contact(before.contacts[0]), BOB))

    after = store.change_client(account.id, before.serial, lambda _: change)

    assert [after.phone_rank, after.contacts[1].email_rank] == [1, 2]

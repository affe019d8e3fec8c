"""Passwords of contacts: stored as slow hashes, shown as asterisks, shared by one e-mail
address."""

MASK = "**********"


def hashes_in(store, account, serial=1):
    return [c.password_hash for c in store.get_client(account.id, serial).contacts]


def test_a_password_is_kept_as_a_hash_and_shown_as_asterisks(ninja, store, account):
    made = ninja.created(contacts=[{"email": "ada@x.io", "password": "Secret123"}])

    (hashed,) = hashes_in(store, account)
    assert made["contacts"][0]["password"] == MASK
    assert hashed.startswith("$argon2id$")
    assert "Secret123" not in hashed


def test_an_echo_keeps_the_password_and_the_version(ninja, store, account):
    made = ninja.created(contacts=[{"email": "ada@x.io", "password": "Secret123"}])
    before = hashes_in(store, account)

    after = ninja.put(made["id"], made)

    assert after == made
    assert hashes_in(store, account) == before


def test_contacts_of_one_address_share_a_password(ninja, store, account):
    made = ninja.created(contacts=[{"email": "ada@x.io"}, {"email": "bob@x.io"}])
    store_contact = made["contacts"][0] | {"password": "Secret123"}

    ninja.put(made["id"], {"contacts": [store_contact, made["contacts"][1]]})

    ada, bob = hashes_in(store, account)
    assert ada is not None
    assert bob is None


def test_a_password_without_an_address_is_not_kept(ninja, store, account):
    ninja.created(contacts=[{"email": "a@b", "password": "Secret123"}])

    assert hashes_in(store, account) == [None]


def test_a_password_never_shows_in_the_record(ninja, store, account):
    ninja.created(contacts=[{"email": "ada@x.io", "password": "Secret123"}])

    assert "argon2" not in repr(store.get_client(account.id, 1))


def test_a_flood_of_passwords_is_refused_before_any_is_hashed(ninja, monkeypatch):
    contacts = [{"email": f"{n}@x.io", "password": f"Secret{n:03}"} for n in range(50)]
    monkeypatch.setattr("storage.accounts.passwords.hash_password", None)

    answer = ninja.post("/clients", json={"contacts": contacts})

    assert answer.status_code == 422
    assert answer.json()["errors"] == {
        "contacts": ["The contacts must not have more than 10 different passwords."]
    }


def test_no_password_is_hashed_for_a_client_that_is_not_there(ninja, monkeypatch):
    monkeypatch.setattr("storage.accounts.passwords.hash_password", None)
    body = {"contacts": [{"email": "ada@x.io", "password": "Secret123"}]}

    assert ninja.request("PUT", "/clients/VWPe9xdLyw", json=body).status_code == 404

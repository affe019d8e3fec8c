"""The texts that are read as true and as false."""

import pytest

WORDS = [(word, True) for word in ["true", "1", "on", "yes", "TRUE", "Yes", 1, True]]
WORDS += [(word, False) for word in ["false", "0", "off", "no", "False", "NO", 0, False]]


@pytest.mark.parametrize(("word", "meaning"), WORDS)
def test_the_words_of_a_contacts_flags_mean_what_they_say(ninja, word, meaning):
    other = {"first_name": "Other", "send_email": True}
    given = {"first_name": "Ada", "is_primary": word, "send_email": word}

    client = ninja.created(contacts=[other, given])

    [ada] = [c for c in client["contacts"] if c["first_name"] == "Ada"]
    assert (ada["is_primary"], ada["send_email"]) == (meaning, meaning)


@pytest.mark.parametrize(("word", "meaning"), WORDS)
@pytest.mark.parametrize("flag", ["is_tax_exempt", "has_valid_vat_number"])
def test_the_words_of_a_clients_flags_mean_what_they_say(ninja, flag, word, meaning):
    client = ninja.created(**{flag: word})
    other = ninja.put(ninja.created(**{flag: not meaning})["id"], {flag: word})

    assert (client[flag], other[flag]) == (meaning, meaning)

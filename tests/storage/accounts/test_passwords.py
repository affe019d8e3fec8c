"""Passwords are slow to guess."""

import runpy

from argon2.profiles import RFC_9106_LOW_MEMORY

from storage.accounts import passwords


def test_a_hash_costs_what_its_library_recommends() -> None:
    hasher = runpy.run_path(passwords.__file__)["PASSWORD_HASHER"]  # the suite has a cheap one

    assert hasher._parameters == RFC_9106_LOW_MEMORY

"""Failures that stop an import, a pull or a push."""

from storage import Failure


class TooManyChanges(Failure):
    """The next batch would exceed the allowed number of changes. It has not been written."""


class TooManyDeletions(Failure):
    """More clients are gone on the service than deletions are believed. None has been deleted."""


class NotInStep(Failure):
    """The two sides of a mirror differ, so that it cannot be cut over. Nothing has been."""


class UnmatchedClients(Failure):
    """Both sides have clients that are not linked: a push could make people double."""


class UnstableList(Failure):
    """A remote list changes or repeats itself so often that it cannot be read completely."""


class WrongSalt(Failure):
    """Another salt than the account's wrote the ids of the objects. Nothing has been written."""

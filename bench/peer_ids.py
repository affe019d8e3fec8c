"""The UUIDs of the peer's clients."""

from uuid import NAMESPACE_OID, UUID, uuid5


def uuid_of(number: int) -> UUID:
    """The same every time, so that requests can be prepared without asking the peer."""
    return uuid5(NAMESPACE_OID, str(number))

from storage import Failure


class TooManyChanges(Failure):
    """The next batch would change more than was allowed; it has not been written."""


class UnstableList(Failure):
    """The list could not be read as a whole."""


ADVICE = (
    "Old ids only go on working under the salt that wrote them (HASH_SALT in that server's .env):"
    " make an account with it, `gateway account create NAME --hash-salt SALT`, and use that one."
)


class WrongSalt(Failure):
    """The ids were written with another salt than the account's; nothing has been written."""

"""Names in one line and in parts: how they are joined, split and compared."""


def join_name(*parts: str) -> str:
    """Names in one line: joined by one blank, empty parts dropped."""
    return " ".join(part for part in parts if part)


def is_individual(classification: str, organization_name: str) -> bool:
    """The kind, derived: the word `individual`, or no word and no organization's name."""
    return classification == "individual" or not (classification or organization_name)


def display_name(
    classification: str, organization_name: str, first_name: str, last_name: str, middle_name: str
) -> str:
    """The one name of either kind; empty when there is none."""
    if is_individual(classification, organization_name):
        return join_name(first_name, last_name, middle_name)
    return organization_name


def collapse_spaces(name: str) -> str:
    """The normal form of a name in one line: no outer blanks, single inner ones."""
    return " ".join(name.split())


def split_name(name: str) -> tuple[str, str, str]:
    """First word, second word, the rest: the opposite of `joined`, in normal form."""
    first, second, rest = (*name.split(maxsplit=2), "", "", "")[:3]
    return first, second, collapse_spaces(rest)


def split_contact_name(name: str) -> tuple[str, str]:
    """First word, the rest: the opposite of `joined` for a contact, in normal form."""
    first, rest = (*name.split(maxsplit=1), "", "")[:2]
    return first, collapse_spaces(rest)

"""Names of persons and organizations: joining, splitting and normalizing them."""


def join_name(*parts: str) -> str:
    """Join the parts of a name with one space. Empty parts are left out."""
    return " ".join(part for part in parts if part)


def is_individual(classification: str, organization_name: str) -> bool:
    """Return whether a client is a person, not an organization.

    It is one if it is classified as `individual`, or if it has neither a classification nor the
    name of an organization.
    """
    return classification == "individual" or not (classification or organization_name)


def display_name(
    classification: str, organization_name: str, first_name: str, last_name: str, middle_name: str
) -> str:
    """Return the name of a person or an organization. Empty if the client has none."""
    if is_individual(classification, organization_name):
        return join_name(first_name, last_name, middle_name)
    return organization_name


def collapse_spaces(name: str) -> str:
    """Return a name in normal form: no outer white space, single spaces inside."""
    return " ".join(name.split())


def split_name(name: str) -> tuple[str, str, str]:
    """Split a name into its first word, its second word and the rest, in normal form.

    The inverse of `join_name`.
    """
    first, second, rest = (*name.split(maxsplit=2), "", "", "")[:3]
    return first, second, collapse_spaces(rest)


def split_contact_name(name: str) -> tuple[str, str]:
    """Split the name of a contact into its first word and the rest, in normal form.

    The inverse of `join_name` for two parts.
    """
    first, rest = (*name.split(maxsplit=1), "", "")[:2]
    return first, collapse_spaces(rest)

"""Cards on the wire, and their translation: an organization or a person with one e-mail."""

from msgspec import UNSET, Struct, UnsetType

from storage import ChangeClient, Client, ContactDraft, CreateClient


class Card(Struct, frozen=True, kw_only=True):
    """A client as this API shows it."""

    id: str
    version: int
    organization: str
    person: str
    mail: str


class CardInput(Struct, frozen=True, kw_only=True):
    """A client as callers send it."""

    organization: str | UnsetType = UNSET
    mail: str | UnsetType = UNSET


class Cards(Struct, frozen=True):
    """A page of the list."""

    cards: list[Card]
    total: int


class Refusal(Struct, frozen=True):
    """An error answer."""

    error: str


def card(record: Client) -> Card:
    contact = record.primary_contact
    return Card(
        id=str(record.uuid),
        version=record.version,
        organization="" if record.is_individual else record.organization_name,
        person=record.name if record.is_individual else "",
        mail=contact.email if contact else "",
    )


def new_client(given: CardInput) -> CreateClient:
    contacts = () if given.mail is UNSET else (ContactDraft(email=given.mail, is_primary=True),)
    name = "" if given.organization is UNSET else given.organization
    return CreateClient(organization_name=name, contacts=contacts)


def client_change(given: CardInput) -> ChangeClient:
    return ChangeClient(organization_name=given.organization)

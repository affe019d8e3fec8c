"""Loss reports of this API: the values of a record that it has no field for."""

from collections.abc import Iterator
from itertools import chain

import msgspec
from msgspec import Raw

from dialects.base.migration import losses as migration_losses
from dialects.base.migration.losses import Loss, make_loss
from storage import COUNTRIES, Client, Contact, collapse_spaces, split_contact_name

from ..clients.service_address import format_address, non_blank, shown_place

UNMAPPED_COLUMNS = (
    "number",
    "archived_at",
    "is_deleted",
    "balance",
    "paid_to_date",
    "payment_balance",
    "credit_balance",
    "website",
    "private_notes",
    "public_notes",
    "assigned_user_serial",
    "group_serial",
    "industry_id",
    "size_id",
    "vat_number",
    "id_number",
    "routing_id",
    "has_valid_vat_number",
    "is_tax_exempt",
    "custom_value1",
    "custom_value2",
    "custom_value3",
    "custom_value4",
    "last_login",
)
UNMAPPED_CONTACT_COLUMNS = (
    "is_locked",
    "custom_value1",
    "custom_value2",
    "custom_value3",
    "custom_value4",
    "last_login",
)
BLANK_KEEPING_COLUMN = "external_id"
"""The only column whose blank text the API shows as it is."""
BILLING_COLUMNS = ("address1", "address2", "city", "state", "postal_code", "country_id")


def losses(record: Client) -> tuple[Loss, ...]:
    """Return the values of a record that this API has no field for, or that it shows as none.

    A text of nothing but white space is shown as none.
    """
    reported = tuple(
        chain(
            migration_losses.lost_columns(record, UNMAPPED_COLUMNS),
            lost_classification(record),
            migration_losses.hidden_name(record),
            lost_addresses(record),
            migration_losses.lost_empty_address(record),
            lost_settings(record),
            migration_losses.lost_extras(record, own="planado"),
            lost_documents(record),
            lost_contacts(record),
        )
    )
    excluded = (BLANK_KEEPING_COLUMN, *(loss.field for loss in reported))
    return (*reported, *migration_losses.lost_blank_texts(record, str.strip, excluded))


def lost_classification(record: Client) -> Iterator[Loss]:
    if record.classification not in {"", "individual"}:
        yield make_loss("classification", record.classification)


def lost_addresses(record: Client) -> Iterator[Loss]:
    """Yield losses of the two addresses and of the location.

    The API has one address. It shows the billing address only if the service address is empty.
    A country is lost if its name is unknown, a coordinate if the other one is missing.
    """
    service, billing = record.shipping_address, record.billing_address
    is_hidden = bool(
        record.service_text is not None or format_address(service) or not non_blank(*billing[:-1])
    )
    if is_hidden:
        yield from migration_losses.lost_columns(record, BILLING_COLUMNS)
    shown = {"shipping_country_id": service.country_id}
    if not is_hidden:
        shown["country_id"] = billing.country_id
    for name, country_id in shown.items():
        if country_id is not None and country_id not in COUNTRIES:
            yield make_loss(name, str(country_id))
    for name in ("longitude", "latitude"):
        degrees = getattr(record, name)
        if degrees is not None and shown_place(record) is None:
            yield make_loss(name, str(degrees))


def lost_settings(record: Client) -> Iterator[Loss]:
    """Yield a loss for each key of the settings, except `entity`, the same for every client."""
    if not record.settings:
        return
    members = msgspec.json.decode(record.settings, type=dict[str, Raw])
    lost = {key: value for key, value in members.items() if key != "entity"}
    yield from migration_losses.lost_parts("settings", msgspec.json.encode(lost).decode())


def lost_documents(record: Client) -> Iterator[Loss]:
    for n, document in enumerate(record.documents):
        yield make_loss(f"documents[{n}]", document.name)


def lost_contacts(record: Client) -> Iterator[Loss]:
    for n, contact in enumerate(record.contacts):
        path = f"contacts[{n}]"
        yield from lost_contact_name(contact, path)
        yield from migration_losses.lost_columns(contact, UNMAPPED_CONTACT_COLUMNS, f"{path}.")
        if contact.password_hash:
            yield make_loss(f"{path}.password", "set")
        if not contact.send_email:
            yield make_loss(f"{path}.send_email", "no")
    yield from lost_primary_flag(record)


def lost_contact_name(contact: Contact, path: str) -> Iterator[Loss]:
    """Yield losses of a contact's name.

    The API does not show a contact without e-mail and phone. The one name of a shown contact can
    be split in another place than here.
    """
    name = collapse_spaces(contact.name)
    if not is_shown(contact):
        if name:
            yield make_loss(path, name)
    elif split_contact_name(name) != (contact.first_name, contact.last_name):
        yield from migration_losses.lost_columns(contact, ("first_name", "last_name"), f"{path}.")


def lost_primary_flag(record: Client) -> Iterator[Loss]:
    """Yield a loss if the primary contact is not the first one in the list that the API shows."""
    shown = [c for c in record.contacts if is_shown(c)]
    first = min(shown, key=first_rank, default=None)
    for n, contact in enumerate(record.contacts):
        if contact.is_primary and first is not None and contact is not first:
            yield make_loss(f"contacts[{n}].is_primary", "yes")


def first_rank(contact: Contact) -> int:
    ranks = [(contact.email, contact.email_rank), (contact.phone, contact.phone_rank)]
    return min(rank for value, rank in ranks if value.strip())


def is_shown(contact: Contact) -> bool:
    return bool(non_blank(contact.email, contact.phone))

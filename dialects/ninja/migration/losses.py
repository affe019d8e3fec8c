"""Loss reports of this API: record values that it has no field for, or that no request sends."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import msgspec

from dialects.base.migration import losses as migration_losses
from dialects.base.migration.losses import Loss, make_loss
from storage import Client, split_name

from ..protocol.scalars import trim
from . import kept_texts

UNMAPPED_COLUMNS = ("external_id", "entrance_no", "floor", "apartment", "description")
NAME_PARTS = ("first_name", "last_name", "middle_name")
AMOUNT_COLUMNS = ("balance", "paid_to_date", "payment_balance", "credit_balance")


def losses(record: Client) -> tuple[Loss, ...]:
    """Return the values of a record that this API has no field for."""
    return tuple(
        chain(
            migration_losses.lost_columns(record, UNMAPPED_COLUMNS),
            lost_location(record),
            migration_losses.lost_empty_address(record),
            lost_name_parts(record),
            migration_losses.hidden_name(record),
            lost_blank_emails(record),
            migration_losses.lost_extras(record, own="ninja"),
        )
    )


def lost_location(record: Client) -> Iterator[Loss]:
    for name in ("longitude", "latitude"):
        degrees = getattr(record, name)
        if degrees is not None:
            yield make_loss(name, str(degrees))


def lost_name_parts(record: Client) -> Iterator[Loss]:
    """Yield a loss for each part of a person's name, if the one name is split in another place."""
    parts = tuple(getattr(record, part) for part in NAME_PARTS)
    if record.is_individual and split_name(record.name) != parts:
        yield from migration_losses.lost_columns(record, NAME_PARTS)


def lost_blank_emails(record: Client) -> Iterator[Loss]:
    """Yield a loss for each blank e-mail of a contact: in an object it stands for no e-mail."""
    for n, contact in enumerate(record.contacts):
        if contact.email.isspace():
            yield make_loss(f"contacts[{n}].email", contact.email)


def unsendable_fields(record: Client) -> tuple[Loss, ...]:
    """Return the values that this API shows, but that a server takes from no request.

    A text of nothing but white space is one of them: the server trims it to nothing. Of a long text
    the server keeps the beginning.
    """
    amounts = {name: str(getattr(record, name)) for name in AMOUNT_COLUMNS if getattr(record, name)}
    references = {"assigned_user": str(record.assigned_user_serial or "")}
    passwords = {
        f"contacts[{n}].password": "is known only as a hash"
        for n, contact in enumerate(record.contacts)
        if contact.password_hash is not None
    }
    texts = amounts | references | passwords
    unsent = (make_loss(field, text) for field, text in texts.items() if text)
    return (
        *unsent,
        *lost_parts_of_texts(record),
        *lost_refusal_of_mail(record),
        *lost_blank_texts(record),
    )


def lost_parts_of_texts(record: Client) -> Iterator[Loss]:
    """Yield a loss for each text of which a server keeps only a part."""
    for path, text, kept in kept_texts.shortened_texts(record):
        words = f"{len(kept)} of {len(text)} characters are kept: {kept}"
        yield make_loss(path, f"{text} is shown as no text there" if trim(text) == "0" else words)


def lost_refusal_of_mail(record: Client) -> Iterator[Loss]:
    """Yield a loss if no contact wants mail: a server then turns it on for the primary one."""
    if record.contacts and not any(contact.send_email for contact in record.contacts):
        yield make_loss("contacts[0].send_email", "no: one contact must have it there")


def lost_blank_texts(record: Client) -> Iterator[Loss]:
    """Yield a loss for each text that a server trims to nothing, unless `losses` reports it.

    Only a request loses these texts. An object in a file keeps them, except a blank e-mail.
    """
    reported = (loss.field for loss in losses(record))
    yield from migration_losses.lost_blank_texts(record, trim, reported)
    for path in blank_paths(msgspec.json.decode(record.settings or "{}"), "settings"):
        yield Loss(path, migration_losses.ONLY_BLANKS)


def blank_paths(value: Any, path: str) -> Iterator[str]:
    """Yield the path of each text in a JSON value that is not empty, but is after trimming."""
    match value:
        case str() if value and not trim(value):
            yield path
        case dict():
            for key, child in value.items():
                yield from blank_paths(child, f"{path}.{key}")
        case list():
            for n, child in enumerate(value):
                yield from blank_paths(child, f"{path}[{n}]")
        case _:
            pass

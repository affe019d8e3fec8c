"""What of a record this API has no words for."""

from collections.abc import Iterator
from itertools import chain

from dialects.base.migration import losses as migration_losses
from dialects.base.migration.losses import Loss, make_loss
from storage import Client, split_name

COLUMNS = ("external_id", "entrance_no", "floor", "apartment", "description")
PARTS = ("first_name", "last_name", "middle_name")


def losses(record: Client) -> tuple[Loss, ...]:
    return tuple(
        chain(
            migration_losses.lost_columns(record, COLUMNS),
            lost_place(record),
            lost_refusal(record),
            lost_parts(record),
            migration_losses.hidden_name(record),
            migration_losses.lost_extras(record, own="ninja"),
        )
    )


def lost_place(record: Client) -> Iterator[Loss]:
    for name in ("longitude", "latitude"):
        degrees = getattr(record, name)
        if degrees is not None:
            yield make_loss(name, str(degrees))


def lost_refusal(record: Client) -> Iterator[Loss]:
    """An address that is explicitly none looks like one that nobody has given."""
    if record.service_text is not None and not record.service_text.strip():
        yield make_loss("service_text", "explicitly none")


def lost_parts(record: Client) -> Iterator[Loss]:
    """The parts of a person's name, when the one name falls into others."""
    parts = tuple(getattr(record, part) for part in PARTS)
    if record.is_individual and split_name(record.name) != parts:
        yield from migration_losses.lost_columns(record, PARTS)

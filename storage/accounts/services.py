"""Live services of accounts: finds, lists, inserts and changes them in a transaction."""

from collections.abc import Collection
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from storage.database.conditions import in_values
from storage.model.accounts import Service, short_tag
from storage.model.commands import CreateService
from storage.model.errors import Conflict, Invalid, NotFound, Problem
from storage.rules.validation import refuse_unstorable, sanitize_text
from storage.schema.tables import MIRROR, ORIGIN, RUN, SERVICE

SERVICE_COLUMNS = tuple(SERVICE.c[name] for name in Service.__struct_fields__)
MAX_SERVICE_NAME = 60


def list_services(connection: Connection, account_id: int) -> tuple[Service, ...]:
    """List the services of an account, the oldest first."""
    statement = select(*SERVICE_COLUMNS).where(SERVICE.c.account_id == account_id)
    rows = connection.execute(statement.order_by(SERVICE.c.created_at, SERVICE.c.source))
    names = Service.__struct_fields__
    return tuple(Service(**dict(zip(names, row, strict=True))) for row in rows)


def get_service(connection: Connection, account_id: int, source: str) -> Service:
    """Return the service with a source. Raises NotFound."""
    for service in list_services(connection, account_id):
        if service.source == source:
            return service
    raise NotFound("service")


def insert_service(
    connection: Connection, account_id: int, command: CreateService, now: datetime
) -> Service:
    """Insert a service, and return it with its identity and its tag.

    Without a name it is called after its dialect. Raises Conflict if the name is in use, and
    Invalid for a name that cannot be used.
    """
    refuse_unstorable(command)
    known = list_services(connection, account_id)
    names = {service.name for service in known}
    name = command.name or first_free(command.dialect, names)
    refuse_name(name, names)
    # Another service may have had this name before, and has kept it in its identity.
    source = first_free(f"{command.dialect} {name}", {service.source for service in known})
    same = [service for service in known if service.dialect == command.dialect]
    values = {
        "account_id": account_id,
        "source": source,
        "dialect": command.dialect,
        "name": name,
        "url": command.url,
        "tag": free_tag(command.url, {service.tag for service in same}),
        "version": "",
        "created_at": now,
    }
    connection.execute(insert(SERVICE).values(values))
    return get_service(connection, account_id, source)


def first_free(name: str, taken: Collection[str]) -> str:
    """Return the name, with the first number behind it that makes it free."""
    names = (name if n == 1 else f"{name}-{n}" for n in count(1))
    return next(one for one in names if one not in taken)


def refuse_name(name: str, taken: Collection[str]) -> None:
    """Raise Invalid for a name that cannot be used, and Conflict for one that is taken."""
    if not name.isprintable() or len(name.split()) != 1 or name != name.strip():
        raise Invalid(Problem(("name",), "must be one word"))
    if len(name) > MAX_SERVICE_NAME:
        raise Invalid(Problem(("name",), "is too long"))
    if name in taken:
        raise Conflict("service", ("name",))


def free_tag(url: str, taken: Collection[str]) -> str:
    """Return the tag of a service at a URL, where http and https are the same place.

    Another service may have been there before, and has kept its tag.
    """
    place = url.partition("://")[2]
    tags = (short_tag(place if n == 1 else f"{place} {n}") for n in count(1))
    return next(tag for tag in tags if tag not in taken)


def rename_service(connection: Connection, account_id: int, source: str, name: str) -> Service:
    """Give a service another name. Raises NotFound, and Invalid and Conflict for the name."""
    services = list_services(connection, account_id)
    refuse_name(name, {service.name for service in services if service.source != source})
    return update_service(connection, account_id, source, {"name": name})


def update_service(
    connection: Connection, account_id: int, source: str, values: dict[str, Any]
) -> Service:
    """Change columns of a service, and return it as it is now. Raises NotFound."""
    own_row = (SERVICE.c.account_id == account_id, in_values(SERVICE.c.source, [source]))
    connection.execute(update(SERVICE).where(*own_row).values(values))
    return get_service(connection, account_id, source)


def save_version(connection: Connection, account_id: int, source: str, version: str) -> None:
    own_row = (SERVICE.c.account_id == account_id, in_values(SERVICE.c.source, [source]))
    values = {"version": sanitize_text(version)}
    connection.execute(update(SERVICE).where(*own_row).values(values))


def delete_unused_service(connection: Connection, account_id: int, source: str) -> None:
    """Delete a service that no link, run or mirror names."""
    for table in (ORIGIN, RUN):
        used = (table.c.account_id == account_id, in_values(table.c.source, [source]))
        if connection.execute(select(table.c.source).where(*used).limit(1)).first():
            return
    mirrored = select(MIRROR.c.services).where(MIRROR.c.account_id == account_id)
    for services in connection.execute(mirrored).scalars():
        if any(service["source"] == source for service in services):
            return
    own_row = (SERVICE.c.account_id == account_id, in_values(SERVICE.c.source, [source]))
    connection.execute(delete(SERVICE).where(*own_row))

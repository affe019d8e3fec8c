"""What `/search` answers: all clients and contacts, for a search box that filters them itself."""

from collections.abc import Iterable

from storage import Client, ClientColumn, ClientQuery, Contact, SortKey, State

from ..protocol.id_codec import IdCodec

SEARCH_QUERY = ClientQuery(
    states=frozenset({State.ACTIVE}),
    sort_keys=(SortKey(column=ClientColumn.UPDATED_AT, is_descending=True),),
    limit=1000,
)
"""The clients that are offered. What is searched for does not matter, as in the original."""

Result = dict[str, str]


def search_results(records: Iterable[Client], ids: IdCodec) -> dict[str, list[Result]]:
    """Return the clients and contacts that a search box offers. There are no invoices here.

    `settings` are pages of the original's own front end: none.
    """
    found = [(client, ids.encode(client.serial)) for client in records]
    return {
        "clients": [search_result(client.name, client_id) for client, client_id in found],
        "client_contacts": [
            search_result(contact_line(contact), client_id)
            for client, client_id in found
            for contact in client.contacts
        ],
        "invoices": [],
        "settings": [],
    }


def search_result(name: str, client_id: str) -> Result:
    return {"name": name, "type": "/client", "id": client_id, "path": f"/clients/{client_id}"}


def contact_line(contact: Contact) -> str:
    """Return name and e-mail in one line; a missing name leaves its blank, as in the original."""
    return f"{contact.first_name} {contact.last_name} <{contact.email}>"

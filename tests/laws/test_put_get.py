"""PutGet: a value that is written through a dialect reads back through it in its normal form."""

from typing import Any

from hypothesis import given, strategies as st

from dialects.ninja.protocol.scalars import trim
from storage.model.commands import ImportClient
from storage.model.names import collapse_spaces
from storage.model.records import Client
from storage.store import Store
from tests.laws.dialect_lenses import NinjaTongue, PlanadoTongue
from tests.laws.generated_clients import NINJA_TEXTS, born, imports, ninja_edits, planado_edits

Tree = dict[str, Any]
BLANK_CONTACT: Tree = {}


@given(command=imports(), edit=ninja_edits)
def test_what_ninja_writes_ninja_reads(shelf: Store, command: ImportClient, edit: Tree) -> None:
    account, before = born(shelf, command)
    tongue = NinjaTongue(shelf, account)

    after = tongue.write(before, edit)

    shown = tongue.show(shelf.get_client(account.id, before.serial))
    assert {k: normal(k, shown[k], after) for k in edit} == {
        k: normal(k, expected(k, v), after) for k, v in edit.items()
    }


def expected(key: str, value: Any) -> Any:
    if key == "contacts":
        return expected_contacts(value)
    if key in NINJA_TEXTS or value is None or isinstance(value, str):
        return trim(value or "")
    return value


def normal(key: str, value: Any, record: Client) -> Any:
    """Return the normal form of a value: outer blanks trimmed, blanks in a person's name
    collapsed."""
    if key == "contacts":
        return [{k: v for k, v in contact.items() if k in EDITED} for contact in value]
    if key == "name" and record.is_individual:
        return collapse_spaces(value)
    return trim(value) if isinstance(value, str) else value


EDITED = ("first_name", "last_name", "phone", "custom_value2", "is_primary", "send_email")


def expected_contacts(given_list: list[Tree]) -> list[Tree]:
    """Return the contacts as they must be: at least one, the primary one first, one that gets
    e-mail. Only a yes that is sent counts for that, not a default."""
    contacts = sorted(given_list or [BLANK_CONTACT], key=lambda c: not c.get("is_primary"))
    wants_mail = [c.get("send_email", True) for c in contacts]
    if not any(c.get("send_email") for c in contacts):
        wants_mail[0] = True
    texts = ("first_name", "last_name", "phone", "custom_value2")
    return [
        {name: trim(contact.get(name) or "") for name in texts}
        | {"is_primary": n == 0, "send_email": wants_mail[n]}
        for n, contact in enumerate(contacts)
    ]


@given(command=imports(), data=st.data())
def test_what_planado_writes_planado_reads(
    shelf: Store, command: ImportClient, data: st.DataObject
) -> None:
    account, before = born(shelf, command)
    tongue, edit = PlanadoTongue(shelf, account), data.draw(planado_edits(before))

    tongue.write(before, edit)

    shown = tongue.show(shelf.get_client(account.id, before.serial))
    assert {k: shown[k] for k in edit} == {k: in_planado(k, v) for k, v in edit.items()}


def in_planado(key: str, value: Any) -> Any:
    match key:
        case "contacts":
            return [c | {"name": collapse_spaces(c["name"] or "") or None} for c in value]
        case "site_address":
            return in_planado_address(value)
        case _:
            return value if value is None or value.strip() else None


def in_planado_address(value: Tree) -> Tree | None:
    texts = ("formatted", "entrance_no", "apartment", "floor", "description")
    address = {name: (value.get(name) or "") for name in texts}
    told: Tree = {name: text if text.strip() else None for name, text in address.items()}
    told["geolocation"] = value.get("geolocation")
    return told if any(v is not None for v in told.values()) else None

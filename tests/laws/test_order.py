"""Order: edits through both dialects at once each count once, and none is lost."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hypothesis import given, strategies as st

from storage.model.commands import ImportClient
from storage.store import Store
from tests.laws.dialect_lenses import TONGUES, NinjaTongue, PlanadoTongue
from tests.laws.generated_clients import born, imports, ninja_edits

WRITERS = 8
EDITS = 5


def test_concurrent_edits_of_one_client_all_arrive(empty: str) -> None:
    store = Store.open(empty)
    account, before = born(store, ImportClient(organization_name="Acme"))

    def write(writer: int) -> None:
        tongue = TONGUES[writer % 2](store, account)
        for n in range(EDITS):
            tongue.write(before, edit_of(writer, f"{writer}-{n}"))

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))

    after = store.get_client(account.id, before.serial)
    assert after.version == 1 + WRITERS * EDITS
    shown = NinjaTongue(store, account).show(after) | PlanadoTongue(store, account).show(after)
    last = [str(shown[field] if field != "floor" else after.floor) for field in FIELDS]
    assert all(text.endswith(f"-{EDITS - 1}") for text in last), last
    store.close()


FIELDS = ("website", "private_notes", "city", "vat_number", "floor", "organization_name")


def edit_of(writer: int, text: str) -> dict[str, Any]:
    if writer % 2 == 0:
        return {("website", "private_notes", "city", "vat_number")[writer // 2]: text}
    if writer in {1, 5}:
        return {"organization_name": text}
    return {"site_address": {"floor": text}}


@given(command=imports(), edits=st.lists(ninja_edits, max_size=5))
def test_a_version_grows_by_one_for_every_real_change_and_never_otherwise(
    shelf: Store, command: ImportClient, edits: list[dict[str, Any]]
) -> None:
    account, record = born(shelf, command)
    tongue = NinjaTongue(shelf, account)

    for edit in edits:
        after = tongue.write(record, edit)
        changed = after != record
        assert after.version == record.version + changed
        assert (after.updated_at > record.updated_at) == changed
        record = after

    assert shelf.get_client(account.id, record.serial) == record

"""Golden cases: one client, and how Ninja and Planado show it. Read from cases/*.json.

A case says only what differs from `defaults.json`. In a list of parts, the first part is complete
and the next parts again say what differs. `{"repeat": [text, n]}` stands for a long text.
"""

from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from storage.model.commands import ContactDraft, CreateClient, ImportClient
from storage.model.documents import DocumentDraft
from storage.model.records import Client

Tree: TypeAlias = dict[str, Any]

FOLDER = Path(__file__).parents[1] / "cases"
SUBJECTS = sorted({path.stem for path in FOLDER.glob("*.json")} - {"defaults"})
ENCODER = msgspec.json.Encoder(decimal_format="number")
PARTS = {
    "contacts": frozenset(ContactDraft.__struct_fields__) - {"serial"},
    "documents": frozenset(DocumentDraft.__struct_fields__) - {"serial"},
}
"""What may be written of a client's parts; the rest of a new one is the store's own."""


class Default(Struct, frozen=True, forbid_unknown_fields=True):
    """The default object, and its default parts: one by name, or several by position."""

    whole: Tree
    parts: dict[str, Tree | list[Tree]]


class Defaults(Struct, frozen=True, forbid_unknown_fields=True):
    """The defaults of all cases. `from_*` holds values of a client that a dialect has created."""

    account: Tree
    client: Default
    ninja: Default
    organization: Default
    individual: Default
    from_ninja: Tree
    from_planado: Tree


class Case(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A golden case. `what` is the promise. `planado` is null if Planado does not show the client.

    `from_*` says how a client that is created from the shown object, or imported, differs from
    `client` in what a command may say. It is null if the object is refused.
    """

    what: str
    account: Tree = {}
    client: Tree
    ninja: Tree
    planado: Tree | None
    from_ninja: Tree | None = {}
    from_planado: Tree | None = {}
    from_import: Tree = {}

    @property
    def whole_account(self) -> Tree:
        return DEFAULTS.account | self.account

    @property
    def record(self) -> Client:
        return record_of(self.client)

    @property
    def in_ninja(self) -> Tree:
        return laid_over(DEFAULTS.ninja, self.ninja)

    @property
    def in_planado(self) -> Tree | None:
        return None if self.planado is None else laid_over(self.default_in_planado, self.planado)

    @property
    def default_in_planado(self) -> Default:
        is_individual = self.planado is not None and self.planado.get("organization") is False
        return DEFAULTS.individual if is_individual else DEFAULTS.organization

    @property
    def born_in_ninja(self) -> Client | None:
        return self.born(CreateClient, DEFAULTS.from_ninja, self.from_ninja)

    @property
    def born_in_planado(self) -> Client | None:
        return self.born(CreateClient, DEFAULTS.from_planado, self.from_planado)

    @property
    def born_in_import(self) -> Client | None:
        return self.born(ImportClient, {}, self.from_import)

    def born(
        self, command: type[CreateClient], usual: Tree, different: Tree | None
    ) -> Client | None:
        """Return the record that a command creates, or None if it creates none."""
        if different is None:
            return None
        fields = frozenset(command.__struct_fields__) - {"serial"}  # given by the store
        told = {key: sayable(key, self.client[key]) for key in self.client if key in fields}
        return record_of(usual | told | different)


def sayable(name: str, value: Any) -> Any:
    if name not in PARTS:
        return value
    return [{k: v for k, v in part.items() if k in PARTS[name]} for part in value]


def record_of(different: Tree) -> Client:
    return msgspec.convert(
        laid_over(DEFAULTS.client, different),
        Client,
        dec_hook=lambda shape, value: shape(value),  # the only odd shape is Secret
    )


def laid_over(default: Default, different: Tree) -> Tree:
    tree = default.whole | different
    return {key: whole_part(default.parts.get(key), value) for key, value in tree.items()}


def whole_part(part: Tree | list[Tree] | None, value: Any) -> Any:
    match part, value:
        case dict(), dict():
            return part | value
        case [first, *_], list():
            return [first | part[n] | item for n, item in enumerate(value)]
        case _:
            return value


def unfolded(value: Any) -> Any:
    """Return the value with its repeated texts written out."""
    match value:
        case {"repeat": [text, times]}:
            return text * times
        case dict():
            return {key: unfolded(child) for key, child in value.items()}
        case list():
            return [unfolded(child) for child in value]
        case _:
            return value


def pretty(tree: Tree) -> str:
    """Format JSON with one value a line, for readable diffs. Keys keep their order, numbers their
    digits."""
    return msgspec.json.format(ENCODER.encode(tree)).decode()


def read(subject: str) -> Any:
    """Read a file of cases. Amounts are decimals, since a float would not keep all of their
    digits."""
    decoder = msgspec.json.Decoder(float_hook=Decimal)
    return unfolded(decoder.decode((FOLDER / f"{subject}.json").read_bytes()))


def read_cases() -> dict[str, Case]:
    """Return all cases, by the name that a test report shows."""
    return {
        f"{subject}: {case.what}": case
        for subject in SUBJECTS
        for case in msgspec.convert(read(subject), list[Case])
    }


DEFAULTS = msgspec.convert(read("defaults"), Defaults)
CASES = read_cases()
DEFAULT = Case(what="Nothing is said.", client={}, ninja={}, planado={})

"""One client, what Ninja shows of it and what Planado shows: cases/*.json, read for the tests.

A case says only what differs from `defaults.json`, whose first of a list's parts is whole, the
next ones again what differs. `{"repeat": [text, n]}` stands for a long text.
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
    """An object of which nothing is said, and its parts: one by name, several by their places."""

    whole: Tree
    parts: dict[str, Tree | list[Tree]]


class Defaults(Struct, frozen=True, forbid_unknown_fields=True):
    """`from_*`: of a client born in a dialect, whatever the case."""

    account: Tree
    client: Default
    ninja: Default
    organization: Default
    individual: Default
    from_ninja: Tree
    from_planado: Tree


class Case(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`what` is the promise. `planado` null: it does not show the client at all.

    `from_*`: how a client made of the shown object, or an imported one, differs from `client` in
    what a command may say; null when the object is refused.
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
        """The record that a command makes, None when it comes to none."""
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
    """Long texts written out."""
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
    """Line by line, so that a difference is seen; keys keep their order, numbers their digits."""
    return msgspec.json.format(ENCODER.encode(tree)).decode()


def read(subject: str) -> Any:
    """Amounts are decimals: a float would not keep all of their digits."""
    decoder = msgspec.json.Decoder(float_hook=Decimal)
    return unfolded(decoder.decode((FOLDER / f"{subject}.json").read_bytes()))


def read_cases() -> dict[str, Case]:
    """By the name that a test report gives them."""
    return {
        f"{subject}: {case.what}": case
        for subject in SUBJECTS
        for case in msgspec.convert(read(subject), list[Case])
    }


DEFAULTS = msgspec.convert(read("defaults"), Defaults)
CASES = read_cases()
DEFAULT = Case(what="Nothing is said.", client={}, ninja={}, planado={})

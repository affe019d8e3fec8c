"""The house rules that import-linter cannot see: sizes, names, and what each layer may import.

`.importlinter` holds the layers, the rooms and the fences to their imports; `make lint` checks it.
"""

import ast
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STORAGE = {"storage", "msgspec", "sqlmodel", "sqlalchemy", "alembic", "pysqlite3", "uuid_utils"}
STORAGE |= {"argon2", "obstore", "psycopg", "stamina", "lz4"}
DIALECTS = {"dialects", "storage", "msgspec", "starlette", "anyio"}
DIALECTS |= {"python_multipart", "filetype"}
GATEWAY = {
    "gateway",
    "dialects",
    "storage",
    "msgspec",
    "starlette",
    "uvicorn",
    "httptools",
    "httpx",
    "typer",
    "rich",
    "stamina",
    "structlog",
}
LAYERS = {"storage": STORAGE, "dialects": DIALECTS, "gateway": GATEWAY}
MODULES = [
    path.relative_to(ROOT)
    for name in LAYERS
    for path in (ROOT / name).rglob("*.py")
    if path.parent.name != "versions"
]
MAX_FUNCTION = 30
MAX_FILE = 300
MAX_MODULES = 16
MAX_ONE_WORD = {"storage": 0.25, "dialects": 0.35, "gateway": 0.35}
"""The share of functions, methods and classes that may be named by one word."""
KNOWN_LONG = {
    "dialects/ninja/http/errors.py": {"render"},
    "dialects/planado/http/errors.py": {"render"},
    "dialects/ninja/clients/translate.py": {"client"},
}
"""Functions that are long because a closed set is: one line per failure, or per field."""
KNOWN_GERUNDS = {"folding", "framing", "incoming", "matching", "numbering", "row_mapping"}
KNOWN_GERUNDS |= {"error_mapping", "routing", "shaping", "gc_tuning"}
"""Modules in -ing: the field's own nouns."""
KNOWN_SHARED = {"add_to", "change_client", "read_object", "filter_conditions", "changed_fields"}
KNOWN_SHARED |= {"render", "logger", "T", "P", "DIALECT"}
"""Names that stand in three modules or more, since each of these modules plays the same part."""
SHAPES = {"Address", "Client", "Contact", "Group"}
"""Records, and the wire shapes of each dialect beside them."""
FENCED = {
    "SnapshotReader": r"dialects/.*/http/(cached_reads|authentication)|gateway/server/|storage/",
    "ClientVersion": r"dialects/.*/http/cached_reads|storage/",
    "ClientVersions": r"dialects/.*/http/cached_reads|storage/",
    "RenderingCache": r"dialects/.*/http/cached_reads|gateway/server/|storage/",
    "variant_key": r"dialects/.*/http/cached_reads|storage/",
    "ClientColumns": r"dialects/.*/migration/|gateway/migration/|storage/(imports/|__init__)",
    "PreparedColumns": r"dialects/.*/migration/|gateway/migration/|storage/(imports/|__init__)",
    "PreparedRows": r"dialects/.*/migration/|gateway/migration/|storage/(imports/|__init__)",
}
"""Names behind the fences that the public face of the store hands out, and who may take them."""


def tree(module: Path) -> ast.Module:
    return ast.parse((ROOT / module).read_text())


def imports(module: Path) -> set[str]:
    names = set()
    for node in ast.walk(tree(module)):
        match node:
            case ast.Import():
                names |= {alias.name for alias in node.names}
            case ast.ImportFrom(module=str(name), level=0):
                names.add(name)
    return {name for name in names if name.split(".")[0] not in sys.stdlib_module_names}


def imported_names(module: Path) -> set[str]:
    return {
        alias.name
        for node in ast.walk(tree(module))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def in_dialect(module: Path) -> bool:
    return module.parts[0] == "dialects" and module.parts[1] not in {"base", "__init__.py"}


def defined_names(module: Path) -> set[str]:
    """The names that a module defines at its top level."""
    names = set()
    for node in tree(module).body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.add(node.name)
            case ast.Assign(targets=targets):
                names |= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
    return names - {"__all__"}


def definitions(module: Path) -> list[str]:
    """The names of all functions, methods and classes of a module, dunder methods left out."""
    return [
        node.name
        for node in ast.walk(tree(module))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("__")
    ]


def words(name: str) -> list[str]:
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)


def test_the_modules_are_found() -> None:
    assert len(MODULES) > 200


def test_the_rooms_and_the_fences_are_kept() -> None:
    done = subprocess.run(  # noqa: S603  our own
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_each_layer_has_its_own_libraries(module: Path) -> None:
    assert {name.split(".")[0] for name in imports(module)} <= LAYERS[module.parts[0]]


@pytest.mark.parametrize("module", [m for m in MODULES if m.parts[0] != "storage"], ids=str)
def test_only_the_public_face_of_the_store_is_seen(module: Path) -> None:
    assert not {name for name in imports(module) if name.startswith("storage.")}


@pytest.mark.parametrize("module", [m for m in MODULES if in_dialect(m)], ids=str)
def test_a_dialect_can_be_moved(module: Path) -> None:
    """It names no dialect, not even itself, and climbs no higher than its own folder."""
    inside = {name for name in imports(module) if name.split(".")[0] == "dialects"}
    climbs = [node.level for node in ast.walk(tree(module)) if isinstance(node, ast.ImportFrom)]

    assert all(name.startswith("dialects.base.") for name in inside)
    assert max(climbs, default=0) <= len(module.parts) - 2


@pytest.mark.parametrize("name", FENCED)
def test_what_is_there_for_speed_stands_behind_one_door(name: str) -> None:
    takers = [str(module) for module in MODULES if name in imported_names(module)]

    assert takers
    assert [module for module in takers if not re.match(FENCED[name], module)] == []


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_functions_fit_in_a_head_and_files_on_a_desk(module: Path) -> None:
    functions = [
        node
        for node in ast.walk(tree(module))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    long = {f.name for f in functions if (f.end_lineno or 0) - f.lineno >= MAX_FUNCTION}

    assert long == KNOWN_LONG.get(str(module), set())
    assert (ROOT / module).read_text().count("\n") <= MAX_FILE


def test_no_folder_has_more_modules_than_a_person_can_survey() -> None:
    folders = Counter(module.parent for module in MODULES if module.name != "__init__.py")

    assert {str(room): n for room, n in folders.items() if n > MAX_MODULES} == {}


def test_every_room_says_what_it_is_for() -> None:
    rooms = {module.parent for module in MODULES}

    assert [str(room) for room in rooms if not ast.get_docstring(tree(room / "__init__.py"))] == []


def test_a_module_is_named_by_a_noun() -> None:
    assert {module.stem for module in MODULES if module.stem.endswith("ing")} == KNOWN_GERUNDS


def test_a_name_is_found_in_one_place_or_two() -> None:
    places = defaultdict(list)
    for module in MODULES:
        for name in defined_names(module) - SHAPES - KNOWN_SHARED:
            places[name].append(str(module))

    assert {name: found for name, found in places.items() if len(found) > 2} == {}


@pytest.mark.parametrize("layer", LAYERS)
def test_few_names_are_a_single_word(layer: str) -> None:
    names = [n for module in MODULES if module.parts[0] == layer for n in definitions(module)]

    assert sum(len(words(name)) == 1 for name in names) / len(names) <= MAX_ONE_WORD[layer]


def test_an_endpoint_of_planado_decides_nothing() -> None:
    """What there is to decide stands in `list_query`, in `translate` or in the store."""
    [clients] = [
        node
        for node in ast.walk(tree(Path("dialects/planado/http/client_endpoints.py")))
        if isinstance(node, ast.ClassDef) and node.name == "Clients"
    ]

    assert [n.lineno for n in ast.walk(clients) if isinstance(n, ast.If | ast.Match)] == []

"""The rules of the house as a table, and what a source tree breaks of them.

Each finder takes the folder of the package, so that it can be tried on a tree with faults.
`docs/explanation/architecture.md` tells the same in prose.
"""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "configurator"

# Lowest first. A package or module imports only from floors beneath; neighbours never import each other.
FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"distribution", "source"}),
    frozenset({"diagnostics"}),
    frozenset({"errors"}),
    frozenset({"syntax", "csp", "availability", "spreadsheets"}),
    frozenset({"catalog", "engines"}),
    frozenset({"lowering"}),
    frozenset({"explanation"}),
    frozenset({"configuration"}),
    frozenset({"acceptance"}),
    frozenset({"authoring", "serialization_stock"}),
    frozenset(
        {
            "catalog_files",
            "compiled_files",
            "serialization",
            "serialization_analysis",
            "serialization_catalog",
            "serialization_difference",
            "serialization_mutation",
            "serialization_scenarios",
            "serialization_testing",
        }
    ),
    # `configurator` is configurator/configurator.py, the class of the public face.
    frozenset({"configurator", "serialization_acceptance", "table_files"}),
    frozenset({"building", "testing"}),
    frozenset({"cli"}),
)
FLOOR_OF = {name: level for level, floor in enumerate(FLOORS) for name in floor}

# The lazy face and the console command's entry stand above every floor.
ABOVE_ALL = {"__init__.py", "__main__.py"}

# A namespace that imports what is asked for; what it may give is checked by the imports beside it.
LAZY = {"testing/__init__.py"}

# A library that is slow to import, may be absent or could be replaced has exactly one door:
# a package, or the files whose path begins so.
DOORS = {
    "lark": "syntax/",
    "interegular": "syntax/",
    "constraint": "engines/backtracking",
    "pysat": "engines/sat",
    "ortools": "engines/cp_sat",
    "numba": "engines/diagram/kernels",
    "sqlite3": "availability/sqlite/",
    "psycopg": "availability/postgres/",
    "cattrs": "serialization",
    "python_calamine": "spreadsheets/reading",
    "xlsxwriter": "spreadsheets/writing",
    "hypothesis": "testing/",
    "pytest": "testing/",
    "click": "cli/",
    "rich": "cli/",
    "textual": "cli/dialog",
}

# Files are touched from this floor up, and below it by three modules only: one reads its own
# resource, two their own database and its lock.
FILES_FROM = FLOOR_OF["catalog_files"]
FILES_BELOW = {"syntax/grammar.py", "availability/sqlite/store.py", "availability/sqlite/lock.py"}
FILE_CALLS = {
    "read_text",
    "read_bytes",
    "write_text",
    "write_bytes",
    "iterdir",
    "glob",
    "rglob",
    "unlink",
    "mkdir",
}

# The time of day is read by front doors, and by the two functions that they hand down as clocks.
CLOCKS = {"availability/clock.py", "configurator.py"}
CLOCK_CALLS = {"now", "today", "utcnow"}

Place = tuple[str, int]
"""A file, relative to the package, and a line."""


def sources(package: Path) -> Iterator[tuple[str, ast.Module]]:
    """Yield (path relative to the package, syntax tree) of every module that stands on a floor, sorted."""
    for path in sorted(package.rglob("*.py")):
        relative = path.relative_to(package).as_posix()
        if relative not in ABOVE_ALL:
            yield relative, ast.parse(path.read_text(encoding="utf-8"))


def top_name(relative: str) -> str:
    """`catalog` for `catalog/model.py`, `errors` for `errors.py`."""
    return relative.removesuffix(".py").split("/")[0]


def imports_of(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted name) of every import, wherever it stands; a relative one begins with a dot."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or "")


def misplaced_imports(package: Path) -> list[str]:
    """Imports that point upwards or sideways, through the façade, or past a library's door."""
    found = []
    for relative, tree in sources(package):
        own = top_name(relative)
        for line, name in imports_of(tree):
            problem = _import_problem(relative, own, name)
            if problem:
                found.append(f"{relative}:{line}: {problem}")
    return found


def _import_problem(relative: str, own: str, name: str) -> str:
    root, _, rest = name.partition(".")
    if not root:
        return "write absolute imports"
    if root != "configurator":
        door = DOORS.get(root, "")
        return "" if relative.startswith(door) else f"only {door} may import {root}"
    target = rest.partition(".")[0]
    if not target:
        # The command line asks it for its version; for everything else there are modules.
        return "" if own == "cli" else "import the module, not the façade"
    if target == own:
        return ""
    for each in (own, target):
        if each not in FLOOR_OF:
            return f"{each} has no floor"
    return "" if FLOOR_OF[target] < FLOOR_OF[own] else f"{own} may not import {target}"


def hidden_imports(package: Path) -> list[str]:
    """Imports by name at run time: they would pass every other check."""
    return [
        f"{relative}:{node.lineno}: {name} hides an import"
        for relative, tree in sources(package)
        if relative not in LAZY
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and (name := called_name(node)) in {"import_module", "__import__"}
    ]


def called_name(call: ast.Call) -> str:
    """`open` for `open(…)`, `read_text` for `path.read_text(…)`, empty for anything odder."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def touched_files(package: Path) -> list[str]:
    """Files that are opened, listed or written beneath the floor where that is allowed."""
    return [
        f"{relative}:{node.lineno}: {called_name(node)} touches a file"
        for relative, tree in sources(package)
        if FLOOR_OF.get(top_name(relative), 0) < FILES_FROM and relative not in FILES_BELOW
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _touches_a_file(node)
    ]


def _touches_a_file(node: ast.Call) -> bool:
    match node.func:
        case ast.Name(id="open"):
            return True
        case ast.Attribute(attr="open", value=ast.Name(id=name)):
            # `SomeStore.open(…)` is a constructor of ours.
            return not name[0].isupper()
        case ast.Attribute(attr=name):
            return name in FILE_CALLS
        case _:
            return False


def read_clocks(package: Path) -> list[str]:
    """Places that read the time of day for themselves; a monotonic clock for durations is free."""
    return [
        f"{relative}:{node.lineno}: {called_name(node)} reads the clock"
        for relative, tree in sources(package)
        if FLOOR_OF.get(top_name(relative), 0) < FLOOR_OF["testing"] and relative not in CLOCKS
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (node.func.attr in CLOCK_CALLS or ast.unparse(node.func) == "time.time")
        and ast.unparse(node.func.value) in {"datetime", "date", "datetime.datetime", "datetime.date", "time"}
    ]


def spoken_words(package: Path) -> list[str]:
    """Prints and exits beneath the front doors."""
    return [
        f"{relative}:{node.lineno}: {called_name(node)} belongs in a front door"
        for relative, tree in sources(package)
        if top_name(relative) != "cli"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and called_name(node) in {"print", "exit", "SystemExit", "input"}
    ]


def import_cycle(package: Path) -> list[str]:
    """A ring of modules that import each other, empty when there is none; also within one package."""
    modules = dict(sources(package))
    graph = {
        relative: {path for name in imported_modules(tree) if (path := _file_of(name)) in modules}
        for relative, tree in modules.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def imported_modules(tree: ast.Module) -> Iterator[str]:
    """Yield every dotted name that may be a module: of `from a import b`, both `a` and `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def used_doors(package: Path) -> set[str]:
    """The libraries with a door that is in use."""
    return {
        library
        for relative, tree in sources(package)
        for _, name in imports_of(tree)
        if (library := name.partition(".")[0]) in DOORS and relative.startswith(DOORS[library])
    }


def _file_of(name: str) -> str:
    return name.removeprefix("configurator.").replace(".", "/") + ".py"


def names_in(package: Path) -> set[str]:
    """The packages and modules that need a floor."""
    folders = {path.name for path in package.iterdir() if any(path.glob("*.py"))}
    return folders | {path.stem for path in package.glob("*.py") if path.name not in ABOVE_ALL}

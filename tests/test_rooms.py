"""Which room imports which: architecture as a table, read out of the source with ast."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent

ROOMS = {
    # What knows nothing of a running flow: values, words of the wire, errors, files.
    "pure": {
        "__init__", "atomic_files", "credentials", "debug_values", "environment", "errors", "expression_functions",
        "expression_values", "expressions", "folders", "http_bodies", "http_exchange", "http_paths", "javascript",
        "javascript_values", "messages", "moment_formats", "moment_methods", "moments", "property_paths",
        "query_text", "settings", "typed_values", "undefined", "words",
    },
    # What a node is, what it may ask for, and how its messages travel.
    "node": {"context", "context_files", "delivery", "host", "node", "node_config", "routing"},
    # What runs flows, and serves their http nodes.
    "engine": {
        "check", "deploy", "engine", "flow", "flow_file", "group", "hooks", "http_connection", "http_server",
        "http_takeover", "node_sets", "subflow", "user_dir",
    },
    # What shows flows to people, each a room of its own.
    "admin": {"admin"},
    "forms": {"forms"},
    "cli": {"cli", "__main__"},
    "testing": {"testing"},
}  # fmt: skip
PURE, NODE, ENGINE = ROOMS["pure"], ROOMS["node"], ROOMS["engine"]
OUTSIDE = {"admin", "cli", "forms", "testing"}

# room: the modules of `flowengine` it must not import
FORBIDDEN = {
    "pure": NODE | ENGINE | OUTSIDE,
    "node": ENGINE | OUTSIDE,
    "engine": OUTSIDE,
    "testing": {"admin", "cli", "forms"},
    "forms": {"admin", "cli", "testing"},
    "admin": {"cli", "testing"},
    "cli": set[str](),
    # Nodes know what a node is, never who runs them.
    "nodes": ENGINE | OUTSIDE,
}

# Every run loads these rooms: what only some flows need is imported by the function that needs it.
HEADLESS = {"pure", "node", "engine", "cli"}
HEAVY = {
    "aiohttp",
    "cryptography",
    "httpx",
    "jinja2",
    "jlens",
    "jsonatapy",
    "py_mini_racer",
    "quickjs",
    "quickjs_ng",
}


class Import(NamedTuple):
    line: int
    name: str
    """Dotted from the root of an installed package, with what was imported from it."""
    relative: bool


def room_of(path: Path) -> str:
    """Name the room of a source file, "none" for a module that the table does not know."""
    if path.parts[0] == "nodes":
        return "nodes"
    name = path.parts[1].removesuffix(".py")
    return next((room for room, names in ROOMS.items() if name in names), "none")


def imports_of(tree: ast.AST, path: Path) -> Iterator[Import]:
    installed = path.parts if path.parts[0] == "flowengine" else ("flowengine", *path.parts)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(node.lineno, alias.name, False) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = installed[: len(installed) - node.level] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (Import(node.lineno, f"{base}.{alias.name}", node.level > 0) for alias in node.names)


def at_import(tree: ast.Module) -> ast.Module:
    """Give only what runs while the module is imported: no bodies of functions, nothing for type checkers."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    body = [node for node in tree.body if not isinstance(node, functions) and not _for_type_checkers(node)]
    for node in body:
        if isinstance(node, ast.ClassDef):
            node.body = [inner for inner in node.body if not isinstance(inner, functions)] or [ast.Pass()]
    return ast.Module(body, [])


def _for_type_checkers(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def is_forbidden(room: str, found: Import) -> bool:
    top, _, rest = found.name.partition(".")
    module = rest.split(".")[0]
    if room == "nodes":
        if found.relative:  # a sibling, unless the dots lead out of nodes/
            return module != "nodes"
        # By its absolute name a sibling would exist twice in a checkout.
        return top == "nodes" or (top == "flowengine" and module in {*FORBIDDEN["nodes"], "nodes"})
    return top == "flowengine" and module in FORBIDDEN[room]


def complaints(path: Path, source: str) -> list[str]:
    """Give lines such as `nodes/network/http_in.py:7 imports flowengine.admin`."""
    room, tree = room_of(path), ast.parse(source)
    wrong = {found for found in imports_of(tree, path) if is_forbidden(room, found)}
    lines = [(line, ".".join(name.split(".")[:2])) for line, name, _ in wrong]
    if room in HEADLESS:
        lines += [
            (line, f"{name.split('.')[0]} for every run: import it in the function that needs it")
            for line, name, _ in imports_of(at_import(tree), path)
            if name.split(".")[0] in HEAVY
        ]
    return [f"{path.as_posix()}:{line} imports {what}" for line, what in sorted(set(lines))]


def sources() -> list[Path]:
    found = [*ROOT.glob("flowengine/**/*.py"), *ROOT.glob("nodes/**/*.py")]
    return sorted(path.relative_to(ROOT) for path in found)


def test_every_module_has_a_room() -> None:
    homeless = [path.as_posix() for path in sources() if room_of(path) == "none"]
    assert not homeless, f"name these in ROOMS: {', '.join(homeless)}"


def test_imports_point_down() -> None:
    wrong = [
        line
        for path in sources()
        if room_of(path) != "none"
        for line in complaints(path, (ROOT / path).read_text(encoding="utf-8"))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("path", "source", "said"),
    [
        ("nodes/network/http_in.py", "\nfrom flowengine import admin", ":2 imports flowengine.admin"),
        (
            "nodes/network/http_in.py",
            "from flowengine.nodes.common import inject",
            ":1 imports flowengine.nodes",
        ),
        ("nodes/network/http_in.py", "import nodes.common.inject", ":1 imports nodes.common"),
        ("nodes/network/http_in.py", "from ...flow import Flow", ":1 imports flowengine.flow"),
        ("nodes/network/http_in.py", "from flowengine.node import Node\nfrom .tls import Tls", ""),
        ("flowengine/flow.py", "def f():\n    from flowengine.cli import main", ":2 imports flowengine.cli"),
        ("flowengine/flow.py", "from .testing import FlowHarness", ":1 imports flowengine.testing"),
        ("flowengine/messages.py", "import flowengine.flow", ":1 imports flowengine.flow"),
        ("flowengine/engine.py", "import aiohttp", ":1 imports aiohttp for every run"),
        ("flowengine/engine.py", "def serve():\n    import aiohttp", ""),
    ],
)
def test_the_table_catches(path: str, source: str, said: str) -> None:
    found = complaints(Path(path), source)
    assert [line.startswith(path + said) for line in found] == ([True] if said else [])

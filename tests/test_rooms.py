"""Which room imports which: architecture as a table, read out of the source with ast."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent

# room: its modules, first match; a star for a family of modules. A part of a package that is named here ("http.paths")
# is in that room, the rest of the package in the package's.
ROOMS = {
    # What knows nothing of a running flow: values, words of the wire, errors, files.
    "pure": (
        "__init__", "atomic_files", "credentials", "debug_values", "environment", "errors", "expressions", "fields", "folders",
        "http.bodies", "http.exchange", "http.paths", "http.query_text", "javascript_values", "messages",
        "prices", "property_paths", "settings", "streamed_text", "typed_values", "undefined", "words",
    ),
    # What a node is, what it may ask for, and how its messages travel.
    "node": ("context*", "delivery", "host", "model_calls", "node", "node_config", "overflow", "routing"),
    # What nodes share without knowing who runs them: the HTTP server, the JavaScript of function nodes.
    "services": ("http", "javascript"),
    # What runs flows.
    "engine": ("check", "deploy", "engine", "flow", "flow_file", "garbage", "group", "hooks", "node_packages", "node_sets", "subflow", "tracing", "user_dir"),
    # What shows flows to people, each a room of its own.
    "admin": ("admin",),
    "forms": ("forms",),
    "cli": ("cli", "__main__"),
    "testing": ("testing",),
}  # fmt: skip
OUTSIDE = {"admin", "cli", "forms", "testing"}

# room: the rooms it must not import
FORBIDDEN = {
    "pure": {"node", "services", "engine"} | OUTSIDE,
    "node": {"services", "engine"} | OUTSIDE,
    "services": {"engine"} | OUTSIDE,
    "engine": OUTSIDE,
    "testing": {"admin", "cli", "forms"},
    "forms": {"admin", "cli", "testing"},
    "admin": {"cli", "testing"},
    "cli": set[str](),
    # Nodes know what a node is, never who runs them.
    "nodes": {"engine"} | OUTSIDE,
}

# What only some flows need: a run without them must not pay for them.
HEAVY = {
    "aiohttp",
    "authlib",
    "cryptography",
    "httpx",
    "jinja2",
    "jlens",
    "joserfc",
    "jsbox",
    "jsonschema",
    "opentelemetry",
    "peno",
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
    return room_of_module(".".join(path.with_suffix("").parts[1:]))


def room_of_module(name: str) -> str:
    """Name the room of what is imported by a dotted name below ``flowengine``."""
    parts = name.split(".")
    known = (".".join(parts[:2]), parts[0])
    matching = (
        room
        for part in known
        for room, names in ROOMS.items()
        if any(fnmatchcase(part, glob) for glob in names)
    )
    return next(matching, "none")


def imports_of(tree: ast.AST, path: Path) -> Iterator[Import]:
    installed = path.parts if path.parts[0] == "flowengine" else ("flowengine", *path.parts)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(node.lineno, alias.name, False) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = installed[: len(installed) - node.level] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from (Import(node.lineno, f"{base}.{alias.name}", node.level > 0) for alias in node.names)


def is_forbidden(room: str, found: Import) -> bool:
    top, _, rest = found.name.partition(".")
    module = rest.split(".")[0]
    if room == "nodes":
        if found.relative:  # a sibling, unless the dots lead out of nodes/
            return module != "nodes"
        # By its absolute name a sibling would exist twice in a checkout.
        if top == "nodes" or (top == "flowengine" and module == "nodes"):
            return True
    return top == "flowengine" and room_of_module(rest) in FORBIDDEN[room]


def complaints(path: Path, source: str) -> list[str]:
    """Give lines such as `nodes/network/http_in.py:7 imports flowengine.admin`."""
    room, tree = room_of(path), ast.parse(source)
    wrong = {found for found in imports_of(tree, path) if is_forbidden(room, found)}
    lines = [(line, ".".join(name.split(".")[:2])) for line, name, _ in wrong]
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
    ],
)
def test_the_table_catches(path: str, source: str, said: str) -> None:
    found = complaints(Path(path), source)
    assert [line.startswith(path + said) for line in found] == ([True] if said else [])


def test_a_run_loads_no_library_that_its_flow_does_not_need() -> None:
    program = "import sys, flowengine.engine, flowengine.cli.run; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert HEAVY & set(done.stdout.split()) == set()

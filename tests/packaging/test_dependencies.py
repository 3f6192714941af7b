"""What the product imports is what pyproject.toml promises to install, no more and no less."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OWN = {"flowengine", "nodes"}
EXTRAS_OF_THE_PRODUCT = ("v8", "mcp", "oidc", "otel")
READ_NOT_IMPORTED = {"tzdata"}
"""Data that the standard library looks for by itself."""


def imported() -> set[str]:
    """Give the distributions that the product's modules name, wherever in a module they do."""
    names: set[str] = set()
    for path in [*ROOT.glob("flowengine/**/*.py"), *ROOT.glob("nodes/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(str(node.module).split(".")[0])
    found = packages_distributions()
    foreign = names - OWN - set(sys.stdlib_module_names)
    return {normal(found.get(name, [name])[0]) for name in foreign}


def normal(requirement: str) -> str:
    """Give the bare name of a requirement as package indexes spell it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement.strip())[0]).lower()


def declared(*extras: str) -> set[str]:
    lists = [PROJECT["dependencies"], *(PROJECT["optional-dependencies"][extra] for extra in extras)]
    return {normal(requirement) for requirements in lists for requirement in requirements}


def test_everything_imported_is_declared() -> None:
    assert imported() - declared(*EXTRAS_OF_THE_PRODUCT) == set()


def test_everything_declared_is_imported() -> None:
    assert declared() - imported() == READ_NOT_IMPORTED

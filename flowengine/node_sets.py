"""Finds node types: the core set by the name of its modules, then packages that registered an entry point.

A type's module is its name in snake_case (``http in`` is ``http_in.py``), so a run imports only what its flow
uses. Import is declaration: the ``Node`` subclass that a module defines is its node type.
"""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from .errors import NodeTypeError
from .folders import folder
from .node import Node

CORE = "flowengine.nodes"
GROUP = "flowengine.nodes"
"""Entry-point group of third-party node sets: ``name = "package"``."""


def module_name(type_name: str) -> str:
    """Return the module of a type: ``OpenAI API`` is ``openai_api``."""
    return re.sub(r"\W+", "_", type_name).strip("_").lower()


@dataclass
class NodeSets:
    """The node types that flows may use. ``without`` are types that this host does not offer."""

    without: frozenset[str] = frozenset()
    broken: dict[str, str] = field(default_factory=dict)
    """Sets and modules that could not be imported, with the reason."""
    _classes: dict[str, type[Node]] = field(default_factory=dict)
    _core: dict[str, str] | None = None
    _third_parties_loaded: bool = False

    def find(self, type_name: str) -> type[Node] | None:
        """Return the class of a type, or None where there is none."""
        if type_name in self.without:
            return None
        if (found := self._classes.get(type_name)) is not None:
            return found
        if (place := self._core_modules().get(module_name(type_name))) is not None:
            self._import(place)
        if type_name not in self._classes and not self._third_parties_loaded:
            self._load_third_parties()
        return self._classes.get(type_name)

    def all(self, *, withheld: bool = False) -> dict[str, type[Node]]:
        """Import everything and return all types by name; ``withheld`` those too that this host does not offer."""
        for place in self._core_modules().values():
            self._import(place)
        if not self._third_parties_loaded:
            self._load_third_parties()
        left_out = frozenset() if withheld else self.without
        return {name: cls for name, cls in sorted(self._classes.items()) if name not in left_out}

    def add(self, node_class: type[Node]) -> None:
        """Declare a type; the same one twice is an error that names both modules."""
        name = node_class.type
        if not name:
            raise NodeTypeError(f"{node_class.__module__}: {node_class.__name__} has no type")
        known = self._classes.get(name)
        if known is not None and known is not node_class:
            raise NodeTypeError(
                f'{node_class.__module__}: type "{name}" is already defined in {known.__module__}'
            )
        self._classes[name] = node_class

    def _core_modules(self) -> dict[str, str]:
        if self._core is None:
            root = folder("nodes")
            files = (file for file in root.glob("*/*.py") if file.stem != "__init__")
            self._core = {file.stem: _dotted(file, root) for file in sorted(files)}
        return self._core

    def _import(self, name: str) -> None:
        try:
            self._take(importlib.import_module(name))
        except NodeTypeError:
            raise
        except Exception as error:  # one broken module must not take the others with it
            self.broken[name] = f"{error.__class__.__name__}: {error}"

    def _take(self, module: ModuleType) -> None:
        for value in list(vars(module).values()):
            if (
                isinstance(value, type)
                and issubclass(value, Node)
                and value.__module__ == module.__name__
                and value.type
            ):
                self.add(value)

    def _load_third_parties(self) -> None:
        self._third_parties_loaded = True
        for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
            try:
                package = importlib.import_module(point.value)
                self._take(package)
                for place in getattr(package, "__path__", []):
                    for file in sorted(Path(place).rglob("*.py")):
                        if file.stem != "__init__":
                            self._take(importlib.import_module(_dotted(file, Path(place), point.value)))
            except Exception as error:
                self.broken[point.value] = f"{error.__class__.__name__}: {error}"


def _dotted(file: Path, root: Path, package: str = CORE) -> str:
    return ".".join((package, *file.relative_to(root).with_suffix("").parts))

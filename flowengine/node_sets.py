"""Finds node types: the core set by the name of its modules, then packages that registered an entry point.

A type's module is its name in snake_case (``http in`` is ``http_in.py``), so a run imports only what its flow
uses. Import is declaration: the ``Node`` subclass that a module defines is its node type. Where two packages have
the same type the first wins, and the core set is before all of them.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from .errors import NodeTypeError
from .folders import folder
from .node import Node
from .node_packages import CORE, NodeModule, NodePackage, module_name, packages_in_order


@dataclass
class NodeSets:
    """The node types that flows may use. ``without`` are types that this host does not offer.

    ``packages_folder`` is where packages of this user folder are installed, beside those of the environment.
    """

    without: frozenset[str] = frozenset()
    packages_folder: Path | None = None
    broken: dict[str, str] = field(default_factory=dict)
    """Modules that could not be imported, with the reason."""
    _classes: dict[str, type[Node]] = field(default_factory=dict)
    _core: dict[str, NodeModule] | None = None
    _packages: list[NodePackage] | None = None
    _imported: set[str] = field(default_factory=set)

    def find(self, type_name: str) -> type[Node] | None:
        """Return the class of a type, or None where there is none."""
        if type_name in self.without:
            return None
        if (found := self._classes.get(type_name)) is not None:
            return found
        for module in self._claims(type_name):
            self._import(module)
            if (found := self._classes.get(type_name)) is not None:
                return found
        return None

    def reason(self, type_name: str) -> str:
        """Say why a type that a module declares cannot be used; empty where no module does."""
        reasons = (self.broken.get(module.place) for module in self._claims(type_name))
        return next((reason for reason in reasons if reason), "")

    def all(self, *, withheld: bool = False) -> dict[str, type[Node]]:
        """Import everything and return all types by name; ``withheld`` those too that this host does not offer."""
        for module in self.modules():
            self._import(module)
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

    def __post_init__(self) -> None:
        if self.packages_folder is not None:
            self.packages_folder = self.packages_folder.absolute()

    # what there is

    def modules(self) -> Iterator[NodeModule]:
        """Yield all modules, in the order in which they count."""
        yield from self._core_modules().values()
        for package in self.packages():
            yield from package.modules

    def packages(self) -> list[NodePackage]:
        """Return the packages of third parties: those of the environment, then those of the user folder."""
        if self._packages is None:
            # Last of all places: what is installed for nodes must not come before what flowengine itself runs on.
            if self.packages_folder is not None and str(self.packages_folder) not in sys.path:
                sys.path.append(str(self.packages_folder))
            self._packages = packages_in_order(self.packages_folder)
        return self._packages

    def package_of(self, place: str) -> NodePackage | None:
        """Return the package of a module, None for the core set."""
        if place.startswith(f"{CORE}."):
            return None
        return next(
            (one for one in self.packages() if any(place == module.place for module in one.modules)), None
        )

    # packages that come and go

    def renew(self, changed: NodePackage | None = None) -> None:
        """Read anew which packages there are. The code of one that has changed or gone is forgotten."""
        for package in self.packages():
            for module in package.modules:
                # What was refused may be taken now: the one that it was second to may have gone.
                self.broken.pop(module.place, None)
                self._imported.discard(module.place)
        if changed is not None:
            self._forget(changed)
        importlib.invalidate_caches()
        self._packages = None

    def retry(self, place: str) -> None:
        """Import a module again at the next occasion: what it lacked may be there now."""
        self.broken.pop(place, None)
        self._imported.discard(place)
        importlib.invalidate_caches()

    def close(self) -> None:
        """Take the packages of the user folder out of this process."""
        for package in self._packages or ():
            if package.lies_in(self.packages_folder):
                self._forget(package)
        if str(self.packages_folder) in sys.path:
            sys.path.remove(str(self.packages_folder))
        importlib.invalidate_caches()

    def _forget(self, package: NodePackage) -> None:
        places = {module.place for module in package.modules}
        self._classes = {name: cls for name, cls in self._classes.items() if cls.__module__ not in places}
        tops = {package.place, *places}
        for name in list(sys.modules):
            if any(name == top or name.startswith(f"{top}.") for top in tops):
                del sys.modules[name]

    # how a type is found

    def _core_modules(self) -> dict[str, NodeModule]:
        if self._core is None:
            root = folder("nodes")
            files = (file for file in sorted(root.glob("*/*.py")) if file.stem != "__init__")
            self._core = {
                file.stem: NodeModule(f"{CORE}.{file.parent.name}.{file.stem}", file) for file in files
            }
        return self._core

    def _claims(self, type_name: str) -> Iterator[NodeModule]:
        """Yield the modules that may define a type, in the order in which they count."""
        if (module := self._core_modules().get(module_name(type_name))) is not None:
            yield module
        for package in self.packages():
            yield from package.claims(type_name)

    def _import(self, module: NodeModule) -> None:
        if module.place in self._imported:
            return
        self._imported.add(module.place)
        try:
            self._take(importlib.import_module(module.place), module)
        except (Exception, SystemExit) as error:  # one broken module must not take the others with it
            if isinstance(error, NodeTypeError) and module.place.startswith(f"{CORE}."):
                raise
            text = str(error) if isinstance(error, NodeTypeError) else f"{error.__class__.__name__}: {error}"
            self.broken[module.place] = text

    def _take(self, imported: ModuleType, module: NodeModule) -> None:
        classes = [
            value
            for value in list(vars(imported).values())
            if isinstance(value, type)
            and issubclass(value, Node)
            and value.__module__ == module.place
            and value.type
        ]
        # All or nothing, so that a module is either well or listed with its reason.
        for node_class in classes:
            if (first := self._first(node_class.type, module)) is not None:
                raise NodeTypeError(f'type "{node_class.type}" is already defined in {first}')
        for node_class in classes:
            self.add(node_class)

    def _first(self, type_name: str, module: NodeModule) -> str | None:
        """Name the module that has a type before this one, imported or not: what is found must not hang on chance."""
        if module.place.startswith(f"{CORE}."):
            return None
        for claiming in self._claims(type_name):
            if claiming.place == module.place:
                return None
            if type_name in claiming.types:
                return claiming.place
        return None

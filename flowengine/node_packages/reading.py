"""Packages that bring node types, read without importing them: the core set, and what announces an entry point.

    [project.entry-points."flowengine.nodes"]
    acme = "acme_nodes"

The value names an importable package. Every module in it is one of nodes, but those that begin with ``_`` and those
in a folder ``tests``. Beside them lie ``locales/<language>/<module>.json`` and ``.html``, ``templates/<module>.html``,
``icons/`` and ``examples/``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from ..errors import InstallError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

FOLDER = "packages"
"""Folder of a user folder that packages are installed into."""
RECORD = "installed.json"
"""File in that folder that says what was added, in the order in which it was."""
CORE = "flowengine.nodes"
GROUP = "flowengine.nodes"
"""Entry-point group of third-party node packages: ``name = "package"``."""

_TYPE = re.compile(
    r"""^[ \t]+type(?:[ \t]*:[^=\n]+)?[ \t]*=[ \t]*(["'])([^"'\n]+)\1[ \t]*(?:\#.*)?$""", re.MULTILINE
)
_SEPARATORS = re.compile(r"[-_.]+")


def canonical(name: str) -> str:
    """Return a package's name in the form that pip compares: ``Acme_Nodes`` is ``acme-nodes``."""
    return _SEPARATORS.sub("-", name).lower()


def module_name(type_name: str) -> str:
    """Return the module of a type: ``OpenAI API`` is ``openai_api``."""
    return re.sub(r"\W+", "_", type_name).strip("_").lower()


@dataclass(frozen=True)
class NodeModule:
    """A file of node types; ``place`` is its dotted name."""

    place: str
    file: Path

    @property
    def name(self) -> str:
        """The last part of its dotted name."""
        return self.place.rpartition(".")[2]

    @cached_property
    def types(self) -> tuple[str, ...]:
        """The types that its text declares: known though it was not, or cannot be, imported."""
        try:
            text = self.file.read_text("utf-8", errors="replace")
        except OSError:
            return ()
        return tuple(found[2] for found in _TYPE.finditer(text))


@dataclass(frozen=True)
class NodePackage:
    """An installed package of nodes. ``name`` is what pip calls it, ``place`` what Python imports."""

    name: str
    version: str
    place: str
    folders: tuple[Path, ...]
    modules: tuple[NodeModule, ...]
    error: str = ""
    """Why nothing of it can be used, where its entry point leads nowhere."""

    def lies_in(self, folder: Path | None) -> bool:
        """Tell whether it was installed into a folder."""
        return folder is not None and any(place.is_relative_to(folder) for place in self.folders)

    def claims(self, type_name: str) -> list[NodeModule]:
        """Return the modules that may define a type, most likely first: those that say so, else by their name."""
        saying = [module for module in self.modules if type_name in module.types]
        return saying or [module for module in self.modules if module.name == module_name(type_name)]

    def folder(self, name: str) -> Path | None:
        """Return a data folder such as ``icons``."""
        return next((found for place in self.folders if (found := place / name).is_dir()), None)


def read_record(folder: Path) -> dict[str, dict[str, Any]]:
    """Read what was added to a folder of packages, by name. Raises InstallError where the record is damaged."""
    file = folder / RECORD
    try:
        found = orjson.loads(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise InstallError(f"{file}: {error.strerror or error}", code="failed") from None
    except orjson.JSONDecodeError as error:
        raise _damaged(file, str(error)) from None
    if not isinstance(found, dict) or not all(isinstance(entry, dict) for entry in found.values()):
        raise _damaged(file, "no table of packages")
    return found


def _damaged(file: Path, reason: str) -> InstallError:
    return InstallError(
        f"{file} is damaged ({reason}): restore it, or delete it, whereupon the packages go on working and can be "
        "removed and added again",
        code="failed",
    )


def _order(added_to: Path | None) -> dict[str, int]:
    """Return the places of what was added; a damaged record, which the installer and the doctor tell of, has none."""
    try:
        return {name: at for at, name in enumerate(read_record(added_to) if added_to else ())}
    except InstallError:
        return {}


def packages_in_order(added_to: Path | None) -> list[NodePackage]:
    """Read the packages in the order in which they count where two have the same type.

    Those of the environment are before those that were added to the folder, and what was added first is before what
    came later: an addition never takes a type away.
    """
    order = _order(added_to)
    found = installed_packages()
    return sorted(found, key=lambda one: order.get(one.name, len(order)) if one.lies_in(added_to) else -1)


def installed_packages() -> list[NodePackage]:
    """Read which packages announce nodes, by name."""
    # The library behind this is large, and a flow of core nodes never asks.
    from importlib.metadata import entry_points

    points = sorted(entry_points(group=GROUP), key=lambda point: (_name(point), point.name))
    found: dict[str, NodePackage] = {}
    for point in points:
        # Of several announcements of one package each has modules of its own; the first gives the folder of data.
        package = _read(point)
        known = found.get(package.name)
        found[package.name] = package if known is None else _joined(known, package)
    return list(found.values())


def _name(point: EntryPoint) -> str:
    return canonical(point.dist.name if point.dist is not None else point.name)


def _joined(one: NodePackage, other: NodePackage) -> NodePackage:
    folders = (*one.folders, *other.folders)
    return NodePackage(
        one.name, one.version, one.place, folders, (*one.modules, *other.modules), one.error or other.error
    )


def _read(point: EntryPoint) -> NodePackage:
    version = point.dist.version if point.dist is not None else "0.0.0"
    try:
        places = _locate(point.module)
    except (ImportError, ValueError) as error:
        return NodePackage(_name(point), version, point.module, (), (), str(error))
    folders = tuple(place if place.is_dir() else place.parent for place in places)
    modules = tuple(module for place in places for module in _modules(place, point.module))
    return NodePackage(_name(point), version, point.module, folders, modules)


def _locate(dotted: str) -> list[Path]:
    """Return the folders of a package, or the file of a module. Importing it could fail, or take long."""
    top, *inner = dotted.split(".")
    # Not by importlib.util.find_spec: that answers from what has been imported, which may have been replaced since.
    found_by = (finder.find_spec(top, None) for finder in sys.meta_path if hasattr(finder, "find_spec"))
    spec = next((one for one in found_by if one is not None), None)
    if spec is None:
        raise ModuleNotFoundError(f"No module named {dotted!r}")
    if spec.submodule_search_locations is None:
        places = [Path(spec.origin)] if spec.origin and not inner else []
    else:
        places = [Path(place, *inner) for place in spec.submodule_search_locations]
    found = [one for place in places for one in (place, place.with_suffix(".py")) if one.exists()]
    if not found:
        raise ModuleNotFoundError(f"No module named {dotted!r}")
    return found


def _modules(place: Path, package: str) -> Iterator[NodeModule]:
    if place.is_file():
        yield NodeModule(package, place)
        return
    top = NodeModule(package, place / "__init__.py")
    if top.types:
        yield top
    for file in sorted(place.rglob("*.py")):
        parts = file.relative_to(place).with_suffix("").parts
        if not any(
            part.startswith(("_", ".")) or part == "tests" or not part.isidentifier() for part in parts
        ):
            yield NodeModule(".".join((package, *parts)), file)

"""The installed node types as Node-RED's API tells them: modules of sets of types, each set on or off."""

from __future__ import annotations

from typing import Any

from .. import __version__
from ..node_packages import CORE, NodePackage, canonical
from ..node_sets import NodeSets
from .errors import ApiError, not_found
from .storage import Storage

SECTION = "nodes"
CORE_MODULE = "flowengine"

NodeSetInfo = dict[str, Any]


class Palette:
    """Node sets, and which of them are switched off; that is kept where Node-RED keeps it."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._kept = storage.read_config(SECTION)

    @property
    def disabled_types(self) -> frozenset[str]:
        """Types that are switched off."""
        sets = (
            one
            for module in self._kept.values()
            if isinstance(module, dict) and isinstance(module.get("nodes"), dict)
            for one in module["nodes"].values()
        )
        return frozenset(
            name
            for one in sets
            if isinstance(one, dict) and one.get("enabled") is False
            for name in one.get("types") or []
        )

    def sets(self, node_sets: NodeSets) -> list[NodeSetInfo]:
        """Return all sets, those that could not be imported with the reason."""
        found: dict[str, NodeSetInfo] = {}
        for type_name, node_class in node_sets.all(withheld=True).items():
            place = node_class.__module__
            info = found.setdefault(place, _info(place, node_sets))
            info["types"].append(type_name)
            info["enabled"] = info["enabled"] and type_name not in node_sets.without
        for module in node_sets.modules():
            if (reason := node_sets.broken.get(module.place)) is not None:
                found[module.place] = _failed(_info(module.place, node_sets), list(module.types), reason)
        for package in node_sets.packages():
            if package.error:
                found[package.place] = _failed(_about(package, package.name, node_sets), [], package.error)
        return sorted(found.values(), key=lambda info: str(info["id"]))

    def module(self, node_sets: NodeSets, name: str) -> dict[str, Any]:
        """Return a module with its sets. Raises ApiError 404."""
        name = canonical(name)
        sets = [info for info in self.sets(node_sets) if info["module"] == name]
        packages = [package for package in node_sets.packages() if package.name == name]
        if not sets and not packages:
            raise not_found()
        one = sets[0] if sets else _about(packages[0], name, node_sets)
        return {
            "name": name,
            **{key: one[key] for key in ("version", "local", "user")},
            "nodes": sets,
            "plugins": [],
        }

    def forget(self, node_sets: NodeSets, name: str) -> None:
        """Drop what was kept of a module that is gone."""
        kept = self._kept.pop(name, None)
        if kept is not None:
            self._storage.write_config(SECTION, self._kept)
            node_sets.without -= frozenset(
                type_name for one in kept.get("nodes", {}).values() for type_name in one.get("types") or []
            )

    def node_set(self, node_sets: NodeSets, set_id: str) -> NodeSetInfo:
        """Return a set by ``module/name``, or by one of its types. Raises ApiError 404."""
        for info in self.sets(node_sets):
            if info["id"] == set_id:
                return info
        raise not_found()

    def switch(self, node_sets: NodeSets, info: NodeSetInfo, on: bool, used: set[str]) -> NodeSetInfo:
        """Switch a set on or off. Raises ApiError 400 where flows use it."""
        if not on and (needed := [name for name in info["types"] if name in used]):
            raise ApiError(400, "type_in_use", types=", ".join(needed))
        module = self._kept.setdefault(info["module"], {"name": info["module"], "version": info["version"]})
        module.setdefault("nodes", {})[info["name"]] = {
            "name": info["name"],
            "types": info["types"],
            "enabled": on,
        }
        self._storage.write_config(SECTION, self._kept)
        types = frozenset(info["types"])
        node_sets.without = node_sets.without - types if on else node_sets.without | types
        return {**info, "enabled": on}


def _info(place: str, node_sets: NodeSets) -> NodeSetInfo:
    name = place.rpartition(".")[2]
    if (package := node_sets.package_of(place)) is not None:
        return _about(package, name, node_sets)
    # Neither ours nor announced: a class that was added by hand.
    is_core = place.startswith(f"{CORE}.")
    module = CORE_MODULE if is_core else place.partition(".")[0]
    return _set(module, name, __version__ if is_core else "0.0.0", local=False)


def _about(package: NodePackage, name: str, node_sets: NodeSets) -> NodeSetInfo:
    return _set(package.name, name, package.version, local=package.lies_in(node_sets.packages_folder))


def _set(module: str, name: str, version: str, *, local: bool) -> NodeSetInfo:
    """Return a set; ``local`` and ``user`` say that it was added to the user folder, and so can be removed."""
    return {
        "id": f"{module}/{name}",
        "name": name,
        "types": [],
        "enabled": True,
        "local": local,
        "user": local,
        "module": module,
        "version": version,
    }


def _failed(info: NodeSetInfo, types: list[str], reason: str) -> NodeSetInfo:
    return {**info, "types": types, "enabled": False, "err": reason}

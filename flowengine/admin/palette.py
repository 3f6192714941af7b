"""The installed node types as Node-RED's API tells them: modules of sets of types, each set on or off."""

from __future__ import annotations

from typing import Any

from .. import __version__
from ..node_sets import CORE, NodeSets
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
            info = found.setdefault(node_class.__module__, _info(node_class.__module__))
            info["types"].append(type_name)
            info["enabled"] = info["enabled"] and type_name not in node_sets.without
        for place, reason in node_sets.broken.items():
            found[place] = {**_info(place), "enabled": False, "err": reason}
        return sorted(found.values(), key=lambda info: str(info["id"]))

    def module(self, node_sets: NodeSets, name: str) -> dict[str, Any]:
        """Return a module with its sets. Raises ApiError 404."""
        sets = [info for info in self.sets(node_sets) if info["module"] == name]
        if not sets:
            raise not_found()
        about = {key: sets[0][key] for key in ("version", "local", "user")}
        return {"name": name, **about, "nodes": sets, "plugins": []}

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


def _info(place: str) -> NodeSetInfo:
    is_core = place.startswith(f"{CORE}.")
    module = CORE_MODULE if is_core else place.partition(".")[0]
    name = place.rpartition(".")[2]
    return {
        "id": f"{module}/{name}",
        "name": name,
        "types": [],
        "enabled": True,
        "local": False,
        "user": not is_core,
        "module": module,
        "version": __version__ if is_core else _version(module),
    }


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, packages_distributions, version

    try:
        return version(packages_distributions().get(package, [package])[0])
    except PackageNotFoundError:
        return "0.0.0"

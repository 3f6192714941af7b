"""Node, flow and global context, and the stores behind them.

A ``Context`` is one scope's view; the values lie in stores: ``memory`` hands out references, as Node-RED's
does, ``localfilesystem`` keeps the same in files of Node-RED's own layout. Keys are property paths.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from .errors import PropertyPathError, SettingsError
from .property_paths import Path, compile_key
from .undefined import UNDEFINED


class Store(Protocol):
    """Holds the values of every scope: ``global``, a flow's id, or ``<node id>:<flow id>``."""

    def values(self, scope: str) -> dict[str, Any]:
        """Return the values of a scope, by reference."""

    def changed(self, scope: str) -> None:
        """Learn that values of a scope have changed."""

    def forget(self, scope: str) -> None:
        """Drop a scope for good."""

    def keep_only(self, scopes: set[str]) -> None:
        """Drop every scope but these."""

    async def close(self) -> None:
        """Write what is not yet written."""


class MemoryStore:
    """Values in memory, gone with the process."""

    def __init__(self) -> None:
        self._scopes: dict[str, dict[str, Any]] = {}

    def values(self, scope: str) -> dict[str, Any]:
        """Return the values of a scope, by reference."""
        return self._scopes.setdefault(scope, {})

    def changed(self, scope: str) -> None:
        """Nothing to do: the reference is the store."""

    def forget(self, scope: str) -> None:
        """Drop a scope."""
        self._scopes.pop(scope, None)

    def keep_only(self, scopes: set[str]) -> None:
        """Drop every scope but these."""
        self._scopes = {scope: values for scope, values in self._scopes.items() if scope in scopes}

    async def close(self) -> None:
        """Nothing to write."""


class Context:
    """The values of one scope, in any of the stores.

    ``seed`` are values that are there before anything is set (the global context of functions).
    """

    __slots__ = ("_parent", "_scope", "_seed", "_stores")

    def __init__(
        self, stores: Stores, scope: str, parent: Context | None = None, seed: Mapping[str, Any] | None = None
    ):
        self._stores, self._scope, self._parent, self._seed = stores, scope, parent, seed

    def get(self, key: str, store: str | None = None) -> Any:
        """Return a value by reference, or UNDEFINED. ``$parent.key`` asks the flow around a subflow."""
        if key.startswith("$parent.") or key == "$parent":
            return self._parent.get(key[8:], store) if self._parent is not None else UNDEFINED
        path = compile_key(key) if key else _no_key()
        values = self._stores.find(store).values(self._scope)
        first = path.parts[0]
        if self._seed is not None and first not in values and first in self._seed:
            return path.get(dict(self._seed))
        return self._walk(path, values)

    def _walk(self, path: Any, values: dict[str, Any]) -> Any:
        try:
            return path.get(values)
        except PropertyPathError:
            return UNDEFINED

    def set(self, key: str, value: Any, store: str | None = None) -> None:
        """Set a value; UNDEFINED removes it."""
        if key.startswith("$parent."):
            if self._parent is not None:
                self._parent.set(key[8:], value, store)
            return
        found = self._stores.find(store)
        path = compile_key(key) if key else _no_key()
        path.set(found.values(self._scope), value)
        found.changed(self._scope)

    def keys(self, store: str | None = None) -> list[str]:
        """Return the names of all values."""
        names = list(self._stores.find(store).values(self._scope))
        return names + [name for name in self._seed or () if name not in names]


class ContextKeyError(PropertyPathError):
    """A key is empty."""

    code = None


def _no_key() -> Path:
    raise ContextKeyError("Invalid context key")


class Stores:
    """All stores of an engine, by name."""

    def __init__(self, declared: Mapping[str, Any], folder: str | None = None) -> None:
        self._stores: dict[str, Store] = {}
        for name, form in declared.items():
            if isinstance(form, dict):
                self._stores[name] = make_store(name, form, folder)
        aliases = {name: form for name, form in declared.items() if isinstance(form, str)}
        if not self._stores:
            self._stores["memory"] = MemoryStore()
        first = next(iter(self._stores))
        self.default = aliases.get("default", "default" if "default" in self._stores else first)
        if self.default not in self._stores:
            raise SettingsError(f'contextStorage: the default store "{self.default}" is not declared')

    @property
    def names(self) -> list[str]:
        """Names of the stores, the default one first."""
        return [self.default, *(name for name in self._stores if name != self.default)]

    def find(self, name: str | None = None) -> Store:
        """Return a store; an unknown name gives the default one, as in Node-RED."""
        return self._stores.get(name or self.default) or self._stores[self.default]

    def forget(self, scope: str) -> None:
        """Drop a scope in all stores."""
        for store in self._stores.values():
            store.forget(scope)

    def keep_only(self, scopes: set[str]) -> None:
        """Drop every scope but these in all stores."""
        for store in self._stores.values():
            store.keep_only(scopes)

    async def close(self) -> None:
        """Write what is not yet written."""
        for store in self._stores.values():
            await store.close()


def make_store(name: str, form: Mapping[str, Any], folder: str | None) -> Store:
    """Make the store that a ``contextStorage`` entry declares."""
    module = form.get("module", "memory")
    if module == "memory":
        return MemoryStore()
    if module == "localfilesystem":
        from .context_files import FileStore

        return FileStore(form.get("config") or {}, folder)
    raise SettingsError(
        f'contextStorage: store "{name}" has the unknown module "{module}"; use memory or localfilesystem'
    )

"""The ``localfilesystem`` context store: JSON files in Node-RED's own layout.

    <dir>/<base>/global/global.json      <dir>/<base>/<flow id>/flow.json      <dir>/<base>/<flow id>/<node id>.json

Values are read once and kept; what changed is written every ``flushInterval`` seconds and at close.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import orjson

from .atomic_files import write_atomic
from .errors import FlowError


class FileStore:
    """Values in memory, written to files behind."""

    def __init__(self, config: dict[str, Any], folder: str | None) -> None:
        self._base = Path(config.get("dir") or folder or ".") / (config.get("base") or "context")
        self._interval = float(config.get("flushInterval", 30)) if config.get("cache", True) else 0.0
        self._scopes: dict[str, dict[str, Any]] = {}
        self._dirty: set[str] = set()
        self._flush: asyncio.TimerHandle | None = None

    def _file(self, scope: str) -> Path:
        node_id, _, flow_id = scope.partition(":")
        if scope == "global":
            return self._base / "global" / "global.json"
        if flow_id:
            return self._base / _safe(flow_id) / f"{_safe(node_id)}.json"
        return self._base / _safe(scope) / "flow.json"

    def values(self, scope: str) -> dict[str, Any]:
        """Return the values of a scope, by reference; reads its file at the first call."""
        if (values := self._scopes.get(scope)) is None:
            values = self._scopes[scope] = self._read(self._file(scope))
        return values

    def _read(self, file: Path) -> dict[str, Any]:
        try:
            text = file.read_bytes()
        except FileNotFoundError:
            return {}
        try:
            values = orjson.loads(text or b"{}")
        except orjson.JSONDecodeError as error:
            raise FlowError(
                f"the context file {file.name} is damaged ({error}); mend it or move it away"
            ) from None
        return values if isinstance(values, dict) else {}

    def changed(self, scope: str) -> None:
        """Note a scope for the next flush."""
        self._dirty.add(scope)
        if self._flush is None:
            self._flush = asyncio.get_running_loop().call_later(self._interval, self._flush_now)

    def _flush_now(self) -> None:
        self._flush = None
        dirty, self._dirty = self._dirty, set()
        for scope in dirty:
            write_atomic(self._file(scope), _json(self._scopes.get(scope, {})))

    def forget(self, scope: str) -> None:
        """Drop a scope and its file."""
        self._scopes.pop(scope, None)
        self._dirty.discard(scope)
        self._file(scope).unlink(missing_ok=True)

    def keep_only(self, scopes: set[str]) -> None:
        """Drop every scope that is in memory but not among these."""
        for scope in set(self._scopes) - scopes:
            self.forget(scope)

    async def close(self) -> None:
        """Write what is not yet written."""
        if self._flush is not None:
            self._flush.cancel()
        self._flush_now()


def _safe(name: str) -> str:
    return name.replace("/", "_").replace("\\", "_").replace("..", "_")


def _json(values: dict[str, Any]) -> bytes:
    from .javascript_values import js_json

    return (js_json(values, 4) or "{}").encode()

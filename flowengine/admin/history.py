"""Every deployed version of the flows, in SQLite: list, view, compare, restore. Secrets are not in it."""

from __future__ import annotations

import sqlite3
import zlib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import orjson

from ..deploy import compare
from ..flow_file import NodeDict, sort_nodes

NAME = "history.sqlite"
_TABLE = """
CREATE TABLE IF NOT EXISTS versions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time TEXT NOT NULL, user TEXT NOT NULL, kind TEXT NOT NULL, rev TEXT NOT NULL, nodes INTEGER NOT NULL,
    flows BLOB NOT NULL
)
"""
_COUNTS = ("added", "changed", "removed")
_COLUMNS = f"id, time, user, kind, rev, nodes, {', '.join(_COUNTS)}"


@dataclass(frozen=True, slots=True)
class Version:
    """One deployed version; ``kind`` is the deployment type, or ``restore``, or ``outside`` for an edited file.

    ``added``, ``changed`` and ``removed`` count nodes since the version before; None where nobody counted.
    """

    id: int
    time: str
    user: str
    kind: str
    rev: str
    nodes: int
    added: int | None = None
    changed: int | None = None
    removed: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)


def remedy(error: Exception) -> str:
    """Say what to do about a file that cannot be used; one that is only out of reach is not to be thrown away."""
    if isinstance(error, sqlite3.OperationalError):
        return "see whether the disk is full, and who may use the file"
    return "move it away, and the next deploy begins a new one"


def unusable(error: Exception, lost: str = "deploys leave no versions") -> str:
    """Say that the file cannot be used, what is ``lost`` by that, and what to do."""
    return f"{NAME} cannot be used ({error}): {lost}; {remedy(error)}"


class History:
    """The versions of one user folder; ``length`` is how many are kept."""

    def __init__(self, file: Path, length: int) -> None:
        self._length = length
        self._guard = Lock()
        # Made with these rights before SQLite opens it, for flows may hold what is nobody else's business.
        file.touch(mode=0o600)
        self._base = sqlite3.connect(file, check_same_thread=False, timeout=10)
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute(_TABLE)
        self._add_counts()

    def _add_counts(self) -> None:
        """Files of earlier releases have no counts; theirs stay empty."""
        known = {row[1] for row in self._base.execute("PRAGMA table_info(versions)")}
        for name in _COUNTS:
            if name not in known:
                self._base.execute(f"ALTER TABLE versions ADD COLUMN {name} INTEGER")

    def close(self) -> None:
        """Close the file."""
        with self._guard:
            self._base.close()

    def add(
        self,
        nodes: list[NodeDict],
        rev: str,
        kind: str,
        user: str = "",
        before: tuple[str, list[NodeDict]] | None = None,
    ) -> None:
        """Keep a version, unless it is the same as the last one; the oldest goes where there are too many.

        ``before``: revision and nodes of what is probably the last one, so that they need not be read for the counts.
        """
        flows = zlib.compress(orjson.dumps(nodes))
        time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        with self._guard, self._base:
            last = self._last_rev()
            if last == rev:
                return
            counts = _count(before[1], nodes) if before and before[0] == last else self._counts(nodes)
            self._base.execute(
                "INSERT INTO versions (time, user, kind, rev, nodes, added, changed, removed, flows)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (time, user, kind, rev, len(nodes), *counts, flows),
            )
            self._base.execute(
                "DELETE FROM versions WHERE id <= (SELECT max(id) FROM versions) - ?", (self._length,)
            )

    def _counts(self, nodes: list[NodeDict]) -> tuple[int | None, int | None, int | None]:
        try:
            return _count(self._newest() or [], nodes)
        except (zlib.error, ValueError):  # the version before is damaged; this one is to be kept all the same
            return None, None, None

    def _last_rev(self) -> str:
        row = self._base.execute("SELECT rev FROM versions ORDER BY id DESC LIMIT 1").fetchone()
        return str(row[0]) if row else ""

    def last_rev(self) -> str:
        """Return the revision of the newest version, or an empty text."""
        with self._guard:
            return self._last_rev()

    def newest(self) -> list[NodeDict] | None:
        """Return the nodes of the newest version; None where there is none."""
        with self._guard:
            return self._newest()

    def _newest(self) -> list[NodeDict] | None:
        row = self._base.execute("SELECT flows FROM versions ORDER BY id DESC LIMIT 1").fetchone()
        return orjson.loads(zlib.decompress(row[0])) if row else None

    def versions(self, limit: int = 100, before: int | None = None) -> list[Version]:
        """Return versions, newest first; ``before`` an id for the next page."""
        with self._guard:
            rows = self._base.execute(
                f"SELECT {_COLUMNS} FROM versions WHERE id < ? ORDER BY id DESC LIMIT ?",  # noqa: S608
                (before if before is not None else 2**62, limit),
            ).fetchall()
        return [Version(*row) for row in rows]

    def find(self, version_id: int) -> tuple[Version, list[NodeDict]]:
        """Return a version and its nodes. Raises KeyError."""
        with self._guard:
            row = self._base.execute(
                f"SELECT {_COLUMNS}, flows FROM versions WHERE id = ?",  # noqa: S608
                (version_id,),
            ).fetchone()
        if row is None:
            raise KeyError(version_id)
        return Version(*row[:-1]), orjson.loads(zlib.decompress(row[-1]))


def _count(old: list[NodeDict], new: list[NodeDict]) -> tuple[int, int, int]:
    before = {node["id"]: node for node in old}
    after = {node["id"]: node for node in new}
    common = before.keys() & after.keys()
    changed = sum(after[key] is not before[key] and after[key] != before[key] for key in common)
    return len(after.keys() - before.keys()), changed, len(before.keys() - after.keys())


def difference(old: list[NodeDict], new: list[NodeDict]) -> list[dict[str, Any]]:
    """List what changed from ``old`` to ``new``: id, type, name, tab, change, and the fields that differ."""
    before, after = sort_nodes(old), sort_nodes(new)
    found = compare(before, after)
    moved = {key for key in before.by_id.keys() & after.by_id.keys() if before.by_id[key] != after.by_id[key]}
    changes = [
        *((node_id, "added") for node_id in after.by_id if node_id in found.added),
        *((node_id, "removed") for node_id in before.by_id if node_id in found.removed),
        *((node_id, "changed") for node_id in after.by_id if node_id in moved),
    ]
    return [_change(before.by_id.get(key), after.by_id.get(key), change) for key, change in changes]


def _change(old: NodeDict | None, new: NodeDict | None, change: str) -> dict[str, Any]:
    node = new or old or {}
    said = {"id": node["id"], "type": node["type"], "name": node.get("name") or node.get("label") or ""}
    fields = {}
    if old and new:
        keys = [*old, *(key for key in new if key not in old)]
        fields = {key: [old.get(key), new.get(key)] for key in keys if old.get(key) != new.get(key)}
    return {**said, "z": node.get("z", ""), "change": change, "fields": fields}

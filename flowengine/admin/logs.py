"""The server's log: text or JSON lines on standard error, levels by node, secrets removed."""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TextIO

from ..javascript_values import js_json
from ..node import Node
from .redaction import Redactor
from .settings_tables import Logging

LEVELS = ("off", "fatal", "error", "warn", "info", "debug", "trace")


class Log:
    """Writes lines. ``levels`` by node type or id count more than the general one."""

    def __init__(self, settings: Logging, redactor: Redactor, out: TextIO | None = None) -> None:
        self._level = LEVELS.index(settings.level)
        self._levels = {name: LEVELS.index(level) for name, level in settings.nodes.items()}
        self._as_json = settings.format == "json"
        self._audits = settings.audit
        self._redactor = redactor
        self._out = out or sys.stderr

    def write(self, level: str, text: str, node: Node | None = None, value: Any = None) -> None:
        """Write a line; the engine calls it for nodes."""
        most = self._level
        if node is not None and self._levels:
            most = self._levels.get(node.id, self._levels.get(node.type_name, most))
        if LEVELS.index(level) > most:
            return
        self._line(level, text, {} if node is None else _about(node))

    def audit(self, event: str, **details: Any) -> None:
        """Note who did what, where the settings ask for it."""
        if self._audits:
            self._line(
                "audit", event, {key: value for key, value in details.items() if value not in (None, "")}
            )

    def _line(self, level: str, text: str, about: dict[str, Any]) -> None:
        now = datetime.now(UTC).astimezone()
        if self._as_json:
            line = js_json(
                {"time": now.isoformat(timespec="milliseconds"), "level": level, "message": text, **about}
            )
        else:
            place = f"[{' '.join(str(item) for item in about.values())}] " if about else ""
            line = f"{now:%d %b %H:%M:%S} - [{level}] {_one_line(place + text)}"
        # Whoever reads the log may have gone, or its disk be full: what is logged goes on all the same.
        with suppress(OSError):
            print(self._redactor.clean(line), file=self._out, flush=True)


def _about(node: Node) -> dict[str, Any]:
    about = {"type": node.type_name, "id": node.id}
    return {**about, "name": node.name} if node.name else about


def _one_line(text: str) -> str:
    """Keep what came from outside from looking like lines of its own."""
    return "".join(char if char in "\n\t" or char.isprintable() else "�" for char in text).replace(
        "\n", "\n    "
    )

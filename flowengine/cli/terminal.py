"""What a headless run prints: debug messages on standard output, the log and the progress on standard error.

On a terminal debug messages are readable text; piped they are JSON lines with ``node``, ``name``, ``flow``, ``topic``,
``property`` and ``value``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, TextIO

from ..debug_values import DebugMessage
from ..javascript_values import js_inspect, js_json
from ..node import Node

if TYPE_CHECKING:
    from ..admin.redaction import Redactor

LEVELS = ("error", "warn", "info", "debug", "trace")
_COLOURS = {"error": "31", "warn": "33", "debug": "2", "trace": "2", "name": "36"}


class Terminal:
    """Prints what a run has to say."""

    def __init__(self, *, as_json: bool | None, level: str, labels: Callable[[str], str]) -> None:
        self.out: TextIO = sys.stdout
        self.err: TextIO = sys.stderr
        self.as_json = not self.out.isatty() if as_json is None else as_json
        self.levels = LEVELS[: LEVELS.index(level) + 1]
        self.labels = labels
        self.errors = 0
        self.redactor: Redactor | None = None
        self._line_open = False

    def published(self, topic: str, data: Any) -> None:
        """Print a debug message; other topics are for editors."""
        if topic == "debug" and isinstance(data, DebugMessage):
            self._clear()
            text = self._json(data) if self.as_json else self._text(data)
            print(
                text if self.redactor is None else self.redactor.clean_of_known(text),
                file=self.out,
                flush=True,
            )

    def _json(self, data: DebugMessage) -> str:
        head = data.head
        line = {"node": head["id"], "name": head.get("name") or None, "flow": self.labels(head.get("z", ""))}
        shown = {**line, "topic": head.get("topic"), "property": head.get("property"), "value": data.value}
        return (
            js_json({key: value for key, value in shown.items() if value is not None or key == "value"}) or ""
        )

    def _text(self, data: DebugMessage) -> str:
        head = data.head
        place = f"{self.labels(head.get('z', ''))} › {head.get('name') or head['id']}"
        value = data.value if isinstance(data.value, str) else js_inspect(data.value, depth=8)
        what = f"{self._painted('name', place, self.out)}  {head.get('property') or 'msg'}"
        return f"{what}:\n{value}" if "\n" in value else f"{what}: {value}"

    def log(self, level: str, text: str, node: Node | None, value: Any) -> None:
        """Print a line of the log."""
        if level == "error":
            self.errors += 1
        if level not in self.levels:
            return
        self._clear()
        place = ""
        if node is not None:
            label = f'"{node.name}" ({node.id})' if node.name else f"({node.id})"
            place = f"{self.labels(getattr(node.config, 'z', ''))} › {node.type_name} {label}: "
        if self.redactor is not None:
            text = self.redactor.clean(text)
        stamp = datetime.now().astimezone().strftime("%H:%M:%S")
        print(f"{stamp} {self._painted(level, level, self.err)}: {place}{text}", file=self.err, flush=True)

    def say(self, text: str) -> None:
        """Print a line about the run itself."""
        self._clear()
        print(text, file=self.err, flush=True)

    def progress(self, started: float, delivered: int, in_flight: int) -> None:
        """Rewrite the progress line; only on a terminal."""
        if not self.err.isatty():
            return
        text = f"{monotonic() - started:4.0f} s · {delivered} messages · {in_flight} in flight · {self.errors} errors"
        print(f"\r\x1b[2K{self._painted('debug', text, self.err)}", end="", file=self.err, flush=True)
        self._line_open = True

    def _clear(self) -> None:
        if self._line_open:
            print("\r\x1b[2K", end="", file=self.err, flush=True)
            self._line_open = False

    def _painted(self, kind: str, text: str, stream: TextIO) -> str:
        return f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m" if kind in _COLOURS and stream.isatty() else text

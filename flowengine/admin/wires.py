"""The last message of each wire and how many went through it, while an editor wants to know.

Watching costs every message a little, so it is on only while somebody is subscribed to ``wires``.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import time
from typing import Any

import orjson

from ..debug_values import encode_value
from ..engine import Engine
from ..hooks import SendEvent
from .comms import Comms
from .redaction import Redactor

MOST_WIRES = 5000
LONGEST = 200
"""Longest text, array or object of a shown message."""
PERIOD = 0.5
"""Seconds between two reports; a wire's message is written down at most once in that time."""


@dataclass(slots=True)
class Traffic:
    """What went out of one port; ``message`` is its JSON, written down when it was sent."""

    count: int = 0
    reported: int = 0
    time: float = 0.0
    message: str = "null"


class Wires:
    """Watches the wires of an engine for an editor."""

    def __init__(self, engine: Engine, comms: Comms, redactor: Redactor) -> None:
        self._engine, self._comms, self._redactor = engine, comms, redactor
        self._traffic: dict[tuple[str, int], Traffic] = {}
        self._reporter: asyncio.Task[None] | None = None
        comms.on_topics.append(self._subscribed)

    def _subscribed(self) -> None:
        wanted = self._comms.has_subscriber("wires")
        if wanted and self._reporter is None:
            self._engine.hooks.add("on_send", self._sent)
            self._reporter = asyncio.get_running_loop().create_task(self._report())
        elif not wanted:
            self.close()

    def close(self) -> None:
        """Watch no more; what was seen stays."""
        if self._reporter is not None:
            self._reporter.cancel()
            self._reporter = None
            self._engine.hooks.remove("on_send", self._sent)

    def _sent(self, events: list[SendEvent]) -> None:
        now = time()
        seen: set[int] = set()
        for event in events:
            if event.port not in seen:
                seen.add(event.port)
                self._count(event, now)

    def _count(self, event: SendEvent, now: float) -> None:
        key = (event.source.id, event.port)
        traffic = self._traffic.get(key)
        if traffic is None:
            if len(self._traffic) >= MOST_WIRES:
                return
            traffic = self._traffic[key] = Traffic()
        traffic.count += 1
        if now - traffic.time >= PERIOD:
            # At once: the receiver may change the message as soon as it has it.
            shown = encode_value(event.msg, LONGEST, self._redactor.cut)["msg"]
            traffic.message = shown if isinstance(shown, str) else "null"
            traffic.time = now

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(PERIOD)
            moved = []
            for (source, port), traffic in self._traffic.items():
                if new := traffic.count - traffic.reported:
                    traffic.reported = traffic.count
                    moved.append(
                        {"source": source, "port": port, "count": traffic.count, "rate": new / PERIOD}
                    )
            if moved:
                self._comms.publish("wires", moved)

    def forget(self) -> None:
        """Drop what was seen of nodes that are gone."""
        nodes = self._engine.nodes
        self._traffic = {key: value for key, value in self._traffic.items() if key[0] in nodes}

    def last_messages(self) -> list[dict[str, Any]]:
        """Return what was seen of each wire, without secrets."""
        return [
            {
                "source": source,
                "port": port,
                "count": traffic.count,
                "time": round(traffic.time * 1000),
                "message": orjson.loads(self._redactor.clean(traffic.message)),
            }
            for (source, port), traffic in self._traffic.items()
        ]

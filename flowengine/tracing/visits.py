"""Visits: one message at one node, with its span, and the bounds of how many may be open.

A visit travels as ``msg.entry``, which copies carry, and as the context variable ``current``, which tasks and timers
of a node inherit. That is how whatever comes of a message finds the span it belongs to.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic, time_ns
from typing import Any

from opentelemetry.context import Context
from opentelemetry.trace import Span

MOST_OPEN = 10_000
"""Spans that may be open at once; of more, the oldest are ended."""
LONGEST_OPEN = 3600.0
"""Seconds that a span may be open."""
LINGERS = 60.0
"""Seconds after its end in which what comes of a visit still belongs to it, as a message that a function's timer sends
does. Later it is news: a connection that a message opened goes on reading in its name for days."""
UNFINISHED = "flowengine.unfinished"
"""Attribute of a span that was ended though nobody said that the work was."""


@dataclass(slots=True, eq=False)
class Visit:
    """A message at a node. ``context`` is what spans below this one, and other services, have as their parent."""

    span: Span
    context: Context
    node_id: str
    hops: int = 0
    """How many spans there are above this one."""
    recorded: bool = True
    """Whether this trace is among those that are recorded."""
    inside: bool = False
    """Whether the node's handler is being called right now."""
    failed: bool = False
    ended: bool = False
    outer: Visit | None = None
    """What was ``current`` before, while this is."""
    key: tuple[int, str] | None = None
    began: float = 0.0
    ended_at: float = 0.0

    @property
    def is_over(self) -> bool:
        """Whether it ended so long ago that what comes now is something new."""
        return self.ended and monotonic() - self.ended_at > LINGERS

    def end(self, at: int | None = None) -> None:
        """End the span; a second time does nothing. ``at``: when, in nanoseconds since 1970."""
        if not self.ended:
            self.ended, self.ended_at = True, monotonic()
            self.span.end(at)


current: ContextVar[Visit | None] = ContextVar("flowengine_visit", default=None)


class OpenVisits:
    """Visits whose end is awaited, by the message (or response) they are about; oldest first."""

    def __init__(self) -> None:
        self._open: dict[tuple[int, str], tuple[Visit, weakref.ref[Any]]] = {}
        self._lost: deque[tuple[tuple[int, str], int]] = deque()

    def __len__(self) -> int:
        return len(self._open)

    def add(self, visit: Visit, about: Any) -> None:
        """Keep a visit until it is closed, its message is gone, or it is one too many."""
        visit.key = key = (id(about), visit.node_id)
        visit.began = monotonic()
        if (old := self._open.pop(key, None)) is not None:
            self._give_up(old[0])
        self._open[key] = (visit, weakref.ref(about, self._watch(key)))
        if len(self._open) > MOST_OPEN:
            self._give_up(self._open.pop(next(iter(self._open)))[0])

    def _watch(self, key: tuple[int, str]) -> Callable[[Any], None]:
        # Runs wherever the message happens to be freed, so it only takes a note; `sweep` reads it.
        return lambda _: self._lost.append((key, time_ns()))

    def find(self, node_id: str, about: Any) -> Visit | None:
        """Return the open visit of a message at a node."""
        found = self._open.get((id(about), node_id))
        return found[0] if found is not None and found[1]() is about else None

    def close(self, visit: Visit, at: int | None = None) -> None:
        """End a visit."""
        if visit.key is not None and (kept := self._open.get(visit.key)) is not None and kept[0] is visit:
            del self._open[visit.key]
        visit.end(at)

    def sweep(self) -> None:
        """End the visits of messages that are gone, and those that are open for too long."""
        while self._lost:
            key, at = self._lost.popleft()
            if (kept := self._open.get(key)) is not None and kept[1]() is None:
                del self._open[key]
                self._give_up(kept[0], at)
        oldest = monotonic() - LONGEST_OPEN
        while self._open:
            key, (visit, _) = next(iter(self._open.items()))
            if visit.began > oldest:
                break
            del self._open[key]
            self._give_up(visit)

    def end_all(self) -> None:
        """End what is open."""
        self.sweep()
        for visit, _ in self._open.values():
            self._give_up(visit)
        self._open.clear()

    def _give_up(self, visit: Visit, at: int | None = None) -> None:
        if not visit.ended:
            visit.span.set_attribute(UNFINISHED, True)
            visit.end(at)

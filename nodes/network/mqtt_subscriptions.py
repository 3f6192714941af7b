"""Who wants to hear of which topics, at one broker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .mqtt_messages import Incoming
from .mqtt_topics import matches


@dataclass(slots=True)
class Subscription:
    """What a node wants to hear of a topic filter; ``options`` by the names of MQTT.js."""

    topic: str
    options: dict[str, Any]
    heard: Callable[[Incoming], None]


class Subscriptions:
    """All subscriptions of a broker, by topic filter and node. Each filter has a number, its mark."""

    def __init__(self) -> None:
        self._wanted: dict[str, dict[str, Subscription]] = {}
        self._marks: dict[str, int] = {}
        self._next_mark = 1
        self._left: dict[str, set[str]] = {}

    def all(self) -> list[Subscription]:
        """Return all subscriptions."""
        return [subscription for wanted in self._wanted.values() for subscription in wanted.values()]

    def add(self, topic: str, subscription: Subscription, ref: str) -> Subscription:
        """Note the subscription of a node, instead of the one it has to this filter."""
        self._wanted.setdefault(topic, {})[ref] = subscription
        if topic not in self._marks:
            self._marks[topic] = self._next_mark
            self._next_mark += 1
        return subscription

    def mark(self, topic: str) -> int:
        """Return the mark of a filter."""
        return self._marks[topic]

    def remove(self, topic: str, ref: str) -> bool:
        """Forget the subscription of a node; tells whether nobody else has one to this filter."""
        wanted = self._wanted.get(topic)
        if wanted is None:
            return False
        wanted.pop(ref, None)
        if wanted:
            return False
        del self._wanted[topic], self._marks[topic]
        return True

    def leave(self, topic: str, ref: str) -> None:
        """Keep the subscription of a node that is being started anew, with nobody to hear."""
        subscription = self._wanted.get(topic, {}).get(ref)
        if subscription is not None:
            subscription.heard = lambda incoming: None
            self._left.setdefault(ref, set()).add(topic)

    def abandoned(self, ref: str, topic: str) -> set[str]:
        """Return the filters that a node had before it was started anew, and which it has no more."""
        return self._left.pop(ref, set()) - {topic}

    def matching(self, incoming: Incoming, *, marked: bool) -> Iterator[Subscription]:
        """Return who hears of a message; with marks, only those it was sent for."""
        for topic, wanted in list(self._wanted.items()):
            if marked and incoming.subscriptions and self._marks[topic] not in incoming.subscriptions:
                continue
            if matches(topic, incoming.topic):
                yield from list(wanted.values())

"""Sequences of messages by topic, for the batch node to put together."""

from __future__ import annotations

from typing import Any

from flowengine.javascript_values import strict_equal
from flowengine.messages import UNDEFINED, Msg


class Sequence:
    """The messages of one sequence that have come, and how many there will be."""

    def __init__(self, count: Any) -> None:
        self.count = count
        self.msgs: list[Msg] = []


class TopicSequences:
    """For each topic its sequences, in the order in which they began."""

    def __init__(self, topics: list[Any]) -> None:
        self.topics = topics
        self._by_topic: dict[int, dict[Any, Sequence]] = {position: {} for position in range(len(topics))}

    def wants(self, msg: Msg) -> bool:
        """Tell whether the message is of one of the topics."""
        return self._position(msg) is not None

    def add(self, msg: Msg, parts: dict[str, Any]) -> None:
        """Add a message to its sequence."""
        position = self._position(msg)
        assert position is not None
        sequences = self._by_topic[position]
        if parts["id"] not in sequences:
            sequences[parts["id"]] = Sequence(parts["count"])
        sequences[parts["id"]].msgs.append(msg)

    def take_complete(self) -> list[Msg]:
        """Where the first sequence of every topic is complete, take them out, in the order of the topics."""
        firsts = [next(iter(self._by_topic[self._first(topic)].values()), None) for topic in self.topics]
        if not all(sequence is not None and sequence.count == len(sequence.msgs) for sequence in firsts):
            return []
        for sequences in self._by_topic.values():
            if sequences:
                del sequences[next(iter(sequences))]
        return [msg for sequence in firsts if sequence is not None for msg in sequence.msgs]

    def clear(self) -> list[Msg]:
        """Take out all messages."""
        msgs = [
            msg
            for sequences in self._by_topic.values()
            for sequence in sequences.values()
            for msg in sequence.msgs
        ]
        for sequences in self._by_topic.values():
            sequences.clear()
        return msgs

    def _position(self, msg: Msg) -> int | None:
        topic = msg.get("topic", UNDEFINED)
        return next((at for at, known in enumerate(self.topics) if strict_equal(known, topic)), None)

    def _first(self, topic: Any) -> int:
        return next(at for at, known in enumerate(self.topics) if strict_equal(known, topic))

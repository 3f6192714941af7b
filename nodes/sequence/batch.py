"""The batch node: makes sequences out of messages, by count, by time, or by putting sequences together."""

from __future__ import annotations

from asyncio import get_running_loop
from math import floor
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from flowengine.fields import line, number, rows, select, show_if
from flowengine.javascript_values import js_number
from flowengine.messages import Msg, generate_id
from flowengine.node import DEFERRED, Node, NodeConfig, TimerHandle

from .topic_sequences import TopicSequences

EARLY = 0.002
"""Seconds that a timer may come too early; the next beat is not the same one then."""


class Topic(BaseModel):
    """A topic whose sequences are put together with those of the others."""

    model_config = ConfigDict(extra="allow")

    topic: Any = ""


class Batch(Node):
    """Gives messages new ``parts``, so that they belong together."""

    type = "batch"
    category = "sequence"
    color = "#e2d96e"
    icon = "batch"
    copy_on_write = True

    class Config(NodeConfig):
        """``mode``: count, interval (in seconds) or concat (by topics)."""

        mode: Annotated[str | None, select("count", "interval", "concat")] = "count"
        count: Annotated[str | int | float | None, number(least=1, whole=True), show_if("mode=count")] = 10
        overlap: Annotated[str | int | float | None, number(least=0, whole=True), show_if("mode=count")] = 0
        interval: Annotated[
            str | int | float | None, number(least=0, unit="seconds"), show_if("mode=interval")
        ] = 10
        allow_empty_sequence: Annotated[bool | None, show_if("mode=interval")] = Field(
            False, alias="allowEmptySequence"
        )
        honour_parts: Annotated[bool | None, show_if("mode=count")] = Field(False, alias="honourParts")
        topics: Annotated[
            list[Topic] | None, rows({"topic": line()}, new={"topic": ""}), show_if("mode=concat")
        ] = Field(default_factory=lambda: [Topic()])

    def on_start(self) -> None:
        config = self.config
        self._mode = config.mode or "count"
        self._count = _number((config.count if "count" in config.model_fields_set else None) or 1)
        self._overlap = int(_number(config.overlap or 0))
        self._seconds = _number((config.interval if "interval" in config.model_fields_set else None) or 0)
        self._limit = self.host.settings.node_message_buffer_max_length
        self._queue: list[Msg] = []
        self._waiting = 0
        self._timer: TimerHandle | None = None
        self._sequences = TopicSequences([topic.topic for topic in config.topics or ()])
        self._is_broken = self._mode not in ("count", "interval", "concat")
        if self._is_broken:
            self.error(self.words("errors.unexpected_mode"))
        elif self._mode == "count" and self._count <= self._overlap:
            self.error(self.words("errors.invalid_count"))
            self._is_broken = True
        elif self._mode == "interval":
            self._restart()

    def on_input(self, msg: Msg) -> Any:
        if self._is_broken:
            return DEFERRED
        if "reset" in msg:
            return self._reset()
        if self._mode == "concat":
            return self._concat(msg)
        self._queue.append(msg)
        self._waiting += 1
        if self._mode == "interval" and len(self._queue) == 1:
            self._wait()
        elif self._mode == "count" and (len(self._queue) == self._count or self._ends_sequence(msg)):
            self._send_count()
        if 0 < self._limit < self._waiting:
            self._overflow()
        return DEFERRED

    def on_close(self, removed: bool) -> None:
        self._empty()

    def _reset(self) -> None:
        self._empty()
        if self._mode == "interval":
            self._restart()

    def _empty(self) -> None:
        queue, self._queue, self._waiting = self._queue, [], 0
        for msg in (*queue, *self._sequences.clear()):
            self.done(msg)

    def _overflow(self) -> None:
        last = self._queue.pop()
        self.done(last, self.words("errors.too_many"))
        self._empty()

    # by count

    def _ends_sequence(self, msg: Msg) -> bool:
        parts = msg.get("parts")
        if not self.config.honour_parts or not isinstance(parts, dict):
            return False
        index = parts.get("index")
        return isinstance(index, (int, float)) and index + 1 == parts.get("count")

    def _send_count(self) -> None:
        queue, overlap = self._queue, self._overlap
        self._queue = queue[-overlap:] if overlap > 0 else []
        self._waiting = 0
        self._send_sequence(queue, keeps=overlap > 0)
        for msg in queue[: len(queue) - overlap] if overlap > 0 else queue:
            self.done(msg)

    def _send_sequence(self, msgs: list[Msg], *, keeps: bool) -> None:
        """Send messages as one sequence. ``keeps``: they stay here as well, so copies go out."""
        sequence_id = msgs[0].get("_msgid")
        for index, msg in enumerate(msgs):
            sent = msg
            if keeps:
                sent = Msg(msg)
                sent.entry = msg.entry
                sent.shared = msg.shared = True
            parts = msg.get("parts")
            known = parts if isinstance(parts, dict) else {}
            sent["parts"] = {**known, "id": sequence_id, "index": index, "count": len(msgs)}
            self.send(sent)

    # by time

    def _restart(self) -> None:
        self._began = get_running_loop().time()
        self._wait()

    def _wait(self) -> None:
        """Wait for the next beat since the start, which is only heard where there is something to send."""
        if self._timer is not None:
            self._timer.cancel()
        if self._seconds > 0 and (self._queue or self.config.allow_empty_sequence):
            since = get_running_loop().time() - self._began
            beat = (floor((since + EARLY) / self._seconds) + 1) * self._seconds
            self._timer = self.call_later(beat - since, self._send_interval, recurring=not self._queue)

    def _send_interval(self) -> None:
        queue, self._queue, self._waiting = self._queue, [], 0
        if queue:
            self._send_sequence(queue, keeps=False)
            for msg in queue:
                self.done(msg)
        elif self.config.allow_empty_sequence:
            self.send(Msg(payload=None, parts={"id": generate_id(), "index": 0, "count": 1}))
        self._wait()

    # by topic

    def _concat(self, msg: Msg) -> Any:
        if not self._sequences.wants(msg):
            return DEFERRED
        parts = msg.get("parts")
        if not isinstance(parts, dict) or not {"id", "index", "count"} <= parts.keys():
            self.done(msg, self.words("errors.no_parts"))
            return DEFERRED
        self._sequences.add(msg, parts)
        self._waiting += 1
        msgs = self._sequences.take_complete()
        if 0 < self._limit < self._waiting:
            self._waiting = 0
            for waiting in (*msgs, *self._sequences.clear()):
                self.done(waiting, self.words("errors.too_many"))
        if msgs:
            self._send_sequence(msgs, keeps=True)
            self._waiting -= len(msgs)
            for sent in msgs:
                self.done(sent)
        return DEFERRED


def _number(value: Any) -> float:
    number = float(js_number(value))
    return number if number == number else 0.0

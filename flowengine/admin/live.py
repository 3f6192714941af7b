"""What calls of models say while they run, below their nodes in editors: text, tokens, cost, seconds, progress.

Watching costs every call and every block of a stream a little, so it is on only while somebody is subscribed to
``live/#`` or ``live/<node>``.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from ..engine import Engine
from ..messages import Msg
from ..model_calls import ModelCall, ModelWatcher
from .comms import Comms
from .joining import last_words, whole_words

PERIOD = 0.1
"""Seconds between two reports of a node."""
LONGEST = 600
"""Characters of one report: as much as the tape keeps; of more the end is told."""
MOST_STREAMS = 500
"""Streams whose messages are known to belong together; the oldest go."""


@dataclass(slots=True)
class Stream:
    """One streamed answer. ``id`` is what its messages have in common in the editor."""

    id: str
    node: str
    call: ModelCall | None
    """While it runs."""
    open: bool = True


@dataclass(slots=True)
class Activity:
    """What a node does, from its first call until none is under way. Rounds of one message count as one."""

    number: int
    began: float = field(default_factory=perf_counter)
    calls: list[ModelCall] = field(default_factory=list)
    begun: int = 0
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None
    currency: str = ""
    failed: bool = False
    msg_id: Any = None
    """The message that a call began with last."""
    text: str = ""
    """What is still to be told."""
    streams: list[dict[str, Any]] = field(default_factory=list)
    """Those that have ended since the last report."""


class Live(ModelWatcher):
    """Watches the calls of an engine for editors."""

    hears_text = True

    def __init__(self, engine: Engine, comms: Comms) -> None:
        self._engine, self._comms = engine, comms
        self._nodes: dict[str, Activity] = {}
        self._streams: OrderedDict[str, Stream] = OrderedDict()
        self._by_msg: dict[str, str] = {}
        """Streams by ``_msgid``, for messages that nodes made anew; empty where several run side by side."""
        self._known: dict[ModelCall, Activity] = {}
        self._news: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._made = 0
        comms.on_topics.append(self._subscribed)
        comms.stream_of = self.stream_of

    def _subscribed(self) -> None:
        wanted = self._comms.has_subscriber_below("live/")
        if wanted and self not in self._engine.model_calls:
            self._engine.model_calls.append(self)
        elif not wanted:
            self.close()

    def forget(self) -> None:
        """Drop what was seen of nodes that are gone."""
        nodes = self._engine.nodes
        self._nodes = {key: value for key, value in self._nodes.items() if key in nodes or value.calls}

    def close(self) -> None:
        """Watch no more."""
        if self in self._engine.model_calls:
            self._engine.model_calls.remove(self)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for stream in self._streams.values():
            stream.open = False
        for kept in (self._nodes, self._streams, self._by_msg, self._known, self._news):
            kept.clear()

    # what a call does

    def begin(self, call: ModelCall) -> None:
        """Show that the node works."""
        activity = self._activity(call)
        activity.calls.append(call)
        activity.msg_id = _msg_id(call)
        activity.begun += call.round == 1
        self._known[call] = activity
        if call.streaming:
            self._begin_stream(call)
        self._tell(call.node.id)

    def text(self, call: ModelCall, text: str) -> None:
        """Tell the text of one stream."""
        activity = self._heard(call)
        # One text at a time: those of calls side by side would be a salad.
        if next((one for one in activity.calls if one.streaming), call) is call:
            activity.text = last_words(activity.text + text, LONGEST)
            self._tell(call.node.id)

    def progress(self, call: ModelCall) -> None:
        """Tell how far it is."""
        self._heard(call)
        self._tell(call.node.id)

    def end(self, call: ModelCall) -> None:
        """Tell what it took."""
        activity = self._heard(call)
        del self._known[call]
        activity.calls.remove(call)
        activity.failed = bool(call.error_type)
        if call.operation and call.input_tokens is not None:
            activity.tokens_in = (activity.tokens_in or 0) + call.input_tokens
            activity.tokens_out = (activity.tokens_out or 0) + (call.output_tokens or 0)
        if call.cost is not None and activity.currency in ("", call.currency):
            activity.cost, activity.currency = (activity.cost or 0.0) + call.cost, call.currency
        self._end_stream(call, activity)
        self._tell(call.node.id)

    def _heard(self, call: ModelCall) -> Activity:
        """What the call is part of; one that ran before anybody listened begins now."""
        if call not in self._known:
            self.begin(call)
        return self._known[call]

    def _activity(self, call: ModelCall) -> Activity:
        activity = self._nodes.get(call.node.id)
        goes_on = activity is not None and (
            activity.calls or (call.round > 1 and activity.msg_id == _msg_id(call))
        )
        if activity is None or not goes_on:
            unsaid = [] if activity is None else activity.streams
            activity = self._nodes[call.node.id] = Activity(self._next(), streams=unsaid)
        return activity

    def _next(self) -> int:
        self._made += 1
        return self._made

    # streams

    def stream_of(self, msg: Msg) -> Stream | None:
        """Tell which stream a message is a piece of."""
        if not self._streams:
            return None
        found = msg.stream or self._by_msg.get(str(msg.get("_msgid")), "")
        return self._streams.get(found)

    def _begin_stream(self, call: ModelCall) -> None:
        if not (key := call.stream):
            return
        self._streams[key] = Stream(key, call.node.id, call)
        if msg_id := _msg_id(call):
            side_by_side = any(
                one.call is not None and one.id != key and _msg_id(one.call) == msg_id
                for one in self._streams.values()
            )
            self._by_msg[msg_id] = "" if side_by_side else key
        if len(self._streams) > MOST_STREAMS:
            key, gone = self._streams.popitem(last=False)
            gone.open = False
            self._by_msg = {name: found for name, found in self._by_msg.items() if found not in ("", key)}

    def _end_stream(self, call: ModelCall, activity: Activity) -> None:
        stream = self._streams.get(call.stream)
        if stream is None or stream.call is not call:
            return
        stream.open, stream.call = False, None
        told = {"id": stream.id, "seconds": _rounded(call.seconds), "tokens": call.output_tokens}
        told |= {
            "cost": call.cost,
            "currency": call.currency or None,
            "failed": bool(call.error_type) or None,
        }
        activity.streams.append({key: value for key, value in told.items() if value is not None})

    # telling

    def _tell(self, node_id: str) -> None:
        self._news.add(node_id)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(PERIOD, self._report)

    def _report(self) -> None:
        self._timer = None
        news, self._news = self._news, set()
        for node_id in news:
            if (activity := self._nodes.get(node_id)) is None:  # a deploy has taken the node away
                continue
            self._comms.publish(f"live/{node_id}", _told(activity))
            activity.streams = []


def _told(activity: Activity) -> dict[str, Any]:
    """A report: what is known and what is new."""
    seconds = _rounded(perf_counter() - activity.began)
    told: dict[str, Any] = {"done": not activity.calls, "seconds": seconds, "activity": activity.number}
    text, activity.text = whole_words(activity.text, goes_on=bool(activity.calls))
    if text:
        told["text"] = text
    if activity.begun > 1:
        told |= {"count": activity.begun - len(activity.calls), "of": activity.begun}
    elif activity.calls and activity.calls[-1].count is not None:
        told |= {"count": activity.calls[-1].count, "of": activity.calls[-1].of}
    known = {
        "input": activity.tokens_in,
        "output": activity.tokens_out,
        "tokens": None if activity.tokens_in is None else activity.tokens_in + (activity.tokens_out or 0),
        "cost": activity.cost,
        "currency": activity.currency or None,
        "failed": activity.failed or None,
        "streams": activity.streams or None,
    }
    return told | {key: value for key, value in known.items() if value is not None}


def _msg_id(call: ModelCall) -> str | None:
    found = None if call.msg is None else call.msg.get("_msgid")
    return found if isinstance(found, str) else None


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)

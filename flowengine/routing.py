"""How a node's messages find their wires: one function per node, made at deploy for the wires it has.

Rules, as Node-RED has them: within one ``send`` the first wire gets the message itself, all others a copy
made before anything is delivered; a wire to a node that is not there uses up "first" all the same; messages
without an id get one, the same for all of one ``send``.

A copy is deep only where it has to be. Where sender and receiver promise ``copy_on_write``, the copy has its
own top level and shares what lies below, and both messages are marked ``shared``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .delivery import MOST, Delivery
from .messages import Msg, clone, generate_id, own

if TYPE_CHECKING:
    from .node import Node

Route = Callable[[Any], None]
Targets = Sequence[Sequence["Node | None"]]


def route_nowhere(msg: Any) -> None:
    """Nothing is wired."""


def compile_route(node: Node, targets: Targets) -> Route:
    """Make the function that sends a node's messages along its wires."""
    count = sum(map(len, targets))
    if count == 0:
        return route_nowhere
    if count == 1 and len(targets) == 1 and targets[0][0] is not None:
        return Wire(node, targets[0][0]).route
    return Router(node, targets).route


class Wire:
    """The only wire of a node with one output, which is what most nodes have."""

    __slots__ = ("_delivery", "_node", "_queue", "_receive", "_receive_all", "_shares", "_target")

    def __init__(self, node: Node, target: Node) -> None:
        self._node, self._target = node, target
        self._delivery = node.host.delivery
        self._queue = self._delivery.queue
        self._receive, self._receive_all = target.receive, target.receive_all
        self._shares = target.copy_on_write

    def route(self, msg: Any) -> None:
        """Send a message; whatever else a node may send takes the long way."""
        if msg.__class__ is not Msg:
            if msg.__class__ is list and len(msg) == 1 and msg[0].__class__ is Msg:
                msg = msg[0]
            elif msg.__class__ is dict:
                msg = Msg(msg)
            else:
                Router(self._node, [[self._target]]).route(msg)
                return
        if not msg.get("_msgid"):
            msg["_msgid"] = generate_id()
        if msg.shared and not self._shares:
            own(msg)
        # Delivery.give, written out: this is the way of nearly every message.
        delivery, queue = self._delivery, self._queue
        if delivery.passed:
            delivery.flush()
        if queue:
            receive, waiting = queue[-1]
            if receive is self._receive_all and len(waiting) < MOST:
                waiting.append(msg)
                return
            if receive is self._receive and self._receive_all is not None:
                queue[-1] = (self._receive_all, [waiting, msg])
                return
        queue.append((self._receive, msg))
        if delivery.asleep:
            delivery.wake()

    def pass_all(self, msgs: list[Msg]) -> None:
        """Send messages, at most ``MOST``, that one run of the node over those waiting has given; keeps the list."""
        shares = self._shares
        for msg in msgs:
            if not msg.get("_msgid"):
                msg["_msgid"] = generate_id()
            if msg.shared and not shares:
                own(msg)
        if self._receive_all is not None:
            self._delivery.put(self._receive_all, msgs)
        else:
            for msg in msgs:
                self._delivery.put(self._receive, msg)


class Router:
    """Sends any shape of messages along any wires."""

    __slots__ = ("_delivery", "_node", "_targets")

    def __init__(self, node: Node, targets: Targets) -> None:
        self._node, self._targets = node, targets
        self._delivery: Delivery = node.host.delivery

    def pass_all(self, msgs: list[Msg]) -> None:
        """Send messages one after the other."""
        for msg in msgs:
            self.route(msg)

    def route(self, msg: Any) -> None:
        """Take what a node may send: a message, or a list of messages (or lists of them) per output."""
        if msg is None:
            return
        if isinstance(msg, list):
            if self._route_alone(msg):
                return
            events = self._events(msg)
        elif isinstance(msg, dict):
            message = msg if msg.__class__ is Msg else Msg(msg)
            events = [(target, message) for target in self._targets[0]]
        else:
            self._refuse(msg)
            return
        self._deliver(events)

    def _route_alone(self, outputs: list[Any]) -> bool:
        """Send what is for one output with one wire only, as a switch has it nearly always; tells whether it was."""
        if outputs.count(None) != len(outputs) - 1 or len(outputs) > len(self._targets):
            return False
        for wires, sent in zip(self._targets, outputs, strict=False):  # noqa: B007 - both are used after it
            if sent is not None:
                break
        if sent.__class__ is not Msg or len(wires) > 1:
            return False
        for target in wires:
            if target is not None:
                if not sent.get("_msgid"):
                    sent["_msgid"] = generate_id()
                self._delivery.give(target, own(sent) if sent.shared and not target.copy_on_write else sent)
        return True

    def _events(self, outputs: list[Any]) -> list[tuple[Node | None, Msg]]:
        events: list[tuple[Node | None, Msg]] = []
        for wires, sent in zip(self._targets, outputs, strict=False):
            if sent is None:
                continue
            if sent.__class__ is Msg:
                events += [(target, sent) for target in wires]
                continue
            msgs = sent if isinstance(sent, list) else [sent]
            valid = [self._message(msg) for msg in msgs if msg is not None]
            messages = [msg for msg in valid if msg is not None]
            for position, target in enumerate(wires):
                if position:
                    self._complain(msgs)
                events.extend((target, msg) for msg in messages)
        return events

    def _message(self, msg: Any) -> Msg | None:
        if isinstance(msg, dict):
            return msg if isinstance(msg, Msg) else Msg(msg)
        self._refuse(msg)
        return None

    def _complain(self, msgs: list[Any]) -> None:
        # Node-RED looks at every message once per wire, and says so once per wire.
        for msg in msgs:
            if msg is not None and not isinstance(msg, dict):
                self._refuse(msg)

    def _refuse(self, msg: Any) -> None:
        from .javascript_values import js_typeof
        from .words import engine_sentence

        self._node.error(engine_sentence(self._node.host.language, "flow.non_message", type=js_typeof(msg)))

    def _deliver(self, events: list[tuple[Node | None, Msg]]) -> None:
        if not events:
            return
        _give_ids(events)
        give = self._delivery.give
        copies = _shares(events) if self._node.copy_on_write else _copies(events)
        for (target, _), msg in zip(events, copies, strict=True):
            if target is not None:
                give(target, msg)


def _give_ids(events: list[tuple[Node | None, Msg]]) -> None:
    sent = ""
    for _, msg in events:
        if not msg.get("_msgid"):
            msg["_msgid"] = sent = (
                sent or next((m["_msgid"] for _, m in events if m.get("_msgid")), "") or generate_id()
            )


def _copies(events: list[tuple[Node | None, Msg]]) -> list[Msg]:
    """The sender may keep and change what it sent: all but the first are copied at once, as in Node-RED."""
    first, *rest = events
    copies = [clone(msg) for _, msg in rest]
    original = first[1]
    if original.shared and first[0] is not None and not first[0].copy_on_write:
        own(original)
    return [original, *copies]


def _shares(events: list[tuple[Node | None, Msg]]) -> list[Msg]:
    """Give every receiver a message of its own that shares what lies below the top level where that is safe.

    All top levels are copied before any message is given sole ownership, so that no receiver's own values get
    into the copy of another.
    """
    receivers: dict[int, list[Msg]] = {}
    result = []
    for _, msg in events:
        mine = receivers.setdefault(id(msg), [])
        copy = Msg(msg) if mine else msg
        if mine:
            copy.shared, copy.entry = mine[0].shared, msg.entry
            if msg.stream:
                copy.stream = msg.stream
        mine.append(copy)
        result.append(copy)
    for mine in receivers.values():
        if len(mine) > 1:
            for copy in mine:
                copy.shared = True
    for (target, _), copy in zip(events, result, strict=True):
        if copy.shared and target is not None and not target.copy_on_write:
            own(copy)
    return result

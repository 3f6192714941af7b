"""Hooks on the message path, after Node-RED's, for those who watch or change messages on their way.

``on_send`` (list of events), ``pre_route``, ``pre_deliver``, ``post_deliver``, ``on_receive``, ``post_receive``,
``on_complete``, ``on_error``. A handler gets one event; returning False stops what it is about, raising reports an
error on the sending (or receiving) node. They are woven into a node's functions when one is added, so that a run
without hooks pays nothing for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .messages import Msg

if TYPE_CHECKING:
    from .node import Node

Handler = Callable[[Any], Any]
STAGES = (
    "on_send",
    "pre_route",
    "pre_deliver",
    "post_deliver",
    "on_receive",
    "post_receive",
    "on_complete",
    "on_error",
)


@dataclass(slots=True)
class SendEvent:
    """One message on its way along one wire."""

    msg: Any
    source: Node
    port: int
    target: Node | None
    clone: bool


@dataclass(slots=True)
class NodeEvent:
    """One message at a node: received, completed, or failed with ``error``."""

    msg: Any
    node: Node
    error: Any = None


class Hooks:
    """The handlers by stage."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._handlers: dict[str, list[Handler]] = {stage: [] for stage in STAGES}
        self._changed = changed
        self._watches_sending = self._watches_receiving = False

    def add(self, stage: str, handler: Handler) -> None:
        """Add a handler to a stage; raises ValueError for a stage that does not exist."""
        if stage not in self._handlers:
            raise ValueError(f'there is no hook "{stage}"; the hooks are {", ".join(STAGES)}')
        self._handlers[stage].append(handler)
        self._take_in()

    def remove(self, stage: str, handler: Handler) -> None:
        """Remove a handler."""
        self._handlers[stage].remove(handler)
        self._take_in()

    def _take_in(self) -> None:
        self._watches_sending = self.has("on_send", "pre_route", "pre_deliver", "post_deliver")
        self._watches_receiving = self.has("on_receive", "post_receive")
        self._changed()

    def has(self, *stages: str) -> bool:
        """Tell whether any of these stages has a handler."""
        return any(self._handlers[stage] for stage in stages)

    @property
    def listeners_of_complete(self) -> list[Node] | None:
        """What a node without complete nodes is given: an empty list where a hook wants to hear of completions."""
        return [] if self._handlers["on_complete"] else None

    def run(self, stage: str, event: Any) -> bool:
        """Run a stage's handlers in order; False where one of them said so."""
        return all(handler(event) is not False for handler in self._handlers[stage])

    def around_send(self, node: Node, targets: Any, compile_route: Callable[[Node, Any], Any]) -> Any:
        """Return the node's route, with the hooks of sending around it where there are some."""
        if not self._watches_sending:
            return compile_route(node, targets)
        return _HookedRoute(self, node, targets, compile_route).route

    def open_input(self, node: Node) -> None:
        """Set the node's ``receive``, with the hooks of receiving around it where there are some."""
        if self._watches_receiving:
            node.receive, node.receive_all = self._around_receive(node), None
        else:
            node.receive, node.receive_all = node._receive, node._receive_all

    def _around_receive(self, node: Node) -> Callable[[Msg], None]:
        def receive(msg: Msg) -> None:
            event = NodeEvent(msg, node)
            try:
                if not self.run("on_receive", event):
                    return
            except Exception as error:
                node.error(error)
                return
            node._receive(event.msg)
            try:
                self.run("post_receive", event)
            except Exception as error:
                node.error(error)

        return receive


class _HookedRoute:
    def __init__(
        self, hooks: Hooks, node: Node, targets: Any, compile_route: Callable[[Node, Any], Any]
    ) -> None:
        self.hooks, self.node, self.targets, self.compile_route = hooks, node, targets, compile_route
        self.plain = compile_route(node, targets)

    def route(self, msg: Any) -> None:
        msg = _messages(msg)  # what handlers note on a message has to be on the one that is sent
        events = list(self._events(msg))
        try:
            if not self.hooks.run("on_send", events):
                return
            if not self.hooks.has("pre_route", "pre_deliver", "post_deliver"):
                self.plain(msg)
                return
            for event in events:
                self._deliver(event)
        except Exception as error:
            self.node.error(error)

    def _deliver(self, event: SendEvent) -> None:
        from .messages import clone

        if not self.hooks.run("pre_route", event) or event.target is None:
            return
        if event.clone:
            event.msg = clone(event.msg)
        if not self.hooks.run("pre_deliver", event):
            return
        event.source.host.delivery.put(event.target.receive, event.msg)
        self.hooks.run("post_deliver", event)

    def _events(self, msg: Any) -> Any:
        outputs = msg if isinstance(msg, list) else [msg]
        first = True
        for port, (wires, sent) in enumerate(zip(self.targets, outputs, strict=False)):
            for target in wires:
                for one in sent if isinstance(sent, list) else [sent]:
                    if isinstance(one, dict):
                        yield SendEvent(one, self.node, port, target, not first)
                        first = False


def _messages(sent: Any) -> Any:
    if isinstance(sent, list):
        return [_messages(one) for one in sent]
    return Msg(sent) if isinstance(sent, dict) and not isinstance(sent, Msg) else sent

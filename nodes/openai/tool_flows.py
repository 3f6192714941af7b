"""Flows as tools: which there are, calls that wait for their answer, and the errors that end a call.

A call's id travels on the message as `_toolCall`, so copies of it find their way back too; where a node made a
new message, its `_msgid` is the same id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flowengine.errors import NodeError
from flowengine.host import Host, Report
from flowengine.messages import Msg, generate_id
from flowengine.words import sentence

if TYPE_CHECKING:
    from flowengine.node import Node

    from .tool_in import ToolIn

CALL_ID = "_toolCall"
SERVICE = "tool_flows"


class ToolError(NodeError):
    """A call that failed; the text is meant for whoever called, which is often a model."""


@dataclass(frozen=True, slots=True)
class Tool:
    """What a caller is told about a tool. `parameters`: JSON Schema of the arguments, always of an object."""

    name: str
    description: str
    parameters: dict[str, Any]


@dataclass(slots=True)
class Waiting:
    """A call that has not been answered."""

    node: ToolIn
    answer: asyncio.Future[Any]


class ToolFlows:
    """All tool in nodes of an engine; made at the first use of `tool_flows`."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._nodes: dict[str, ToolIn] = {}
        self._calls: dict[str, Waiting] = {}
        host.reporters.append(self._reported)

    async def close(self) -> None:
        """Stop listening for errors."""
        self._host.reporters.remove(self._reported)

    def add(self, node: ToolIn) -> None:
        """Offer a tool. Raises NodeError where another node has its name."""
        if node.name in self._nodes:
            raise NodeError(node.words("errors.name_taken", name=node.name))
        self._nodes[node.name] = node

    def remove(self, node: ToolIn) -> None:
        """Offer a tool no more; its calls fail."""
        if self._nodes.get(node.name) is node:
            del self._nodes[node.name]
        for waiting in list(self._calls.values()):
            if waiting.node is node:
                settle(waiting, ToolError(node.words("errors.closed", name=node.name)))

    def tools(self) -> list[Tool]:
        """All tools, in the order of their names."""
        return [self._nodes[name].tool for name in sorted(self._nodes)]

    async def call(self, name: str, arguments: Any) -> Any:
        """Run a flow and return the payload that reaches its tool out node. Raises ToolError."""
        node = self._nodes.get(name)
        if node is None:
            raise ToolError(self.unknown(name, self._nodes))
        node.check_arguments(arguments)
        call_id = generate_id()
        waiting = Waiting(node, asyncio.get_running_loop().create_future())
        self._calls[call_id] = waiting
        timer = node.call_later(node.config.timeout, self._give_up, waiting)
        try:
            node.send(Msg({"_msgid": call_id, "payload": arguments, "tool": name, CALL_ID: call_id}))
            return await waiting.answer
        finally:
            timer.cancel()
            del self._calls[call_id]

    def unknown(self, name: str, known: Iterable[str]) -> str:
        """Say that there is no such tool, and which there are."""
        listed = ", ".join(sorted(known)) or "-"
        module = f"{__package__}.tool_in"
        return sentence(self._host.language, module, "errors.unknown", {"name": name, "known": listed})

    def answer(self, msg: Msg, result: Any) -> bool:
        """End the call that a message belongs to, an exception as failure; tells whether a call waited for it."""
        waiting = self._waiting(msg)
        return waiting is not None and settle(waiting, result)

    def _waiting(self, msg: dict[str, Any]) -> Waiting | None:
        for key in (CALL_ID, "_msgid"):
            call_id = msg.get(key)
            if isinstance(call_id, str) and call_id in self._calls:
                return self._calls[call_id]
        return None

    def _give_up(self, waiting: Waiting) -> None:
        config = waiting.node.config
        text = waiting.node.words("errors.timeout", name=config.name, seconds=f"{config.timeout:g}")
        settle(waiting, ToolError(text))

    def _reported(self, report: Report) -> None:
        """An error ends a call, unless a catch node takes it that leads to an answer."""
        if report.kind not in ("error", "uncaught") or not self._calls or not isinstance(report.msg, dict):
            return
        waiting = self._waiting(report.msg)
        if waiting is None or (report.kind == "error" and self._may_answer(waiting, report.node)):
            return
        settle(waiting, ToolError(report.text))

    def _may_answer(self, waiting: Waiting, failed: str) -> bool:
        node = waiting.node.node(failed)
        return node is not None and any(leads_back(catcher) for catcher in node.flow.catches())


def leads_back(node: Node) -> bool:
    """Whether wires lead from a node to a tool out node."""
    seen: dict[str, None] = {}
    ahead: list[Node | None] = [node]
    while ahead:
        at = ahead.pop()
        if at is None or at.id in seen:
            continue
        if at.type_name == "tool out":
            return True
        seen[at.id] = None
        ahead += [at.node(target) for port in at.wires for target in port]
    return False


def settle(waiting: Waiting, result: Any) -> bool:
    """Give a call its answer, or the error it failed with; False where it has one already."""
    if waiting.answer.done():
        return False
    if isinstance(result, ToolError):
        waiting.answer.set_exception(result)
    else:
        waiting.answer.set_result(result)
    return True


def tool_flows(host: Host) -> ToolFlows:
    """The tool flows of an engine."""
    service: ToolFlows = host.service(SERVICE, ToolFlows)
    return service


def result_text(value: Any) -> str:
    """A tool's answer as text for a model: text as it is, anything else as JSON."""
    from flowengine.javascript_values import js_json

    if isinstance(value, str):
        return value
    if isinstance(value, bytes | bytearray):
        return bytes(value).decode("utf-8", "replace")
    return js_json(value) or ""

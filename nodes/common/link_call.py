"""The link call node: sends a message to a link in node and waits for what a link out node returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, field_validator

from flowengine.fields import nodes, number, select, show_if
from flowengine.javascript_values import js_parse_float
from flowengine.messages import Msg, generate_id
from flowengine.node import DEFERRED, Node, NodeConfig, TimerHandle

from .link_targets import link_targets

DEFAULT_TIMEOUT = 30.0


@dataclass(slots=True)
class Call:
    """A call that has not returned: what came in, and a copy of it for the error should it never return."""

    msg: Msg
    kept: Msg
    timer: TimerHandle


class LinkCall(Node):
    """Calls the link in node of its ``links``, or the one that ``msg.target`` names by id or name."""

    type = "link call"
    category = "common"
    color = "#dddddd"
    icon = "link-call"
    copy_on_write = True
    form = ("name", "linkType", "links", "timeout")

    class Config(NodeConfig):
        """``linkType``: static or dynamic. ``timeout`` in seconds."""

        links: Annotated[
            list[str], nodes("link in", everywhere=True, single=True), show_if("linkType!=dynamic")
        ] = []
        link_type: Annotated[str, select("static", "dynamic")] = Field("static", alias="linkType")
        timeout: Annotated[str | int | float | None, number(least=0, unit="seconds")] = "30"

        @field_validator("links", mode="before")
        @classmethod
        def _one_or_many(cls, value: Any) -> Any:
            return [value] if isinstance(value, str) else value

    def on_start(self) -> None:
        seconds = float(js_parse_float(self.config.timeout or DEFAULT_TIMEOUT))
        self._timeout = DEFAULT_TIMEOUT if seconds != seconds else seconds
        self._dynamic = self.config.link_type == "dynamic"
        self._links = link_targets(self)
        self._calls: dict[str, Call] = {}

    def on_input(self, msg: Msg) -> Any:
        target = msg.get("target") if self._dynamic else next(iter(self.config.links), None)
        link_in = self._links.find(self, target, dynamic=self._dynamic)
        call_id = generate_id()
        callers = msg.get("_linkSource")
        msg["_linkSource"] = callers = callers if isinstance(callers, list) else []
        kept = Msg(msg)
        kept.entry = msg.entry
        kept.shared = msg.shared = True  # whoever changes either of them copies first
        self._calls[call_id] = Call(msg, kept, self.call_later(self._timeout, self._give_up, call_id))
        msg["_linkSource"] = [*callers, {"id": call_id, "node": self.id}]
        link_in.receive(msg)
        return DEFERRED

    def return_link_message(self, call_id: str, msg: Msg) -> None:
        """Send on what came back; a call may return more than once."""
        if msg.get("_linkSource") == []:
            del msg["_linkSource"]
        call = self._calls.pop(call_id, None)
        if call is not None:
            call.timer.cancel()
            if call.kept.entry is not None:
                msg.entry = call.kept.entry
        self.send(msg)
        if call is not None:
            self.done(call.msg)

    def _give_up(self, call_id: str) -> None:
        call = self._calls.pop(call_id)
        self.error("timeout", call.kept)

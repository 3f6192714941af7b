"""The tool out node: gives the payload back to whoever called the flow as a tool."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from flowengine.errors import NodeError
from flowengine.messages import Msg
from flowengine.node import Node, NodeConfig

from .tool_flows import ToolError, result_text, tool_flows


class ToolOut(Node):
    """Ends the call that a message belongs to, with its payload as the answer."""

    type = "tool out"
    category = "AI"
    color = "#ABABAB"
    icon = "link-out"
    align = "right"
    outputs: ClassVar[int] = 0
    copy_on_write = True
    form = ("name", "asError")

    class Config(NodeConfig):
        """``asError``: the answer tells the caller that the tool failed."""

        as_error: bool = Field(False, alias="asError")

    def on_input(self, msg: Msg) -> None:
        result = msg.get("payload")
        if not tool_flows(self.host).answer(msg, ToolError(failure(msg)) if self.config.as_error else result):
            raise NodeError(self.words("errors.no_call"))


def failure(msg: Msg) -> str:
    """What went wrong: the error that a catch node put on the message, else the payload."""
    error: Any = msg.get("error")
    message = error.get("message") if isinstance(error, dict) else error
    return result_text(msg.get("payload") if message in (None, "") else message)

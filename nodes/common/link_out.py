"""The link out node: leads to link in nodes on any tab, or back to the link call node that asked."""

from __future__ import annotations

from typing import Annotated, ClassVar

from flowengine.fields import nodes, select, show_if
from flowengine.messages import Msg
from flowengine.node import Node, NodeConfig


class LinkOut(Node):
    """Sends to its link in nodes (the flow wires them up), or returns to the caller."""

    type = "link out"
    category = "common"
    color = "#dddddd"
    icon = "link-out"
    align = "right"
    outputs: ClassVar[int] = 0
    copy_on_write = True
    label = ()

    class Config(NodeConfig):
        """``mode``: link or return. ``links``: ids of link in nodes."""

        mode: Annotated[str | None, select("link", "return")] = "link"
        links: Annotated[list[str], nodes("link in", everywhere=True), show_if("mode!=return")] = []

    def on_input(self, msg: Msg) -> Msg | None:
        msg["_event"] = f"node:{self.id}"
        mode = self.config.mode or "link"
        if mode == "return":
            self._return(msg)
        return msg if mode == "link" else None

    def _return(self, msg: Msg) -> None:
        callers = msg.get("_linkSource")
        if not isinstance(callers, list) or not callers:
            self.warn(self.words("errors.missing_return"))
            return
        *rest, caller = callers
        msg["_linkSource"] = rest  # a new list: other branches may share the old one
        give_back = getattr(self.node(caller.get("node")), "return_link_message", None)
        if give_back is None:
            self.warn(self.words("errors.missing_return"))
        else:
            give_back(caller.get("id"), msg)

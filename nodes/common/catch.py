"""The catch node: starts a flow with the errors of other nodes."""

from __future__ import annotations

from typing import Annotated, ClassVar

from flowengine.fields import node_scope, show_if
from flowengine.messages import Msg
from flowengine.node import Node, NodeConfig


class Catch(Node):
    """Passes on what the flow hands to it: the message an error was about, with ``error`` set."""

    type = "catch"
    category = "common"
    color = "#e49191"
    icon = "alert"
    inputs: ClassVar[int] = 0
    listens = "errors"
    copy_on_write = True

    class Config(NodeConfig):
        """``scope``: None for the whole flow, "group", or the ids of nodes."""

        scope: Annotated[list[str] | str | None, node_scope()] = None
        uncaught: Annotated[bool, show_if("!scope")] = False

    def on_input(self, msg: Msg) -> Msg:
        return msg

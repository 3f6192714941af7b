"""The complete node: starts a flow when other nodes have done with a message."""

from __future__ import annotations

from typing import Annotated, ClassVar

from flowengine.fields import legacy, nodes, required
from flowengine.messages import Msg
from flowengine.node import Node, NodeConfig

from .scopes import without_wired


class Complete(Node):
    """Passes on what the flow hands to it: the message that another node has done with."""

    type = "complete"
    category = "common"
    color = "#94c1d0"
    icon = "alert"
    inputs: ClassVar[int] = 0
    listens = "complete"
    copy_on_write = True

    class Config(NodeConfig):
        """``scope``: ids of the nodes to watch."""

        scope: Annotated[list[str] | None, nodes(), required()] = []
        uncaught: Annotated[bool, legacy()] = False

    def on_start(self) -> None:
        self.config = without_wired(self.config)

    def on_input(self, msg: Msg) -> Msg:
        return msg

"""The status node: starts a flow with the statuses of other nodes."""

from __future__ import annotations

from typing import Annotated, ClassVar

from flowengine.fields import node_scope
from flowengine.messages import Msg
from flowengine.node import Node, NodeConfig

from .scopes import without_wired


class Status(Node):
    """Passes on what the flow hands to it: a message with the ``status`` of a node."""

    type = "status"
    category = "common"
    color = "#94c1d0"
    icon = "status"
    inputs: ClassVar[int] = 0
    listens = "status"
    copy_on_write = True

    class Config(NodeConfig):
        """``scope``: None for the whole flow, "group", or the ids of nodes."""

        scope: Annotated[list[str] | str | None, node_scope()] = None

    def on_start(self) -> None:
        self.config = without_wired(self.config)

    def on_input(self, msg: Msg) -> Msg:
        return msg

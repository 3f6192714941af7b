"""Stands in a flow file for a node whose type was not there when the flow was saved."""

from __future__ import annotations

from typing import Any, ClassVar

from flowengine.node import Node, NodeConfig


class Unknown(Node):
    """Does nothing; ``_orig`` keeps what the node was."""

    type = "unknown"
    category = "unknown"
    color = "#ffaaaa"
    icon = "unknown"
    outputs: ClassVar[int] = 0
    completes = False

    class Config(NodeConfig):
        """Nothing to configure."""

    def on_input(self, msg: Any) -> None:
        return None

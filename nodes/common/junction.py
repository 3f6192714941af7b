"""The junction: a point where wires meet."""

from __future__ import annotations

from flowengine.messages import Msg
from flowengine.node import Node, NodeConfig


class Junction(Node):
    """Passes messages on."""

    type = "junction"
    category = "common"
    color = "#d9d9d9"
    icon = "junction"
    copy_on_write = True
    label = ()

    class Config(NodeConfig):
        """Nothing to configure."""

    def on_input(self, msg: Msg) -> Msg:
        return msg

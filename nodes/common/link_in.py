"""The link in node: where messages of link out and link call nodes arrive."""

from __future__ import annotations

from typing import Annotated, ClassVar

from flowengine.fields import nodes
from flowengine.messages import Msg
from flowengine.node import Node, NodeConfig

from .link_targets import link_targets


class LinkIn(Node):
    """Passes messages on; link call nodes find it by id or name."""

    type = "link in"
    category = "common"
    color = "#dddddd"
    icon = "link-out"
    inputs: ClassVar[int] = 0
    copy_on_write = True
    label = ()

    class Config(NodeConfig):
        """``links``: ids of the link out nodes that lead here."""

        links: Annotated[list[str], nodes("link out", everywhere=True)] = []

    def on_start(self) -> None:
        link_targets(self).add(self)

    def on_input(self, msg: Msg) -> Msg:
        return msg

    def on_close(self, removed: bool) -> None:
        link_targets(self).remove(self)

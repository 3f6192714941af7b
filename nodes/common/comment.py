"""The comment node: text for whoever reads the flow."""

from __future__ import annotations

from typing import Annotated, ClassVar

from flowengine.fields import code, wide
from flowengine.node import Node, NodeConfig


class Comment(Node):
    """Does nothing."""

    type = "comment"
    category = "common"
    color = "#ffffff"
    icon = "comment"
    inputs: ClassVar[int] = 0
    outputs: ClassVar[int] = 0

    class Config(NodeConfig):
        """``info`` is Markdown."""

        info: Annotated[str, code("markdown", rows=16) | wide()] = ""

"""Holds the environment variables of all flows; the engine reads them, the node itself has nothing to do."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from flowengine.node import ConfigNode, NodeConfig


class GlobalConfig(ConfigNode):
    """A place for variables."""

    type = "global-config"

    class Config(NodeConfig):
        """``env``: entries ``{"name", "value", "type"}``."""

        env: list[dict[str, Any]] = Field(default_factory=list)

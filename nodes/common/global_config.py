"""Holds the environment variables of all flows; the engine reads them, the node itself has nothing to do."""

from __future__ import annotations

from typing import Annotated, Any

from flowengine.fields import line, rows, typed, wide
from flowengine.node import ConfigNode, NodeConfig


class GlobalConfig(ConfigNode):
    """A place for variables."""

    type = "global-config"

    class Config(NodeConfig):
        """``env``: entries ``{"name", "value", "type"}``."""

        env: Annotated[
            list[dict[str, Any]],
            rows(
                {
                    "name": line(),
                    "value": typed("str", "num", "bool", "json", "bin", "env", "jsonata", type_field="type"),
                },
                new={"name": "", "value": "", "type": "str"},
            )
            | wide(),
        ] = []

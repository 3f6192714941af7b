"""What nodes that listen to other nodes have in common."""

from __future__ import annotations

from typing import TypeVar

from flowengine.node import NodeConfig

ListenerConfig = TypeVar("ListenerConfig", bound=NodeConfig)


def without_wired(config: ListenerConfig) -> ListenerConfig:
    """Take the nodes that a listener leads to out of its scope: it would hear of what it caused, for ever."""
    scope = getattr(config, "scope", None)
    if not isinstance(scope, list):
        return config
    wired = {target for port in config.wires for target in port}
    return config.model_copy(update={"scope": [node_id for node_id in scope if node_id not in wired]})

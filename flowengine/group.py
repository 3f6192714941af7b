"""A group of nodes as the runtime sees it: a name, a place in other groups, and environment variables."""

from __future__ import annotations

from typing import Any

from .environment import PARENT, evaluate_env, known
from .undefined import UNDEFINED


class Group:
    """A running group; ``parent`` is the group around it, or the flow."""

    def __init__(self, parent: Any, config: dict[str, Any], flow: Any) -> None:
        self.id: str = config["id"]
        self.outer: str = config.get("g") or ""
        self.config = config
        self.parent = parent
        self.flow = flow
        self.values: dict[str, Any] = {}

    def start(self) -> None:
        """Evaluate the group's variables; the groups around it have done so before."""
        credentials = self.flow.engine.credentials_of(self.id)
        self.values = evaluate_env(self.config.get("env"), self, credentials, self.flow.complain)

    def setting(self, name: str) -> Any:
        """Return a variable as seen from this group, or UNDEFINED."""
        if name == "NR_GROUP_NAME":
            return self.config.get("name", UNDEFINED)
        if name == "NR_GROUP_ID":
            return self.id
        if name.startswith(PARENT):
            name = name.removeprefix(PARENT)
        elif name in self.values:
            return known(self.values, name)
        return self.parent.setting(name)

    def context(self, scope: str) -> Any:
        """Return the context that the group's variables may read."""
        return self.flow.context(scope)


def start_groups(flow: Any, configs: dict[str, dict[str, Any]]) -> dict[str, Group]:
    """Make and start the groups of a flow, the outer ones before those inside them."""
    groups: dict[str, Group] = {}
    waiting = list(configs.values())
    while waiting:
        ready = [
            config
            for config in waiting
            if not config.get("g") or config["g"] in groups or config["g"] not in configs
        ]
        if not ready:  # groups that lie in each other: take them as they come rather than hang
            ready = waiting[:1]
        for config in ready:
            group = groups[config["id"]] = Group(groups.get(config.get("g") or "", flow), config, flow)
            group.start()
        waiting = [config for config in waiting if config["id"] not in groups]
    return groups

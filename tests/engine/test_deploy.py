"""What a deploy stops and starts."""

import pytest

from flowengine.node import ConfigNode, Node
from flowengine.testing import FlowHarness

from .flows import helper, node, tab


class Life(Node):
    """Notes its starts and ends."""

    type = "life"
    log: list[str] = []

    def on_start(self):
        self.log.append(f"+{self.id}")

    def on_close(self, removed):
        self.log.append(f"-{self.id}{'!' if removed else ''}")

    def on_input(self, msg):
        return {**msg, "by": self.id}


class LifeConfig(ConfigNode):
    type = "life-config"

    def on_start(self):
        Life.log.append(f"+{self.id}")

    def on_close(self, removed):
        Life.log.append(f"-{self.id}")


FLOW = [
    tab(),
    node("a", "life", ["b"], server="conf"),
    node("b", "life", ["seen"]),
    helper(),
    tab("u"),
    node("c", "life", z="u"),
    {"id": "conf", "type": "life-config", "port": 1},
]


@pytest.fixture
async def running():
    Life.log.clear()
    async with FlowHarness(FLOW, node_types=(Life, LifeConfig)) as harness:
        Life.log.clear()
        yield harness


def changed(**changes):
    return [{**item, **changes.get(item["id"], {})} for item in FLOW]


async def test_nodes_restarts_only_what_changed(running):
    await running.engine.deploy(changed(b={"name": "new"}), kind="nodes")
    assert Life.log == ["-b", "+b"]
    await running.send("a", {})
    await running.settle(2)
    assert running.received("seen")[0]["by"] == "b", "wires lead to the new node"


async def test_a_moved_node_is_not_touched_and_a_new_wire_needs_no_restart(running):
    await running.engine.deploy(changed(a={"x": 500, "wires": [["seen"]]}), kind="nodes")
    assert Life.log == []
    await running.send("a", {})
    await running.settle(2)
    assert running.received("seen")[0]["by"] == "a"


async def test_a_changed_config_node_takes_its_users_along(running):
    await running.engine.deploy(changed(conf={"port": 2}), kind="nodes")
    assert sorted(Life.log) == ["+a", "+conf", "-a", "-conf"]
    assert Life.log.index("-a") < Life.log.index("-conf"), "users close before what they use"
    assert Life.log.index("+conf") < Life.log.index("+a")


async def test_flows_restarts_the_tabs_with_changes(running):
    await running.engine.deploy(changed(b={"name": "new"}), kind="flows")
    assert sorted(Life.log) == ["+a", "+b", "-a", "-b"]


async def test_full_restarts_everything_and_tells_what_is_gone(running):
    await running.engine.deploy([item for item in FLOW if item["id"] != "c"])
    assert "-c!" in Life.log
    assert {"-a", "-b", "+a", "+b"} <= set(Life.log)


async def test_a_disabled_tab_stops_and_comes_back(running):
    await running.engine.deploy(changed(u={"disabled": True}), kind="nodes")
    assert Life.log == ["-c"]
    await running.engine.deploy(FLOW, kind="nodes")
    assert Life.log == ["-c", "+c"]


async def test_variables_of_the_tab_restart_its_nodes(running):
    env = [{"name": "X", "value": "1", "type": "str"}]
    await running.engine.deploy(changed(t={"env": env}), kind="nodes")
    assert sorted(Life.log) == ["+a", "+b", "-a", "-b"]


async def test_what_changes_inside_a_subflow_restarts_its_instances():
    def flow(name):
        return [
            tab(),
            {"id": "sf", "type": "subflow", "name": "S", "in": [{"wires": [{"id": "in"}]}], "out": []},
            node("in", "life", z="sf", name=name),
            node("i1", "subflow:sf"),
            node("a", "life"),
        ]

    Life.log.clear()
    async with FlowHarness(flow("old"), node_types=(Life,)) as harness:
        Life.log.clear()
        await harness.engine.deploy(flow("new"), kind="nodes")
        assert Life.log == ["-i1-in", "+i1-in"]

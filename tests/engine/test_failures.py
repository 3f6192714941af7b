"""What is wrong with one node or subflow is said with tab, node and remedy; the rest runs."""

import asyncio

import pytest

from flowengine.node import Node, NodeConfig
from flowengine.testing import FlowHarness

from .flows import helper, node, tab


class Strict(Node):
    type = "strict"

    class Config(NodeConfig):
        count: int = 1

    def on_input(self, msg):
        return msg


async def test_a_wrong_typed_property_names_tab_node_and_property():
    flow = [
        tab(label="Orders"),
        node("bad", "strict", ["seen"], count="many"),
        node("ok", "strict", ["seen"]),
        helper(),
    ]
    async with FlowHarness(flow, node_types=(Strict,)) as running:
        await running.send("ok", {"payload": 1})
        await running.settle(2)
        assert len(running.received("seen")) == 1
        (level, text), *_ = running.log_lines
        assert level == "error"
        assert 'strict node "bad" on tab "Orders" cannot start' in text
        assert "property count is 'many'" in text
        assert "http" not in text, "pydantic's links are not for flow authors"


async def test_unknown_types_wait_and_are_listed():
    flow = [tab(), node("x", "no-such-type", ["seen"]), node("ok", "strict", ["x", "seen"]), helper()]
    async with FlowHarness(flow, node_types=(Strict,)) as running:
        await running.send("ok", {})
        await running.settle(2)
        assert len(running.received("seen")) == 1
        assert running.engine.unknown == {"no-such-type": ["x"]}


async def test_a_circle_of_subflows_is_refused_and_the_rest_runs():
    def template(name, inner):
        return [
            {"id": name, "type": "subflow", "name": name, "in": [], "out": []},
            node(f"{name}-in", f"subflow:{inner}", z=name),
        ]

    flow = [
        tab(),
        *template("s1", "s2"),
        *template("s2", "s1"),
        node("i", "subflow:s1"),
        node("ok", "strict", ["seen"]),
        helper(),
    ]
    async with FlowHarness(flow, node_types=(Strict,)) as running:
        await running.send("ok", {})
        await running.settle(2)
        assert len(running.received("seen")) == 1
        assert any("contains itself" in text for _, text in running.log_lines)


async def test_a_node_that_fails_at_start_stays_away():
    class Failing(Node):
        type = "failing"

        def on_start(self):
            raise ValueError("no luck")

    flow = [tab(), node("f", "failing", ["seen"]), node("ok", "strict", ["f", "seen"]), helper()]
    async with FlowHarness(flow, node_types=(Strict, Failing)) as running:
        await running.send("ok", {})
        await running.settle(2)
        assert len(running.received("seen")) == 1
        assert [report.text for report in running.errors] == ["ValueError: no luck"]


async def test_a_node_that_does_not_close_is_left_behind():
    class Stuck(Node):
        type = "stuck"

        async def on_close(self, removed):
            await asyncio.sleep(60)

    harness = FlowHarness([tab(), node("s", "stuck")], node_types=(Stuck,), settings={"nodeCloseTimeout": 50})
    async with asyncio.timeout(5):
        async with harness:
            pass
    assert any("did not close within 0.05 s" in text for _, text in harness.log_lines)


async def test_messages_wait_while_a_node_starts():
    gate = asyncio.Event()

    class Slow(Node):
        type = "slow"

        async def on_start(self):
            await gate.wait()

        def on_input(self, msg):
            return msg

    async with FlowHarness([tab(), node("s", "slow", ["seen"]), helper()], node_types=(Slow,)) as running:
        await running.send("s", {"n": 1})
        await running.send("s", {"n": 2})
        assert running.received("seen") == []
        gate.set()
        await running.settle(2)
        assert [msg["n"] for msg in running.received("seen")] == [1, 2]


async def test_tasks_and_timers_of_a_closed_node_are_gone():
    class Busy(Node):
        type = "busy"

        def on_input(self, msg):
            self.spawn(asyncio.sleep(60))
            self.call_later(60, self.send, msg)

    async with FlowHarness([tab(), node("b", "busy", ["seen"]), helper()], node_types=(Busy,)) as running:
        await running.send("b", {})
        await asyncio.sleep(0)
        assert running.engine.delivery.operations == 1
        assert running.engine.delivery.timers == 1
    assert running.engine.delivery.operations == 0
    assert running.engine.delivery.timers == 0


@pytest.mark.parametrize("payload", [b"x" * 100_000_000, "x" * 100_000_000])
async def test_a_payload_of_a_hundred_megabytes_passes(payload):
    flow = [
        tab(),
        node("a", "strict", ["b", "c"]),
        node("b", "strict"),
        node("c", "strict", ["seen"]),
        helper(),
    ]
    async with FlowHarness(flow, node_types=(Strict,)) as running:
        await running.send("a", {"payload": payload})
        await running.settle(5)
        assert len(running.received("seen")[0]["payload"]) == 100_000_000


async def test_what_javascript_takes_without_a_word_is_taken():
    class Lenient(Node):
        type = "lenient"

        class Config(NodeConfig):
            text: str = "standard"
            flag: bool = True

        def on_input(self, msg):
            return {"payload": [self.config.text, self.config.flag]}

    flow = [
        tab(),
        node("n", "lenient", ["seen"], text=5, flag=""),
        node("m", "lenient", ["seen"], text=None),
        helper(),
    ]
    async with FlowHarness(flow, node_types=(Lenient,)) as running:
        await running.send("n", {})
        await running.send("m", {})
        await running.settle(2)
        assert [msg["payload"] for msg in running.received("seen")] == [["5", False], ["standard", True]]

import pytest

from flowengine.hooks import STAGES
from flowengine.node import Node
from flowengine.testing import FlowHarness

from .flows import helper, node, tab


class Passing(Node):
    type = "passing"

    def on_input(self, msg):
        if msg.get("fail"):
            raise ValueError("failed")
        return msg


FLOW = [tab(), node("a", "passing", ["seen", "b"]), node("b", "passing"), helper()]


async def test_every_stage_sees_the_message_in_order():
    async with FlowHarness(FLOW, node_types=(Passing,)) as running:
        stages = []
        for stage in STAGES:
            running.engine.hooks.add(stage, lambda event, stage=stage: stages.append(stage))
        await running.send("a", {})
        await running.settle(2)
        assert stages[:10] == [
            "on_receive",
            "on_send",
            *("pre_route", "pre_deliver", "post_deliver") * 2,
            "on_complete",
            "post_receive",
        ]
        assert stages.count("on_receive") == stages.count("post_receive") == 3
        await running.send("a", {"fail": True})
        assert stages[-2:] == ["on_error", "post_receive"]


async def test_a_hook_may_stop_or_change_a_message():
    async with FlowHarness(FLOW, node_types=(Passing,)) as running:

        def change(event):
            event.msg["payload"] = "changed"

        running.engine.hooks.add("pre_deliver", change)
        running.engine.hooks.add("pre_route", lambda event: event.msg.get("topic") != "secret")
        await running.send("a", {"topic": "secret"})
        await running.send("a", {"topic": "open"})
        await running.settle(2)
        assert [msg["payload"] for msg in running.received("seen")] == ["changed"]


async def test_a_hook_that_fails_is_an_error_of_the_node():
    def fail(event):
        raise RuntimeError("hook")

    async with FlowHarness(FLOW, node_types=(Passing,)) as running:
        running.engine.hooks.add("on_receive", fail)
        await running.engine.deploy(FLOW)
        running.engine.give("a", {})
        assert [report.text for report in running.errors] == ["RuntimeError: hook"]
        running.engine.hooks.remove("on_receive", fail)
        running.engine.give("a", {})
        await running.settle(2)
        assert len(running.received("seen")) == 1


async def test_there_are_no_other_stages():
    async with FlowHarness(FLOW, node_types=(Passing,)) as running:
        with pytest.raises(ValueError, match='no hook "on_sent"'):
            running.engine.hooks.add("on_sent", print)

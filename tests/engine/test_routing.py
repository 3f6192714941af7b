"""Which wire gets the message itself, which a copy, and that copies never leak into each other."""

import asyncio

import pytest

from flowengine.messages import Msg, own
from flowengine.node import DEFERRED, Node
from flowengine.testing import FlowHarness

from .flows import helper, node, tab


class Careless(Node):
    """Changes what it got in place and sends it on; makes no promise."""

    type = "careless"

    def on_input(self, msg):
        msg["payload"]["by"] = self.id
        return msg


class Careful(Node):
    """Changes only what it owns."""

    type = "careful"
    copy_on_write = True

    def on_input(self, msg):
        own(msg)["payload"]["by"] = self.id
        return msg


class Passing(Node):
    type = "passing"
    copy_on_write = True

    def on_input(self, msg):
        return msg


class Sending(Node):
    """Sends whatever the message carries in ``send``."""

    type = "sending"

    def on_input(self, msg):
        self.send(msg["send"])


TYPES = (Careless, Careful, Passing, Sending)


@pytest.mark.parametrize("source", ["passing", "sending"])
@pytest.mark.parametrize("first", ["careless", "careful", "passing"])
@pytest.mark.parametrize("second", ["careless", "careful", "passing"])
async def test_no_branch_sees_what_another_changed(source, first, second):
    flow = [
        tab(),
        node("from", source, ["a", "b", "c"]),
        node("a", first, ["a2"]),
        node("a2", "careless", ["seen_a"]),
        node("b", second, ["b2"]),
        node("b2", "careful", ["seen_b"]),
        node("c", "passing", ["seen_c"]),
        *(helper(name) for name in ("seen_a", "seen_b", "seen_c")),
    ]
    msg = {"payload": {"n": 1}, "_msgid": "m"}
    async with FlowHarness(flow, node_types=TYPES) as running:
        await running.send("from", {"send": msg} if source == "sending" else msg)
        await running.settle(2)
        assert running.received("seen_a") == [{"payload": {"n": 1, "by": "a2"}, "_msgid": "m"}]
        assert running.received("seen_b") == [{"payload": {"n": 1, "by": "b2"}, "_msgid": "m"}]
        assert running.received("seen_c") == [{"payload": {"n": 1}, "_msgid": "m"}]


async def test_the_first_wire_gets_the_message_itself_even_if_it_leads_nowhere():
    got = []

    class Keeping(Node):
        type = "keeping"

        def on_input(self, msg):
            got.append(msg)

    flow = [tab(), node("from", "sending", ["gone", "k"]), node("k", "keeping")]
    sent = Msg(payload={}, _msgid="m")
    async with FlowHarness(flow, node_types=(*TYPES, Keeping)) as running:
        await running.send("from", {"send": sent})
        await running.settle(2)
        assert got == [sent]
        assert got[0] is not sent


async def test_outputs_arrays_and_missing_ids():
    flow = [tab(), node("from", "sending", [["x"], ["y", "z"]]), helper("x"), helper("y"), helper("z")]
    async with FlowHarness(flow, node_types=TYPES) as running:
        await running.send("from", {"send": [[{"n": 1}, None, {"n": 2}], {"n": 3}]})
        await running.settle(2)
        assert [msg["n"] for msg in running.received("x")] == [1, 2]
        assert [msg["n"] for msg in running.received("y")] == [3]
        assert [msg["n"] for msg in running.received("z")] == [3]
        ids = {msg["_msgid"] for name in "xyz" for msg in running.received(name)}
        assert len(ids) == 1, "messages without an id get the same one within a send"


async def test_what_is_no_message_is_refused_and_the_rest_goes():
    flow = [tab(), node("from", "sending", ["x"]), helper("x")]
    async with FlowHarness(flow, node_types=TYPES) as running:
        await running.send("from", {"send": [[5, {"n": 1}, "text"]]})
        await running.settle(2)
        assert [msg["n"] for msg in running.received("x")] == [1]
        assert [report.text for report in running.errors] == [
            "Node tried to send a message of type number",
            "Node tried to send a message of type string",
        ]


async def test_the_short_path_arrives_first():
    order = []

    class Noting(Node):
        type = "noting"

        def on_input(self, msg):
            order.append(self.id)
            return msg

    flow = [
        tab(),
        node("from", "passing", ["long1", "short"]),
        node("long1", "noting", ["long2"]),
        node("long2", "noting"),
        node("short", "noting"),
    ]
    async with FlowHarness(flow, node_types=(*TYPES, Noting)) as running:
        await running.send("from", {})
        await running.settle(2)
        assert order == ["long1", "short", "long2"]


async def test_an_endless_loop_of_wires_leaves_room_for_others():
    flow = [
        tab(),
        node("a", "passing", ["b"]),
        node("b", "passing", ["a"]),
        node("c", "passing", ["seen"]),
        helper(),
    ]
    async with FlowHarness(flow, node_types=TYPES) as running:
        await running.send("a", {"payload": 1})
        async with asyncio.timeout(5):
            await asyncio.sleep(0.05)
            await running.send("c", {"payload": 2})
            while not running.received("seen"):
                await asyncio.sleep(0.01)
        assert not await running.settle(0.01)


async def test_deferred_work_completes_when_it_says_so():
    class Later(Node):
        type = "later"

        def on_input(self, msg):
            self.call_later(0.01, self.finish, msg)
            return DEFERRED

        def finish(self, msg):
            self.send(msg)
            self.done(msg)

    flow = [
        tab(),
        node("later", "later", ["seen"]),
        helper(),
        node("told", "complete", ["done"], scope=["later"]),
        helper("done"),
    ]
    async with FlowHarness(flow, node_types=(Later,)) as running:
        await running.send("later", {"payload": 1})
        assert not running.received("done")
        assert await running.settle(2)
        assert running.received("done")[0]["complete"]["source"]["id"] == "later"

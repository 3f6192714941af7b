"""Link nodes: across tabs, and as calls that return."""

from __future__ import annotations

from typing import Any

from flowengine.testing import FlowHarness

NodeDict = dict[str, Any]


def tab(node_id: str) -> NodeDict:
    return {"id": node_id, "type": "tab", "label": node_id}


def node(node_id: str, node_type: str, to: str = "", z: str = "t1", **fields: Any) -> NodeDict:
    wires = [[to] if to else []]
    return {"id": node_id, "type": node_type, "name": "", "z": z, "x": 1, "y": 1, "wires": wires, **fields}


CALLER = node("call", "link call", "seen", links=["in"])
SEEN = node("seen", "helper")
CAUGHT = [node("catch", "catch", "caught", scope=None), node("caught", "helper")]


def subroutine(node_id: str = "in", name: str = "", z: str = "t2") -> list[NodeDict]:
    """A flow that answers with its own id as the payload."""
    rule = {"t": "set", "p": "payload", "pt": "msg", "to": node_id, "tot": "str"}
    return [
        node(node_id, "link in", f"{node_id}-set", z, name=name),
        node(f"{node_id}-set", "change", f"{node_id}-return", z, rules=[rule]),
        node(f"{node_id}-return", "link out", z=z, mode="return"),
    ]


async def play(flow: list[NodeDict], *msgs: NodeDict, to: str = "call") -> FlowHarness:
    harness = FlowHarness([tab("t1"), tab("t2"), *flow])
    async with harness:
        for msg in msgs:
            await harness.send(to, msg)
        await harness.settle(2)
    return harness


async def test_a_link_leads_to_every_link_in_that_either_side_names():
    flow = [
        node("out", "link out", links=["a"]),
        node("a", "link in", "seen", "t2"),
        node("b", "link in", "seen", "t2", links=["out"]),
        SEEN,
    ]
    harness = await play(flow, {"payload": 1}, to="out")
    assert [msg["_event"] for msg in harness.received("seen")] == ["node:out"] * 2


async def test_a_call_comes_back_with_what_the_subroutine_made():
    harness = await play([CALLER, SEEN, *subroutine()], {"payload": 1, "kept": True})
    (msg,) = harness.received("seen")
    assert (msg["payload"], msg["kept"], "_linkSource" in msg) == ("in", True, False)


async def test_calls_may_be_nested():
    inner = [node("in", "link in", "call2", "t2"), node("call2", "link call", "back", "t2", links=["deep"])]
    flow = [CALLER, SEEN, *inner, node("back", "link out", z="t2", mode="return"), *subroutine("deep")]
    harness = await play(flow, {"payload": 1})
    assert [msg["payload"] for msg in harness.received("seen")] == ["deep"]


async def test_a_dynamic_call_finds_its_target_by_id_or_by_name_near_first():
    call = node("call", "link call", "seen", linkType="dynamic")
    flow = [
        call,
        SEEN,
        *subroutine("far", "twin"),
        *subroutine("near", "twin", "t1"),
        *subroutine("one", "only"),
    ]
    harness = await play(flow, {"target": "far"}, {"target": "twin"}, {"target": "only"})
    assert [msg["payload"] for msg in harness.received("seen")] == ["far", "near", "one"]


async def test_a_target_that_is_not_there_or_not_the_only_one_is_an_error():
    call = node("call", "link call", "seen", linkType="dynamic")
    flow = [call, SEEN, *CAUGHT, *subroutine("a", "twin"), *subroutine("b", "twin")]
    harness = await play(flow, {"target": "twin"}, {"target": "nobody"})
    assert [msg["error"]["message"] for msg in harness.received("caught")] == [
        "Error: Multiple link-in nodes named 'twin' found",
        "Error: target link-in node 'nobody' not found",
    ]


async def test_a_call_that_does_not_return_is_an_error_about_the_message_as_it_was():
    call = node("call", "link call", "seen", links=["in"], timeout="0.02")
    rule = {"t": "set", "p": "payload.a", "pt": "msg", "to": "changed", "tot": "str"}
    flow = [
        call,
        SEEN,
        *CAUGHT,
        node("in", "link in", "set", "t2"),
        node("set", "change", "", "t2", rules=[rule]),
    ]
    harness = await play(flow, {"payload": {"a": "given"}})
    (msg,) = harness.received("caught")
    assert (msg["error"]["message"], msg["payload"]) == ("timeout", {"a": "given"})


async def test_a_return_without_a_call_is_a_warning():
    harness = await play([node("out", "link out", mode="return")], {"payload": 1}, to="out")
    assert [report.text for report in harness.warnings] == ["Missing return node information"]


async def test_a_call_completes_when_it_has_returned():
    watch = node("done", "complete", "completed", scope=["call"])
    harness = await play([CALLER, SEEN, *subroutine(), watch, node("completed", "helper")], {"payload": 1})
    assert [msg["complete"]["source"]["id"] for msg in harness.received("completed")] == ["call"]

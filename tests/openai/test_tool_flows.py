"""Flows as tools: tool in, tool out, and what a caller gets back."""

from __future__ import annotations

import asyncio

import pytest
from flowengine.nodes.openai.tool_flows import ToolError, tool_flows

from flowengine.check import Checker
from flowengine.testing import FlowHarness

CITY = {"properties": {"city": {"type": "string"}}, "required": ["city"]}


def node(node_id, kind, *wires, **fields):
    return {"id": node_id, "type": kind, "z": "tab", "x": 1, "y": 1, "wires": [list(wires)], **fields}


def tool(name="weather", to="work", **fields):
    return node(f"in-{name}", "tool in", to, name=name, description="Tells the weather.", **fields)


def function(code, node_id="work", *wires):
    return node(node_id, "function", *(wires or ("out",)), func=code, outputs=1)


def flow(*nodes):
    return [{"id": "tab", "type": "tab", "label": "t"}, *nodes, node("out", "tool out")]


async def call(harness, name="weather", arguments=None):
    return await asyncio.wait_for(tool_flows(harness.engine).call(name, arguments or {}), 5)


async def test_arguments_go_in_as_payload_and_the_payload_comes_back():
    answers = function("msg.payload = {said: msg.payload.city + ' is dry', by: msg.tool}; return msg;")
    async with FlowHarness(flow(tool(schema=CITY), answers)) as harness:
        assert await call(harness, arguments={"city": "Oslo"}) == {"said": "Oslo is dry", "by": "weather"}


async def test_calls_that_overlap_get_their_own_answers():
    wait = node("work", "delay", "out", pauseType="delayv", timeout="0", timeoutUnits="milliseconds")
    echo = [
        tool("weather", to="set"),
        function("msg.delay = msg.payload.wait; return msg;", "set", "work"),
        wait,
    ]
    async with FlowHarness(flow(*echo)) as harness:
        waits = [120, 60, 1]
        answers = await asyncio.gather(*(call(harness, arguments={"wait": wait}) for wait in waits))
        assert [answer["wait"] for answer in answers] == waits


@pytest.mark.parametrize("code", ["return {payload: 7};", "return RED.util.cloneMessage(msg);"])
async def test_copies_and_new_messages_find_their_way_back(code):
    async with FlowHarness(flow(tool(), function(code))) as harness:
        assert await call(harness, arguments={"a": 1}) in (7, {"a": 1})


async def test_an_error_that_nobody_catches_ends_the_call():
    async with FlowHarness(flow(tool(), function("throw new Error('no such city');"))) as harness:
        with pytest.raises(ToolError, match="no such city"):
            await call(harness)


async def test_a_caught_error_is_for_the_flow_to_answer():
    saved = [
        node("catch", "catch", "set", scope=None),
        function("msg.payload = 'plan B'; return msg;", "set"),
    ]
    async with FlowHarness(flow(tool(), function("throw new Error('x');"), *saved)) as harness:
        assert await call(harness) == "plan B"


async def test_a_catch_node_that_leads_to_no_answer_does_not_keep_the_caller_waiting():
    shown = [node("catch", "catch", "seen", scope=None), node("seen", "helper")]
    async with FlowHarness(flow(tool(), function("throw new Error('x');"), *shown)) as harness:
        with pytest.raises(ToolError, match="x"):
            await call(harness)
        assert len(harness.received("seen")) == 1


async def test_a_flow_can_answer_with_an_error():
    told = [node("catch", "catch", "sorry", scope=None), node("sorry", "tool out", asError=True)]
    async with FlowHarness(flow(tool(), function("throw new Error('closed today');"), *told)) as harness:
        with pytest.raises(ToolError, match="closed today"):
            await call(harness)


async def test_a_call_without_an_answer_fails_in_time_and_a_late_answer_is_an_error():
    late = node("work", "delay", "out", pauseType="delay", timeout="0.3", timeoutUnits="seconds")
    async with FlowHarness(flow(tool(timeout=0.1), late)) as harness:
        with pytest.raises(ToolError, match=r'"weather" did not answer within 0\.1 seconds'):
            await call(harness)
        assert await harness.settle(5)
        assert "No call waits" in harness.errors[-1].text


async def test_arguments_that_do_not_fit_are_turned_down_before_the_flow_begins():
    async with FlowHarness(flow(tool(schema=CITY, to="seen"), node("seen", "helper"))) as harness:
        with pytest.raises(ToolError, match="city"):
            await call(harness, arguments={"town": "Oslo"})
        assert harness.received("seen") == []


async def test_an_unknown_tool_is_named_with_those_there_are():
    async with FlowHarness(flow(tool(), function("return msg;"))) as harness:
        with pytest.raises(ToolError, match=r'no tool "whether".*weather'):
            await call(harness, "whether")


async def test_a_second_answer_is_an_error():
    twice = tool(to="out")
    twice["wires"] = [["out", "out"]]
    async with FlowHarness(flow(twice)) as harness:
        assert await call(harness, arguments={"a": 1}) == {"a": 1}
        assert await harness.settle(5)
        assert len(harness.errors) == 1


async def test_a_deploy_ends_the_calls_of_a_tool_that_changes():
    slow = node("work", "delay", "out", pauseType="delay", timeout="30", timeoutUnits="seconds")
    async with FlowHarness(flow(tool(), slow)) as harness:
        calling = asyncio.ensure_future(call(harness))
        await asyncio.sleep(0.05)
        await harness.engine.deploy(flow(tool(schema=CITY), slow), kind="nodes")
        with pytest.raises(ToolError, match="was stopped"):
            await calling
        assert tool_flows(harness.engine).tools()[0].parameters["required"] == ["city"]


async def test_a_name_can_be_taken_only_once():
    twin = {**tool(), "id": "twin"}
    async with FlowHarness(flow(tool(), twin, function("return msg;"))) as harness:
        assert 'Another tool in node has the name "weather"' in harness.errors[0].text
        assert await call(harness, arguments={"a": 1}) == {"a": 1}


@pytest.mark.parametrize(
    ("fields", "level", "said"),
    [
        ({"name": "the weather"}, "error", "no name for a tool"),
        ({"description": ""}, "warning", "without a description"),
        ({"schema": {"properties": {"a": {"type": "text"}}}}, "error", "not valid"),
        ({}, None, ""),
    ],
)
def test_check_says_what_is_wrong_with_a_tool(fields, level, said):
    problems = Checker(flow({**tool(to="out"), **fields})).problems()
    assert [problem.level for problem in problems] == ([level] if level else [])
    assert all(said in problem.text for problem in problems)


def test_check_finds_two_tools_of_one_name():
    problems = Checker(flow(tool(to="out"), {**tool(to="out"), "id": "twin"})).problems()
    assert [problem.level for problem in problems] == ["error", "error"]

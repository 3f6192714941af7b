"""Function nodes in Python."""

from __future__ import annotations

from typing import Any

import pytest

from flowengine.testing import FlowHarness

TAB = {"id": "t1", "type": "tab", "label": "Tab"}


def flow(code: str, **more: Any) -> list[dict[str, Any]]:
    node = {
        "id": "f1",
        "type": "function",
        "language": "python",
        "z": "t1",
        "x": 1,
        "y": 1,
        "func": code,
        "outputs": 2,
    }
    place = {"z": "t1", "x": 1, "y": 1}
    return [
        TAB,
        {**node, "wires": [["h1"], ["h2"]], **more},
        {"id": "h1", "type": "helper", **place, "wires": []},
        {"id": "h2", "type": "helper", **place, "wires": []},
        {"id": "c1", "type": "catch", **place, "scope": None, "wires": [["caught"]]},
        {"id": "caught", "type": "helper", **place, "wires": []},
        {"id": "k1", "type": "complete", **place, "scope": ["f1"], "wires": [["complete"]]},
        {"id": "complete", "type": "helper", **place, "wires": []},
    ]


async def play(code: str, *msgs: dict[str, Any], **more: Any) -> FlowHarness:
    async with FlowHarness(flow(code, **more), env={"NAME": "value"}) as harness:
        for msg in msgs or ({"payload": 1},):
            await harness.send("f1", msg)
        await harness.settle(5)
        await harness.stop()
        return harness


async def test_it_changes_and_returns_the_message() -> None:
    harness = await play('msg["payload"] += 1\nreturn msg', {"payload": 1, "_msgid": "m1"})
    assert harness.received("h1") == [{"payload": 2, "_msgid": "m1"}]
    assert len(harness.received("complete")) == 1


async def test_lists_go_to_outputs_and_sequences() -> None:
    harness = await play(
        'return [[{"payload": 1}, None, {"payload": 2}], {"payload": "b"}]', {"_msgid": "m1"}
    )
    assert [msg["payload"] for msg in harness.received("h1")] == [1, 2]
    assert harness.received("h2") == [{"payload": "b", "_msgid": "m1"}]


async def test_it_may_await() -> None:
    code = 'import asyncio\nawait asyncio.sleep(0.01)\nmsg["payload"] = "later"\nreturn msg'
    assert [msg["payload"] for msg in (await play(code)).received("h1")] == ["later"]


async def test_node_context_and_environment_by_their_names() -> None:
    code = """
flow["count"] = flow.get("count", 0) + 1
global_.set("seen", True)
context.set("mine", [1])
msg["payload"] = [node.id, node.output_count, flow["count"], "none" in flow, env["NAME"], env.get("MISSING", "dflt")]
node.status({"fill": "green", "text": "ok"})
node.warn("careful")
node.send(msg)
msg["payload"] = "changed afterwards"
"""
    harness = await play(code, {}, {})
    assert [msg["payload"] for msg in harness.received("h1")] == [
        ["f1", 2, 1, False, "value", "dflt"],
        ["f1", 2, 2, False, "value", "dflt"],
    ]
    assert [report.text for report in harness.warnings] == ["careful", "careful"]
    assert harness.errors == []


async def test_an_exception_reaches_the_catch_node_with_its_line() -> None:
    harness = await play('msg["a"] = 1\nreturn msg["nothing"]')
    (caught,) = harness.received("caught")
    assert caught["error"]["message"] == "KeyError: no 'nothing' (line 2)"
    assert caught["a"] == 1
    assert harness.received("complete") == []


async def test_code_that_does_not_parse_is_reported_at_start() -> None:
    harness = await play("return msg +")
    assert [report.text for report in harness.errors] == ["SyntaxError: invalid syntax (body:line 1)"]
    assert harness.received("h1") == []


@pytest.mark.parametrize(
    "code", ["msg.payload = 1\nreturn msg", "del msg.payload", "x = 1\nmsg.payload += x"]
)
async def test_a_property_that_is_written_as_in_javascript_is_refused_at_start(code: str) -> None:
    harness = await play(code, {"payload": "kept"})
    (report,) = harness.errors
    assert report.text.startswith('SyntaxError: a message is a dict in Python: write msg["payload"]')
    assert harness.received("h1") == []


async def test_a_property_that_is_read_as_in_javascript_is_an_error_with_the_way_out() -> None:
    harness = await play("return {'payload': msg.payload}", {"payload": "x"})
    assert harness.errors[0].text == (
        'AttributeError: a message is a dict in Python: write msg["payload"] instead of msg.payload (line 1)'
    )


async def test_code_may_have_a_msg_of_its_own() -> None:
    code = "from types import SimpleNamespace\nmsg = SimpleNamespace()\nmsg.a = 1\nreturn {'payload': msg.a}"
    harness = await play(code, {"payload": "x"})
    assert [msg["payload"] for msg in harness.received("h1")] == [1]


async def test_what_is_no_message_is_refused() -> None:
    harness = await play('return [5, {"payload": "ok"}]')
    assert [report.text for report in harness.errors] == ["Function tried to send a message of type number"]
    assert [msg["payload"] for msg in harness.received("h2")] == ["ok"]


async def test_start_code_runs_first_and_shares_its_globals() -> None:
    start = "import asyncio\nglobal table\nawait asyncio.sleep(0.01)\ntable = {1: 'one'}"
    harness = await play(
        'msg["payload"] = table[msg["payload"]]\nreturn msg', initialize=start, finalize="node.warn('bye')"
    )
    assert [msg["payload"] for msg in harness.received("h1")] == ["one"]
    assert [report.text for report in harness.warnings] == ["bye"]


async def test_a_failed_start_drops_everything() -> None:
    harness = await play("return msg", initialize="raise ValueError('no')")
    assert harness.received("h1") == []
    assert [report.text for report in harness.errors] == ["ValueError: no (line 1)"]


async def test_done_is_left_to_code_that_calls_it() -> None:
    harness = await play(
        'node.call_later(0.01, node.done)\nif msg["payload"] == 2:\n    node.done()',
        {"payload": 1},
        {"payload": 2},
    )
    assert len(harness.received("complete")) == 3


async def test_a_wait_that_takes_too_long_is_ended() -> None:
    harness = await play("import asyncio\nawait asyncio.sleep(30)", timeout=0.05)
    assert [report.text for report in harness.errors] == [
        "TimeoutError: The function did not end within 0.05 s"
    ]


async def test_the_setting_refuses_python() -> None:
    async with FlowHarness(flow("return msg"), settings={"pythonFunctions": False}) as harness:
        await harness.send("f1", {})
        await harness.settle(5)
        assert harness.received("h1") == []
        assert [report.text for report in harness.errors] == [
            "Functions in Python are turned off by the setting pythonFunctions"
        ]

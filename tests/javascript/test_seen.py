"""What a function can look at is read from its text; what it cannot see comes through as it was."""

from __future__ import annotations

from typing import Any

import pytest

from flowengine.javascript.seen import seen_members
from tests.nodes.function.flow_of_one import flow_of_one, payloads, sent


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("msg.payload++;\nreturn msg;", {"payload"}),
        ("if (msg.a.b > 1) { msg . c = msg.d[0]; return msg }\nreturn null;", {"a", "c", "d"}),
        ("delete msg.a; node.warn('x'); flow.set('n', msg.b); return msg", {"a", "b"}),
        ("// what msg.x was\nreturn {payload: msg.payload, topic: other.msg};", {"x", "payload"}),
        ("return null;", set()),
    ],
)
def test_members_that_are_named(source: str, seen: set[str]):
    assert seen_members(source) == seen | {"_msgid", "error"}


@pytest.mark.parametrize(
    "source",
    [
        "return [msg, null];",
        "const m = msg; return m;",
        "msg['payload'] = 1; return msg;",
        "msg[key] = 1; return msg;",
        "node.send(msg);",
        "node.send({payload: msg.payload}); return null;",
        "const { send } = node; return msg;",
        "return JSON.stringify(msg);",
        "for (const key in msg) count++; return null;",
        "const { payload } = msg; return null;",
        "return {...msg};",
        "return f(... msg.list);",
        "return f(...msg.list);",
        "return eval('m' + 'sg');",
        "msg.f = function () { return Object.keys(this); }; msg.f(); return msg;",
        "return arguments[0];",
        "return m\\u0073g;",
        "return msg\n['payload'];",
        "return msg, 1;",
        "return msg.hasOwnProperty('a');",
        "return msg.__proto__;",
        "msg?.payload; return msg;",
        "msg.$a = 1; return msg;",
        "msg.naïve = 1; return msg;",
        "msg.a\\u0062 = 1; return msg;",
        "return `${msg}`;",
        "return (msg);",
    ],
)
def test_more_than_members(source: str):
    assert seen_members(source) is None


async def outcome(code: str, *messages: dict[str, Any]) -> list[dict[str, Any]]:
    harness = await sent(flow_of_one(type="function", func=code, outputs=1, libs=[]), *messages)
    return [{**msg, "_msgid": ""} for msg in harness.received("out1")]


MESSAGE = {"topic": "t", "payload": 1, "parts": {"index": 0}, "extra": [1, {"deep": float("nan")}], "n": None}


async def test_what_a_function_cannot_see_stays():
    (msg,) = await outcome("msg.payload++; msg.made = 'x'; return msg;", MESSAGE)
    expected = {**MESSAGE, "payload": 2, "made": "x", "_msgid": ""}
    assert repr({**msg, "_msgid": ""}) == repr({key: expected[key] for key in msg})
    assert set(msg) == set(expected)


async def test_members_keep_their_order():
    (msg,) = await outcome("msg.parts = msg.payload; msg.z = 1; return msg;", MESSAGE)
    assert [key for key in msg if key != "_msgid"] == [*MESSAGE, "z"]


async def test_a_member_that_was_deleted_is_gone():
    (msg,) = await outcome("delete msg.topic; delete msg.none; return msg;", MESSAGE)
    assert "topic" not in msg
    assert msg["payload"] == 1


async def test_messages_that_wait_together():
    code = "if (msg.payload === 2) return null; msg.payload *= 10; return msg;"
    found = await outcome(code, *({"payload": n, "other": {"n": n}} for n in range(5)))
    assert [(msg["payload"], msg["other"]["n"]) for msg in found] == [(0, 0), (10, 1), (30, 3), (40, 4)]


async def test_an_error_replaces_the_one_there_was():
    flow = flow_of_one(type="function", func="msg.payload.x.y = 1; return msg;", outputs=1, libs=[])
    harness = await sent(flow, {"payload": {}, "error": "former", "kept": {"a": 1}})
    (caught,) = harness.received("caught")
    assert "Cannot" in caught["error"]["message"] or "undefined" in caught["error"]["message"]
    assert caught["kept"] == {"a": 1}


async def test_a_function_that_waits():
    code = "await new Promise((go) => setTimeout(go, 1)); msg.payload += 1; return msg;"
    (msg,) = await outcome(code, MESSAGE)
    assert (msg["payload"], msg["extra"][0], msg["parts"]) == (2, 1, {"index": 0})


@pytest.mark.parametrize("value", [b"\x01\x02", float("inf"), "x" * 5000, {"deep": {"a": [1.5, None]}}, True])
async def test_values_of_every_kind_come_back(value: Any):
    found = await outcome("msg.copy = msg.payload; return msg;", {"payload": value, "rest": value})
    assert [(msg["payload"], msg["copy"], msg["rest"]) for msg in found] == [(value, value, value)]
    harness = await sent(flow_of_one(type="function", func="return msg;", outputs=1), {"payload": value})
    assert payloads(harness) == [value]

"""Random flows of all node types, wired at random with loops, fed random messages: nothing crashes, hangs or leaks.

FLOWENGINE_RANDOM_SECONDS=600 python -m pytest tests/test_random_flows.py -m ""     ten minutes of it
"""

from __future__ import annotations

import asyncio
import gc
import os
import tempfile
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from flowengine.node import ConfigNode
from flowengine.node_sets import NodeSets
from flowengine.testing import FlowHarness

SECONDS = float(os.environ.get("FLOWENGINE_RANDOM_SECONDS", "0"))
"""How long to go on; 0 for a few flows only."""
RUN = 0.05
"""Seconds that a flow may run; most have loops and would never end."""
NOWHERE = "127.0.0.1"
PLACE = tempfile.gettempdir()

paths = st.sampled_from(
    ["payload", "topic", "payload.a", "payload[0]", "a.b['c']", "nothing.there", "payload.length", ""]
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats()
    | st.text(max_size=12)
    | st.binary(max_size=12)
    | st.sampled_from(
        ["<a><b>1</b></a>", "a,b\n1,2\n", '{"a":[1,2]}', "a: 1\nb: [x]", "<p>x</p>", "5", "2020-01-02"]
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
messages = st.fixed_dictionaries(
    {},
    optional={
        "payload": values,
        "topic": values,
        "parts": st.fixed_dictionaries(
            {"id": st.sampled_from(["p", "q"])},
            optional={
                "index": values,
                "count": values,
                "type": st.sampled_from(["string", "array", "object", "x"]),
                "ch": values,
            },
        ),
        "reset": values,
        "flush": values,
        "delay": st.integers(0, 20),
        "rate": values,
        "complete": values,
        "target": st.sampled_from(["n0", "n1", "n2"]),
        "kill": values,
        "url": st.just(f"http://{NOWHERE}:9/"),
        "error": values,
        "status": values,
        "select": st.sampled_from(["p", "a[", ""]),
        "schema": values,
        "statusCode": values,
    },
)
numbers = st.sampled_from(["0", "1", "2", "0.01", "", "x"])
typed = st.sampled_from(
    ["msg", "flow", "global", "str", "num", "bool", "json", "bin", "date", "env", "jsonata", "re"]
)
expressions = st.sampled_from(
    ["payload", "$sum(payload)", "payload.a", "msg.payload", "$env('X')", "(", "1", "[1,2]"]
)
rules = st.lists(
    st.fixed_dictionaries(
        {
            "t": st.sampled_from(["eq", "neq", "lt", "cont", "regex", "true", "null", "nempty", "istype", "jsonata_exp", "else", "btwn",
                                  "head", "index", "hask"]),
            "v": expressions, "vt": typed, "v2": numbers, "v2t": typed, "case": st.booleans(),
        }
    ),
    max_size=3,
)  # fmt: skip
changes = st.lists(
    st.fixed_dictionaries(
        {
            "t": st.sampled_from(["set", "change", "delete", "move"]), "p": paths, "pt": st.sampled_from(["msg", "flow", "global"]),
            "to": expressions, "tot": typed, "from": expressions, "fromt": typed, "dc": st.booleans(),
        }
    ),
    max_size=3,
)  # fmt: skip
javascript = st.sampled_from(
    ["return msg;", "return [msg, msg];", "node.send(msg); msg.payload.x = 1; return null;", "throw new Error('x')",
     "msg.payload = Buffer.from('x'); return [[msg, {a: 1}], null];", "setTimeout(() => node.send(msg), 5);",
     "flow.set('a', msg.payload); return {payload: flow.get('a')};", "return 5;", "while (true) {}", "await 1; return msg;"]
)  # fmt: skip
python = st.sampled_from(["return msg", "return [msg, msg]", "raise ValueError('x')", "node.send(msg)", "return 5",
                          "msg['payload']['x'] = 1\nreturn msg"])  # fmt: skip

PROPERTIES: dict[str, Any] = {
    "inject": {"props": st.just([{"p": "payload", "v": "1", "vt": "num"}]), "repeat": st.sampled_from(["", "0.02"]), "once": st.booleans()},
    "debug": {"complete": paths, "tostatus": st.booleans(), "statusType": st.sampled_from(["auto", "counter"])},
    "catch": {"scope": st.sampled_from([None, ["n0", "n1"], "group"]), "uncaught": st.booleans()},
    "status": {"scope": st.sampled_from([None, ["n0", "n1"], "group"])},
    "complete": {"scope": st.just(["n0", "n1", "n2"])},
    "link in": {"links": st.just(["n0", "n1"])},
    "link out": {"links": st.just(["n1", "n2"]), "mode": st.sampled_from(["link", "return"])},
    "link call": {"links": st.just(["n1"]), "linkType": st.sampled_from(["static", "dynamic"]), "timeout": st.just("0.05")},
    "function": {"func": javascript, "outputs": st.just(2), "timeout": st.just(0.05), "language": st.just("javascript")},
    "switch": {"property": paths, "rules": rules, "checkall": st.sampled_from(["true", "false"]), "repair": st.booleans()},
    "change": {"rules": changes},
    "range": {"minin": numbers, "maxin": numbers, "minout": numbers, "maxout": numbers,
              "action": st.sampled_from(["scale", "clamp", "roll", "drop"])},
    "template": {"template": st.sampled_from(["{{payload}}", "{{#payload}}{{a}}{{/payload}}", "{{{topic}}", "x"]),
                 "output": st.sampled_from(["str", "json", "yaml"])},
    "delay": {"pauseType": st.sampled_from(["delay", "delayv", "random", "rate", "queue", "timed"]), "timeout": st.just("0.01"),
              "rate": st.just("200"), "drop": st.booleans(), "nbRateUnits": st.just("1"), "rateUnits": st.just("second")},
    "trigger": {"op1": numbers, "op2": numbers, "op1type": typed, "op2type": typed, "duration": st.just("0.01"),
                "extend": st.booleans(), "units": st.just("s"), "bytopic": st.sampled_from(["all", "topic"])},
    "exec": {"command": st.sampled_from(["true", "echo", "false"]), "useSpawn": st.sampled_from(["true", "false"])},
    "rbe": {"func": st.sampled_from(["rbe", "rbei", "deadband", "deadbandEq", "narrowband"]), "gap": numbers},
    "split": {"splt": st.sampled_from(["\\n", "1", "[1]", ""]), "spltType": st.sampled_from(["str", "len", "bin"]),
              "stream": st.booleans()},
    "join": {"mode": st.sampled_from(["auto", "custom", "reduce"]), "build": st.sampled_from(["string", "array", "object", "buffer", "merged"]),
             "count": numbers, "timeout": st.sampled_from(["", "0.01"]), "reduceExp": expressions, "reduceInit": numbers},
    "sort": {"msgKey": paths, "order": st.sampled_from(["ascending", "descending"]), "target": paths},
    "batch": {"mode": st.sampled_from(["count", "interval", "concat"]), "count": st.integers(1, 3), "interval": st.just("0.01")},
    "csv": {"spec": st.sampled_from(["", "rfc"]), "hdrin": st.booleans(), "multi": st.sampled_from(["one", "mult"]),
            "hdrout": st.sampled_from(["none", "all", "once"])},
    "html": {"tag": st.sampled_from(["p", "b[", ""]), "ret": st.sampled_from(["html", "text", "attr", "compl"])},
    "json": {"action": st.sampled_from(["", "str", "obj"]), "property": st.sampled_from(["payload", "topic"])},
    "file": {"filename": st.sampled_from([f"{PLACE}/no-such-folder/x", "payload"]), "filenameType": st.sampled_from(["str", "msg"]),
             "overwriteFile": st.just("delete")},
    "file in": {"filename": st.sampled_from([f"{PLACE}/no-such-file", PLACE]), "filenameType": st.just("str"),
                "format": st.sampled_from(["utf8", "lines", "stream", ""])},
    "watch": {"files": st.just(f"{PLACE}/no-such-file")},
    "http in": {"url": st.sampled_from(["/a", "/b/:c", "/("]), "method": st.sampled_from(["get", "post"])},
    "http request": {"method": st.sampled_from(["GET", "use"]), "url": st.just(f"http://{NOWHERE}:9/"),
                     "ret": st.sampled_from(["txt", "bin", "obj"])},
    "tcp in": {"server": st.just("client"), "host": st.just(NOWHERE), "port": st.just("9")},
    "tcp out": {"beserver": st.just("client"), "host": st.just(NOWHERE), "port": st.just("9")},
    "tcp request": {"server": st.just(NOWHERE), "port": st.just("9"), "out": st.just("time"), "splitc": st.just("10")},
    "udp in": {"port": st.just("0"), "iface": st.just(NOWHERE), "ipv": st.just("udp4")},
    "udp out": {"addr": st.just(NOWHERE), "port": st.just("9"), "ipv": st.just("udp4"), "outport": st.just("")},
    "OpenAI API": {"property": st.just("payload"), "propertyType": st.just("msg"), "service": st.just("host"),
                   "method": st.sampled_from(["createChatCompletion", "listModels", "deleteFile", "noSuchMethod"])},
}  # fmt: skip


def node_types() -> list[str]:
    """All types that a flow may have on its canvas."""
    skipped = {"unknown", "global-config"}
    return [
        name
        for name, cls in NodeSets().all().items()
        if not issubclass(cls, ConfigNode) and name not in skipped
    ]


TYPES = node_types()


@st.composite
def flows(draw: Any) -> list[dict[str, Any]]:
    """Draw a flow of up to ten nodes."""
    count = draw(st.integers(2, 10))
    ids = [f"n{number}" for number in range(count)]
    host = {
        "id": "host",
        "type": "Service Host",
        "apiBase": f"http://{NOWHERE}:9/v1",
        "apiBaseType": "str",
        "maxRetries": 0,
    }
    flow: list[dict[str, Any]] = [
        {"id": "t", "type": "tab", "env": [{"name": "X", "value": "1", "type": "num"}]},
        host,
    ]
    for node_id in ids:
        kind = draw(st.sampled_from(TYPES))
        node = {name: draw(strategy) for name, strategy in PROPERTIES.get(kind, {}).items()}
        if kind == "function" and draw(st.booleans()):
            node.update(language="python", func=draw(python))
        wires = draw(st.lists(st.lists(st.sampled_from([*ids, "gone"]), max_size=2), max_size=3))
        flow.append({"id": node_id, "type": kind, "z": "t", "x": 1, "y": 1, **node, "wires": wires})
    return flow


async def play(flow: list[dict[str, Any]], given_messages: list[dict[str, Any]]) -> None:
    """Run a flow for a moment, then see that nothing is left of it and that nobody's error went unseen."""
    unseen: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: unseen.append(context))
    before = asyncio.all_tasks()
    harness = FlowHarness(
        flow, settings={"nodeCloseTimeout": 3000, "functionTimeout": 0.2, "nodeMessageBufferMaxLength": 50}
    )
    async with asyncio.timeout(20):
        async with harness:
            for node_id in list(harness.engine.nodes):
                for msg in given_messages:
                    if node_id in harness.engine.nodes:
                        await harness.send(node_id, dict(msg))
            await harness.settle(RUN)
        for _ in range(50):
            left = asyncio.all_tasks() - before
            if not left:
                break
            await asyncio.sleep(0.01)
    gc.collect()
    assert not left, f"tasks left: {left}; log: {harness.log_lines[-3:]}"
    assert (harness.engine.delivery.operations, harness.engine.delivery.timers) == (0, 0)
    assert unseen == []


def run_random_flows(examples: int) -> None:
    """Let hypothesis draw flows and play them."""

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(
            Phase.generate,
        ),  # what fails is rare and slow: the first flow that does is shown as it was drawn
        suppress_health_check=list(HealthCheck),
    )
    @given(flows(), st.lists(messages, min_size=1, max_size=2))
    def test(flow: list[dict[str, Any]], given_messages: list[dict[str, Any]]) -> None:
        with asyncio.Runner() as runner:
            runner.run(play(flow, given_messages))

    test()


@pytest.mark.timeout(max(300, SECONDS + 300))
def test_random_flows_neither_crash_nor_leak() -> None:
    end = time.monotonic() + SECONDS
    run_random_flows(60)
    while time.monotonic() < end:
        run_random_flows(200)

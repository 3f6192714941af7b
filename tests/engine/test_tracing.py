"""Traces of messages: which spans there are, under which, and that nothing is traced unless somebody asks."""

from __future__ import annotations

import asyncio
import gc
import sys
from subprocess import run

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind, StatusCode

from flowengine.errors import FlowError, SettingsError
from flowengine.messages import Msg
from flowengine.node import DEFERRED, Node
from flowengine.testing import FlowHarness
from flowengine.tracing import TracingSettings, node_spans, start_tracing, visits

from .flows import helper, node, tab
from .spans import Spans, attributes

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


def inject(*wires, **more):
    return node("in", "inject", list(wires), props=[{"p": "payload", "v": "1", "vt": "num"}], **more)


def change(node_id, *wires, **more):
    rules = [{"t": "set", "p": "topic", "pt": "msg", "to": node_id, "tot": "str"}]
    return node(node_id, "change", list(wires), name=node_id, rules=rules, **more)


def function(code, node_id="work", *wires, **more):
    return node(node_id, "function", list(wires) or ["seen"], name=node_id, func=code, outputs=1, **more)


async def play(harness, node_id="in", msg=None):
    await harness.send(node_id, msg or {})
    assert await harness.settle(10)


def traceparent(span):
    ours = span.context
    return f"00-{ours.trace_id:032x}-{ours.span_id:016x}-{ours.trace_flags:02x}"


async def test_a_message_is_followed_from_its_inject_node_through_both_branches():
    flow = [
        tab(label="Orders"),
        inject("a"),
        change("a", "b", "c"),
        change("b", "seen"),
        change("c", "seen"),
        helper(),
    ]
    async with FlowHarness(flow) as running:
        spans = Spans(running)
        await play(running)
        assert spans.tree() == {"inject": {"a": {"b": {"helper": {}}, "c": {"helper": {}}}}}
        assert spans.traces == 1
        (message,) = {attributes(span)["flowengine.message.id"] for span in spans.all}
        assert message
        assert attributes(spans.one("a")) == {
            "flowengine.node.id": "a", "flowengine.node.type": "change", "flowengine.node.name": "a",
            "flowengine.flow.id": "t", "flowengine.flow.name": "Orders", "flowengine.message.id": message,
        }  # fmt: skip
        assert all(span.status.status_code is StatusCode.UNSET for span in spans.all)


async def test_two_messages_are_two_traces():
    async with FlowHarness([tab(), inject("seen"), helper()]) as running:
        spans = Spans(running)
        await play(running)
        await play(running)
        assert spans.traces == 2


async def test_nothing_is_woven_in_before_and_after():
    async with FlowHarness([tab(), inject("seen"), helper()]) as running:
        engine = running.engine
        spans = Spans(running)
        assert engine.nodes["in"].complete_nodes == []
        await spans.tracer.close()
        await spans.tracer.close()
        assert not engine.hooks.has("on_receive", "post_receive", "on_complete", "on_error")
        assert engine.nodes["in"].complete_nodes is None
        assert (engine.model_calls, engine.trace_headers) == ([], None)
        await play(running)
        assert spans.all == []


def test_a_run_without_tracing_loads_nothing_of_it():
    program = (
        "import sys, flowengine.cli.run, flowengine.cli.serve, flowengine.admin.runtime; print(*sys.modules)"
    )
    done = run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert [
        name for name in done.stdout.split() if "flowengine.tracing." in name or "opentelemetry" in name
    ] == []


async def test_http_request_carries_the_trace_on():
    asked = []

    async def answer(request):
        asked.append(request.headers.get("traceparent"))
        return web.Response(text="fine", status=202)

    app = web.Application()
    app.router.add_get("/", answer)
    async with TestServer(app) as server:
        flow = [
            tab(),
            inject("ask"),
            node("ask", "http request", ["seen"], name="ask", url=f"http://127.0.0.1:{server.port}/"),
            helper(),
        ]
        async with FlowHarness(flow) as running:
            await play(running)
            spans = Spans(running)
            await play(running)
            span = spans.one("ask")
            assert asked == [None, traceparent(span)]
            assert span.kind is SpanKind.CLIENT
            assert attributes(span)["http.response.status_code"] == 202
            assert attributes(span)["server.address"] == "127.0.0.1"
            assert span.end_time > span.start_time
            assert spans.tree() == {"inject": {"ask": {"helper": {}}}}


async def test_what_an_http_request_node_says_of_traceparent_counts_more():
    asked = []

    async def answer(request):
        asked.append(request.headers.get("traceparent"))
        return web.Response(text="fine")

    app = web.Application()
    app.router.add_get("/", answer)
    async with TestServer(app) as server:
        own = [{"keyType": "other", "keyValue": "traceparent", "valueType": "other", "valueValue": PARENT}]
        ask = node("ask", "http request", ["seen"], url=f"http://127.0.0.1:{server.port}/", headers=own)
        async with FlowHarness([tab(), inject("ask"), ask, helper()]) as running:
            Spans(running)
            await play(running)
        assert asked == [PARENT]


async def test_split_and_join_stay_in_one_trace():
    flow = [
        tab(),
        node("in", "inject", ["split"], props=[{"p": "payload", "v": "[1,2,3]", "vt": "json"}]),
        node("split", "split", ["part"]),
        change("part", "join"),
        node("join", "join", ["seen"]),
        helper(),
    ]
    async with FlowHarness(flow) as running:
        spans = Spans(running)
        await play(running)
        parts = {"part": {"join": {}}, "part 2": {"join": {}}, "part 3": {"join": {"helper": {}}}}
        assert spans.tree() == {"inject": {"split": parts}}
        assert running.received("seen")[0]["payload"] == [1, 2, 3]


async def test_messages_of_different_traces_that_become_one_are_linked():
    flow = [
        tab(),
        inject("join"),
        node("join", "join", ["seen"], mode="custom", build="array", count="2"),
        helper(),
    ]
    async with FlowHarness(flow) as running:
        spans = Spans(running)
        await play(running)
        await play(running)
        first, last = spans.of("join")
        assert first.context.trace_id != last.context.trace_id
        assert [link.context.span_id for link in first.links] == [last.context.span_id]
        assert [link.context.span_id for link in last.links] == [first.context.span_id]
        assert spans.one("helper").parent.span_id == last.context.span_id


async def test_a_subflow_is_a_span_with_its_nodes_below():
    template = {
        "id": "sub", "type": "subflow", "name": "Inner",
        "in": [{"wires": [{"id": "x"}]}], "out": [{"wires": [{"id": "x", "port": 0}]}],
    }  # fmt: skip
    flow = [
        tab(), template, node("x", "change", z="sub", name="within", rules=[]),
        inject("one"), node("one", "subflow:sub", ["after"], name="One"), change("after", "seen"), helper(),
    ]  # fmt: skip
    async with FlowHarness(flow) as running:
        spans = Spans(running)
        await play(running)
        assert spans.tree() == {"inject": {"One": {"within": {"after": {"helper": {}}}}}}
        assert attributes(spans.one("within"))["flowengine.node.id"] == "one-x"


async def test_what_a_link_call_returns_goes_on_below_the_call():
    flow = [
        tab(),
        inject("call"),
        node("call", "link call", ["seen"], name="call", links=["there"]),
        node("there", "link in", ["work"], name="there"),
        change("work", "back"),
        node("back", "link out", name="back", mode="return"),
        helper(),
    ]
    async with FlowHarness(flow) as running:
        spans = Spans(running)
        await play(running)
        assert spans.tree() == {"inject": {"call": {"there": {"work": {"back": {}}}, "helper": {}}}}
        call, back = spans.one("call"), spans.one("back")
        assert call.end_time >= back.start_time


async def test_an_error_is_on_the_span_and_the_catch_node_below_it():
    secret = "sk-aaaaaaaaaaaaaaaaaaaa"
    flow = [
        tab(), inject("bad"), function(f'throw new TypeError("no {secret} here")', "bad"),
        node("catch", "catch", ["seen"], name="catch"), helper(),
    ]  # fmt: skip
    async with FlowHarness(flow) as running:
        spans = Spans(running, clean=lambda text: text.replace(secret, "***"))
        await play(running)
        assert spans.tree() == {"inject": {"bad": {"catch": {"helper": {}}}}}
        bad = spans.one("bad")
        assert bad.status.status_code is StatusCode.ERROR
        assert bad.status.description == "TypeError: no *** here"
        assert attributes(bad)["error.type"] == "TypeError"
        assert [event.name for event in bad.events] == ["exception"]
        assert spans.one("catch").status.status_code is StatusCode.UNSET
        assert not any(secret in span.to_json() for span in spans.all)


async def test_a_failed_request_ends_its_span_with_the_reason():
    flow = [
        tab(),
        inject("ask"),
        node("ask", "http request", name="ask", url="http://127.0.0.1:1/"),
        helper(),
    ]
    async with FlowHarness(flow) as running:
        spans = Spans(running)
        await play(running)
        ask = spans.one("ask")
        assert ask.status.status_code is StatusCode.ERROR
        assert attributes(ask)["error.type"] == "ECONNREFUSED"
        assert len(spans.tracer.visits) == 0


async def test_http_in_continues_the_trace_and_ends_with_the_answer():
    flow = [
        tab(),
        node("in", "http in", ["wait"], url="/orders/:id", method="get"),
        node("wait", "delay", ["out"], pauseType="delay", timeout="20", timeoutUnits="milliseconds"),
        node("out", "http response", statusCode="503"),
    ]
    async with FlowHarness(flow) as running, aiohttp.ClientSession() as client:
        spans = Spans(running)
        async with client.get(
            f"{running.http_url}/orders/7?key=k-secret", headers={"traceparent": PARENT}
        ) as reply:
            assert reply.status == 503
        assert await running.settle(5)
        assert spans.tree() == {"http in": {"delay": {"http response": {}}}}
        entry = spans.one("http in")
        assert f"{entry.context.trace_id:032x}" == TRACE
        assert f"{entry.parent.span_id:016x}" == "b7ad6b7169203331"
        assert (entry.kind, entry.status.status_code) == (SpanKind.SERVER, StatusCode.ERROR)
        seen = attributes(entry)
        assert (seen["http.request.method"], seen["http.route"], seen["http.response.status_code"]) == (
            "GET",
            "/orders/:id",
            503,
        )
        assert entry.end_time > spans.one("delay").start_time
        assert "k-secret" not in "".join(span.to_json() for span in spans.all)
        async with client.get(f"{running.http_url}/orders/8"):
            pass
        assert spans.of("http in")[1].parent is None


async def test_a_delayed_message_ends_its_span_when_it_goes_on():
    delay = node("wait", "delay", ["seen"], pauseType="delay", timeout="30", timeoutUnits="milliseconds")
    async with FlowHarness([tab(), inject("wait"), delay, helper()]) as running:
        spans = Spans(running)
        await play(running)
        wait = spans.one("delay")
        assert wait.end_time - wait.start_time >= 25_000_000
        assert spans.one("helper").parent.span_id == wait.context.span_id


@pytest.mark.parametrize(
    "code",
    [
        "return {payload: 2};",
        "node.send({payload: 2});",
        "setTimeout(() => node.send({payload: 2}), 5);",
        "await new Promise(r => setTimeout(r, 5)); return {payload: 2};",
        "node.send([[msg, RED.util.cloneMessage(msg)]]);",
    ],
)
async def test_new_messages_of_a_function_belong_to_what_made_it_send_them(code):
    async with FlowHarness([tab(), inject("work"), function(code), helper()]) as running:
        spans = Spans(running)
        await asyncio.gather(running.send("in"), running.send("in"))
        assert await running.settle(5)
        assert spans.traces == 2
        parents = {span.parent.span_id for span in spans.of("helper")}
        assert parents == {span.context.span_id for span in spans.of("work")}


async def test_a_function_in_python_may_send_plain_dicts():
    work = node(
        "work", "function", ["seen"], name="work", func="node.send({'payload': 2})", language="python"
    )
    async with FlowHarness([tab(), inject("work"), work, helper()]) as running:
        spans = Spans(running)
        await play(running)
        assert spans.tree() == {"inject": {"work": {"helper": {}}}}


class Source(Node):
    """Sends without having got anything, as mqtt in and tcp in do."""

    type = "source"
    inputs = 0


async def test_a_node_that_gets_messages_from_outside_begins_a_trace():
    async with FlowHarness(
        [tab(), node("in", "source", ["a", "seen"]), change("a", "seen"), helper()], node_types=(Source,)
    ) as running:
        spans = Spans(running)
        running.engine.nodes["in"].send({"payload": 1})
        assert await running.settle(5)
        assert spans.tree() == {"source": {"a": {"helper": {}}, "helper": {}}}
        running.engine.nodes["in"].send(Msg(payload=2))
        assert await running.settle(5)
        assert spans.traces == 2


class Listener(Node):
    """Opens a connection for its first message, and sends what comes of it, for ever after."""

    type = "listener"

    def on_start(self):
        self.heard = asyncio.Queue()

    def on_input(self, msg):
        self.spawn(self._listen(), endless=True)

    async def _listen(self):
        while True:
            self.send(Msg(payload=await self.heard.get()))


async def test_what_a_connection_brings_long_after_its_message_is_a_trace_of_its_own(monkeypatch):
    async with FlowHarness(
        [tab(), node("in", "listener", ["seen"]), helper()], node_types=(Listener,)
    ) as running:
        spans = Spans(running)
        await play(running)
        heard = running.engine.nodes["in"].heard
        for lingers, trees in ((60.0, 1), (-1.0, 2)):
            monkeypatch.setattr(visits, "LINGERS", lingers)
            heard.put_nowait("news")
            while len(spans.of("helper")) < trees:
                await asyncio.sleep(0)
            assert spans.traces == trees
        assert spans.tree() == {"listener": {"helper": {}}, "listener 2": {"helper": {}}}


async def test_status_and_complete_nodes_are_part_of_the_trace():
    flow = [
        tab(), inject("work"), function("node.status({text: 'busy'}); return msg;"),
        node("status", "status", ["seen"], name="status"), node("complete", "complete", ["seen"], name="complete", scope=["work"]),
        helper(),
    ]  # fmt: skip
    async with FlowHarness(flow) as running:
        spans = Spans(running)
        await play(running)
        assert spans.traces == 1
        below = spans.tree()["inject"]["work"]
        assert {"status", "complete", "helper"} <= set(below)


class Forgetful(Node):
    """Never says that it has done with a message."""

    type = "forgetful"

    def on_start(self):
        self.kept = []

    def on_input(self, msg):
        if msg.get("keep"):
            self.kept.append(msg)
        return DEFERRED


FORGETFUL = [tab(), node("in", "forgetful")]


async def test_the_span_of_a_message_that_is_gone_is_ended():
    async with FlowHarness(FORGETFUL, node_types=(Forgetful,)) as running:
        spans = Spans(running)
        for _ in range(50):
            await running.send("in")
        gc.collect()
        spans.tracer.visits.sweep()
        assert (len(spans.tracer.visits), len(spans.all)) == (0, 50)
        assert all(attributes(span)["flowengine.unfinished"] for span in spans.all)


async def test_open_spans_are_bounded_in_number_and_time(monkeypatch):
    monkeypatch.setattr(visits, "MOST_OPEN", 3)
    async with FlowHarness(FORGETFUL, node_types=(Forgetful,)) as running:
        spans = Spans(running)
        for _ in range(10):
            await running.send("in", {"keep": True})
        assert (len(spans.tracer.visits), len(spans.all)) == (3, 7)
        monkeypatch.setattr(visits, "LONGEST_OPEN", -1.0)
        spans.tracer.visits.sweep()
        assert (len(spans.tracer.visits), len(spans.all)) == (0, 10)


async def test_what_is_open_is_ended_when_the_engine_stops():
    async with FlowHarness(FORGETFUL, node_types=(Forgetful,)) as running:
        spans = Spans(running)
        await running.send("in", {"keep": True})
        assert spans.all == []
        await running.stop()
        assert attributes(spans.one("forgetful"))["flowengine.unfinished"] is True


async def test_a_flow_that_goes_round_begins_a_new_trace_now_and_then(monkeypatch):
    monkeypatch.setattr(node_spans, "MOST_HOPS", 10)
    again = "msg.payload += 1; return msg.payload < 25 ? msg : null;"
    async with FlowHarness([tab(), inject("work"), function(again, "work", "work")]) as running:
        spans = Spans(running)
        await play(running)
        assert len(spans.of("work")) == 24
        assert spans.traces == 3
        heads = [span for span in spans.of("work") if span.parent is None]
        assert [len(span.links) for span in heads] == [1, 1]


async def test_what_is_not_sampled_leaves_no_span_and_hands_the_decision_on():
    asked = []

    async def answer(request):
        asked.append(request.headers["traceparent"])
        return web.Response(text="fine")

    app = web.Application()
    app.router.add_get("/", answer)
    async with TestServer(app) as server:
        ask = node("ask", "http request", ["seen"], url=f"http://127.0.0.1:{server.port}/")
        code = "setTimeout(() => node.send({payload: 2}), 5);"
        async with FlowHarness(
            [tab(), inject("work"), function(code, "work", "ask"), ask, helper()]
        ) as running:
            spans = Spans(running, sampler=ALWAYS_OFF)
            await play(running)
            assert len(running.received("seen")) == 1
            assert (spans.all, len(spans.tracer.visits)) == ([], 0)
            assert int(asked[0].rpartition("-")[2], 16) & 1 == 0


async def test_warnings_are_told_and_their_texts_only_on_request():
    flow = [tab(), inject("work"), function("node.warn('about ' + msg.payload); return msg;"), helper()]
    for recorded, told in ((False, {}), (True, {"message": "about 1"})):
        async with FlowHarness(flow) as running:
            spans = Spans(running, record_content=recorded)
            await play(running)
            (event,) = spans.one("work").events
            assert (event.name, dict(event.attributes)) == ("warning", told)


async def test_spans_reach_a_collector_over_http(monkeypatch):
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=ours")
    received, headers = [], []

    async def collect(request):
        received.append(ExportTraceServiceRequest.FromString(await request.read()))
        headers.append((request.headers["Content-Type"], request.headers["x-tenant"]))
        return web.Response(content_type="application/x-protobuf")

    app = web.Application()
    app.router.add_post("/base/v1/traces", collect)
    async with TestServer(app) as server:
        async with FlowHarness([tab(), inject("a"), change("a", "seen"), helper()]) as running:
            settings = TracingSettings(endpoint=f"http://127.0.0.1:{server.port}/base/", service_name="shop")
            start_tracing(running.engine, settings)
            await play(running)
        (batch,) = [part for request in received for part in request.resource_spans]
    resource = {item.key: item.value.string_value for item in batch.resource.attributes}
    assert (resource["service.name"], resource["deployment.environment.name"]) == ("shop", "test")
    spans = {span.name: span for scope in batch.scope_spans for span in scope.spans}
    assert set(spans) == {"inject", "a", "helper"}
    assert spans["a"].parent_span_id == spans["inject"].span_id
    assert set(headers) == {("application/x-protobuf", "ours")}


async def test_a_collector_that_is_not_there_is_mentioned_once_and_disturbs_nobody(monkeypatch):
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "20")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "1")
    async with FlowHarness([tab(), inject("seen"), helper()]) as running:
        start_tracing(running.engine, TracingSettings(endpoint="http://127.0.0.1:1"))
        for _ in range(3):
            await play(running)
        while not running.log_lines:
            await asyncio.sleep(0.02)
        await play(running)
        await asyncio.sleep(0.1)
        assert len(running.received("seen")) == 4
    said = [text for level, text in running.log_lines if level == "warn"]
    assert said == ["traces do not reach their collector; they are dropped until it answers"]


async def test_a_missing_extra_is_named_with_the_way_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    for name in [name for name in sys.modules if name.startswith("flowengine.tracing.")]:
        monkeypatch.delitem(sys.modules, name)
    async with FlowHarness([tab(), helper()]) as running:
        with pytest.raises(FlowError, match=r'pip install "flowengine\[otel\]"'):
            start_tracing(running.engine, TracingSettings())


async def test_an_address_that_is_none_is_refused_without_being_shown():
    async with FlowHarness([tab(), helper()]) as running:
        with pytest.raises(SettingsError, match="no http or https address") as refused:
            start_tracing(running.engine, TracingSettings(endpoint="me:secret@collector"))
        assert "secret" not in str(refused.value)


async def test_a_fault_of_the_tracer_does_not_keep_messages(monkeypatch):
    async with FlowHarness([tab(), inject("seen"), helper()]) as running:
        Spans(running)
        monkeypatch.setattr(node_spans, "KINDS", None)
        await play(running)
        await play(running)
        assert len(running.received("seen")) == 2
        assert [level for level, text in running.log_lines if text.startswith("tracing: ")] == ["error"]


async def test_baggage_goes_no_further_and_a_broken_traceparent_begins_a_trace():
    asked = []

    async def answer(request):
        asked.append(dict(request.headers))
        return web.Response(text="fine")

    app = web.Application()
    app.router.add_get("/", answer)
    async with TestServer(app) as server, aiohttp.ClientSession() as client:
        flow = [
            tab(),
            node("in", "http in", ["ask"], url="/go", method="get"),
            node("ask", "http request", ["out"], url=f"http://127.0.0.1:{server.port}/"),
            node("out", "http response"),
        ]
        async with FlowHarness(flow) as running:
            spans = Spans(running)
            for given in (PARENT, "00-nonsense"):
                headers = {"traceparent": given, "baggage": "user=ann"}
                async with client.get(f"{running.http_url}/go", headers=headers) as reply:
                    assert reply.status == 200
            assert [TRACE in one["traceparent"] for one in asked] == [True, False]
            assert not [one for one in asked if "baggage" in one]
            assert spans.of("http in")[1].parent is None

"""Function nodes in JavaScript: flows in, messages out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from flowengine.testing import FlowHarness

TAB = {"id": "t1", "type": "tab", "label": "Tab"}


def function(code: str, node_id: str = "f1", wires: str = "h1", **more: Any) -> dict[str, Any]:
    return {
        "id": node_id,
        "type": "function",
        "z": "t1",
        "x": 1,
        "y": 1,
        "func": code,
        "outputs": 1,
        "wires": [[wires]],
        **more,
    }


def observer(node_id: str = "h1") -> dict[str, Any]:
    return {"id": node_id, "type": "helper", "z": "t1", "x": 1, "y": 1, "wires": []}


def catch(wires: str = "caught") -> dict[str, Any]:
    return {"id": "c1", "type": "catch", "z": "t1", "x": 1, "y": 1, "scope": None, "wires": [[wires]]}


def flow(*nodes: dict[str, Any]) -> list[dict[str, Any]]:
    return [TAB, *nodes, observer(), catch(), observer("caught")]


async def result_of(code: str, msg: dict[str, Any] | None = None, **settings: Any) -> Any:
    """Return the payload that a function makes of a message."""
    async with FlowHarness(flow(function(code)), settings=settings) as harness:
        await harness.send("f1", msg or {})
        await harness.settle(5)
        assert harness.errors == []
        (sent,) = harness.received("h1")
        return sent["payload"]


async def texts_of_errors(code: str, **more: Any) -> list[str]:
    async with FlowHarness(flow(function(code, **more))) as harness:
        await harness.send("f1", {"payload": 1})
        await harness.settle(5)
        return [report.text for report in harness.errors]


# --- limits -----------------------------------------------------------------------------------------------


async def test_an_endless_loop_ends_with_an_error_and_the_rest_runs_on() -> None:
    nodes = flow(
        function("if (msg.payload === 'bad') while (true); return msg;", timeout=0.2),
        function("msg.payload = 'other'; return msg;", "f2"),
    )
    async with FlowHarness(nodes) as harness:
        await harness.send("f1", {"payload": "bad"})
        await harness.send("f2", {})
        await harness.send("f1", {"payload": "good"})
        await harness.settle(5)
        assert [msg["payload"] for msg in harness.received("h1")] == ["other", "good"]
        (caught,) = harness.received("caught")
        assert caught["error"]["message"] == "Error: Script execution timed out after 200ms"
        assert caught["error"]["source"]["id"] == "f1"


async def test_endless_promises_are_bounded_as_well() -> None:
    (text,) = await texts_of_errors("for (;;) await null;", timeout=0.2)
    assert text == "Error: Script execution timed out after 200ms"


async def test_an_endless_loop_in_a_timer_is_bounded() -> None:
    (text,) = await texts_of_errors("setTimeout(() => { while (true); }, 1);", timeout=0.2)
    assert text == "Error: Script execution timed out after 200ms"


async def test_a_memory_bomb_ends_with_an_error_and_the_function_starts_anew() -> None:
    code = """
        kept = (typeof kept === 'undefined' ? 0 : kept) + 1;
        if (msg.payload === 'bomb') { bomb = []; for (;;) bomb.push(new Map([[bomb.length, {}]])); }
        msg.payload = kept;
        return msg;
    """
    async with FlowHarness(flow(function(code)), settings={"functionMemoryLimit": 32}) as harness:
        for payload in (1, "bomb", 2):
            await harness.send("f1", {"payload": payload})
        await harness.settle(10)
        assert [msg["payload"] for msg in harness.received("h1")] == [1, 1]
        (error,) = harness.errors
        assert "memory" in error.text


async def test_fifty_megabytes_of_text_go_through() -> None:
    text = "x" * 50_000_000
    assert (
        await result_of("msg.payload += msg.payload.length; return msg;", {"payload": text})
        == text + "50000000"
    )


async def test_ten_thousand_levels_go_through() -> None:
    deep: list[Any] = []
    for _ in range(10_000):
        deep = [deep]
    code = """
        let levels = 0;
        for (let at = msg.payload; at.length; at = at[0]) levels++;
        return [[{payload: levels}, {payload: msg.payload}]];
    """
    async with FlowHarness(flow(function(code))) as harness:
        await harness.send("f1", {"payload": deep})
        await harness.settle(5)
        levels, back = harness.received("h1")
        assert levels["payload"] == 10_000
        at = back["payload"]
        for _ in range(10_000):
            (at,) = at
        assert at == []


# --- isolation --------------------------------------------------------------------------------------------


async def test_functions_do_not_see_the_globals_of_each_other() -> None:
    nodes = flow(
        function("shared = 5; Array.prototype.hacked = true; return msg;", wires="f2"),
        function("msg.payload = [typeof shared, typeof [].hacked]; return msg;", "f2"),
    )
    async with FlowHarness(nodes) as harness:
        await harness.send("f1", {})
        await harness.settle(5)
        assert harness.received("h1")[0]["payload"] == ["undefined", "undefined"]


async def test_globals_of_one_function_last() -> None:
    async with FlowHarness(
        flow(function("n = (typeof n === 'number' ? n : 0) + 1; msg.payload = n; return msg;"))
    ) as harness:
        for _ in range(3):
            await harness.send("f1", {})
        await harness.settle(5)
        assert [msg["payload"] for msg in harness.received("h1")] == [1, 2, 3]


async def test_there_is_no_way_out_of_the_sandbox() -> None:
    code = """
        const names = ['require', 'process', 'fetch', 'TextEncoder', 'structuredClone', 'crypto', 'setImmediate'];
        msg.payload = names.map((name) => eval('typeof ' + name));
        msg.topic = [].constructor.constructor('return typeof process + typeof require')();
        return msg;
    """
    async with FlowHarness(flow(function(code))) as harness:
        await harness.send("f1", {})
        await harness.settle(5)
        (sent,) = harness.received("h1")
        assert set(sent["payload"]) == {"undefined"}
        assert sent["topic"] == "undefinedundefined"


async def test_secrets_are_not_among_what_a_function_finds() -> None:
    secret = "s3cr3t-value"
    nodes = flow(
        function(
            "msg.payload = util.inspect(globalThis, {depth: 6}) + util.inspect(node, {depth: 6}); return msg;"
        )
    )
    async with FlowHarness(nodes, credentials={"f1": {"token": secret}}, env={"UNASKED": secret}) as harness:
        await harness.send("f1", {})
        await harness.settle(5)
        assert secret not in harness.received("h1")[0]["payload"]


# --- asynchronous code ------------------------------------------------------------------------------------


async def test_messages_wait_for_the_start_code() -> None:
    start = "await new Promise((resolve) => setTimeout(resolve, 30)); context.set('ready', true);"
    async with FlowHarness(
        flow(function("msg.payload = context.get('ready'); return msg;", initialize=start))
    ) as harness:
        await harness.send("f1", {})
        await harness.settle(5)
        assert harness.received("h1")[0]["payload"] is True


async def test_after_a_failed_start_everything_is_dropped() -> None:
    async with FlowHarness(
        flow(function("return msg;", initialize="throw new Error('not today')"))
    ) as harness:
        await harness.send("f1", {})
        await harness.settle(5)
        assert harness.received("h1") == []
        assert [report.text for report in harness.errors] == ["Error: not today"]


async def test_calls_that_wait_do_not_disturb_each_other() -> None:
    code = "await new Promise((resolve) => setTimeout(resolve, msg.payload)); return msg;"
    async with FlowHarness(flow(function(code))) as harness:
        for delay in (60, 30, 1):
            await harness.send("f1", {"payload": delay})
        await harness.settle(5)
        assert [msg["payload"] for msg in harness.received("h1")] == [1, 30, 60]


async def test_timers_end_with_the_flow_and_the_stop_code_runs() -> None:
    nodes = flow(
        function(
            "setInterval(() => node.send({payload: 'tick'}), 5); return null;",
            finalize="node.warn('stopped')",
        )
    )
    async with FlowHarness(nodes) as harness:
        await harness.send("f1", {})
        await harness.settle(0.1)
        await harness.stop()
        ticks = len(harness.received("h1"))
        assert ticks > 2
        assert [report.text for report in harness.warnings] == ["stopped"]


async def test_an_error_in_a_timer_names_no_message() -> None:
    assert await texts_of_errors("setTimeout(() => { throw new TypeError('late') }, 1);") == [
        "TypeError: late"
    ]


async def test_a_rejection_reaches_the_catch_node() -> None:
    async with FlowHarness(flow(function("await null; msg.seen = 1; throw new Error('async');"))) as harness:
        await harness.send("f1", {"payload": 7})
        await harness.settle(5)
        (caught,) = harness.received("caught")
        assert (caught["payload"], caught["seen"], caught["error"]["message"]) == (7, 1, "Error: async")


# --- values -----------------------------------------------------------------------------------------------


async def test_buffers_are_bytes() -> None:
    code = """
        const frame = Buffer.alloc(8);
        frame.writeUInt16BE(0xbeef, 0);
        frame.writeInt32LE(-5, 2);
        frame.write('é', 6);
        msg.payload = [frame, frame.readUInt16BE(0), frame.readInt32LE(2), frame.toString('hex'),
            msg.payload.toString('base64'),
            Buffer.concat([msg.payload, Buffer.from('ff00', 'hex')]), msg.payload.slice(1, 3).toString('latin1'),
            msg.payload.indexOf('c'), Buffer.byteLength('é'), JSON.stringify(Buffer.from([1, 2])),
            msg.payload.equals(Buffer.from('abcd'))];
        return msg;
    """
    assert await result_of(code, {"payload": b"abcd"}) == [
        b"\xbe\xef\xfb\xff\xff\xff\xc3\xa9", 0xBEEF, -5, "beeffbffffffc3a9", "YWJjZA==", b"abcd\xff\x00", "bc", 2, 2,
        '{"type":"Buffer","data":[1,2]}', True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("encoding", "text", "data"),
    [
        ("utf8", "grün ✓ 😀", "grün ✓ 😀".encode()),
        ("hex", "00ff10", b"\x00\xff\x10"),
        ("base64", "AP8Q", b"\x00\xff\x10"),
        ("base64url", "-_8", b"\xfb\xff"),
        ("latin1", "é", b"\xe9"),
        ("utf16le", "hé", b"h\x00\xe9\x00"),
        ("ascii", "abc", b"abc"),
    ],
)
async def test_encodings_of_a_buffer(encoding: str, text: str, data: bytes) -> None:
    code = "msg.payload = [Buffer.from(msg.text, msg.enc), msg.data.toString(msg.enc)]; return msg;"
    assert await result_of(code, {"text": text, "data": data, "enc": encoding}) == [data, text]


async def test_malformed_utf8_is_replaced() -> None:
    data = b"a\xffb\xe2\x82c\xf0\x9f\x98"
    assert await result_of(
        "msg.payload = msg.payload.toString(); return msg;", {"payload": data}
    ) == data.decode(errors="replace")


async def test_dates_are_dates() -> None:
    code = """
        const day = 864e5;
        msg.payload = [new Date(msg.payload.getTime() + day), msg.payload.toISOString(), String(new Date(0)),
            new Date(0).toLocaleDateString('de-DE'),
            new Date(0).toLocaleString('en-US', {timeZone: 'America/New_York'})];
        return msg;
    """
    assert await result_of(code, {"payload": datetime(2024, 2, 28, tzinfo=UTC)}) == [
        datetime(2024, 2, 29, tzinfo=UTC),
        "2024-02-28T00:00:00.000Z",
        "Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)",
        "1.1.1970",
        "12/31/1969, 7:00:00 PM",
    ]


@pytest.mark.parametrize(
    ("language", "options", "text"),
    [
        (
            "en-US",
            "{weekday: 'long', year: 'numeric', month: 'long', day: 'numeric'}",
            "Friday, February 9, 2024",
        ),
        ("en-US", "{month: 'long', year: 'numeric'}", "February 2024"),
        ("en-US", "{weekday: 'short', day: '2-digit', month: '2-digit', year: 'numeric'}", "Fri, 02/09/2024"),
        ("en-GB", "{day: '2-digit', month: 'short', year: 'numeric'}", "09 Feb 2024"),
        ("en-GB", "{dateStyle: 'full'}", "Friday, 9 February 2024"),
        ("de-DE", "{weekday: 'long', month: 'long', day: 'numeric'}", "Freitag, 9. Februar"),
        ("de", "{weekday: 'short', month: 'short', day: 'numeric'}", "Fr., 9. Feb."),
        ("de-DE", "{dateStyle: 'medium', timeStyle: 'short'}", "09.02.2024, 12:34"),
        ("de-DE", "{dateStyle: 'full', timeStyle: 'short'}", "Freitag, 9. Februar 2024 um 12:34"),
        ("fr-FR", "{weekday: 'long', day: 'numeric', month: 'long'}", "vendredi 9 février"),
        ("es-ES", "{dateStyle: 'long'}", "9 de febrero de 2024"),
        ("it-IT", "{month: 'short', day: 'numeric'}", "9 feb"),
        (
            "nl-NL",
            "{weekday: 'long', month: 'long', day: 'numeric', year: 'numeric'}",
            "vrijdag 9 februari 2024",
        ),
        ("en-US", "{hour: '2-digit', minute: '2-digit', hour12: false}", "12:34"),
        ("en-US", "{hour: 'numeric'}", "12 PM"),
    ],
)
async def test_dates_in_words(language: str, options: str, text: str) -> None:
    """The texts are those of Node with all its languages."""
    code = f"""
        const format = Intl.DateTimeFormat('{language}', Object.assign({options}, {{timeZone: 'UTC'}}));
        msg.payload = format.format(new Date('2024-02-09T12:34:56Z'));
        return msg;
    """
    assert await result_of(code, {}) == text


async def test_circles_and_what_json_lacks_cross_both_ways() -> None:
    code = "msg.payload.self = msg.payload; msg.payload.same = msg.payload.inner.top === msg.payload.inner; return msg;"
    inner: dict[str, Any] = {}
    inner["top"] = inner
    payload = await result_of(code, {"payload": {"inner": inner}})
    assert payload["self"] is payload
    assert payload["same"] is True


async def test_a_message_keeps_its_live_objects() -> None:
    class Request:
        def javascript_view(self) -> dict[str, Any]:
            return {"method": "GET", "params": {"id": "7"}}

    request = Request()
    code = "msg.payload = [msg.req.method, msg.req.params.id, Object.keys(msg.req)]; return msg;"
    async with FlowHarness(flow(function(code))) as harness:
        await harness.send("f1", {"req": request})
        await harness.settle(5)
        (sent,) = harness.received("h1")
        assert sent["payload"] == ["GET", "7", ["method", "params"]]
        assert sent["req"] is request


# --- what Node-RED does -----------------------------------------------------------------------------------


async def test_send_without_a_copy_shows_what_is_changed_later() -> None:
    assert await result_of("node.send(msg, false); msg.payload = 'after';", {"payload": "before"}) == "after"


async def test_send_with_a_copy_does_not() -> None:
    assert await result_of("node.send(msg); msg.payload = 'after';", {"payload": "before"}) == "before"


async def test_the_second_message_of_a_send_is_no_copy() -> None:
    code = "const a = {payload: 1}, b = {payload: 1}; node.send([[a, b]]); a.payload = b.payload = 2;"
    async with FlowHarness(flow(function(code))) as harness:
        await harness.send("f1", {})
        await harness.settle(5)
        assert [msg["payload"] for msg in harness.received("h1")] == [1, 2]


async def test_every_message_gets_the_id_of_the_one_that_came_in() -> None:
    async with FlowHarness(
        flow(function("node.send({payload: 1, _msgid: 'own'}); return [[{}, msg]];"))
    ) as harness:
        await harness.send("f1", {"_msgid": "m1"})
        await harness.settle(5)
        assert [msg["_msgid"] for msg in harness.received("h1")] == ["m1"] * 3


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("return 5", "number"),
        ("return 'x'", "string"),
        ("return Buffer.from('x')", "Buffer"),
        ("return [[[1]]]", "Array"),
    ],
)
async def test_what_is_no_message_is_refused(code: str, kind: str) -> None:
    assert await texts_of_errors(code) == [f"Function tried to send a message of type {kind}"]


async def test_a_value_of_the_context_is_changed_in_place() -> None:
    nodes = flow(
        function(
            "flow.set('list', []); const list = flow.get('list'); list.push(1); return msg;", wires="f2"
        ),
        function("flow.get('list').push(2); msg.payload = flow.get('list'); return msg;", "f2"),
    )
    async with FlowHarness(nodes) as harness:
        await harness.send("f1", {})
        await harness.settle(5)
        assert harness.received("h1")[0]["payload"] == [1, 2]
        assert await harness.get_context("flow", "t1") == {"list": [1, 2]}


async def test_a_change_after_waiting_reaches_the_context() -> None:
    code = "const o = flow.get('o'); await new Promise((r) => setTimeout(r, 5)); o.n = 2; return msg;"
    async with FlowHarness(flow(function(code)), context={"flow": {"t1": {"o": {"n": 1}}}}) as harness:
        await harness.send("f1", {})
        await harness.settle(5)
        assert await harness.get_context("flow", "t1") == {"o": {"n": 2}}


async def test_a_misspelt_name_tells_its_line() -> None:
    (text,) = await texts_of_errors("let a = 1;\nmsg.payload = nmae;")
    assert re.fullmatch(r"ReferenceError: ReferenceError: nmae is not defined \(line 2, col \d+\)", text)


async def test_code_that_does_not_parse_tells_its_part_and_line() -> None:
    (text,) = await texts_of_errors("let a = 1;\nreturn msg +;")
    assert text == "SyntaxError: Unexpected token ';' (body:line 2)"
    (text,) = await texts_of_errors("return msg;", initialize="let = ;")
    assert text.endswith("(setup:line 1)")


async def test_libraries_of_npm_are_refused_by_name() -> None:
    (text,) = await texts_of_errors("return msg;", libs=[{"var": "_", "module": "lodash"}])
    assert "lodash" in text


async def test_jsonata_by_red_util() -> None:
    code = """
        const send = (error, value) => node.send({payload: value});
        RED.util.evaluateNodeProperty('payload * 2', 'jsonata', node, msg, send);
    """
    assert await result_of(code, {"payload": 21}) == 42


async def test_red_util() -> None:
    code = """
        const copy = RED.util.cloneMessage(msg);
        copy.payload.a.push(1);
        RED.util.setMessageProperty(msg, 'made.here[1]', 5, true);
        msg.payload = [msg.payload.a, RED.util.getMessageProperty(msg, 'msg.made.here[1]'),
            RED.util.compareObjects(copy, msg),
            RED.util.normalisePropertyExpression('a["b c"][0].d'), RED.util.parseContextStore('#:(file)::k'),
            RED.util.ensureString(Buffer.from('x')), RED.util.generateId().length,
            RED.util.evaluateNodeProperty('7', 'num'),
            RED.util.evaluateNodeProperty('NAME', 'env', node)];
        return msg;
    """
    async with FlowHarness(flow(function(code)), env={"NAME": "value"}) as harness:
        await harness.send("f1", {"payload": {"a": []}})
        await harness.settle(5)
        assert harness.errors == []
        assert harness.received("h1")[0]["payload"] == [
            [], 5, False, ["a", "b c", 0, "d"], {"store": "file", "key": "k"}, "x", 16, 7, "value",
        ]  # fmt: skip


async def test_urls() -> None:
    code = """
        const url = new URL('../b?x=1&y=a+b#top', 'https://user:pw@Example.com:443/a/c/d');
        url.searchParams.append('z', 'ü&');
        msg.payload = [url.href, url.host, url.searchParams.get('y'), new URLSearchParams({q: 'a b'}).toString(),
            URL.canParse('nope')];
        return msg;
    """
    assert await result_of(code) == [
        "https://user:pw@example.com/a/b?x=1&y=a+b&z=%C3%BC%26#top", "example.com", "a b", "q=a+b", False,
    ]  # fmt: skip


async def test_modules_of_node_js_are_there() -> None:
    code = """
        msg.payload = [path.join('a', '..', 'b', 'c.txt'), path.extname('x/y.tar.gz'), qs.parse('a=1&a=2').a,
            crypto.createHash('sha256').update('abc').digest('hex').slice(0, 8),
            crypto.createHmac('sha1', 'key').update('abc').digest('base64'), crypto.randomUUID().length,
            typeof os.hostname()];
        return msg;
    """
    libs = [
        {"var": "path", "module": "path"},
        {"var": "qs", "module": "querystring"},
        {"var": "crypto", "module": "node:crypto"},
        {"var": "os", "module": "os"},
    ]
    async with FlowHarness(flow(function(code, libs=libs))) as harness:
        await harness.send("f1", {})
        await harness.settle(5)
        assert harness.errors == []
        assert harness.received("h1")[0]["payload"] == [
            "b/c.txt", ".gz", ["1", "2"], "ba7816bf", "T9CyFSdu8S8rPkyOysKBFJi2Vvw=", 36, "string",
        ]  # fmt: skip


async def test_a_module_cannot_take_a_name_that_is_there() -> None:
    assert await texts_of_errors("return msg;", libs=[{"var": "flow", "module": "os"}]) == [
        "Invalid module variable name: flow"
    ]


async def test_large_members_that_nobody_reads_come_out_as_they_went_in() -> None:
    big = {"rows": [{"id": i, "when": datetime(2024, 1, 1, tzinfo=UTC), "data": b"x"} for i in range(50)]}
    code = "msg.topic = 'seen'; node.send([null, msg]); delete msg.extra; return msg;"
    nodes = flow({**function(code), "outputs": 2, "wires": [["h1"], ["h2"]]}, observer("h2"))
    async with FlowHarness(nodes) as harness:
        await harness.send("f1", {"_msgid": "m1", "payload": big, "extra": "y" * 1000})
        await harness.settle(5)
        assert harness.errors == []
        assert harness.received("h1") == [{"_msgid": "m1", "payload": big, "topic": "seen"}]
        assert harness.received("h2") == [
            {"_msgid": "m1", "payload": big, "extra": "y" * 1000, "topic": "seen"}
        ]


async def test_a_large_member_that_is_changed_changes() -> None:
    code = """
        const {payload, ...rest} = msg;
        msg.payload.push(Object.keys(rest).length);
        msg.other = msg.payload.length;
        return msg;
    """
    numbers = list(range(1000))
    async with FlowHarness(flow(function(code))) as harness:
        await harness.send("f1", {"_msgid": "m1", "payload": numbers, "text": "z" * 1000})
        await harness.settle(5)
        assert harness.received("h1") == [
            {"_msgid": "m1", "payload": [*numbers, 2], "text": "z" * 1000, "other": 1001}
        ]


async def test_a_message_sent_by_a_timer_is_whole() -> None:
    code = "setTimeout(() => node.send(msg), 5);"
    async with FlowHarness(flow(function(code))) as harness:
        await harness.send("f1", {"_msgid": "m1", "payload": list(range(1000))})
        await harness.settle(5)
        assert harness.received("h1") == [{"_msgid": "m1", "payload": list(range(1000))}]


@pytest.mark.parametrize(
    "code",
    ["arguments[1].send(msg);", "eval('no' + 'de').send(msg);", r"\u006eode.send(msg);", "node.send(msg);"],
)
async def test_the_node_is_found_however_it_is_asked_for(code: str) -> None:
    assert await result_of(f"msg.payload = 7;\n{code}") == 7


async def test_what_is_no_function_is_named() -> None:
    assert await texts_of_errors("let a = 1;\nmsg.payload.toUpperCase();") == [
        "TypeError: msg.payload.toUpperCase is not a function"
    ]


async def test_v8_gives_the_same_results() -> None:
    pytest.importorskip("peno")
    code = "await null; flow.set('n', 1); msg.payload = [flow.get('n'), Buffer.from('é'), new Date(0)]; return msg;"
    assert await result_of(code, functionEngine="v8") == [1, "é".encode(), datetime(1970, 1, 1, tzinfo=UTC)]

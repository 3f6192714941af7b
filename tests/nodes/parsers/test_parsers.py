"""The parser nodes: ordinary input both ways, and input that is broken, huge or hostile."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from flowengine.testing import FlowHarness

from ...engine.flows import helper, node, tab


async def play(node_type: str, *msgs: dict[str, Any], **properties: Any) -> FlowHarness:
    """Give messages to one node; ``seen`` is behind it, ``caught`` behind a catch node."""
    flow = [
        tab(),
        node("n", node_type, ["seen"], **properties),
        helper(),
        node("c", "catch", ["caught"], scope=None),
        helper("caught"),
    ]
    async with FlowHarness(flow) as running, asyncio.timeout(40):
        for msg in msgs:
            await running.send("n", msg)
        assert await running.settle(30)
    return running


def payloads(running: FlowHarness) -> list[Any]:
    return [msg.get("payload") for msg in running.received("seen")]


def caught(running: FlowHarness) -> list[str]:
    return [msg["error"]["message"] for msg in running.received("caught")]


@pytest.mark.parametrize(
    ("node_type", "text", "value"),
    [
        ("json", '{"a":[1,null,"ä"]}', {"a": [1, None, "ä"]}),
        ("yaml", "a:\n  - 1\n  - null\n  - ä\n", {"a": [1, None, "ä"]}),
        (
            "xml",
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><a x="1"><b>t</b></a>',
            {"a": {"$": {"x": "1"}, "b": ["t"]}},
        ),
    ],
)
async def test_text_and_value_turn_into_each_other(node_type, text, value):
    running = await play(node_type, {"payload": text}, {"payload": value})
    assert payloads(running) == [value, text]


async def test_csv_with_a_header_becomes_rows_and_back():
    text = 'id,name\r\n1,"Smith, J"\r\n2,"say ""hi"""\r\n'
    rows = [{"id": 1, "name": "Smith, J"}, {"id": 2, "name": 'say "hi"'}]
    read = await play("csv", {"payload": text}, spec="rfc", hdrin=True, multi="mult", strings=True)
    assert payloads(read) == [rows]
    assert read.received("seen")[0]["columns"] == "id,name"
    write = await play("csv", {"payload": rows}, spec="rfc", hdrout="all", temp="id,name", ret="\\r\\n")
    assert payloads(write) == [text]


async def test_csv_rows_do_not_share_what_stands_beside_them():
    flow = [
        tab(),
        node("n", "csv", ["f"], spec="rfc", multi="one"),
        node("f", "function", ["seen"], func="msg.beside.n = msg.payload.col1; return msg;"),
        helper(),
    ]
    async with FlowHarness(flow) as running:
        await running.send("n", {"payload": "1\n2\n", "beside": {}})
        await running.settle(5)
        assert [msg["beside"]["n"] for msg in running.received("seen")] == [1, 2]


async def test_yaml_keeps_to_version_1_2():
    running = await play("yaml", {"payload": "a: yes\nb: 010\nc: 0o10\nd: 2020-01-02\ne: 1_000\nf: on\n"})
    day = datetime(2020, 1, 2, tzinfo=UTC)
    assert payloads(running) == [{"a": "yes", "b": 10, "c": 8, "d": day, "e": "1_000", "f": "on"}]


async def test_html_is_read_as_a_browser_reads_it():
    page = '<ul><li class=x>One &amp; <b>bold</b><li>Two</ul><a href="/l?a=1&b=2">L</a>'
    assert payloads(await play("html", {"payload": page}, tag="li", ret="text")) == [["One & bold", "Two"]]
    assert payloads(await play("html", {"payload": page}, tag="li.x", ret="html")) == [
        ["One &amp; <b>bold</b>"]
    ]
    assert payloads(await play("html", {"payload": page}, tag="a", ret="attr")) == [[{"href": "/l?a=1&b=2"}]]
    several = await play("html", {"payload": page}, tag="li", ret="text", **{"as": "multi"})
    assert [msg["parts"]["index"] for msg in several.received("seen")] == [0, 1]


async def test_a_schema_is_checked_and_taken_out():
    schema = {"type": "object", "properties": {"n": {"type": "number"}}, "required": ["n"]}
    running = await play(
        "json", *({"payload": text, "schema": schema} for text in ('{"n":1}', '{"n":"x"}', "{}"))
    )
    assert running.received("seen")[0].keys() == {"payload", "_msgid"}
    assert caught(running) == [
        "JSON Schema error: data/n must be number",
        "JSON Schema error: data must have required property 'n'",
    ]


BOMB = (
    '<!DOCTYPE a [<!ENTITY b "xxxxxxxxxx">'
    + "".join(f'<!ENTITY b{n} "{f"&b{n - 1 if n else str()};" * 10}">' for n in range(9))
    + "]><a>&b8;</a>"
)
ALIASES = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("node_type", "payload", "words"),
    [
        ("json", "[" * 100_000, ""),
        ("json", '{"a": tru}', "is not valid JSON"),
        ("json", '{"a":' * 100_000 + "1" + "}" * 100_000, ""),
        ("xml", BOMB, "declares entities is refused"),
        ("xml", "<a>" * 100_000 + "</a>" * 100_000, "nested deeper"),
        ("xml", "no xml", "Non-whitespace before first tag"),
        ("xml", "<a><b></a>", "Unexpected close tag"),
        ("yaml", ALIASES, "unfold into more than"),
        ("yaml", "!!python/object/apply:os.system ['true']", "unknown tag"),
        ("yaml", "[" * 20_000 + "]" * 20_000, "nested deeper"),
        ("yaml", "a: [1,\n", ""),
        ("html", 5, "Cannot create property"),
    ],
)
async def test_hostile_input_is_an_error_of_that_node(node_type, payload, words):
    good = {"json": "1", "xml": "<a/>", "yaml": "a: 1", "html": "<p>x</p>"}[node_type]
    running = await play(
        node_type, {"payload": payload}, {"payload": good}, tag="p" if node_type == "html" else ""
    )
    assert len(caught(running)) == 1
    assert words in caught(running)[0]
    assert len(payloads(running)) == 1, "the next message is handled as if nothing had happened"


async def test_csv_with_unbalanced_quotes_is_read_as_far_as_it_goes():
    running = await play("csv", {"payload": 'a,"b\nc'}, {"payload": "1,2"}, spec="rfc", multi="mult")
    assert (
        payloads(running) == [[{"col1": "a", "col2": "b\nc"}], [{"col1": 1, "col2": 2}]]
        or payloads(running)[1]
    )
    old = await play("csv", {"payload": 'a,"b\nc'}, multi="mult")
    assert [report.text for report in old.warnings] == ["Malformed CSV data - output probably corrupt."]


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("spec", ["rfc", ""])
async def test_fifty_megabytes_of_csv_leave_room_for_other_flows(spec):
    text = "1,two,3.5,four\n" * 3_500_000
    flow = [tab(), node("n", "csv", ["seen"], spec=spec, multi="mult", strings=False), helper(), node("o", "json", ["other"]),
            helper("other")]  # fmt: skip
    async with FlowHarness(flow) as running, asyncio.timeout(230):
        await running.send("n", {"payload": text})
        await running.send("o", {"payload": "1"})
        while not running.received("other"):
            await asyncio.sleep(0.01)
        assert not running.received("seen"), "the small message did not wait for the large one"
        assert await running.settle(220)
        assert len(running.received("seen")[0]["payload"]) == 3_500_000


async def test_an_element_without_attributes_is_a_message_too():
    running = await play(
        "html", {"payload": "<p>a</p><p class='x'>b</p>"}, tag="p", ret="attr", **{"as": "multi"}
    )
    assert payloads(running) == [{}, {"class": "x"}]


@pytest.mark.parametrize(
    ("tag", "texts"), [("li:first", ["1"]), ("li:last", ["3"]), ("li:eq(1)", ["2"]), ("li:gt(0)", ["2", "3"])]
)
async def test_jquerys_words_for_a_place_among_the_matches(tag: str, texts: list[str]):
    running = await play("html", {"payload": "<ul><li>1<li>2<li>3</ul>"}, tag=tag, ret="text")
    assert payloads(running) == [texts]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("<not valid>", "Error: Attribute without value\nLine: 0\nColumn: 11\nChar: >"),
        ("<a><b></a>", "Error: Unexpected close tag\nLine: 0\nColumn: 10\nChar: >"),
        ("<a>", "Error: Unclosed root tag\nLine: 0\nColumn: 3\nChar: "),
        ("<a b=c/>", "Error: Unquoted attribute value\nLine: 0\nColumn: 6\nChar: c"),
        ("<a>& b</a>", "Error: Invalid character in entity name\nLine: 0\nColumn: 5\nChar:  "),
    ],
)
async def test_what_is_wrong_with_xml_is_said_with_its_place(text: str, error: str):
    assert caught(await play("xml", {"payload": text})) == [error]


async def test_what_follows_the_root_element_is_passed_over():
    assert payloads(await play("xml", {"payload": "<a>1</a><b/>"})) == [{"a": "1"}]


async def test_text_beside_elements_gets_a_line_of_its_own():
    running = await play("xml", {"payload": {"a": {"b": "x", "_": "t"}}, "options": {}})
    assert payloads(running)[0].endswith("<a>\n  <b>x</b>\n  t\n</a>")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("a: 1\na: 2", "duplicated mapping key (2:1)"),
        ("a: [1,2", "unexpected end of the stream within a flow collection (2:1)"),
        ("a: 'x", "unexpected end of the stream within a single quoted scalar (2:1)"),
        ("a: *nope", 'unidentified alias "nope" (1:9)'),
    ],
)
async def test_what_is_wrong_with_yaml_is_said_with_its_place(text: str, error: str):
    assert [words.split("\n")[0] for words in caught(await play("yaml", {"payload": text}))] == [error]


async def test_a_merged_key_may_be_set_anew():
    running = await play("yaml", {"payload": "<<: {a: 1, b: 2}\na: 3"})
    assert payloads(running) == [{"a": 3, "b": 2}]


async def test_no_yaml_is_nothing():
    running = await play("yaml", {"payload": "", "topic": "t"})
    assert "payload" not in running.received("seen")[0]


async def test_a_byte_order_mark_is_no_part_of_a_column_name():
    running = await play("csv", {"payload": "\ufeffa,b\n1,2"}, hdrin=True, sep=",", multi="mult")
    assert payloads(running) == [[{"a": 1, "b": 2}]]


async def test_numbers_have_no_column_names():
    running = await play("csv", {"payload": [1, 2]}, hdrout="all", sep=",", ret="\n")
    assert payloads(running) == ["\n1,2\n"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: |\n  one\n  two", "one\ntwo\n"),
        ("a: >\n  one\n  two", "one two\n"),
        ("a: |-\n  one", "one"),
        ("a: |\n  one\n\n", "one\n"),
        ("a: |+\n  one", "one\n"),
    ],
)
async def test_a_block_at_the_end_of_yaml_has_its_line_break(text: str, value: str):
    assert payloads(await play("yaml", {"payload": text})) == [{"a": value}]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("a: 1\n---\nb: 2", "expected a single document in the stream, but found more"),
        ("a: !foo b", "unknown tag !<!foo>"),
    ],
)
async def test_yaml_that_a_message_cannot_hold_is_named(text: str, start: str):
    (error,) = caught(await play("yaml", {"payload": text}))
    assert error.startswith(start)


async def test_the_text_of_html_is_what_a_reader_sees():
    page = "<body>a<!--c--><script>s()</script><b>x <style>p{}</style>y</b> &amp; z</body>"
    for selector, text in (("body", "ax y & z"), ("b", "x y"), ("script", "")):
        running = await play("html", {"payload": page}, tag=selector, ret="text", **{"as": "single"})
        assert payloads(running) == [[text]]


async def test_xml_may_use_the_names_that_html_has_for_characters():
    text = '<a b="&nbsp;x">&eacute;&amp;<![CDATA[&euro;]]></a>'
    assert payloads(await play("xml", {"payload": text})) == [{"a": {"$": {"b": "\xa0x"}, "_": "é&&euro;"}}]
    (error,) = caught(await play("xml", {"payload": "<a>&nosuch;</a>"}))
    assert error.startswith("Error: Invalid character entity")


@pytest.mark.parametrize(
    "payload", [{"a b": 1}, {"r": {"1a": 1}}, {"r": {"$": {"a b": 1}}}, {"r": {"": 1}}, {"r": b"x"}]
)
async def test_what_would_be_no_xml_is_an_error(payload: Any):
    assert caught(await play("xml", {"payload": payload})) == ["Error: Invalid character in name"]


async def test_names_of_xml_may_have_letters_of_every_language():
    written = payloads(await play("xml", {"payload": {"r": {"a-b.c": 1, "x:é": 2, "_": "t"}}}))
    assert "<a-b.c>1</a-b.c>" in written[0]
    assert "<x:é>2</x:é>" in written[0]

from __future__ import annotations

from typing import Any

import pytest

from .flow_of_one import flow_of_one, payloads, sent


def template(text: Any, **fields: Any) -> list[dict[str, Any]]:
    return flow_of_one(type="template", **{"field": "payload", "template": text, **fields})


FILLED = [
    (
        "Hi {{payload.name}}!",
        {"name": "Ann & <Bo>'s \"=/`"},
        "Hi Ann &amp; &lt;Bo&gt;&#39;s &quot;&#x3D;&#x2F;&#x60;!",
    ),
    ("{{{payload}}} {{&payload}}", "<b>", "<b> <b>"),
    ("{{payload}}", {"a": 1}, "[object Object]"),
    ("{{payload}}", [1, [2, None]], "1,2,"),
    ("{{payload}} {{missing}} {{payload.no.way}}", 1.50, "1.5  "),
    ("{{payload}}", None, ""),
    ("{{#payload}}{{.}},{{/payload}}", ["a", 1, True], "a,1,true,"),
    ("{{#payload}}{{n}}{{topic}} {{/payload}}", [{"n": 1}, {"n": 2, "topic": "x"}], "1t 2x "),
    ("{{#payload.a}}{{b}}{{/payload.a}}", {"a": {"b": "in"}}, "in"),
    ("{{#payload}}yes{{/payload}}{{^payload}}no{{/payload}}", [], "no"),
    ("{{#payload}}yes{{/payload}}{{^payload}}no{{/payload}}", 0, "no"),
    ("{{#payload}}yes{{/payload}}{{^payload}}no{{/payload}}", True, "yes"),
    ("{{payload.0.x}} {{payload.length}}", [{"x": "first"}], "first 1"),
    ("{{payload.length}}", "four", "4"),
    ("a\n {{! note }} \nb\n{{#payload}}\n- {{.}}\n{{/payload}}\nc", [1, 2], "a\nb\n- 1\n- 2\nc"),
    ("{{=<% %>=}}<% payload %> {{payload}}<%={{ }}=%> {{payload}}", 1, "1 {{payload}} 1"),
    (
        "{{#payload}}{{a}}|{{b}}|{{topic}};{{/payload}}",
        [{"a": "<", "b": 2.5}, {"a": None, "b": True}, {"a": {}, "topic": 1e21}, "x", {"a": -0.0}],
        "&lt;|2.5|t;|true|t;[object Object]||1e+21;||t;0||t;",
    ),
    ("{{ payload }} {{{ payload }}} {{# payload }}x{{/ payload }}", "<", "&lt; < x"),
]


@pytest.mark.parametrize(("text", "payload", "filled"), FILLED, ids=range(len(FILLED)))
async def test_mustache_is_filled(text: str, payload: Any, filled: str):
    harness = await sent(template(text), {"payload": payload, "topic": "t"})
    assert payloads(harness) == [filled]


async def test_contexts_and_environment():
    text = "{{flow.a.b}} {{global.c}} {{global[memory].c}} {{env.TOWN}} {{flow.none}}{{env.NONE}}|"
    text += "{{#flow.list}}{{.}}{{/flow.list}}"
    context = {"flow": {"tab": {"a": {"b": 1}, "list": [7, 8]}}, "global": {"c": "<"}}
    harness = await sent(template(text), {}, context=context, env={"TOWN": "Ulm"})
    assert payloads(harness) == ["1 &lt; &lt; Ulm |78"]


async def test_the_message_comes_before_contexts():
    harness = await sent(
        template("{{flow.a}}"), {"flow": {"a": "own"}}, context={"flow": {"tab": {"a": "other"}}}
    )
    assert payloads(harness) == ["own"]


async def test_the_result_can_be_json():
    text = '{"text": "{{{payload}}}", "n": {{n}}}'
    harness = await sent(template(text, output="json"), {"payload": "two\nlines \\ tab\t", "n": 1.0})
    assert payloads(harness) == [{"text": "two\nlines \\ tab\t", "n": 1}]


async def test_the_result_can_be_yaml():
    harness = await sent(template("a: {{payload}}\nb: [x, 'y']", output="yaml"), {"payload": 5})
    assert payloads(harness) == [{"a": 5, "b": ["x", "y"]}]


@pytest.mark.parametrize("output", ["json", "yaml"])
async def test_a_result_that_cannot_be_parsed_is_an_error(output: str):
    harness = await sent(template('{"a": [1', output=output), {"payload": 5})
    assert payloads(harness) == []
    assert len(harness.received("caught")) == len(harness.errors) == 1


async def test_plain_text_is_not_filled():
    harness = await sent(template("{{payload}}", syntax="plain"), {"payload": 5})
    assert payloads(harness) == ["{{payload}}"]


async def test_an_empty_template_may_come_with_the_message():
    harness = await sent(template(""), {"template": "{{topic}}", "topic": "t"}, {"topic": "t"})
    assert payloads(harness) == ["t", ""]


async def test_the_result_goes_where_it_shall():
    deep = await sent(template("x", field="a.b"), {})
    assert deep.received("out1")[0]["a"] == {"b": "x"}
    stored = await sent(template("{{payload}}", field="kept", fieldType="flow"), {"payload": 1})
    assert await stored.get_context("flow", "tab") == {"kept": "1"}
    assert payloads(stored) == [1]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{{#a}}", 'Unclosed section "a" at 6'),
        ("x{{/a}}", 'Unopened section "a" at 1'),
        ("{{#a}}{{/b}}", 'Unclosed section "a" at 6'),
        ("{{a", "Unclosed tag at 3"),
        ("{{#payload}}{{x}}{{/payload}}", "Cannot read properties of null (reading 'x')"),
        ("{{> part}}", "tokens.forEach is not a function"),
    ],
)
async def test_a_bad_template_is_said_for_every_message(text: str, error: str):
    harness = await sent(template(text), {"payload": [None]}, {"payload": [None]})
    assert [msg["error"]["message"] for msg in harness.received("caught")] == [error, error]

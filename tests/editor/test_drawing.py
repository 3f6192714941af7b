"""From nothing to something that runs, in the words of who draws it."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from flowengine.testing.openai_server import OpenAISimulator

from .author import Author
from .conftest import Opener
from .servers import PRESS, SHOW, TAB, Server

pytestmark = pytest.mark.browser


def test_a_chat_is_drawn_on_an_empty_page_and_its_answer_read(
    openers: Opener, shared_server: Server, simulator: OpenAISimulator
) -> None:
    shared_server.deploy([])
    author = openers(shared_server, reduced_motion="no-preference")
    author.says("Start with something that runs")

    inject = author.place("inject", 500, 300)
    chat = author.place("OpenAI API", 750, 300)
    debug = author.place("debug", 1000, 300)
    author.wire(inject, chat)
    author.wire(chat, debug)

    form = author.edit(chat)
    form.fill("name", "Ask")
    host = form.config("service")
    host.fill("name", "Simulated")
    host.fill("apiBase", simulator.url)
    host.fill("secureApiKeyValue", "sk-test-of-the-editor")
    host.done()
    expect(form.field("service")).to_have_value(re.compile("^[0-9a-f]{16}$"))
    form.box.get_by_role("button", name="Test connection").click()
    expect(form.box.locator("fe-config .hint.ok")).to_contain_text("answer")
    form.method("createChatCompletion")
    form.add("model")
    form.fill("defaults.model", "gpt-5-mini")
    form.add("messages")
    form.fill("defaults.messages", '[{"role": "user", "content": "What is the capital of France?"}]')
    form.done()
    author.deploy()

    author.press("Control+g")
    author.press("d")
    author.send(inject)
    answer = author.page.locator(".msgs .msg", has_text="chat.completion")
    expect(answer).to_have_count(1)
    expect(answer).to_contain_text("assistant")
    assert ("POST", "/chat/completions") in simulator.requests
    assert "sk-test-of-the-editor" not in json.dumps(shared_server.flows())


def test_a_call_is_filled_in_the_form_from_the_message_and_by_an_expression(
    openers: Opener, shared_server: Server, simulator: OpenAISimulator
) -> None:
    """No node builds the payload: the text of a plain inject node becomes the question."""
    host = {"id": "host", "type": "Service Host", "name": "Simulated", "apiBase": simulator.url}
    ask = {"id": "ask", "type": "OpenAI API", "z": "f1", "name": "ask", "x": 320, "y": 200, "wires": [["show"]],
           "service": "host", "method": "createChatCompletion", "property": "payload", "propertyType": "msg"}  # fmt: skip
    inject = {**PRESS, "payload": "What is the capital of France?", "topic": "gpt-5-mini", "wires": [["ask"]],
              "props": [{"p": "payload"}, {"p": "topic", "vt": "str"}]}  # fmt: skip
    key = {"host": {"secureApiKeyValue": "sk-test-of-the-editor"}}
    shared_server.deploy([TAB, inject, {**host, "credentials": key["host"]}, ask, SHOW])
    author = openers(shared_server)
    form = author.edit("ask")
    form.add("model")
    form.read_from("defaults.model", "message", "topic")
    form.add("messages")
    form.read_from("defaults.messages", "JSONata", '[{"role": "user", "content": payload}]')
    form.add("temperature")
    form.fill("defaults.temperature", "0.4")
    form.done()
    author.deploy()
    node = shared_server.node("ask")
    assert node["defaultTypes"] == {"model": "msg", "messages": "jsonata"}
    assert node["defaults"]["temperature"] == 0.4

    author.press("Control+g")
    author.press("d")
    author.send("press")
    answer = author.page.locator(".msgs .msg", has_text="chat.completion")
    expect(answer).to_have_count(1)
    expect(answer).to_contain_text("gpt-5-mini")

    form = author.edit("ask")
    expect(form.field("defaults.model")).to_have_value("topic")
    form.cancel()
    expect(author.page.locator(".upToDate")).to_be_visible()


def test_a_selection_becomes_a_subflow_that_works_and_can_be_edited(openers: Opener, server: Server) -> None:
    server.deploy(
        [
            TAB,
            {**PRESS, "wires": [["up"]]},
            {"id": "up", "type": "change", "z": "f1", "name": "upper", "x": 320, "y": 200, "wires": [["show"]],
             "rules": [{"t": "set", "p": "payload", "pt": "msg", "to": "$uppercase(payload)", "tot": "jsonata"}]},
            SHOW,
        ]
    )  # fmt: skip
    author = openers(server)
    author.select("upper")
    author.run("Selection to subflow")
    expect(author.node("Subflow")).to_be_visible()
    expect(author.wires).to_have_count(2)
    author.deploy()
    author.press("Control+g")
    author.press("d")
    author.send("press")
    author.says("HELLO")

    author.select("Subflow")
    author.run("Open the subflow")
    form = author.edit("upper")
    form.box.locator('[name="to"]:visible input').fill('$uppercase(payload) & "!"')
    form.done()
    author.deploy()
    author.page.get_by_role("tab", name="Flow 1").click()
    author.send("press")
    author.says("HELLO!")

    for _ in range(2):
        author.press("Control+z")
    expect(author.node("upper")).to_be_visible()


def test_a_wire_dropped_on_nothing_asks_for_the_next_node(author: Author) -> None:
    inject = author.place("inject", 500, 300)
    out = author.node(inject).locator(".port.out")
    author.draw(author.middle(out), (800, 300))
    author.page.get_by_placeholder("Find a node").fill("debug")
    author.page.keyboard.press("Enter")
    expect(author.wires).to_have_count(1)
    expect(author.nodes).to_have_count(2)


def test_a_node_dropped_on_a_wire_goes_into_it(author: Author) -> None:
    inject = author.place("inject", 500, 300)
    debug = author.place("debug", 1000, 300)
    author.wire(inject, debug)
    author.drag("function", 750, 300)
    expect(author.wires).to_have_count(2)
    author.press("Delete")
    expect(author.wires).to_have_count(0)
    author.press("Control+z")
    author.press("Control+z")
    expect(author.wires).to_have_count(1)


def test_a_selection_is_copied_and_pasted_as_flow_json(openers: Opener, server: Server) -> None:
    server.deploy([TAB, PRESS, SHOW])
    author = openers(server, permissions=["clipboard-read", "clipboard-write"])
    author.press("Control+a")
    author.press("Control+c")
    copied = json.loads(author.page.evaluate("navigator.clipboard.readText()"))
    assert [entry["id"] for entry in copied] == ["press", "show"]
    author.press("Control+v")
    expect(author.nodes).to_have_count(4)
    expect(author.wires).to_have_count(2)
    author.deploy()
    assert len({entry["id"] for entry in server.flows()}) == 5

"""What an author sees while a model answers: text, tokens, cost and seconds below the node, one entry in the sidebar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from flowengine.testing.openai_server import OpenAISimulator

from .author import Author
from .conftest import Opener
from .servers import PRESS, SHOW, TAB, Server

pytestmark = pytest.mark.browser

SETTINGS = """
[prices."gpt-5-mini"]
input = 100
output = 200
"""
SENTENCE = "a wave came in and another went out"


@pytest.fixture(scope="module")
def priced(page_is_built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("priced")
    (folder / "flowengine.toml").write_text(SETTINGS)
    server = Server(folder)
    yield server
    server.stop()


@pytest.fixture
def slow(simulator: OpenAISimulator) -> Iterator[OpenAISimulator]:
    """A model that says a word now and then."""
    simulator.delay = 0.15
    yield simulator
    simulator.delay = 0


def flows(base: str, content: str = SENTENCE, model: str = "gpt-5-mini") -> list[dict[str, Any]]:
    defaults = {"model": model, "messages": [{"role": "user", "content": content}], "stream": True}
    defaults["stream_options"] = {"include_usage": True}
    api = {
        "id": "api",
        "type": "OpenAI API",
        "z": "f1",
        "name": "classify ticket",
        "service": "host",
        "x": 320,
        "y": 200,
    }
    api |= {"method": "createChatCompletion", "defaults": defaults, "wires": [["show"]]}
    host = {"id": "host", "type": "Service Host", "name": "Simulated", "apiBase": base, "maxRetries": 0}
    host["credentials"] = {"secureApiKeyValue": "sk-test-of-the-editor"}
    return [TAB, {**PRESS, "wires": [["api"]]}, api, SHOW, host]


def opened(openers: Opener, server: Server, nodes: list[dict[str, Any]], **more: Any) -> Author:
    server.deploy(nodes)
    author = openers(server, **more)
    author.page.locator(".rail").get_by_role("button", name="Debug").click()
    return author


def test_a_streamed_answer_below_its_node_and_in_one_entry(
    openers: Opener, priced: Server, slow: OpenAISimulator
) -> None:
    author = opened(openers, priced, flows(slow.url))
    node, entries = author.node("classify ticket"), author.page.locator(".msgs .msg")
    author.send("press")
    expect(node.locator(".tape .caret")).to_be_visible()
    expect(node.locator(".tape")).to_contain_text("a wave")
    expect(node.locator(".ring")).to_be_visible()
    expect(entries).to_have_count(1)
    expect(entries.locator(".pill.live")).to_have_text("streaming")
    expect(node.locator(".tape")).to_contain_text(SENTENCE[-20:])

    counter = node.locator(".count")
    expect(counter).to_have_text(re.compile(r"^\d+ tok\$0\.\d{4}\d+\.\d s$"))
    expect(node.locator(".ring")).to_have_count(0)
    expect(node.locator(".caret")).to_have_count(0)

    expect(entries).to_have_count(1)
    expect(entries.locator(".text")).to_have_text(f"(simulated) You said: {SENTENCE}")
    expect(entries.locator(".count")).to_have_text(
        re.compile(r"^\d\d chunks in one entry\d+ tok\d+ tok/s\$0\.\d{4}$")
    )
    expect(entries.locator(".pill.live")).to_have_count(0)
    expect(author.page.locator(".strip .sum")).to_have_count(2)

    entries.get_by_role("button", name="Last chunk").click()
    expect(entries.locator(".tree")).to_contain_text("usage")


def test_the_filter_finds_words_of_the_joined_text_and_clearing_clears(
    openers: Opener, priced: Server, simulator: OpenAISimulator
) -> None:
    author = opened(openers, priced, flows(simulator.url))
    entries = author.page.locator(".msgs .msg")
    for count in (1, 2):
        author.send("press")
        expect(entries).to_have_count(count)
    expect(entries.locator(".count .st.ok")).to_have_count(2)
    author.page.get_by_label("path or value").fill("and another went")
    expect(entries).to_have_count(2)
    author.page.get_by_label("path or value").fill("no such words")
    expect(entries).to_have_count(0)
    author.page.get_by_label("path or value").fill("")
    author.page.get_by_role("button", name="Clear debug messages").click()
    expect(entries).to_have_count(0)


def test_the_status_tells_of_a_failure(openers: Opener, priced: Server, simulator: OpenAISimulator) -> None:
    author = opened(openers, priced, flows(simulator.url, model="simulate-429"))
    node = author.node("classify ticket")
    author.send("press")
    expect(node.locator(".node-status.err")).to_be_visible()
    expect(node.locator(".live-out")).to_have_count(0)


def test_five_thousand_chunks_make_no_more_elements_than_fifty(
    openers: Opener, priced: Server, simulator: OpenAISimulator
) -> None:
    def elements(words: int) -> int:
        author = opened(openers, priced, flows(simulator.url, " ".join(f"w{n}" for n in range(words))))
        author.send("press")
        entry = author.page.locator(".msgs .msg")
        expect(entry.locator(".count .st.ok")).to_be_visible(timeout=30_000)
        expect(entry.locator(".text")).to_contain_text(f"w{words - 1}")
        count = int(str(author.page.evaluate("document.querySelectorAll('.msgs *').length")))
        author.page.context.close()
        return count

    assert elements(5000) <= elements(50) + 2

"""The debug messages beyond reading them: pinned parts, whose messages are shown, a window of their own."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from .author import Author
from .conftest import Opener
from .servers import PRESS, SHOW, TAB, Server

pytestmark = pytest.mark.browser

CODE = "msg.payload = {user: {name: 'Ann'}, list: [1]}; node.warn('careful'); return msg;"
MAKE: dict[str, Any] = {"id": "make", "type": "function", "z": "f1", "name": "make", "func": CODE, "outputs": 1, "timeout": 0, "noerr": 0,
                        "initialize": "", "finalize": "", "libs": [], "x": 320, "y": 200, "wires": [["show"]]}  # fmt: skip


@pytest.fixture
def chatty(server: Server) -> Server:
    server.deploy([TAB, {**PRESS, "wires": [["make"]]}, MAKE, SHOW])
    return server


def opened(openers: Opener, server: Server) -> Author:
    author = openers(server)
    author.press("Control+g")
    author.press("d")
    author.page.locator(".msgs").wait_for()
    return author


def press(server: Server) -> None:
    httpx.post(f"{server.url}inject/press").raise_for_status()


def test_a_pinned_part_is_open_in_what_comes_later(openers: Opener, chatty: Server) -> None:
    author = opened(openers, chatty)
    press(chatty)
    line = author.page.locator(".msg .tree .nest", has_text="user")
    line.hover()
    line.get_by_role("button", name="Keep open").click()
    expect(author.page.locator(".msg .k", has_text="name")).to_have_count(1)
    press(chatty)
    expect(author.page.locator(".msg .k", has_text="name")).to_have_count(2)
    author.reload()
    press(chatty)
    expect(author.page.locator(".msg .k", has_text="name")).to_have_count(1)
    author.page.get_by_role("button", name="No longer keep open").click()
    press(chatty)
    expect(author.page.locator(".msg")).to_have_count(4)
    expect(author.page.locator(".msg .k", has_text="name")).to_have_count(1)


def test_pointing_at_a_message_marks_its_node(openers: Opener, chatty: Server) -> None:
    author = opened(openers, chatty)
    press(chatty)
    marked = author.page.locator(".node.revealed .node-label")
    author.page.locator(".msg", has_text="careful").hover()
    expect(marked).to_have_text("make")
    author.page.locator(".side-h").hover()
    expect(marked).to_have_count(0)


def test_only_the_messages_of_chosen_nodes_are_shown(openers: Opener, chatty: Server) -> None:
    author = opened(openers, chatty)
    press(chatty)
    expect(author.page.locator(".msg")).to_have_count(2)
    author.page.get_by_role("button", name="All flows").click()
    author.page.get_by_role("menuitemradio", name="Selected nodes").click()
    expect(author.page.locator(".msg")).to_have_count(0)
    author.select("make")
    expect(author.page.locator(".msg")).to_have_count(1)
    expect(author.page.locator(".msg")).to_contain_text("careful")


def test_a_window_of_its_own_shows_what_was_and_what_comes(openers: Opener, chatty: Server) -> None:
    author = opened(openers, chatty)
    press(chatty)
    expect(author.page.locator(".msg")).to_have_count(2)
    with author.page.expect_popup() as popup:
        author.click("Open in a window")
    window = Author(popup.value, chatty.url)
    expect(window.page.locator(".msg")).to_have_count(2)
    press(chatty)
    expect(window.page.locator(".msg")).to_have_count(4)
    assert window.page.locator(".palette, .canvas").count() == 0
    window.page.locator(".msg", has_text="careful").first.get_by_role("button", name="make").click()
    expect(author.page.locator(".node.sel .node-label")).to_have_text("make")
    window.page.locator(".msg", has_text="Ann").first.hover()
    expect(author.page.locator(".node.revealed .node-label")).to_have_text("show")
    window.page.get_by_role("button", name="All flows").click()
    window.page.get_by_role("menuitemradio", name="Selected nodes").click()
    expect(window.page.locator(".msg")).to_have_count(2)
    window.page.get_by_role("button", name="Clear debug messages").click()
    expect(window.page.locator(".msg")).to_have_count(0)
    expect(author.page.locator(".msg")).to_have_count(4)
    assert window.unexpected() == []


KINDS = """
return [[null, undefined, NaN, new TypeError("bad type"), Buffer.from("hello"), Array.from({length: 1500}, (_, i) => i),
    {nan: NaN, none: undefined, error: new Error("inside"), bytes: Buffer.from([1]), many: "x".repeat(10)},
    "y".repeat(3000)].map((payload) => ({payload}))];
"""


def test_every_kind_of_value_is_shown_as_what_it_is(openers: Opener, server: Server) -> None:
    server.deploy([TAB, {**PRESS, "wires": [["make"]]}, {**MAKE, "func": KINDS}, SHOW])
    author = opened(openers, server)
    press(server)
    shown = author.page.locator(".msg")
    expect(shown).to_have_count(8)
    for at, texts in enumerate(
        (
            ["null"],
            ["undefined"],
            ["NaN"],
            ["TypeError: bad type", "stack"],
            ["68 65 6c 6c 6f"],
            ["Array (1500)"],
            ["nanNaN", "Error: inside", "Buffer (1)"],
            ["String (3000)"],
        )
    ):
        for text in texts:
            expect(shown.nth(at)).to_contain_text(text)
    expect(author.page.locator(".msgs")).not_to_contain_text("__enc__")
    shown.nth(5).locator(".nest").click()
    for left in range(900, 0, -100):
        shown.nth(5).get_by_role("button", name=f"{left} more", exact=True).click()
    expect(shown.nth(5)).to_contain_text("500 more, not sent")


def test_earlier_messages_are_there_when_asked_for_and_a_filter_that_nothing_passes_says_so(
    openers: Opener, server: Server
) -> None:
    code = "return [Array.from({length: 130}, (_, i) => ({payload: `number ${i}`}))];"
    server.deploy([TAB, {**PRESS, "wires": [["make"]]}, {**MAKE, "func": code}, SHOW])
    author = opened(openers, server)
    press(server)
    shown = author.page.locator(".msg")
    expect(shown.last).to_contain_text("number 129")
    expect(shown).to_have_count(120)
    author.click("Show earlier messages (10)")
    expect(shown).to_have_count(130)
    author.page.get_by_placeholder("path or value").fill("nowhere")
    expect(shown).to_have_count(0)
    author.says("No message passes the filters.")

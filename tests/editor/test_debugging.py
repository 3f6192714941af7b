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

"""What was deployed before: read, compared, brought back into the editor; and the conflict of two who deploy."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from .author import Author, meaning
from .conftest import Opener
from .servers import PRESS, SHOW, TAB, Server

pytestmark = pytest.mark.browser


def function(code: str, **more: Any) -> dict[str, Any]:
    return {"id": "make", "type": "function", "z": "f1", "name": "make", "func": code, "outputs": 1, "timeout": 0, "noerr": 0,
            "initialize": "", "finalize": "", "libs": [], "x": 320, "y": 200, "wires": [["show"]], **more}  # fmt: skip


def open_history(author: Author) -> None:
    author.press("Control+g")
    author.press("v")
    author.page.locator(".version").first.wait_for()


def test_versions_say_what_they_changed(openers: Opener, server: Server) -> None:
    server.deploy([TAB, PRESS, function("const a = 1;\nreturn msg;")])
    server.deploy([TAB, function("const a = 2;\nreturn msg;"), SHOW])
    author = openers(server)
    open_history(author)
    newest = author.page.locator(".version").first
    expect(newest).to_contain_text("deployed")
    expect(newest.locator(".change-counts")).to_have_text("+1~1−1")
    changes = author.page.locator(".difference")
    expect(changes).to_have_count(3)
    expect(author.page.locator(".difference[data-change=removed]")).to_contain_text("press")
    changes.filter(has_text="make").locator("header button").click()
    lines = author.page.locator(".difference .lines > div")
    expect(lines).to_have_text(["-const a = 1;", "+const a = 2;", " return msg;"])


def test_a_version_comes_back_into_the_editor_and_undo_takes_it_away(openers: Opener, server: Server) -> None:
    server.deploy([TAB, PRESS, {**SHOW, "name": "first"}])
    server.deploy([TAB, {**SHOW, "name": "second"}])
    author = openers(server)
    open_history(author)
    author.page.locator(".version").nth(1).click()
    author.page.get_by_role("tab", name="Compared with the editor").click()
    expect(author.page.locator(".difference")).to_have_count(2)
    author.click("Load into the editor")
    expect(author.node("first")).to_be_visible()
    expect(author.node("press")).to_be_visible()
    assert server.node("second")
    author.press("Control+z")
    expect(author.node("second")).to_be_visible()
    author.press("Control+y")
    author.deploy()
    assert {"press", "show"} <= set(meaning(server.flows()))
    assert server.node("first")


def test_an_older_version_without_the_shown_flow_shows_another(openers: Opener, server: Server) -> None:
    server.deploy([TAB, PRESS])
    server.deploy([TAB, PRESS, {"id": "f2", "type": "tab", "label": "Later"}])
    author = openers(server)
    author.page.get_by_role("tab", name="Later").click()
    open_history(author)
    author.page.locator(".version").nth(1).click()
    author.click("Load into the editor")
    expect(author.node("press")).to_be_visible()
    expect(author.page.get_by_role("tab", name="Later")).to_have_count(0)


def test_the_history_is_read_on_a_phone(openers: Opener, server: Server) -> None:
    server.deploy([TAB, PRESS])
    author = openers(server, viewport={"width": 390, "height": 844}, has_touch=True)
    author.page.locator(".upToDate").tap()
    author.page.get_by_role("menuitem", name="History of deploys").tap()
    author.page.locator(".version").first.tap()
    expect(author.page.locator(".versions-list")).to_be_hidden()
    expect(author.page.locator(".version-shown")).to_be_visible()
    author.page.get_by_role("button", name="Back to the list").tap()
    expect(author.page.locator(".versions-list")).to_be_visible()


def test_a_server_that_keeps_no_versions_says_so(openers: Opener, server: Server) -> None:
    author = openers(server, expected="404")
    author.page.route("**/api/history?*", lambda route: route.fulfill(status=404, body="{}"))
    author.press("Control+g")
    author.press("v")
    author.says("This server keeps no versions.")


def test_each_side_of_a_conflict_is_chosen_node_by_node(openers: Opener, server: Server) -> None:
    server.deploy([TAB, PRESS, function("return 1;"), SHOW])
    author = openers(server, expected="409")
    for label in ("press", "show"):
        form = author.edit(label)
        form.fill("name", f"my {label}")
        form.done()
    server.deploy(
        [TAB, {**PRESS, "name": "their press"}, function("return 2;"), {**SHOW, "name": "their show"}]
    )
    author.page.locator(".deploy > button").first.click()
    author.says("2 entries were changed on both sides")
    author.says(re.compile("The server has a version deployed on"))
    author.says("1 change of theirs")
    both = author.page.locator(".conflict section .difference")
    both.filter(has_text="their press").get_by_role("radio", name="Theirs").click()
    author.click("Merge")
    expect(author.node("their press")).to_be_visible()
    expect(author.node("my show")).to_be_visible()
    author.deploy()
    flows = meaning(server.flows())
    assert (flows["press"]["name"], flows["show"]["name"], flows["make"]["func"]) == (
        "their press",
        "my show",
        "return 2;",
    )

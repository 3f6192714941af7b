"""Two browsers at once, and a server that goes away: nothing of anybody is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Dialog, expect

from .author import Author, meaning
from .conftest import Opener
from .servers import PRESS, SHOW, TAB, Server

pytestmark = pytest.mark.browser

CONFLICT = "409"
GONE = "ERR_|WebSocket|Failed to (load|fetch)"


def rename(author: Author, label: str, name: str) -> None:
    form = author.edit(label)
    form.fill("name", name)
    form.done()


def test_who_deploys_second_sees_the_conflict_and_merges(openers: Opener, server: Server) -> None:
    server.deploy([TAB, PRESS, SHOW])
    ann, bob = openers(server), openers(server, expected=CONFLICT)
    rename(ann, "press", "by ann")
    rename(bob, "show", "by bob")
    bob.place("template", 700, 500)
    ann.deploy()
    bob.says("Somebody else has deployed")
    bob.page.locator(".deploy > button").first.click()
    bob.page.get_by_role("button", name="Merge").click()
    expect(bob.node("by ann")).to_be_visible()
    expect(bob.node("by bob")).to_be_visible()
    bob.deploy()
    names = {entry.get("name") for entry in server.flows()}
    assert {"by ann", "by bob"} <= names
    assert "template" in {entry["type"] for entry in server.flows()}
    expect(ann.node("by bob")).to_be_visible()


def test_a_conflict_can_be_settled_by_overwriting_or_by_taking_theirs(
    openers: Opener, server: Server
) -> None:
    server.deploy([TAB, PRESS, SHOW])
    author = openers(server, expected=CONFLICT)
    rename(author, "press", "mine")
    server.deploy([TAB, {**PRESS, "name": "theirs"}, SHOW])
    author.page.locator(".deploy > button").first.click()
    author.says("1 entry was changed on both sides")
    author.click("Take theirs")
    expect(author.node("theirs")).to_be_visible()
    expect(author.page.locator(".upToDate")).to_be_visible()

    rename(author, "theirs", "mine")
    server.deploy([TAB, {**PRESS, "name": "theirs again"}, SHOW])
    author.page.locator(".deploy > button").first.click()
    author.click("Overwrite theirs")
    expect(author.page.locator(".upToDate")).to_be_visible()
    assert meaning(server.flows())["press"]["name"] == "mine"


def test_another_deploy_is_taken_at_once_where_nothing_is_changed(openers: Opener, server: Server) -> None:
    server.deploy([TAB, PRESS, SHOW])
    author = openers(server)
    server.deploy([TAB, {**PRESS, "name": "newer"}, SHOW])
    expect(author.node("newer")).to_be_visible()


def test_a_server_that_stops_and_returns_costs_nothing(
    openers: Opener, page_is_built: None, tmp_path: Path
) -> None:
    server = Server(tmp_path)
    try:
        server.deploy([TAB, PRESS, SHOW])
        author = openers(server, expected=GONE)
        rename(author, "press", "before")
        server.stop()
        author.says("The connection to the server is lost")
        expect(author.page.locator(".deploy > button").first).to_be_disabled()
        author.place("template", 700, 500)
        author.drag_node("show", 60, 120)
        server.start()
        expect(author.page.locator(".lost-bar")).to_have_count(0, timeout=15_000)
        author.deploy()
        assert "template" in {entry["type"] for entry in server.flows()}
        assert server.node("before")["id"] == "press"
    finally:
        server.stop()


def test_what_is_not_deployed_survives_a_reload_and_leaving_is_asked_about(
    openers: Opener, server: Server
) -> None:
    server.deploy([TAB, PRESS, SHOW])
    author = openers(server)
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    author.page.on("dialog", leave)
    rename(author, "press", "unsent")
    author.until(DRAFT_IS_KEPT)
    author.reload()
    assert asked == ["beforeunload"]
    author.says("Your changes that were not deployed are back")
    expect(author.node("unsent")).to_be_visible()
    author.press("Control+z")
    expect(author.node("press")).to_be_visible()
    author.until(NO_DRAFT)
    author.reload()
    assert asked == ["beforeunload"]
    expect(author.node("press")).to_be_visible()


def test_what_was_not_deployed_is_merged_with_what_others_deployed_meanwhile(
    openers: Opener, server: Server
) -> None:
    server.deploy([TAB, PRESS, SHOW])
    author = openers(server)
    author.page.on("dialog", lambda dialog: dialog.accept())
    rename(author, "show", "unsent")
    author.until(DRAFT_IS_KEPT)
    author.page.goto("about:blank")
    server.deploy([TAB, {**PRESS, "name": "newer"}, SHOW])
    author.open()
    author.says("merged with what was deployed since")
    expect(author.node("unsent")).to_be_visible()
    expect(author.node("newer")).to_be_visible()
    author.deploy()
    assert server.node("unsent")["id"] == "show"
    assert server.node("newer")["id"] == "press"


def test_a_draft_of_a_version_that_nobody_knows_is_offered(openers: Opener, server: Server) -> None:
    server.deploy([TAB, PRESS, SHOW])
    author = openers(server, expected="404")
    author.page.on("dialog", lambda dialog: dialog.accept())
    rename(author, "show", "unsent")
    author.until(DRAFT_IS_KEPT)
    author.page.goto("about:blank")
    server.deploy([TAB, {**PRESS, "name": "newer"}, SHOW])
    author.page.route("**/api/history?*", lambda route: route.fulfill(status=404, body="{}"))
    author.open()
    author.says("somebody has deployed over since")
    expect(author.node("newer")).to_be_visible()
    author.click("Take mine")
    expect(author.node("unsent")).to_be_visible()
    author.press("Control+z")
    expect(author.node("newer")).to_be_visible()


_COUNT = """() => new Promise((resolve) => {
  const request = indexedDB.open("flowengine", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("drafts");
  request.onsuccess = () => {
    const count = request.result.transaction("drafts").objectStore("drafts").count();
    count.onsuccess = () => { request.result.close(); resolve(count.result %s 0); };
  };
})"""
DRAFT_IS_KEPT, NO_DRAFT = _COUNT % ">", _COUNT % "==="

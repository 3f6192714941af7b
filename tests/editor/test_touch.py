"""Fingers: a phone and a tablet."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .author import Author
from .conftest import Opener
from .servers import PRESS, SHOW, TAB, Server

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
TABLET = {"viewport": {"width": 1024, "height": 1366}, "has_touch": True, "is_mobile": True}


def finger(author: Author, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Put a finger down, move it and lift it."""
    touch = author.page.context.new_cdp_session(author.page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        spots = [{"x": x, "y": y} for x, y in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": spots})

    (x, y), (to_x, to_y) = start, end
    send("touchStart", start)
    for step in range(1, 9):
        send("touchMove", (x + (to_x - x) * step / 8, y + (to_y - y) * step / 8))
    send("touchEnd")


def test_a_flow_is_built_on_a_phone_by_tapping(openers: Opener, server: Server) -> None:
    author = openers(server, **PHONE)
    tap = author.page.touchscreen.tap
    for kind in ("inject", "debug"):
        author.page.get_by_role("button", name="Add a node").tap()
        author.page.get_by_placeholder("Find a node").fill(kind)
        author.page.locator("#quick-add-list li", has_text=kind).first.tap()
    expect(author.nodes).to_have_count(2)
    x, y = author.middle(author.nodes.nth(1).locator(".node-label"))
    finger(author, (x, y), (x, y + 120))
    author.page.get_by_role("button", name="Fit").tap()
    expect(author.nodes.first).to_be_in_viewport()
    tap(*author.middle(author.page.locator(".port.out").first))
    tap(*author.middle(author.page.locator(".port.in").first))
    expect(author.wires).to_have_count(1)
    author.deploy()
    inject = next(entry for entry in server.flows() if entry["type"] == "inject")
    assert inject["wires"] != [[]]


def test_a_chosen_node_offers_what_can_be_done_at_the_bottom(openers: Opener, server: Server) -> None:
    server.deploy([TAB, PRESS, SHOW])
    author = openers(server, **PHONE)
    author.page.touchscreen.tap(*author.middle(author.node("press").locator(".node-label")))
    sheet = author.page.locator(".m-sheet")
    expect(sheet).to_contain_text("press")
    sheet.get_by_role("button", name="Send a message").tap()
    author.page.locator(".m-nav").get_by_role("button", name="Debug").tap()
    expect(author.page.locator(".msgs .msg")).to_contain_text("hello")
    author.page.locator(".m-nav").get_by_role("button", name="Flow").tap()
    sheet.get_by_role("button", name="Edit").tap()
    expect(author.page.locator("section.tray .fields > *").first).to_be_visible()
    tray = author.page.locator("section.tray").bounding_box()
    assert tray is not None
    assert round(tray["width"]) == 390


def test_a_node_is_dragged_from_the_palette_with_a_finger(openers: Opener, server: Server) -> None:
    author = openers(server, **TABLET)
    chip = author.middle(author.page.locator('.chip[data-type="inject"]'))
    finger(author, chip, (600, 400))
    expect(author.nodes).to_have_count(1)
    box = author.nodes.first.bounding_box()
    assert box is not None
    assert box["x"] < 600 < box["x"] + box["width"]
    x, y = author.middle(author.nodes.first.locator(".node-label"))
    finger(author, (x, y), (x + 100, y + 200))
    moved = author.nodes.first.bounding_box()
    assert moved is not None
    assert moved["y"] > box["y"] + 150

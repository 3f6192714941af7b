"""Fingers: a phone and a tablet."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from .author import Author
from .conftest import Opener
from .servers import PRESS, SHOW, TAB, Server

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
TABLET = {"viewport": {"width": 1024, "height": 1366}, "has_touch": True, "is_mobile": True}
UPRIGHT = {**TABLET, "viewport": {"width": 768, "height": 1024}}
ON_ITS_SIDE = {**PHONE, "viewport": {"width": 844, "height": 390}}
SMALL = {**PHONE, "viewport": {"width": 360, "height": 740}}

TOO_SMALL = """() => {
  const number = (text) => parseFloat(text) || 0
  // What lies over a thing to make it easier to hit is part of it.
  const reach = (one) => {
    let { top, bottom, left, right } = (one.closest('.field, .typed, label') ?? one).getBoundingClientRect()
    const box = one.getBoundingClientRect()
    for (const part of ['::before', '::after']) {
      const style = getComputedStyle(one, part)
      if (style.content === 'none' || style.position !== 'absolute') continue
      top = Math.min(top, box.top + number(style.top)), bottom = Math.max(bottom, box.bottom - number(style.bottom))
      left = Math.min(left, box.left + number(style.left)), right = Math.max(right, box.right - number(style.right))
    }
    return [Math.round(right - left), Math.round(bottom - top)]
  }
  const rest = '.react-flow__node, .sr, [inert], .hint, .lead, [aria-hidden=true], :disabled'
  return [...document.querySelectorAll('button, a[href], input, select, textarea, summary, [role=button], [role=tab], [role=option]')]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest(rest) && one.getBoundingClientRect().width > 1)
    .map((one) => [one, ...reach(one)]).filter(([one, width, height]) => height < 44 || width < (one.matches('.arrow') ? 28 : 44))
    .map(([one, width, height]) => `${one.tagName} ${one.className} ${one.ariaLabel ?? one.textContent}: ${width} x ${height}`)
}"""


def too_small(author: Author) -> list[str]:
    """Give what is to be tapped and smaller than a fingertip."""
    found: list[str] = author.page.evaluate(TOO_SMALL)
    return found


CALLS = [
    {"id": "host", "type": "Service Host", "name": "Production", "apiBase": "https://api.openai.com/v1"},
    {
        "id": "ask", "type": "OpenAI API", "z": "f1", "name": "ask", "service": "host", "method": "createModelResponse",
        "property": "payload", "propertyType": "msg", "defaults": {"stream": True, "temperature": 0.4, "model": "small"},
        "x": 120, "y": 320, "wires": [[]],
    },
    {
        "id": "rules", "type": "switch", "z": "f1", "name": "rules", "property": "payload", "propertyType": "msg",
        "rules": [{"t": "eq", "v": "a", "vt": "str"}], "checkall": "true", "repair": False, "outputs": 1, "x": 320, "y": 320, "wires": [[]],
    },
]  # fmt: skip


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


@pytest.mark.parametrize("device", [PHONE, ON_ITS_SIDE, UPRIGHT], ids=["phone", "on its side", "tablet"])
def test_what_is_to_be_tapped_is_as_large_as_a_fingertip(
    openers: Opener, server: Server, device: dict[str, Any]
) -> None:
    server.deploy([TAB, PRESS, SHOW, *CALLS])
    author = openers(server, **device)
    page = author.page
    assert too_small(author) == []
    page.get_by_role("button", name="Menu").tap()
    expect(page.locator(".menu.open")).to_be_visible()
    assert too_small(author) == []
    page.keyboard.press("Escape")
    for label in ("press", "ask", "rules"):
        form = author.edit_id(label)
        if label == "ask":
            expect(form.box.locator(".more .chk").first).to_be_visible()
        assert too_small(author) == [], label
        page.keyboard.press("Escape")
        expect(form.box).to_have_count(0)
    for keys in ("Control+i", "Control+e", "Control+k"):
        author.press(keys)
        page.locator("dialog[open]").wait_for()
        assert too_small(author) == [], keys
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)
    if device is UPRIGHT:
        for panel in ("d", "c", "e", "p", "x"):
            author.press("Control+g")
            author.press(panel)
            page.locator(".side").wait_for()
            assert too_small(author) == [], panel
        return
    for panel in ("Debug", "Problems"):
        page.locator(".m-nav").get_by_role("button", name=panel).tap()
        page.locator(".m-panel .side-h").wait_for()
        assert too_small(author) == [], panel


@pytest.mark.parametrize("language", ["en-US", "de", "ja", "zh-CN"])
def test_a_form_on_a_small_phone_can_be_closed_in_every_language(
    openers: Opener, server: Server, language: str
) -> None:
    server.deploy([TAB, PRESS, SHOW, *CALLS])
    author = openers(server, **{**SMALL, "locale": language})
    expect(author.page.locator("html")).to_have_attribute("lang", language)
    form = author.edit_id("ask")
    expect(form.box.locator(".tray-b .primary")).to_be_in_viewport(ratio=1)
    form = form.config("service")
    expect(form.box.locator(".tray-b .primary")).to_be_in_viewport(ratio=1)
    expect(form.box.locator(".tray-b select")).to_be_in_viewport(ratio=1)
    assert [
        part
        for part in form.box.locator(".tray-t [role=tab]").all()
        if part.evaluate("one => one.offsetHeight") > 48
    ] == []
    form.box.locator(".tray-h .ib").tap()
    expect(author.page.locator("section.tray")).to_have_count(1)


def test_a_phone_on_its_side_has_the_bars_of_a_phone(openers: Opener, server: Server) -> None:
    server.deploy([TAB, PRESS, SHOW])
    author = openers(server, **ON_ITS_SIDE)
    expect(author.page.locator(".m-nav")).to_be_visible()
    expect(author.page.locator(".palette")).to_be_hidden()
    author.page.touchscreen.tap(*author.middle(author.node("press").locator(".node-label")))
    sheet = author.page.locator(".m-sheet")
    expect(sheet.get_by_role("button", name="Edit")).to_be_in_viewport(ratio=1)
    sheet.get_by_role("button", name="Edit").tap()
    expect(author.page.locator("section.tray .fields > *").first).to_be_visible()
    expect(author.page.locator(".tray-b .primary")).to_be_in_viewport(ratio=1)


def test_a_panel_takes_the_place_of_the_palette_on_a_tablet_held_upright(
    openers: Opener, server: Server
) -> None:
    author = openers(server, **UPRIGHT)
    expect(author.page.locator(".palette")).to_be_visible()
    author.page.locator(".rail").get_by_role("button", name="Debug").tap()
    expect(author.page.locator(".side")).to_be_visible()
    expect(author.page.locator(".palette")).to_be_hidden()
    expect(author.page.locator(".zoom")).to_be_in_viewport(ratio=1)
    author.page.locator(".rail").get_by_role("button", name="Debug").tap()
    expect(author.page.locator(".palette")).to_be_visible()

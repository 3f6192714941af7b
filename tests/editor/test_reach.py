"""Whoever works it: by long press and two fingers, above a keyboard on the screen, by Tab alone, from right to left."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .author import Author
from .conftest import Opener
from .servers import PRESS, SHOW, TAB, Server
from .test_touch import PHONE, TABLET, finger

pytestmark = pytest.mark.browser

# A browser that never says `contextmenu` by itself, as on a phone by Apple.
SILENT = "addEventListener('contextmenu', (event) => event.isTrusted && (event.stopImmediatePropagation(), event.preventDefault()), true)"
KEYBOARD = """(height) => {
    Object.defineProperty(visualViewport, 'height', { configurable: true, value: innerHeight - height });
    visualViewport.dispatchEvent(new Event('resize'));
}"""
# The ring may be on the element, on what it stands in, or on what stands for it.
UNSEEN = """() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const rung = (element, pseudo) => {
        const style = element && getComputedStyle(element, pseudo);
        return style && (style.boxShadow !== 'none' || (style.outlineStyle !== 'none' && style.outlineWidth !== '0px' && !/, 0\\)$/.test(style.outlineColor)));
    };
    const inside = one.shadowRoot?.activeElement;
    const places = [one, one.parentElement, one.closest('.field'), one.closest('.code-frame'), one.nextElementSibling, one.firstElementChild, inside];
    return places.some((place) => place && rung(place)) || rung(one, '::after') ? null : one.outerHTML.slice(0, 140);
}"""


def hold(author: Author, x: float, y: float, move: float = 0) -> None:
    """Put a finger down and leave it for longer than a tap."""
    touch = author.page.context.new_cdp_session(author.page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    if move:
        touch.send(
            "Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y + move}]}
        )
    author.page.wait_for_timeout(800)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.fixture
def phone(openers: Opener, server: Server) -> Author:
    server.deploy([TAB, {**PRESS, "x": 120, "y": 160}, {**SHOW, "x": 280, "y": 320}])
    author = openers(server, opened=False, **PHONE)
    author.page.add_init_script(SILENT)
    return author.open()


def test_a_long_press_opens_the_menu_of_what_lies_under_it(phone: Author) -> None:
    menu = phone.page.locator(".menu.open")
    hold(phone, *phone.middle(phone.node("press").locator(".node-label")))
    expect(menu.get_by_role("menuitem", name="Edit")).to_be_visible()
    menu.get_by_role("menuitem", name="Disable").tap()
    expect(phone.page.locator(".node.off")).to_have_count(1)
    hold(phone, 60, 560)
    expect(menu.get_by_role("menuitem", name="Insert a node", exact=True)).to_be_visible()
    phone.page.touchscreen.tap(200, 120)
    expect(menu).to_have_count(0)
    hold(phone, 60, 560, move=60)
    expect(menu).to_have_count(0)


def test_a_long_press_in_a_field_stays_the_browsers(phone: Author) -> None:
    phone.page.touchscreen.tap(*phone.middle(phone.node("press").locator(".node-label")))
    phone.page.locator(".m-sheet").get_by_role("button", name="Edit").tap()
    field = phone.page.locator('section.tray [name="name"]')
    hold(phone, *phone.middle(field))
    expect(phone.page.locator(".menu.open")).to_have_count(0)


@pytest.mark.parametrize("y", [480, 600])
def test_two_fingers_zoom_on_nodes_too(phone: Author, y: float) -> None:
    def zoom() -> float:
        scale: float = phone.page.evaluate(
            "new DOMMatrix(getComputedStyle(document.querySelector('.react-flow__viewport')).transform).a"
        )
        return scale

    before = zoom()
    touch = phone.page.context.new_cdp_session(phone.page)
    for step in range(9):
        spots = [{"x": 180 - 10 * step, "y": y, "id": 0}, {"x": 220 + 10 * step, "y": y, "id": 1}]
        touch.send(
            "Input.dispatchTouchEvent", {"type": "touchMove" if step else "touchStart", "touchPoints": spots}
        )
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert zoom() > before * 1.5


def test_a_wire_is_drawn_with_a_finger(openers: Opener, server: Server) -> None:
    server.deploy([TAB, {**PRESS, "wires": [[]]}, SHOW])
    author = openers(server, **TABLET)
    finger(
        author,
        author.middle(author.node("press").locator(".port.out")),
        author.middle(author.node("show").locator(".port.in")),
    )
    expect(author.wires).to_have_count(1)


def test_a_tray_ends_above_the_keyboard_of_the_screen(phone: Author) -> None:
    phone.page.touchscreen.tap(*phone.middle(phone.node("press").locator(".node-label")))
    phone.page.locator(".m-sheet").get_by_role("button", name="Edit").tap()
    done = phone.page.locator(".tray-b .primary")
    expect(done).to_be_visible()
    phone.page.evaluate(KEYBOARD, 340)
    phone.until(
        "document.querySelector('.tray-b .primary').getBoundingClientRect().bottom <= innerHeight - 340"
    )
    phone.page.evaluate(KEYBOARD, 0)
    phone.until(
        "document.querySelector('.tray-b .primary').getBoundingClientRect().bottom > innerHeight - 80"
    )


def test_everything_a_finger_has_to_hit_is_large_enough(phone: Author) -> None:
    small = """() => [...document.querySelectorAll('.top button, .m-nav button, .m-bottom button, .tray button, .menu button, dialog button')]
        .filter((one) => one.offsetParent && one.getBoundingClientRect().width)
        .filter((one) => {
            const box = one.getBoundingClientRect();
            const more = getComputedStyle(one, '::before');
            const drawn = more.content !== 'none' && more.position === 'absolute';
            const tall = drawn ? Math.max(box.height, parseFloat(more.height)) : box.height;
            return tall < 38 || (box.width < 28 && !drawn);
        }).map((one) => one.outerHTML.slice(0, 120))"""
    phone.page.touchscreen.tap(*phone.middle(phone.node("press").locator(".node-label")))
    expect(phone.page.locator(".m-sheet")).to_be_visible()
    assert phone.page.evaluate(small) == []
    phone.page.locator(".m-sheet").get_by_role("button", name="Edit").tap()
    expect(phone.page.locator("section.tray .fields > *").first).to_be_visible()
    assert phone.page.evaluate(small) == []
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("where", ["canvas", "tray", "import", "debug"])
def test_every_stop_of_the_tab_key_shows_where_it_is(openers: Opener, server: Server, where: str) -> None:
    server.deploy([TAB, PRESS, SHOW])
    author = openers(server)
    if where == "tray":
        author.edit("press")
    elif where == "import":
        author.press("Control+i")
        author.page.locator("dialog[open]").wait_for()
    elif where == "debug":
        author.press("Control+g")
        author.press("d")
        author.page.locator(".side").wait_for()
        author.page.locator(".side button").first.focus()
    unseen: set[str] = set()
    for _ in range(45):
        author.page.keyboard.press("Tab")
        if author.page.locator(".quick-add").count():
            break
        found = author.page.evaluate(UNSEEN)
        if found:
            unseen.add(found)
    assert unseen == set()


def test_what_is_written_from_right_to_left_stands_right(openers: Opener, server: Server) -> None:
    name = "שלום"
    server.deploy([TAB, {**PRESS, "name": name}, SHOW])
    author = openers(server)
    label = author.node(name).locator(".node-label")
    assert label.evaluate("(one) => getComputedStyle(one).unicodeBidi") == "plaintext"
    gaps = label.evaluate(
        """(one) => {
            const range = document.createRange();
            range.selectNodeContents(document.createTreeWalker(one, NodeFilter.SHOW_TEXT).nextNode());
            const [box, text] = [one.getBoundingClientRect(), range.getBoundingClientRect()];
            return [text.left - box.left, box.right - text.right];
        }"""
    )
    assert gaps[0] > gaps[1]


def test_a_page_from_right_to_left_keeps_the_flow_as_it_lies(openers: Opener, server: Server) -> None:
    server.deploy([TAB, PRESS, SHOW])
    author = openers(server)
    author.page.evaluate("document.documentElement.dir = 'rtl'")
    palette, rail = (
        author.page.locator(".palette").bounding_box(),
        author.page.locator(".rail").bounding_box(),
    )
    assert palette
    assert rail
    assert palette["x"] > 1000 > rail["x"]
    assert author.middle(author.node("press"))[0] < author.middle(author.node("show"))[0]
    form = author.edit("press")
    box = form.box.bounding_box()
    assert box
    assert box["x"] == 0
    form.cancel()


def test_with_less_motion_nothing_moves(openers: Opener, server: Server) -> None:
    server.deploy([TAB, PRESS, SHOW])
    author = openers(server)
    author.edit("press")
    moving = "[...document.querySelectorAll('*')].filter((one) => getComputedStyle(one).animationName !== 'none' || parseFloat(getComputedStyle(one).transitionDuration) > 0).map((one) => one.className)"
    assert author.page.evaluate(moving) == []


def test_with_chosen_colours_a_node_and_what_is_chosen_keep_their_lines(
    openers: Opener, server: Server
) -> None:
    server.deploy([TAB, PRESS, SHOW])
    author = openers(server, forced_colors="active")
    author.select("press")
    line = "(one) => parseFloat(getComputedStyle(one).{}Width)"
    assert author.node("show").locator(".node").evaluate(line.format("borderTop")) >= 1
    assert author.node("press").locator(".node").evaluate(line.format("outline")) >= 2

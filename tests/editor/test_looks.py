"""Light and dark, four languages, and what a screen reader finds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from ..admin.servers import ARGON2
from .author import Author, load
from .conftest import Opener
from .servers import PRESS, ROOT, SHOW, TAB, Server

pytestmark = pytest.mark.browser

EXAMPLE = load(ROOT / "examples" / "every-node.json")
PANELS = ("i", "h", "d", "p", "c", "x", "e")
LANGUAGES = ("de", "ja", "zh-CN")


def brightness(author: Author) -> float:
    color = author.page.evaluate("getComputedStyle(document.querySelector('.top')).backgroundColor")
    author.page.evaluate("document.fonts.ready")
    numbers = [float(part) for part in re.findall(r"[\d.]+", color)]
    return sum(numbers[:3]) / 3


def test_dark_is_chosen_in_the_menu_and_kept(author: Author) -> None:
    light = brightness(author)
    author.page.get_by_role("button", name="Menu").click()
    author.page.get_by_role("menuitemradio", name="Dark").click()
    author.until("document.documentElement.dataset.theme === 'dark'")
    assert brightness(author) < 70 < light
    author.reload()
    assert brightness(author) < 70


def test_the_system_decides_where_nothing_is_chosen(openers: Opener, server: Server) -> None:
    assert brightness(openers(server, color_scheme="dark")) < 70
    assert brightness(openers(server, color_scheme="light")) > 200


def words_of(author: Author) -> str:
    """Give everything that is to be read or heard."""
    text: str = author.page.evaluate(
        """() => document.body.innerText + [...document.querySelectorAll("[title],[aria-label],[placeholder]")]
             .flatMap((one) => ["title", "aria-label", "placeholder"].map((name) => "\\n" + (one.getAttribute(name) ?? ""))).join("")"""
    )
    return text


def keys_of(catalogue: dict[str, Any], before: str = "") -> Iterator[str]:
    for key, value in catalogue.items():
        if isinstance(value, dict):
            yield from keys_of(value, f"{before}{key}.")
        else:
            yield re.sub("_(one|other)$", "", before + key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_is_switched_in_the_page_and_no_word_is_missing(
    openers: Opener, server: Server, language: str
) -> None:
    server.deploy([TAB, PRESS, SHOW])
    author = openers(server)
    form = author.edit("press")
    english = form.box.locator(".fields").inner_text()
    form.cancel()
    author.run("Settings")
    author.page.locator("dialog select").nth(1).select_option(language)
    expect(author.page.locator("html")).to_have_attribute("lang", language)
    author.page.keyboard.press("Escape")
    catalogue = json.loads((ROOT / "locales" / "en-US" / "editor.json").read_text("utf-8"))
    keys = {key for key in keys_of(catalogue) if "." in key}
    seen = words_of(author)
    for panel in PANELS:
        author.press("Control+g")
        author.press(panel)
        author.page.locator(".side").wait_for()
        seen += words_of(author)
    for opens in ("Control+i", "Control+e", "Control+k"):
        author.press(opens)
        author.page.locator("dialog[open]").wait_for()
        seen += words_of(author)
        author.page.keyboard.press("Escape")
        expect(author.page.locator("dialog[open]")).to_have_count(0)
    form = author.edit("press")
    seen += words_of(author)
    assert form.box.locator(".fields").inner_text() != english
    form.box.locator(".tray-h .ib").click()
    assert [key for key in keys if re.search(rf"(?<![\w.]){re.escape(key)}(?![\w.])", seen)] == []
    assert "{" not in re.sub(
        r"\{\s*\"[^}]*\}", "", seen.replace(json.dumps([TAB, PRESS, SHOW], indent=4), "")
    )
    author.reload()
    expect(author.page.locator("html")).to_have_attribute("lang", language)


@pytest.fixture(scope="module")
def axe() -> str:
    path = ROOT / "editor" / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists():
        pytest.skip("needs `npm ci` in editor/")
    return path.read_text("utf-8")


def faults(author: Author, axe: str) -> str:
    """Give what axe-core objects to, with the first place of each."""
    author.page.evaluate(axe)
    found = author.page.evaluate(
        "axe.run('html', { resultTypes: ['violations'] }).then(({ violations }) => violations"
        ".map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.length} times, first ${nodes[0].html.slice(0, 160)}`))"
    )
    return "\n".join(found)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_canvas_tray_and_dialogs_are_clean_to_axe(
    openers: Opener, server: Server, axe: str, scheme: str
) -> None:
    server.deploy(EXAMPLE)
    author = openers(server, color_scheme=scheme)
    author.press("Control+g")
    author.press("d")
    assert faults(author, axe) == ""
    author.press("Control+i")
    author.page.locator("dialog textarea").fill(json.dumps([PRESS]))
    expect(author.page.locator("dialog .hint.ok")).to_be_visible()
    assert faults(author, axe) == ""
    author.page.keyboard.press("Escape")
    for kind in ("inject", "function", "switch", "OpenAI API"):
        form = author.edit_type(kind)
        assert faults(author, axe) == ""
        form.cancel()


def test_the_canvas_is_worked_by_keys_alone(openers: Opener, server: Server) -> None:
    server.deploy([TAB, PRESS, SHOW])
    author = openers(server)
    keyboard = author.page.keyboard
    author.press("ArrowRight")
    keyboard.press("Enter")
    form = author.page.locator("section.tray")
    expect(form.locator('[name="name"]')).to_be_focused()
    keyboard.press("End")
    keyboard.type(" again")
    keyboard.press("Control+Enter")
    expect(form).to_have_count(0)
    expect(author.node("press again")).to_be_visible()
    keyboard.press("ArrowRight")
    expect(author.page.locator(".node.sel .node-label")).to_have_text("show")
    keyboard.press("Delete")
    expect(author.nodes).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_menus_panels_and_the_rest_of_the_dialogs_are_clean_to_axe(
    openers: Opener, server: Server, axe: str, scheme: str
) -> None:
    server.deploy(EXAMPLE)
    author = openers(server, color_scheme=scheme)
    for panel in ("i", "h", "p", "c", "x", "e"):
        author.press("Control+g")
        author.press(panel)
        expect(author.page.locator(".side")).to_be_visible()
        assert faults(author, axe) == "", panel
    author.page.get_by_role("button", name="Menu").click()
    assert faults(author, axe) == ""
    author.page.keyboard.press("Escape")
    author.press("Control+k")
    author.page.locator("dialog.command input").fill("de")
    assert faults(author, axe) == ""
    author.page.keyboard.press("Escape")
    for command in ("History", "Export", "Keyboard shortcuts", "Event log", "Settings"):
        author.run(command)
        author.page.locator("dialog[open]:not(.command)").wait_for()
        assert faults(author, axe) == "", command
        author.page.keyboard.press("Escape")
        expect(author.page.locator("dialog")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_empty_flow_and_a_phone_are_clean_to_axe(
    openers: Opener, server: Server, axe: str, scheme: str
) -> None:
    author = openers(server, color_scheme=scheme)
    expect(author.page.locator(".empty .card").first).to_be_visible()
    assert faults(author, axe) == ""
    server.deploy([TAB, PRESS, SHOW])
    phone = openers(
        server, color_scheme=scheme, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    phone.page.touchscreen.tap(*phone.middle(phone.node("press").locator(".node-label")))
    expect(phone.page.locator(".m-sheet")).to_be_visible()
    assert faults(phone, axe) == ""
    phone.page.locator(".m-sheet").get_by_role("button", name="Edit").tap()
    expect(phone.page.locator("section.tray .fields > *").first).to_be_visible()
    assert faults(phone, axe) == ""


BESIDE = [
    {"id": "host", "type": "Service Host", "name": "Production", "apiBase": "https://api.openai.com/v1"},
    {**TAB, "id": "f2", "label": "Other"},
    {"id": "polite", "type": "subflow", "name": "Polite", "info": "", "category": "", "in": [], "out": [], "env": []},
    {"id": "fail", "type": "catch", "z": "f1", "name": "fail", "scope": ["press"], "x": 120, "y": 320, "wires": [[]]},
    {"id": "far", "type": "link out", "z": "f1", "name": "far", "mode": "link", "links": ["near"], "x": 320, "y": 320, "wires": []},
    {"id": "near", "type": "link in", "z": "f2", "name": "near", "links": ["far"], "x": 120, "y": 120, "wires": [[]]},
    {"id": "lost", "type": "no such type", "z": "f1", "name": "lost", "x": 520, "y": 320, "wires": [[]]},
    {"id": "half", "type": "http in", "z": "f1", "name": "half", "method": "get", "url": "", "x": 720, "y": 320, "wires": [[]]},
]  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_opens_above_the_canvas_is_clean_to_axe(
    openers: Opener, server: Server, axe: str, scheme: str
) -> None:
    server.deploy([TAB, PRESS, SHOW, *BESIDE])
    author = openers(server, color_scheme=scheme)
    page = author.page
    menu = page.locator(".menu.open")
    places = (author.middle(author.node("press").locator(".node-label")), (700.0, 600.0))
    for place in (*places, author.middle(page.locator(".tab").first)):
        page.mouse.click(*place, button="right")
        expect(menu).to_be_visible()
        assert faults(author, axe) == ""
        page.keyboard.press("Escape")
        expect(menu).to_have_count(0)
    author.press("n")
    page.locator(".quick-add input").fill("a")
    assert faults(author, axe) == ""
    page.keyboard.press("Escape")
    page.locator(".tab").last.dblclick()
    page.locator(".tab input").wait_for()
    assert faults(author, axe) == ""
    page.keyboard.press("Escape")
    page.locator(".tab").first.click()
    expect(author.node("fail")).to_be_visible()
    for known in ("fail", "far", "half", "lost"):
        form = author.edit_id(known)
        assert faults(author, axe) == "", known
        form.cancel()
    form = author.edit("press")
    form.box.locator(".lst-row .ty").first.click()
    expect(menu).to_be_visible()
    assert faults(author, axe) == ""
    page.keyboard.press("Escape")
    for tab in ("Description", "Appearance"):
        form.box.get_by_role("tab", name=tab).click()
        assert faults(author, axe) == "", tab
    form.cancel()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_asked_before_a_deploy_is_clean_to_axe(
    openers: Opener, server: Server, axe: str, scheme: str
) -> None:
    flows = [TAB, PRESS, SHOW, *BESIDE]
    server.deploy(flows)
    author = openers(server, color_scheme=scheme, expected="409")
    author.select("show")
    author.press("Delete")
    author.page.locator(".deploy > button").last.click()
    expect(author.page.locator(".menu.open")).to_be_visible()
    assert faults(author, axe) == ""
    author.page.keyboard.press("Escape")
    server.deploy([*flows, {**TAB, "id": "f3", "label": "Theirs"}])
    author.says("Somebody else has deployed")
    author.page.locator(".deploy > button").first.click()
    author.page.get_by_role("button", name="Deploy anyway").wait_for()
    assert faults(author, axe) == ""
    author.page.get_by_role("button", name="Deploy anyway").click()
    author.page.get_by_role("button", name="Merge").wait_for()
    assert faults(author, axe) == ""


def test_the_page_of_the_debug_messages_and_a_subflow_are_clean_to_axe(
    openers: Opener, server: Server, axe: str
) -> None:
    server.deploy([TAB, PRESS, SHOW, *BESIDE])
    author = openers(server)
    author.page.goto(f"{server.url}#flow/polite")
    expect(author.page.locator(".subflow-tools")).to_be_visible()
    assert faults(author, axe) == ""
    alone = openers(server, opened=False)
    alone.page.goto(f"{server.url}?panel=debug")
    expect(alone.page.locator(".debug-window .side-h")).to_be_visible()
    assert faults(alone, axe) == ""


def test_the_styles_win_over_each_other_in_their_order(openers: Opener, server: Server) -> None:
    """Whatever part of the page is loaded first: React Flow's own look comes last of all."""
    server.deploy([TAB, PRESS, SHOW])
    author = openers(server)
    expect(author.node("press").locator(".port.out")).to_have_css("border-top-width", "0px")
    expect(author.page.locator(".zoom .pc")).to_have_css("font-size", "11px")


def within(author: Author, inner: str, outer: str) -> list[str]:
    """Give the elements that do not lie in the first other one, with their edges."""
    found: list[str] = author.page.evaluate(
        """([inner, outer]) => {
          const frame = outer ? document.querySelector(outer).getBoundingClientRect() : new DOMRect(0, 0, innerWidth, innerHeight)
          return [...document.querySelectorAll(inner)].filter((one) => one.checkVisibility()).map((one) => [one, one.getBoundingClientRect()])
            .filter(([, box]) => box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
            .map(([one, box]) => `${one.className || one.tagName} ${one.textContent.slice(0, 30)}: ${Math.round(box.left)} to ${Math.round(box.right)}`)
        }""",
        [inner, outer],
    )
    return found


LONG = "A very long name that fits nowhere and still may move nothing, because that is what it is named"


def test_very_long_names_end_where_their_place_ends(openers: Opener, server: Server) -> None:
    named = {**SHOW, "name": LONG, "complete": f"payload.{'deeper' * 30}", "targetType": "msg"}
    press = {
        **PRESS,
        "props": [
            {"p": f"payload.{'deeper' * 30}", "v": LONG, "vt": "str"},
            {"p": "topic", "v": LONG, "vt": "str"},
        ],
    }
    server.deploy([{**TAB, "label": LONG}, press, named])
    author = openers(server)
    author.press("Control+g")
    author.press("e")
    expect(author.page.locator(".explorer .twig .name").last).to_be_visible()
    assert within(author, ".explorer *", ".side") == []
    author.press("Control+g")
    author.press("d")
    author.send("press")
    expect(author.page.locator(".msgs .msg time")).to_be_visible()
    assert within(author, ".msgs .msg-h > *", ".side") == []
    assert within(author, ".top .tools > *", "") == []


def test_the_map_leaves_a_narrow_canvas_to_the_zoom(openers: Opener, server: Server) -> None:
    server.deploy([TAB, PRESS, SHOW])
    author = openers(server, viewport={"width": 1024, "height": 768})
    expect(author.page.locator(".mini")).to_be_visible()
    author.press("Control+g")
    author.press("d")
    expect(author.page.locator(".side")).to_be_visible()
    expect(author.page.locator(".mini")).to_be_hidden()
    assert within(author, ".zoom", ".canvas") == []


def test_everything_stays_in_reach_at_twice_the_size(openers: Opener, server: Server) -> None:
    server.deploy([TAB, PRESS, SHOW])
    author = openers(server, viewport={"width": 720, "height": 450}, device_scale_factor=2)
    author.page.get_by_role("button", name="Menu").click()
    expect(author.page.locator(".menu.open button").last).to_be_visible()
    assert within(author, ".menu.open", "") == []
    author.page.keyboard.press("Escape")
    author.press("Control+g")
    author.press("d")
    expect(author.page.locator(".side .side-h")).to_be_visible()
    assert within(author, ".zoom, .tools > *, .side-h > *", "") == []
    form = author.edit("press")
    assert within(author, ".tray-b > *, .tray-h > *, .tray-t *", ".tray") == []
    form.cancel()


def test_chosen_colours_leave_every_thing_to_be_seen(openers: Opener, server: Server) -> None:
    knot = {"id": "knot", "type": "junction", "z": "f1", "x": 320, "y": 200, "wires": [["show"]]}
    server.deploy([TAB, {**PRESS, "wires": [["knot"]]}, knot, SHOW])
    author = openers(server, forced_colors="active")
    expect(author.page.locator(".junction")).to_be_visible()
    colors = author.page.evaluate(
        """() => [document.querySelector('.junction'), document.body].map((one) => getComputedStyle(one).backgroundColor)"""
    )
    assert colors[0] != colors[1]
    form = author.edit("press")
    lines = form.box.locator(".tray-t [role=tab]").evaluate_all(
        "tabs => tabs.map((tab) => getComputedStyle(tab).borderBottomColor)"
    )
    assert lines[0] != lines[1]


@pytest.fixture
def guarded(tmp_path: Path, page_is_built: None) -> Iterator[Server]:
    """A server that lets nobody in without a password."""
    folder = tmp_path / "guarded"
    folder.mkdir()
    (folder / "flowengine.toml").write_text(f'[[adminAuth.users]]\nusername = "bob"\npassword = "{ARGON2}"\n')
    server = Server(folder)
    yield server
    server.stop()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_login_is_clean_to_axe(guarded: Server, openers: Opener, axe: str, scheme: str) -> None:
    author = openers(guarded, opened=False, expected="401|403", color_scheme=scheme)
    author.page.goto(guarded.url)
    expect(author.page.locator('dialog input[type="password"]')).to_be_visible()
    assert faults(author, axe) == ""

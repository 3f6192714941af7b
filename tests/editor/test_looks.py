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

"""What helps on a large screen: tabs at the ends, a wide palette, descriptions at hand, a report, a cut across wires."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from .author import Author, meaning
from .conftest import Opener
from .servers import PRESS, SHOW, TAB, Server
from .test_looks import axe, faults

__all__ = ["axe"]
pytestmark = pytest.mark.browser

INFO = "# Greets\n\nSays **hello**, see [the page](https://example.org/).\n\n<img src=x onerror=alert(1)>\n\n- one\n- two"
ABOUT = {**PRESS, "info": INFO, "x": 200, "y": 200, "wires": [["show", "other"]]}
OTHER = {**SHOW, "id": "other", "name": "other", "x": 520, "y": 320}


@pytest.fixture
def drawn(openers: Opener, server: Server) -> Author:
    server.deploy([TAB, ABOUT, SHOW, OTHER])
    return openers(server)


def junctions(author: Author) -> list[dict[str, Any]]:
    return [entry for entry in author.exported() if entry["type"] == "junction"]


def slice_(author: Author, start: tuple[float, float], end: tuple[float, float]) -> None:
    author.page.keyboard.down("Alt")
    author.page.keyboard.down("Shift")
    author.draw(start, end)
    author.page.keyboard.up("Shift")
    author.page.keyboard.up("Alt")


def across(author: Author) -> tuple[tuple[float, float], tuple[float, float]]:
    """Give the ends of an upright line between the inject node and both debug nodes."""
    left = author.middle(author.node("press").locator(".port.out"))
    right = author.middle(author.node("other").locator(".port.in"))
    x = (left[0] + right[0]) / 2
    return (x, left[1] - 60), (x, right[1] + 60)


# tabs


def test_the_first_and_the_last_tab_are_shown(openers: Opener, server: Server) -> None:
    server.deploy([TAB, {**TAB, "id": "f2", "label": "Flow 2"}, {**TAB, "id": "f3", "label": "Flow 3"}])
    author = openers(server)
    shown = author.page.locator(".tabs .tab.on")
    author.run("Last flow")
    expect(shown).to_contain_text("Flow 3")
    author.run("First flow")
    expect(shown).to_contain_text("Flow 1")


# a cut across wires


def test_a_line_across_wires_puts_in_junctions(drawn: Author) -> None:
    slice_(drawn, *across(drawn))
    expect(drawn.page.locator(".slice")).to_have_count(0)
    (junction,) = junctions(drawn)
    flows = meaning(drawn.exported())
    assert flows["press"]["wires"] == [[junction["id"]]]
    assert sorted(junction["wires"][0]) == ["other", "show"]
    drawn.press("Control+z")
    assert junctions(drawn) == []
    assert sorted(meaning(drawn.exported())["press"]["wires"][0]) == ["other", "show"]


def test_a_line_across_wires_is_given_up(drawn: Author) -> None:
    start, end = across(drawn)
    drawn.page.keyboard.down("Alt")
    drawn.page.keyboard.down("Shift")
    drawn.page.mouse.move(*start)
    drawn.page.mouse.down()
    drawn.page.mouse.move(*end, steps=5)
    expect(drawn.page.locator(".slice circle")).to_have_count(2)
    drawn.page.keyboard.press("Escape")
    drawn.page.mouse.up()
    drawn.page.keyboard.up("Shift")
    drawn.page.keyboard.up("Alt")
    expect(drawn.page.locator(".slice")).to_have_count(0)
    assert junctions(drawn) == []


def test_nothing_is_cut_on_a_locked_flow(openers: Opener, server: Server) -> None:
    server.deploy([{**TAB, "locked": True}, ABOUT, SHOW, OTHER])
    author = openers(server)
    slice_(author, *across(author))
    assert junctions(author) == []


# widths


@pytest.mark.parametrize(("name", "part", "way"), [("palette", ".palette", 1), ("panel", ".side", -1)])
def test_a_part_is_as_wide_as_its_edge_is_drawn(author: Author, name: str, part: str, way: int) -> None:
    author.press("Control+g")
    author.page.keyboard.press("i")
    box = author.page.locator(part)
    grip = author.page.get_by_role("separator", name=f"Width of the {name}")

    def width() -> float:
        found = box.bounding_box()
        assert found
        return found["width"]

    before = width()
    at = author.middle(grip)
    author.draw(at, (at[0] + way * 60, at[1]))
    assert width() == before + 60
    grip.focus()
    author.page.keyboard.press("ArrowRight" if way > 0 else "ArrowLeft")
    expect(grip).to_have_attribute("aria-valuenow", str(round(before + 76)))
    assert width() == before + 76
    author.reload()
    assert width() == before + 76
    grip.focus()
    author.page.keyboard.press("Home")
    least = grip.get_attribute("aria-valuemin")
    assert least
    assert width() == int(least)


# descriptions


def reading(author: Author) -> Locator:
    return author.page.get_by_role("dialog", name="press")


def test_a_description_is_read_at_the_mark(drawn: Author) -> None:
    mark = drawn.node("press").get_by_role("button", name="Read the description")
    mark.click()
    text = reading(drawn).locator(".markdown")
    expect(text.locator("h3")).to_have_text("Greets")
    expect(text.locator("strong")).to_have_text("hello")
    expect(text.locator("li")).to_have_count(2)
    expect(text.locator("img")).to_have_count(0)
    expect(text).to_be_focused()
    drawn.page.keyboard.press("Escape")
    expect(reading(drawn)).to_have_count(0)
    expect(mark).to_be_focused()
    drawn.page.keyboard.press("Enter")
    expect(reading(drawn)).to_be_visible()
    expect(drawn.page.locator(".tray")).to_have_count(0)
    drawn.page.mouse.click(900, 700)
    expect(reading(drawn)).to_have_count(0)


def test_a_description_goes_with_its_view(drawn: Author) -> None:
    drawn.node("press").get_by_role("button", name="Read the description").click()
    expect(reading(drawn)).to_be_visible()
    drawn.page.mouse.move(900, 700)
    drawn.page.mouse.wheel(0, 120)
    expect(reading(drawn)).to_have_count(0)


# the report


def test_the_report_is_shown_and_copied(drawn: Author) -> None:
    drawn.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    drawn.run("System information")
    dialog = drawn.page.get_by_role("dialog", name="System information")
    facts = dialog.locator(".system-facts")
    expect(facts).to_contain_text(re.compile(r"Python\s*3\.\d+\.\d+"))
    expect(facts).to_contain_text("running")
    expect(facts.locator("dt:text-is('Nodes') + dd")).to_have_text("3")
    dialog.get_by_role("button", name="Copy the report").click()
    drawn.says("Report copied")
    report = json.loads(drawn.page.evaluate("navigator.clipboard.readText()"))
    assert report["report"] == "diagnostics"
    assert report["runtime"]["settings"]["credentialSecret"] in ("SET", "UNSET")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)


@pytest.fixture
def closed(page_is_built: None, tmp_path: Path) -> Iterator[Server]:
    """A server whose visitors may read the flows and little more."""
    folder = tmp_path / "closed"
    folder.mkdir()
    (folder / "flows.json").write_text(json.dumps([TAB]))
    (folder / "flowengine.toml").write_text(
        '[adminAuth]\ntype = "credentials"\nusers = []\n'
        'default = { permissions = ["flows.read", "settings.read", "nodes.read"] }\n'
    )
    server = Server(folder)
    yield server
    server.stop()


def test_who_may_not_read_the_report_is_told(closed: Server, openers: Opener) -> None:
    author = openers(closed, expected="401", opened=False)
    author.page.goto(closed.url)
    author.until("performance.getEntriesByName('ready').length > 0")
    author.page.keyboard.press("Escape")
    author.run("System information")
    dialog = author.page.get_by_role("dialog", name="System information")
    expect(dialog.get_by_role("alert")).to_have_text("Your login does not include reading this report.")
    expect(dialog.get_by_role("button", name="Copy the report")).to_have_count(0)


@pytest.fixture
def silent(page_is_built: None, tmp_path: Path) -> Iterator[Server]:
    """A server that gives no report."""
    folder = tmp_path / "silent"
    folder.mkdir()
    (folder / "flows.json").write_text(json.dumps([TAB]))
    (folder / "flowengine.toml").write_text("[diagnostics]\nenabled = false\n")
    server = Server(folder)
    yield server
    server.stop()


def test_a_report_that_is_switched_off_is_told(silent: Server, openers: Opener) -> None:
    author = openers(silent, expected="403")
    author.run("System information")
    author.says("The settings of this server switch this report off.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_read_is_clean_to_axe(openers: Opener, server: Server, axe: str, scheme: str) -> None:
    server.deploy([TAB, ABOUT, SHOW, OTHER])
    author = openers(server, color_scheme=scheme)
    author.node("press").get_by_role("button", name="Read the description").click()
    expect(reading(author)).to_be_visible()
    assert faults(author, axe) == ""
    author.page.keyboard.press("Escape")
    author.run("System information")
    author.page.locator(".system-report summary").click()
    assert faults(author, axe) == ""

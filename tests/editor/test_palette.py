"""The dialog of packages: an author adds one, uses its types, switches them and takes it away again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from ..wheels import index, wheels
from .author import Author
from .conftest import Opener
from .servers import TAB, Server

__all__ = ["index", "wheels"]
pytestmark = pytest.mark.browser
WARM = {
    "id": "w",
    "type": "thermometer",
    "z": "f1",
    "name": "",
    "unit": "C",
    "x": 300,
    "y": 200,
    "wires": [[]],
}


@pytest.fixture
def own_server(page_is_built: None, index: Path, tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own, that finds packages in a folder."""
    server = Server(tmp_path / "user")
    server.deploy([TAB])
    yield server
    server.stop()


def opened(author: Author) -> Locator:
    author.run("Manage the palette")
    dialog = author.page.locator("dialog.modal[open]")
    expect(dialog.locator(".pkg-ours")).to_be_visible()
    return dialog


def add(dialog: Locator, text: str) -> None:
    dialog.get_by_label("Name of a package").fill(text)
    dialog.get_by_role("button", name="Add").click()


def test_a_package_is_added_used_and_removed(own_server: Server, openers: Opener) -> None:
    author, other = openers(own_server, expected="400"), openers(own_server)
    dialog = opened(author)
    add(dialog, "acme-weather==1.0")
    package = dialog.get_by_role("region", name="acme-weather")
    expect(package).to_be_visible(timeout=20_000)
    expect(dialog.locator(".pkg-log")).to_contain_text("Successfully installed acme-weather-1.0")
    expect(package).to_contain_text("ModuleNotFoundError: No module named 'a_library_that_nobody_has'")
    # Both pages have the type now, with the picture that the package brings.
    for one in (author, other):
        chip = one.page.locator('.chip[data-type="thermometer"]')
        expect(chip).to_be_attached()
        expect(chip.locator("image")).to_have_attribute("href", "icons/acme-weather/thermometer.svg")
    own_server.deploy([TAB, WARM])
    expect(package).to_contain_text("1 in use")
    package.get_by_role("button", name="Remove acme-weather").click()
    package.get_by_role("button", name="Remove", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("flows use thermometer")
    own_server.deploy([TAB])
    expect(package).not_to_contain_text("in use")
    package.get_by_role("button", name="Remove acme-weather").click()
    package.get_by_role("button", name="Remove", exact=True).click()
    expect(package).to_have_count(0)
    for one in (author, other):
        expect(one.page.locator('.chip[data-type="thermometer"]')).to_have_count(0)


def test_types_are_switched_off_and_on(own_server: Server, openers: Opener) -> None:
    author = openers(own_server)
    dialog = opened(author)
    dialog.locator(".pkg-ours summary").click()
    switch = dialog.get_by_role("switch", name="Offer range", exact=True)
    chip = author.page.locator('.chip[data-type="range"]')
    for shown in (0, 1):
        switch.click()
        expect(chip).to_have_count(shown)
        expect(switch).to_be_enabled()


def test_what_cannot_be_added_says_why(own_server: Server, openers: Opener) -> None:
    author = openers(own_server, expected="400|404")
    dialog = opened(author)
    for text, said in (
        ("no-such-weather", "there is no such package"),
        ("--pre", "this is no name of a package"),
        ("rain-library", "rain-library brings no nodes"),
    ):
        add(dialog, text)
        expect(dialog.get_by_role("alert")).to_contain_text(said, timeout=20_000)
        expect(dialog.get_by_role("button", name="Add")).to_be_enabled()


def test_nodes_that_wait_say_for_what_and_run_when_it_comes(own_server: Server, openers: Opener) -> None:
    own_server.deploy([TAB, WARM])
    author = openers(own_server)
    author.says("These node types are missing, their nodes wait: thermometer")
    expect(author.page.locator(".react-flow__node .node.unknown")).to_have_count(1)
    add(opened(author), "acme-weather")
    expect(author.page.locator(".react-flow__node .node.unknown")).to_have_count(0, timeout=20_000)
    expect(author.page.get_by_text("These node types are missing")).to_have_count(0)


def test_a_phone_has_room_for_it(own_server: Server, openers: Opener) -> None:
    author = openers(own_server, viewport={"width": 390, "height": 844})
    author.page.locator(".m-nav button", has_text=re.compile("Search")).click()
    author.page.locator("dialog.command input").fill(">Manage the palette")
    author.page.locator("#command-list li", has_text="Manage the palette").first.click()
    dialog = author.page.locator("dialog.modal[open]")
    add(dialog, "acme-weather==1.0")
    expect(dialog.get_by_role("region", name="acme-weather")).to_be_visible(timeout=20_000)
    assert dialog.locator(".modal-body").evaluate("(body) => body.scrollWidth <= body.clientWidth")

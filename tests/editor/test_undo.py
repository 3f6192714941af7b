"""Whatever an author does in the page: undo leads back to the start, redo to the end, letter for letter."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from .author import Author
from .conftest import Opener
from .servers import PRESS, SHOW, TAB, Server

pytestmark = pytest.mark.browser

ACTS = 45
KEYS = (
    "Control+Shift+g", "Control+Shift+u", "Control+Shift+d", "Delete", "Control+Delete", "Shift+ArrowRight",
    "Control+ArrowDown", "Alt+a l", "Alt+a t", "Alt+a h",
)  # fmt: skip
COMMANDS = (
    "Disable", "Enable", "Wire in series", "Detach from the flow", "Hide labels", "Selection to subflow", "Add a junction",
    "Add a note", "Tidy up", "Add a flow", "Lock the flow", "Unlock the flow", "New subflow", "Wire all others to last",
)  # fmt: skip
TYPES = ("inject", "debug", "function", "switch", "change", "http in", "template")


def place(author: Author, chance: random.Random) -> None:
    author.drag(chance.choice(TYPES), chance.randint(450, 1100), chance.randint(120, 700))


def select(author: Author, chance: random.Random) -> None:
    if chance.random() < 0.4:
        author.press("Control+a")
        return
    count = author.nodes.count()
    for at in range(min(count, chance.randint(1, 3))):
        node = author.nodes.nth(chance.randrange(count))
        node.click(modifiers=["Control"] if at else [], position={"x": 40, "y": 8}, force=True)


def keys(author: Author, chance: random.Random) -> None:
    select(author, chance)
    for part in chance.choice(KEYS).split(" "):
        author.press(part)


def command(author: Author, chance: random.Random) -> None:
    select(author, chance)
    name = chance.choice(COMMANDS)
    author.press("Control+k")
    author.page.locator("dialog.command input").fill(f">{name}")
    hit = author.page.locator("#command-list li").first
    expect(hit).to_have_text(re.compile(f"{name.split()[0]}|Nothing found", re.IGNORECASE))
    if hit.get_attribute("role") == "option":
        hit.click()
    else:  # it makes no sense just now
        author.page.keyboard.press("Escape")
    expect(author.page.locator("dialog.command")).to_have_count(0)


def drag(author: Author, chance: random.Random) -> None:
    count = author.nodes.count()
    if count:
        node = author.nodes.nth(chance.randrange(count))
        if (box := node.bounding_box()) and 420 < box["x"] < 1200 and 60 < box["y"] < 800:
            x, y = box["x"] + min(50, box["width"] / 2), box["y"] + min(15, box["height"] / 2)
            author.draw((x, y), (x + chance.randint(-90, 90), y + chance.randint(-90, 90)))


def rename_flow(author: Author, chance: random.Random) -> None:
    author.page.locator(".tab.on").dblclick()
    field = author.page.locator(".tab.on input")
    field.fill(f"Flow of {chance.randint(1, 99)}")
    field.press("Enter")


DEEDS: tuple[Callable[[Author, random.Random], None], ...] = (
    place,
    place,
    keys,
    keys,
    command,
    drag,
    rename_flow,
)


@pytest.mark.parametrize("seed", [1, 2])
def test_undoing_everything_is_the_start_and_redoing_it_the_end(
    openers: Opener, server: Server, seed: int
) -> None:
    server.deploy([TAB, PRESS, SHOW])
    author = openers(server)
    chance = random.Random(seed)
    start = author.exported()
    for _ in range(ACTS):
        chance.choice(DEEDS)(author, chance)
        # Two selecting clicks on one node are a double click at times.
        while author.page.locator("section.tray").count():
            author.page.keyboard.press("Escape")
    end = author.exported()
    assert end != start

    for _ in range(3 * ACTS):
        author.page.keyboard.press("Control+z")
    expect(author.page.locator(".upToDate")).to_be_visible()
    assert author.exported() == start
    for _ in range(3 * ACTS):
        author.page.keyboard.press("Control+y")
    assert author.exported() == end


def test_undo_takes_back_what_a_dialog_did(author: Author) -> None:
    label = author.place("function", 600, 300)
    form = author.edit(label)
    form.fill("name", "mine")
    form.done()
    expect(author.node("mine")).to_be_visible()
    author.press("Control+z")
    expect(author.node(label)).to_be_visible()
    author.press("Control+Shift+z")
    expect(author.node("mine")).to_be_visible()

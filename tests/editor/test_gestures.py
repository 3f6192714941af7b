"""Gestures that are given up, begun early, come between other people's deploys, or may change nothing."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from .author import Author, meaning
from .conftest import Opener
from .servers import SHOW, TAB, Server

pytestmark = pytest.mark.browser

FUNCTION = {
    "type": "function", "z": "f1", "func": "return msg;", "outputs": 1, "timeout": 0, "noerr": 0, "initialize": "",
    "finalize": "", "libs": [],
}  # fmt: skip
AWAY = (700.0, 760.0)
"""Where nothing lies on a screen with these flows."""


def function(name: str, x: int, y: int, *to: str) -> dict[str, Any]:
    return {**FUNCTION, "id": name, "name": name, "x": x, "y": y, "wires": [list(to)]}


CHAIN = [TAB, function("a", 200, 100, "b"), function("b", 460, 100), function("c", 200, 240)]


@pytest.fixture
def chain(openers: Opener, server: Server) -> Author:
    server.deploy(CHAIN)
    return openers(server, permissions=["clipboard-read", "clipboard-write"])


def port(author: Author, label: str, side: str) -> tuple[float, float]:
    return author.middle(author.node(label).locator(f".port.{side}"))


def hold(author: Author, start: tuple[float, float], *ways: tuple[float, float]) -> None:
    """Press the mouse and move it, without letting go."""
    author.page.mouse.move(*start)
    author.page.mouse.down()
    author.page.mouse.move(start[0] + 8, start[1] + 2)
    for way in ways:
        author.page.mouse.move(*way, steps=4)


def choose_wire(author: Author) -> None:
    (x, y), (to, _) = port(author, "a", "out"), port(author, "b", "in")
    author.page.mouse.click((x + to) / 2, y)
    expect(author.page.locator(".react-flow__edge.selected")).to_have_count(1)


class Late:
    """Keeps the page from the acts until it is told to let them through."""

    def __init__(self, author: Author) -> None:
        self.held: list[Route] = []
        self.through = False
        author.page.route(re.compile("/assets/allActions-"), self._hear)
        author.page.goto(author.url)
        author.node("a").wait_for()

    def _hear(self, route: Route) -> None:
        if self.through:
            route.continue_()
        else:
            self.held.append(route)

    def come(self) -> None:
        self.through = True
        for route in self.held:
            route.continue_()


def wires_of(author: Author) -> dict[str, Any]:
    return {entry["id"]: entry["wires"] for entry in author.exported() if "wires" in entry}


# wires


@pytest.mark.parametrize("to_port", [True, False])
def test_escape_takes_back_the_wire_that_is_being_drawn(chain: Author, to_port: bool) -> None:
    hold(chain, port(chain, "c", "out"), port(chain, "b", "in") if to_port else AWAY)
    expect(chain.page.locator(".drawing")).to_have_count(1)
    chain.page.keyboard.press("Escape")
    expect(chain.page.locator(".drawing")).to_have_count(0)
    chain.page.mouse.up()
    expect(chain.page.locator(".quick-add")).to_have_count(0)
    assert wires_of(chain) == {"a": [["b"]], "b": [[]], "c": [[]]}
    chain.wire("c", "b")


def test_escape_takes_back_the_first_click_of_two(chain: Author) -> None:
    chain.page.mouse.click(*port(chain, "c", "out"))
    chain.page.keyboard.press("Escape")
    chain.page.mouse.click(*port(chain, "b", "in"))
    chain.page.keyboard.press("Escape")
    assert wires_of(chain)["c"] == [[]]
    chain.page.mouse.click(*port(chain, "c", "out"))
    chain.page.mouse.click(*port(chain, "b", "in"))
    expect(chain.wires).to_have_count(2)
    assert wires_of(chain)["c"] == [["b"]]


def test_no_wire_leads_from_one_flow_to_another(openers: Opener, server: Server) -> None:
    server.deploy([*CHAIN, {**TAB, "id": "f2", "label": "Flow 2"}, {**function("far", 300, 100), "z": "f2"}])
    author = openers(server)
    author.page.mouse.click(*port(author, "b", "out"))
    author.page.locator(".tab", has_text="Flow 2").click()
    expect(author.node("far")).to_be_visible()
    author.page.mouse.click(*port(author, "far", "in"))
    assert wires_of(author)["b"] == [[]]
    expect(author.page.locator(".upToDate")).to_be_visible()


def test_the_end_of_a_chosen_wire_is_moved_or_dropped_on_nothing(chain: Author) -> None:
    choose_wire(chain)
    x, y = port(chain, "b", "in")
    chain.draw((x - 15, y), port(chain, "c", "in"))
    expect(chain.page.locator('.react-flow__edge[data-id="a:0:c"]')).to_be_attached()
    chain.press("Control+z")
    choose_wire(chain)
    chain.draw((x - 15, y), AWAY)
    expect(chain.wires).to_have_count(0)
    expect(chain.page.locator(".quick-add")).to_have_count(0)
    chain.press("Control+z")
    expect(chain.wires).to_have_count(1)


def test_shift_takes_off_the_chosen_wires_of_a_port(openers: Opener, server: Server) -> None:
    server.deploy([TAB, function("a", 200, 100, "b"), function("b", 460, 100), function("c", 200, 240, "b")])
    author = openers(server)
    choose_wire(author)
    author.page.keyboard.down("Shift")
    author.draw(port(author, "b", "in"), AWAY)
    author.page.keyboard.up("Shift")
    expect(author.wires).to_have_count(1)
    assert wires_of(author) == {"a": [[]], "b": [[]], "c": [["b"]]}


# choosing


def test_a_lasso_with_shift_adds_to_what_is_chosen(chain: Author) -> None:
    chosen = chain.page.locator(".node.sel")
    chain.select("a")
    x, y = chain.middle(chain.node("c"))
    corners = (x - 90, y - 40), (x + 90, y + 50)
    chain.page.keyboard.down("Shift")
    chain.draw(*corners)
    chain.page.keyboard.up("Shift")
    expect(chosen).to_have_count(2)
    chain.draw(*corners)
    expect(chosen).to_have_text(["c"])


def test_far_away_a_node_has_its_menu_and_is_let_go_of(chain: Author) -> None:
    spot = chain.middle(chain.node("b"))
    chain.page.mouse.move(*spot)
    chain.page.keyboard.down("Control")
    for _ in range(2):
        chain.page.mouse.wheel(0, 600)
    chain.page.keyboard.up("Control")
    expect(chain.page.locator("canvas.overview")).to_be_visible()
    expect(chain.nodes).to_have_count(0)
    chain.page.mouse.click(*spot, button="right")
    chain.page.get_by_role("menuitem", name="Disable").click()
    assert meaning(chain.exported())["b"]["d"] is True
    chain.page.keyboard.down("Control")
    chain.page.mouse.click(*spot)
    chain.page.keyboard.up("Control")
    chain.press("Delete")
    assert "b" in meaning(chain.exported())


def test_a_junction_lands_on_the_grid(openers: Opener, server: Server) -> None:
    junction = {"id": "j", "type": "junction", "z": "f1", "x": 320, "y": 320, "wires": [["c"]]}
    server.deploy([*CHAIN, junction])
    author = openers(server)
    x, y = author.middle(author.page.locator(".junction-hit"))
    author.draw((x, y), (x + 45, y + 64))
    moved = meaning(author.exported())["j"]
    assert (moved["x"], moved["y"]) == (360, 380)


# what may not be changed


def test_a_locked_flow_keeps_its_wires_and_its_nodes(openers: Opener, server: Server) -> None:
    note = {"id": "note", "type": "comment", "z": "f1", "name": "note", "info": "", "wires": []}
    note |= {"x": 700, "y": 300, "w": 240, "h": 120}
    server.deploy([{**TAB, "locked": True}, *CHAIN[1:], note, {**TAB, "id": "f2", "label": "Flow 2"}])
    author = openers(server, permissions=["clipboard-read", "clipboard-write"])
    before = author.exported()
    author.page.mouse.click(*port(author, "c", "out"))
    author.page.mouse.click(*port(author, "b", "in"))
    author.draw(port(author, "c", "out"), port(author, "a", "in"))
    author.draw(port(author, "c", "out"), AWAY)
    expect(author.page.locator(".quick-add")).to_have_count(0)
    for keys in ("Control+a", "Control+x", "Control+a", "Alt+a", "b"):
        author.press(keys)
    expect(author.page.locator(".note")).to_be_visible()
    expect(author.page.locator(".note-grip")).to_have_count(0)
    assert author.exported() == before


# early and between


def test_what_is_done_before_the_page_has_all_its_parts_is_done_to_what_was_meant(
    openers: Opener, server: Server
) -> None:
    server.deploy(CHAIN)
    author = openers(server, opened=False, permissions=["clipboard-read", "clipboard-write"])
    acts = Late(author)
    pasted = json.dumps([{**function("pasted", 300, 400), "z": "elsewhere"}])
    author.page.evaluate("text => navigator.clipboard.writeText(text)", pasted)
    author.press("Control+v")
    author.select("c")
    author.press("Delete")
    author.select("a")
    acts.come()
    expect(author.node("pasted")).to_be_visible()
    expect(author.node("c")).to_have_count(0)
    expect(author.node("a")).to_be_visible()
    author.select("b")
    author.press("Control+c")
    copied = json.loads(author.page.evaluate("navigator.clipboard.readText()"))
    assert [entry["id"] for entry in copied] == ["b"]


@pytest.mark.parametrize("keys", ["Control+c", "Control+x"])
def test_what_is_copied_or_cut_early_is_on_the_clipboard(openers: Opener, server: Server, keys: str) -> None:
    server.deploy(CHAIN)
    author = openers(server, opened=False, permissions=["clipboard-read", "clipboard-write"])
    acts = Late(author)
    author.select("c")
    author.press(keys)
    acts.come()
    author.until("""navigator.clipboard.readText().then((text) => text.includes('"id":"c"'))""")
    expect(author.node("c")).to_have_count(1 if keys == "Control+c" else 0)


def test_a_deploy_in_the_middle_of_a_drag_costs_only_what_it_took_away(chain: Author, server: Server) -> None:
    chain.select("a", "b", "c")
    start = chain.middle(chain.node("a").locator(".node-label"))
    hold(chain, start, (start[0] + 40, start[1] + 60))
    server.deploy([entry for entry in CHAIN if entry["id"] != "c"])
    expect(chain.nodes).to_have_count(2)
    chain.page.mouse.move(start[0] + 60, start[1] + 100)
    chain.page.mouse.up()
    expect(chain.page.locator(".upToDate")).to_have_count(0)
    flows = meaning(chain.exported())
    assert set(flows) == {"f1", "a", "b"}
    assert (flows["a"]["y"], flows["b"]["y"]) == (200, 200)


def test_a_wire_into_what_was_taken_away_meanwhile_is_not_made(chain: Author, server: Server) -> None:
    chain.draw(port(chain, "c", "in"), AWAY)
    chain.page.get_by_placeholder("Find a node").fill("inject")
    server.deploy([TAB, CHAIN[2], {**SHOW, "name": "news"}])
    expect(chain.node("news")).to_be_visible()
    chain.page.keyboard.press("Enter")
    expect(chain.nodes).to_have_count(3)
    assert all(targets == [] for wires in wires_of(chain).values() for targets in wires)


def test_undo_leaves_a_flow_to_draw_on(chain: Author) -> None:
    chain.run("Add a flow")
    expect(chain.nodes).to_have_count(0)
    chain.press("Control+z")
    expect(chain.page.locator(".tab.on")).to_have_text(re.compile("Flow 1"))
    expect(chain.nodes).to_have_count(3)


# groups

GROUPED = [
    TAB,
    {"id": "g", "type": "group", "z": "f1", "name": "grp", "nodes": ["b"], "style": {"label": True}, "x": 374, "y": 199, "w": 152, "h": 82},
    {"id": "in-g", "type": "group", "z": "f1", "name": "empty", "nodes": [], "style": {}, "x": 694, "y": 199, "w": 152, "h": 82},
    function("a", 160, 100),
    {**function("b", 450, 240), "g": "g"},
]  # fmt: skip


@pytest.fixture
def grouped(openers: Opener, server: Server) -> Author:
    server.deploy(GROUPED)
    return openers(server)


def members(author: Author) -> dict[str, list[str]]:
    """Give the members of each group; each of them has to know it."""
    flows = meaning(author.exported())
    groups = {entry["id"]: entry["nodes"] for entry in flows.values() if entry["type"] == "group"}
    assert {entry["id"]: entry["g"] for entry in flows.values() if entry.get("g")} == {
        node: group for group, nodes in groups.items() for node in nodes
    }
    return groups


def inside(author: Author) -> tuple[float, float]:
    """Give a place in the group that is not on its node."""
    x, y = author.middle(author.node("b").locator(".node-label"))
    return x, y + 26


def test_a_node_that_is_let_go_over_a_group_is_in_it(grouped: Author) -> None:
    into = grouped.page.locator(".group.into")
    hold(grouped, grouped.middle(grouped.node("a").locator(".node-label")), inside(grouped))
    expect(into).to_have_count(1)
    grouped.page.mouse.up()
    expect(into).to_have_count(0)
    assert members(grouped) == {"g": ["b", "a"], "in-g": []}
    grouped.press("Control+z")
    assert members(grouped) == {"g": ["b"], "in-g": []}


def test_what_lies_in_a_group_stays_there_until_it_is_taken_out_with_alt(grouped: Author) -> None:
    label = grouped.node("b").locator(".node-label")
    start = grouped.middle(label)
    hold(grouped, start, (start[0] + 300, start[1]))
    expect(grouped.page.locator(".group.into")).to_have_count(0)
    grouped.page.mouse.up()
    assert members(grouped) == {"g": ["b"], "in-g": []}
    start = grouped.middle(label)
    grouped.page.keyboard.down("Alt")
    hold(grouped, start, (start[0], start[1] + 200))
    grouped.page.mouse.up()
    grouped.page.keyboard.up("Alt")
    assert members(grouped) == {"g": [], "in-g": []}


def test_a_node_from_the_palette_comes_into_the_group_where_it_is_let_go(grouped: Author) -> None:
    grouped.place("debug", *inside(grouped))
    groups = members(grouped)
    assert len(groups["g"]) == 2

"""What keys, commands and gestures do with a selection: each looked at in the document that comes of it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from .author import Author, Tray, meaning
from .conftest import Opener
from .servers import PRESS, SHOW, TAB, Server

pytestmark = pytest.mark.browser

MAKE: dict[str, Any] = {"id": "make", "type": "function", "z": "f1", "g": "g", "name": "make", "func": "return msg;", "outputs": 1, "timeout": 0,
                        "noerr": 0, "initialize": "", "finalize": "", "libs": [], "x": 320, "y": 200, "wires": [["show"]]}  # fmt: skip
GROUP = {"id": "g", "type": "group", "z": "f1", "name": "grp", "nodes": ["make"], "style": {"label": True}, "x": 250, "y": 160, "w": 140, "h": 80}  # fmt: skip


@pytest.fixture
def drawn(openers: Opener, server: Server) -> Author:
    server.deploy(
        [TAB, {**PRESS, "x": 140, "y": 200, "wires": [["make"]]}, MAKE, {**SHOW, "x": 520, "y": 200}, GROUP]
    )
    return openers(server)


def wires(author: Author) -> dict[str, Any]:
    return {
        node_id: entry["wires"] for node_id, entry in meaning(author.exported()).items() if "wires" in entry
    }


def test_a_port_is_dragged_with_all_its_wires(drawn: Author) -> None:
    start = drawn.middle(drawn.node("press").locator(".port.out"))
    end = drawn.middle(drawn.node("make").locator(".port.out"))
    drawn.page.keyboard.down("Shift")
    drawn.draw(start, end)
    drawn.page.keyboard.up("Shift")
    expect(drawn.page.locator(".deploy")).to_be_visible()
    assert wires(drawn)["press"] == [[]]


def test_a_wire_is_drawn_with_two_clicks(drawn: Author) -> None:
    drawn.page.mouse.click(*drawn.middle(drawn.node("press").locator(".port.out")))
    drawn.page.mouse.click(*drawn.middle(drawn.node("show").locator(".port.in")))
    expect(drawn.wires).to_have_count(3)
    assert wires(drawn)["press"] == [["make", "show"]]


def test_neighbours_are_joined_when_a_node_goes(drawn: Author) -> None:
    drawn.select("make")
    drawn.press("Control+Delete")
    expect(drawn.node("make")).to_have_count(0)
    assert wires(drawn) == {"press": [["show"]], "show": []}


def test_a_node_leaves_its_chain(drawn: Author) -> None:
    drawn.select("make")
    drawn.run("Detach from the flow")
    expect(drawn.wires).to_have_count(1)
    assert wires(drawn) == {"press": [["show"]], "make": [[]], "show": []}


def test_a_wire_is_split_by_links_that_are_seen_when_chosen(drawn: Author) -> None:
    drawn.wires.first.click(force=True)
    drawn.press("Alt+l")
    drawn.press("l")
    expect(drawn.page.locator("svg.links path")).to_have_count(1)
    links = [entry for entry in drawn.exported() if entry["type"].startswith("link ")]
    assert sorted(entry["type"] for entry in links) == ["link in", "link out"]
    assert links[0]["links"] == [links[1]["id"]]


def test_chosen_nodes_are_wired_in_series(drawn: Author) -> None:
    drawn.select("press", "show")
    drawn.run("Wire in series")
    expect(drawn.wires).to_have_count(3)


def test_a_group_is_disabled_with_what_is_in_it(drawn: Author, server: Server) -> None:
    drawn.page.locator(".react-flow__node", has_text="grp").first.click(position={"x": 20, "y": 10})
    drawn.run("Disable")
    expect(drawn.node("make").locator(".node.off")).to_be_visible()
    assert meaning(drawn.exported())["make"]["d"] is True
    drawn.page.locator(".react-flow__node", has_text="grp").first.click(position={"x": 20, "y": 10})
    drawn.run("Enable")
    expect(drawn.page.locator(".upToDate")).to_be_visible()


def test_what_comes_before_is_chosen_and_the_nearest_found(drawn: Author) -> None:
    drawn.select("show")
    drawn.press("Alt+s")
    drawn.press("u")
    expect(drawn.page.locator(".node.sel")).to_have_count(3)
    drawn.select("press")
    drawn.press("ArrowRight")
    expect(drawn.page.locator(".node.sel .node-label")).to_have_text("make")


def test_a_locked_flow_cannot_be_changed(drawn: Author) -> None:
    drawn.run("Lock the flow")
    before = meaning(drawn.exported())
    assert before["f1"]["locked"] is True
    drawn.drag_node("show", 80, 80)
    drawn.select("show")
    drawn.press("Delete")
    drawn.drag("template", 700, 500)
    assert meaning(drawn.exported()) == before


def test_a_config_node_belongs_to_one_flow(author: Author) -> None:
    author.click("add one")
    form = Tray(author.page)
    form.fill("apiBase", "http://127.0.0.1:9/v1")
    form.box.get_by_label("Where it can be used").select_option("Flow 1")
    form.done()
    [host] = [entry for entry in author.exported() if entry["type"] == "Service Host"]
    assert host["z"] == "f1"


def test_a_subflow_gives_its_instances_icon_and_port_names(author: Author) -> None:
    author.run("New subflow")
    for name in ("Input", "One more output"):
        author.click(name)
    author.click("Properties")
    form = Tray(author.page)
    form.box.get_by_role("tab", name="Appearance").click()
    form.box.get_by_role("radio", name="node-red/db.svg").click()
    form.box.locator(".port-labels input").first.fill("what comes")
    form.box.locator(".port-labels input").last.fill("what goes")
    form.done()
    [template] = [entry for entry in author.exported() if entry["type"] == "subflow"]
    assert template["icon"] == "node-red/db.svg"
    assert (template["inputLabels"], template["outputLabels"]) == (["what comes"], ["what goes"])
    author.page.get_by_role("tab", name="Flow 1").click()
    author.place(f"subflow:{template['id']}", 700, 400)
    instance = author.nodes.first
    expect(instance.locator(".port.in")).to_have_attribute("title", "what comes")
    expect(instance.locator(".port.out")).to_have_attribute("title", "what goes")


def test_names_of_variables_are_offered(openers: Opener, server: Server) -> None:
    server.deploy([{**TAB, "env": [{"name": "CITY", "type": "str", "value": "Graz"}]}, PRESS])
    author = openers(server)
    form = author.edit("press")
    form.read_from("v", "environment variable", "")
    author.page.locator(".tray fe-typed-input .typed-value input").first.focus()
    offered = author.page.locator(".tray fe-typed-input datalist option")
    expect(offered.first).to_have_attribute("value", "CITY")

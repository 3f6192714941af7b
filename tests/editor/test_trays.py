"""The edit form of every type: it opens, changes what its author changes, and nothing else."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, expect

from .author import Author, Tray, meaning
from .conftest import Opener
from .servers import TAB, Server

pytestmark = pytest.mark.browser

CATEGORIES = ("AI", "common", "function", "sequence", "network", "parser", "storage")


def categories(server: Server) -> dict[str, list[dict[str, Any]]]:
    """Give the types of the server by the palette's category; config types stand under their own."""
    types = httpx.get(f"{server.url}api/types").json()
    found: dict[str, list[dict[str, Any]]] = {}
    for one in types:
        if one["type"] in (
            "junction",
            "unknown",
        ):  # no forms: one has nothing to say, the other stands for others
            continue
        found.setdefault("config" if one.get("config") else one["category"], []).append(one)
    return found


def a_text_field(form: Tray) -> Locator:
    """Give a field that takes any text: the name where there is one."""
    named = form.box.locator('.fields input[name="name"]')
    return named if named.count() else form.box.locator(".fields input:not([type]):visible").first


def test_every_type_belongs_to_a_tested_category(server: Server) -> None:
    assert set(categories(server)) - {"config", "subflows"} <= set(CATEGORIES)


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_form_changes_what_its_author_changes_and_nothing_else(
    openers: Opener, server: Server, category: str
) -> None:
    author = openers(server)
    for one in categories(server)[category]:
        author.page.locator(f'.chip[data-type="{one["type"]}"]').click()
        expect(author.page.locator(".node.sel, .note.sel")).to_have_count(1)
    placed = meaning(author.exported())
    del placed[TAB["id"]]

    for entry in placed.values():
        form = author.edit_id(entry["id"])
        for tab in ("Description", "Appearance", "Properties"):
            form.box.get_by_role("tab", name=tab).click()
        form.done()
    assert meaning(author.exported()) == {TAB["id"]: TAB, **placed}

    for entry in placed.values():
        form = author.edit_id(entry["id"])
        field = a_text_field(form)
        entry[field.get_attribute("name")] = f"my {entry['type']}"
        field.fill(f"my {entry['type']}")
        form.done()
    author.deploy()
    assert meaning(server.flows()) == {TAB["id"]: TAB, **placed}


def test_every_config_node_is_made_and_named(openers: Opener, server: Server) -> None:
    author = openers(server)
    author.press("Control+g")
    author.press("c")
    types = categories(server)["config"]
    for one in types:
        author.click("Add a config node")
        author.page.get_by_role("menuitem", name=one["paletteLabel"], exact=True).click()
        form = Tray(author.page)
        a_text_field(form).fill(f"my {one['type']}")
        form.done()
    author.deploy()
    made = {entry["type"] for entry in server.flows() if entry["type"] != "tab"}
    assert made == {one["type"] for one in types}


def test_a_method_is_found_and_swapped_without_losing_what_was_typed(author: Author, server: Server) -> None:
    author.place("OpenAI API", 700, 300)
    author.press("Enter")
    form = Tray(author.page)
    form.fill("name", "both")
    form.method("createChatCompletion")
    form.add("model")
    form.fill("defaults.model", "gpt-5-mini")
    form.add("temperature")
    form.fill("defaults.temperature", "0.4")
    form.method("createEmbedding")
    expect(form.field("defaults.model")).to_have_value("gpt-5-mini")
    form.method("createChatCompletion")
    expect(form.field("defaults.temperature")).to_have_value("0.4")
    form.done()
    author.deploy()
    node = server.node("both")
    assert node["method"] == "createChatCompletion"
    assert node["defaults"] == {"model": "gpt-5-mini", "temperature": 0.4}


def test_code_is_written_in_an_editor_with_line_numbers(author: Author, server: Server) -> None:
    author.place("function", 700, 300)
    author.press("Enter")
    form = Tray(author.page)
    form.fill("name", "coded")
    editor = form.box.locator(".cm-content:visible").first
    editor.click()
    author.page.keyboard.press("Control+a")
    author.page.keyboard.insert_text("return {payload: 42};")
    form.done()
    author.deploy()
    assert server.node("coded")["func"] == "return {payload: 42};"


def test_rules_of_a_switch_are_added_and_its_outputs_follow(author: Author, server: Server) -> None:
    author.place("switch", 700, 300)
    author.press("Enter")
    form = Tray(author.page)
    form.fill("name", "route")
    form.box.locator(".lst-add").click()
    rows = form.box.locator(".lst-row")
    expect(rows).to_have_count(2)
    rows.nth(0).locator(".typed-value input").first.fill("a")
    rows.nth(1).locator(".typed-value input").first.fill("b")
    form.done()
    expect(author.node("route").locator(".port.out")).to_have_count(2)
    author.deploy()
    node = server.node("route")
    assert [rule["v"] for rule in node["rules"]] == ["a", "b"]
    assert (node["outputs"], node["wires"]) == (2, [[], []])


def test_a_field_that_is_wrong_says_so_while_it_is_typed(author: Author) -> None:
    author.place("delay", 700, 300)
    author.press("Enter")
    form = Tray(author.page)
    number = form.box.locator('input[data-type="number"]:visible').first
    number.fill("soon")
    expect(form.box.locator(".hint.err:visible").first).to_be_visible()
    expect(form.box.locator(".tray-h .pill.warn")).to_contain_text("1 field to fix")
    number.fill("5")
    expect(form.box.locator(".tray-h .pill.warn")).to_have_count(0)
    form.cancel()


def test_escape_leaves_the_code_before_it_leaves_what_was_typed(author: Author) -> None:
    author.place("function", 700, 300)
    author.press("Enter")
    form = Tray(author.page)
    form.box.locator(".cm-content:visible").first.click()
    author.page.keyboard.press("Control+a")
    author.page.keyboard.insert_text("return 42;")
    author.page.keyboard.press("ArrowLeft")  # no list of completions is open then that Escape would close
    author.page.keyboard.press("Escape")
    expect(form.box.locator(".tray-b .primary")).to_be_focused()
    author.page.keyboard.press("Escape")
    expect(author.page.locator("section.tray")).to_have_count(0)


def test_a_link_call_calls_one_node(openers: Opener, server: Server) -> None:
    ends = [
        {"id": name, "type": "link in", "z": "f1", "name": name, "links": [], "x": 100, "y": y, "wires": [[]]}
        for name, y in (("one", 100), ("two", 200))
    ]
    server.deploy([TAB, *ends])
    author = openers(server)
    author.place("link call", 700, 300)
    author.press("Enter")
    form = Tray(author.page)
    form.fill("name", "caller")
    choices = form.box.locator('[name="links"] label input')
    choices.nth(0).click()
    choices.nth(1).click()
    expect(choices.nth(0)).not_to_be_checked()
    form.done()
    author.deploy()
    assert server.node("caller")["links"] == ["two"]


def test_a_language_chosen_while_typing_takes_nothing_away(author: Author) -> None:
    author.place("change", 700, 300)
    author.press("Enter")
    form = Tray(author.page)
    form.fill("name", "half typed")
    author.click("Menu")
    author.page.get_by_role("menuitem", name="Settings").click()
    author.page.get_by_label("Language").select_option("de")
    expect(form.box.get_by_role("tab", name="Eigenschaften")).to_be_visible()
    expect(form.field("name")).to_have_value("half typed")

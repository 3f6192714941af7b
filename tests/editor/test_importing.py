"""What comes in by import goes out by deploy as it was; what cannot come in says why."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from .author import Author, load, meaning
from .conftest import Opener
from .servers import PRESS, ROOT, SHOW, TAB, Server

pytestmark = pytest.mark.browser

SEED = ROOT.parent / "shared" / "examples" / "seed"
FILES = sorted(SEED.rglob("*.json")) or sorted((ROOT / "examples").glob("*.json"))
MANY = 5000


def grid(count: int) -> list[dict[str, Any]]:
    """A flow of many nodes, each wired to the next."""
    flows: list[dict[str, Any]] = [{"id": "many", "type": "tab", "label": "Many"}]
    for at in range(count):
        x, y = 120 + 200 * (at % 50), 60 + 60 * (at // 50)
        kind = ("change", "function", "switch", "json")[at % 4]
        wires = [[f"n{at + 1}"]] if (at + 1) % 50 and at + 1 < count else [[]]
        flows.append(
            {"id": f"n{at}", "type": kind, "z": "many", "name": f"node {at}", "x": x, "y": y, "wires": wires}
        )
    return flows


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_keeps_its_meaning_through_import_and_deploy(
    path: Path, author: Author, server: Server
) -> None:
    flows = load(path)
    author.import_(flows)
    author.deploy()
    deployed = meaning(server.flows())
    del deployed[TAB["id"]]
    assert deployed == meaning(flows)


def test_what_is_no_flow_says_why_and_changes_nothing(author: Author) -> None:
    author.press("Control+i")
    dialog = author.page.locator("dialog.modal")
    for text, reason in [
        ("rubbish", "This is not JSON"),
        ('{"a": 1}', "every entry needs an id and a type"),
        ('[1, "two"]', "every entry needs an id and a type"),
        ("42", "every entry needs an id and a type"),
    ]:
        dialog.locator("textarea").fill(text)
        expect(dialog.locator(".hint.err")).to_contain_text(reason)
        expect(dialog.locator(".primary")).to_be_disabled()
    author.page.keyboard.press("Escape")
    expect(author.page.locator(".upToDate")).to_be_visible()


def test_ids_that_clash_are_copied_or_replaced_as_the_author_says(openers: Opener, server: Server) -> None:
    server.deploy([TAB, PRESS, SHOW])
    author = openers(server)
    incoming = [{**PRESS, "name": "other"}, SHOW]
    author.import_(incoming)
    expect(author.nodes).to_have_count(4)
    expect(author.wires).to_have_count(2)
    expect(author.node("press")).to_be_visible()
    author.press("Control+z")
    expect(author.nodes).to_have_count(2)
    author.import_(incoming, replace=True)
    expect(author.nodes).to_have_count(2)
    expect(author.node("other")).to_be_visible()
    author.deploy()
    assert meaning(server.flows())["press"]["name"] == "other"


def test_what_is_imported_on_a_locked_flow_comes_on_a_new_one(openers: Opener, server: Server) -> None:
    server.deploy([{**TAB, "locked": True}])
    author = openers(server)
    author.import_([PRESS, SHOW])
    expect(author.page.locator(".tab.on")).to_have_text(re.compile("Flow 2"))
    expect(author.nodes).to_have_count(2)
    assert meaning(author.exported())["press"]["z"] != "f1"


def test_a_flow_of_thousands_of_nodes_comes_in_and_can_be_worked_on(author: Author, server: Server) -> None:
    flows = grid(MANY)
    author.import_(flows)
    expect(author.page.locator("canvas.overview")).to_be_visible()
    author.press("Control+k")
    author.page.locator("dialog.command input").fill("node 4321")
    author.page.locator("#command-list li", has_text=re.compile("^node 4321")).click()
    expect(author.node("node 4321")).to_be_visible()
    author.press("Delete")
    expect(author.node("node 4321")).to_have_count(0)
    author.deploy()
    deployed = meaning(server.flows())
    assert len(deployed) == len(flows)
    assert "n4321" not in deployed
    assert deployed["n4320"]["wires"] == [[]]


def test_a_subflow_that_holds_itself_is_shown_and_named_by_the_server(
    openers: Opener, server: Server
) -> None:
    def template(name: str, inside: str) -> list[dict[str, Any]]:
        return [
            {"id": name, "type": "subflow", "name": name, "in": [{"x": 40, "y": 40, "wires": [{"id": f"in-{name}"}]}], "out": []},
            {"id": f"in-{name}", "type": f"subflow:{inside}", "z": name, "name": "", "x": 200, "y": 40, "wires": []},
        ]  # fmt: skip

    author = openers(server, expected="400|status of")
    use = {"id": "use", "type": "subflow:ring", "z": "f1", "name": "", "x": 200, "y": 100, "wires": []}
    author.import_([*template("ring", "rong"), *template("rong", "ring"), use])
    expect(author.node("ring")).to_be_visible()
    author.page.locator(".deploy > button").first.click()
    expect(author.page.locator(".news.error, .news.warning, dialog.modal").first).to_be_visible()
    assert "use" in meaning(author.exported())


def test_an_export_of_everything_is_what_is_there(openers: Opener, server: Server) -> None:
    unknown = {
        "id": "odd",
        "type": "of-another-world",
        "z": "f1",
        "x": 300,
        "y": 300,
        "wires": [["show"]],
        "deep": {"er": [1, None]},
    }
    flows = [TAB, PRESS, SHOW, unknown]
    server.deploy(flows)
    author = openers(server)
    expect(author.page.locator(".node.unknown")).to_be_visible()
    assert author.exported() == json.loads(json.dumps(flows))

"""The node that nodes/README.md builds: its class, words and test do what the text says."""

from __future__ import annotations

import importlib
import json
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowengine.forms import Forms
from flowengine.node import Node
from flowengine.node_sets import NodeSets
from flowengine.testing import FlowHarness

from .function.flow_of_one import flow_of_one, payloads

TEXT = (Path(__file__).parents[2] / "nodes" / "README.md").read_text("utf-8")

WORDS = '{\n      "title"'


def block(first: str) -> str:
    """The indented block that begins with a line."""
    found = re.search(rf"^    {re.escape(first)}.*?(?=^\S)", TEXT, re.MULTILINE | re.DOTALL)
    assert found is not None, f"nodes/README.md has no block that begins with {first}"
    return textwrap.dedent(found[0])


@pytest.fixture
def sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[NodeSets]:
    package = tmp_path / "readme_nodes"
    (package / "locales" / "en-US").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "shorten.py").write_text(block('"""The shorten node'), "utf-8")
    (package / "locales" / "en-US" / "shorten.json").write_text(block(WORDS), "utf-8")
    (package / "shorten.html").write_text(block("{% extends"), "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    found = NodeSets()
    node_class: type[Node] = importlib.import_module("readme_nodes.shorten").Shorten
    found.add(node_class)
    yield found
    for name in ("readme_nodes.shorten", "readme_nodes"):
        sys.modules.pop(name, None)


async def shortened(sets: NodeSets, text: object) -> FlowHarness:
    harness = FlowHarness(flow_of_one(type="shorten", most=5), node_types=(sets.all()["shorten"],))
    async with harness:
        await harness.send("n", {"payload": text})
        await harness.settle(5)
    return harness


async def test_it_cuts_a_long_text(sets: NodeSets) -> None:
    assert payloads(await shortened(sets, "Good morning")) == ["Good …"]
    assert payloads(await shortened(sets, "Hello")) == ["Hello"]


async def test_it_says_what_is_wrong(sets: NodeSets) -> None:
    caught = (await shortened(sets, 5)).received("caught")
    assert caught[0]["error"]["message"] == "msg.payload is no text"


def test_it_has_a_form(sets: NodeSets) -> None:
    html = Forms(sets).form("shorten", "en-US").html
    assert "At most" in html
    assert 'data-show-if="end=dots"' in html
    assert '<p class="hint">...</p>' in html
    words = json.loads(block(WORDS))
    assert words["fields"]["end"]["options"]["dots"] in html

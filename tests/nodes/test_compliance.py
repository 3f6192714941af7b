"""What every core node type has to do, whatever it is for; its words are looked at in ``test_words.py``."""

from __future__ import annotations

import asyncio
import json

import pytest
from pydantic.fields import FieldInfo

from flowengine.javascript_values import js_json
from flowengine.node import ConfigNode, Node, NodeConfig
from flowengine.node_sets import NodeSets
from flowengine.testing import FlowHarness

TYPES = {
    name: cls for name, cls in NodeSets().all().items() if cls.__module__.startswith("flowengine.nodes.")
}
every_type = pytest.mark.parametrize("cls", TYPES.values(), ids=TYPES)


def wire_names(cls: type[Node]) -> dict[str, FieldInfo]:
    """The fields a type adds to those of every node, by their names in flow files."""
    return {
        field.alias or name: field
        for name, field in cls.Config.model_fields.items()
        if name not in NodeConfig.model_fields
    }


def test_all_modules_can_be_imported():
    node_sets = NodeSets()
    node_sets.all()
    assert node_sets.broken == {}


@every_type
async def test_it_starts_with_its_defaults_and_leaves_nothing_behind(cls: type[Node]):
    place = {} if issubclass(cls, ConfigNode) else {"z": "t", "x": 1, "y": 1, "wires": []}
    flow = [{"id": "t", "type": "tab", "label": "t"}, {"id": "n", "type": cls.type, **place}]
    before = asyncio.all_tasks()
    harness = FlowHarness(flow)
    async with harness:
        node = harness.engine.nodes.get("n")
        await asyncio.sleep(0)
    assert harness.engine.failed == {}
    assert harness.engine.unknown == {}
    assert node is None or not (node.timers or node.tasks)
    assert harness.engine.nodes == {}
    assert harness.engine.delivery.is_idle()
    assert asyncio.all_tasks() == before


@every_type
def test_its_defaults_are_json_and_read_back_the_same(cls: type[Node]):
    defaults = cls.Config.model_validate({"id": "n", "type": cls.type}).model_dump(by_alias=True)
    read = json.loads(js_json(defaults))
    assert cls.Config.model_validate(read).model_dump(by_alias=True) == defaults


@every_type
def test_properties_it_does_not_know_are_kept(cls: type[Node]):
    values = {"id": "n", "type": cls.type, "x": 20, "y": 40, "someoneElses": {"a": [1, None]}}
    kept = cls.Config.model_validate(values).model_dump(by_alias=True)
    assert {name: kept[name] for name in values} == values


@every_type
def test_its_fields_make_a_json_schema(cls: type[Node]):
    schema = cls.Config.model_json_schema(by_alias=True)
    assert set(wire_names(cls)) <= set(schema["properties"])


@every_type
def test_it_says_what_the_palette_needs(cls: type[Node]):
    assert cls.category
    assert cls.color
    assert cls.icon

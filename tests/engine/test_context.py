import orjson
import pytest

from flowengine.context import Context, Stores
from flowengine.errors import SettingsError
from flowengine.messages import UNDEFINED
from flowengine.testing import FlowHarness

from .flows import helper, node, tab


def test_values_are_references_and_keys_are_paths():
    context = Context(Stores({}), "global")
    value = {"b": [1]}
    context.set("a", value)
    assert context.get("a") is value
    context.set("a.b[1]", 2)
    assert value == {"b": [1, 2]}
    assert context.get("nothing.there") is UNDEFINED
    context.set("a", UNDEFINED)
    assert context.keys() == []


def test_an_unknown_store_is_the_default_one():
    stores = Stores({"one": {"module": "memory"}, "two": {"module": "memory"}})
    context = Context(stores, "t")
    context.set("a", 1)
    context.set("a", 2, "two")
    assert context.get("a", "nowhere") == context.get("a") == context.get("a", "one") == 1
    assert context.get("a", "two") == 2
    assert stores.names == ["one", "two"]


def test_the_flow_around_a_subflow_is_its_parent():
    stores = Stores({})
    outer = Context(stores, "t")
    inner = Context(stores, "t-i", outer)
    outer.set("a", 1)
    assert inner.get("$parent.a") == 1
    inner.set("$parent.b", 2)
    assert outer.get("b") == 2
    assert inner.get("a") is UNDEFINED


def test_the_global_context_of_functions_lies_beneath():
    context = Context(Stores({}), "global", seed={"os": {"name": "x"}})
    assert context.get("os.name") == "x"
    context.set("os", "mine")
    assert context.get("os") == "mine"
    assert context.keys() == ["os"]


async def test_file_context_has_node_reds_layout_and_comes_back(tmp_path):
    stores = Stores({"default": {"module": "localfilesystem"}}, str(tmp_path))
    Context(stores, "global").set("g", 1)
    Context(stores, "tab1").set("f", {"deep": [None, "ä"]})
    Context(stores, "node1:tab1").set("n", True)
    await stores.close()
    base = tmp_path / "context"
    assert orjson.loads((base / "global" / "global.json").read_bytes()) == {"g": 1}
    assert orjson.loads((base / "tab1" / "flow.json").read_bytes()) == {"f": {"deep": [None, "ä"]}}
    assert orjson.loads((base / "tab1" / "node1.json").read_bytes()) == {"n": True}
    again = Stores({"default": {"module": "localfilesystem"}}, str(tmp_path))
    assert Context(again, "tab1").get("f.deep[1]") == "ä"
    again.forget("node1:tab1")
    assert not (base / "tab1" / "node1.json").exists()


def test_bad_declarations_say_what_they_are():
    with pytest.raises(SettingsError, match='unknown module "redis"'):
        Stores({"x": {"module": "redis"}})


async def test_the_parent_of_a_tabs_context_is_the_global_one():
    flow = [
        tab(),
        node(
            "n",
            "function",
            ["seen"],
            func="flow.set('$parent.x', 1); msg.payload = global.get('x'); return msg;",
        ),
        helper(),
    ]
    async with FlowHarness(flow) as running:
        await running.send("n", {})
        await running.settle(5)
        assert [msg["payload"] for msg in running.received("seen")] == [1]

import json

import pytest

from flowengine.errors import FlowFileError
from flowengine.flow_file import load_flow_file, read_flow, sort_nodes

from .flows import helper, node, tab

NODES = [tab(unknown={"a": [1, None]}), node("n", "no-such-type", ["seen"], odd=1.5), helper()]


@pytest.mark.parametrize(
    "value",
    [
        NODES,
        {"flows": NODES, "rev": "abc", "credentials": {"$": "00"}},
        {"flows": NODES, "rev": "abc", "extra": True},
    ],
)
def test_every_shape_comes_back_as_it_was(value):
    assert json.loads(json.dumps(read_flow(value).dump())) == value


def test_the_single_flow_of_the_api_is_a_tab_with_its_nodes():
    file = read_flow(
        {
            "id": "t",
            "label": "One",
            "nodes": [node("n", "debug")],
            "configs": [{"id": "c", "type": "x", "z": "t"}],
        }
    )
    flows = sort_nodes(file.nodes)
    assert flows.tabs["t"].config["label"] == "One"
    assert list(flows.tabs["t"].nodes) == ["n"]
    assert list(flows.tabs["t"].configs) == ["c"]


def test_a_selection_without_its_tab_gets_one():
    flows = sort_nodes([node("n", "debug"), node("m", "debug", z="other")])
    assert list(flows.tabs) == ["t", "other"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"a": 1}, "not a flow"),
        ("text", "not a flow"),
        ([{"id": "a"}], "entry 0 is not a node"),
        ([tab(), 5], "entry 1 is not a node"),
    ],
)
def test_what_is_no_flow_says_so(value, words):
    with pytest.raises(FlowFileError, match=words):
        read_flow(value)


def test_broken_json_names_file_line_and_remedy(tmp_path):
    file = tmp_path / "flows.json"
    file.write_text('[\n {"id": "a",}\n]')
    with pytest.raises(FlowFileError, match=r"flows\.json is not JSON \(line 2.*export the flow again"):
        load_flow_file(file)
    with pytest.raises(FlowFileError, match="cannot read the flow file"):
        load_flow_file(tmp_path / "missing.json")


def test_link_nodes_are_wired_by_either_side():
    flows = sort_nodes(
        [
            tab(),
            node("out", "link out", links=["in1"]),
            node("in1", "link in", links=["out"]),
            node("in2", "link in", links=["out"]),
        ]
    )
    assert flows.tabs["t"].nodes["out"]["wires"] == [["in1", "in2"]]


def test_doubled_ids_are_noticed_and_the_later_counts():
    flows = sort_nodes([tab(), node("n", "debug"), node("n", "inject")])
    assert flows.doubled == ["n"]
    assert flows.by_id["n"]["type"] == "inject"

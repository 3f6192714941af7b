"""What the check finds in API nodes and Service Hosts without running them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flowengine.check import Checker

from .scripted import CREDENTIALS, flow

CHAT = "createChatCompletion"
NOT = f"is not what {CHAT} takes: input should be a valid"
PAYLOAD = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}


def inject(payload: Any = None, **fields: Any) -> dict[str, Any]:
    props = fields.pop("props", [{"p": "payload", "v": json.dumps(payload), "vt": "json"}])
    return {
        "id": "i",
        "type": "inject",
        "z": "tab",
        "x": 1,
        "y": 1,
        "name": "go",
        "wires": [["n1"]],
        "props": props,
        **fields,
    }


def found(nodes: list[dict[str, Any]], credentials: Any = CREDENTIALS) -> list[tuple[str, str, str]]:
    problems = Checker(nodes, credentials=credentials).problems()
    return [(problem.level, problem.node, problem.text) for problem in problems if problem.type != "helper"]


def texts(nodes: list[dict[str, Any]], credentials: Any = CREDENTIALS) -> list[str]:
    return [f"{level}: {text}" for level, _, text in found(nodes, credentials)]


BASE = "http://127.0.0.1/v1"


def test_a_node_that_is_well_fed_has_no_findings():
    assert texts([*flow(BASE, CHAT), inject(PAYLOAD)]) == []


@pytest.mark.parametrize("name", ["createChatCompletions", "createchatcompletion"])
def test_an_unknown_method_comes_with_close_names(name):
    (text,) = texts(flow(BASE, name))
    assert text.startswith(f'error: There is no method "{name}". Close to it: ')
    assert CHAT in text


def test_an_unknown_method_like_nothing_else_is_only_named():
    assert texts(flow(BASE, "zzz")) == ['error: There is no method "zzz"']
    assert texts(flow(BASE, "")) == ["error: No method is chosen"]


def test_a_node_without_a_service_host_is_told_the_way_out():
    nodes = [node for node in flow(BASE, "listModels") if node["id"] != "host"]
    assert texts(nodes) == [
        "error: The Service Host host is not in this file: choose another, or export it with the flow"
    ]
    nodes = [{**node, "service": ""} if node["id"] == "n1" else node for node in nodes]
    (text,) = texts(nodes)
    assert text.startswith("warning: No Service Host is chosen")
    assert "--default-host" in text


def test_a_host_without_a_key_is_found_where_secrets_are_known():
    (found_text,) = texts(flow(BASE, "listModels"), credentials={})
    assert found_text.startswith('warning: Service Host "h" has no API key')
    assert texts(flow(BASE, "listModels"), credentials=None) == []


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({"secureApiKeyValueType": "env", "secureApiKeyValueRef": ""}, 1),
        ({"secureApiKeyValueType": "env", "secureApiKeyValueRef": "MY_KEY"}, 0),
        ({"allowEnvironmentKey": True}, 0),
    ],
)
def test_a_key_may_be_elsewhere(fields, count):
    assert len(texts(flow(BASE, "listModels", service=fields), credentials={})) == count


def test_a_host_without_an_address_says_where_calls_go():
    (text,) = texts(flow("", "listModels"))
    assert "calls go to OpenAI" in text


def test_a_retired_method_is_a_note():
    note, needs = texts(flow(BASE, "listAssistantFiles"))
    assert note.startswith("note: The service has retired listAssistantFiles")
    assert needs == "note: listAssistantFiles needs in msg.payload: assistant_id"


def test_without_an_inject_node_the_fields_are_named():
    assert texts(flow(BASE, CHAT)) == [f"note: {CHAT} needs in msg.payload: model, messages"]
    defaults = json.dumps({"model": "m"})
    assert texts(flow(BASE, CHAT, defaults=defaults)) == [f"note: {CHAT} needs in msg.payload: messages"]
    assert texts(flow(BASE, "listModels")) == []
    assert texts(flow(BASE, CHAT, property="question")) == [
        f"note: {CHAT} needs in msg.question: model, messages"
    ]


@pytest.mark.parametrize(
    ("payload", "problems"),
    [
        ({"model": "m"}, [f"{CHAT} needs msg.payload.messages"]),
        ({}, [f"{CHAT} needs msg.payload.model", f"{CHAT} needs msg.payload.messages"]),
        ({**PAYLOAD, "temperature": "warm"}, [f"msg.payload.temperature {NOT} number"]),
        ({**PAYLOAD, "temperature": "0.5"}, [f"msg.payload.temperature {NOT} number"]),
        ({**PAYLOAD, "messages": "Hi"}, [f"msg.payload.messages {NOT} list"]),
        ({**PAYLOAD, "messages": ["Hi"]}, [f"msg.payload.messages[0] {NOT} dictionary"]),
        ({**PAYLOAD, "something_new": 1}, []),
        ({**PAYLOAD, "temperature": None}, []),
        ({**PAYLOAD, "stop": 7}, [f"msg.payload.stop {NOT} string"]),
        ({**PAYLOAD, "audio": {"format": "wav"}}, [f"{CHAT} needs msg.payload.audio.voice"]),
        ("Hi", [f"{CHAT} needs msg.payload to be an object with its fields"]),
    ],
)  # fmt: skip
def test_what_an_inject_node_sends_is_compared_with_the_schema(payload, problems):
    given = [f'warning: What the inject node "go" sends does not fit: {problem}' for problem in problems]
    assert texts([*flow(BASE, CHAT), inject(payload)]) == given


def test_the_payload_may_be_set_piece_by_piece():
    props = [
        {"p": "payload.model", "v": "m", "vt": "str"},
        {"p": "payload.messages", "v": "messages", "vt": "flow"},
        {"p": "payload.n", "v": "two", "vt": "str"},
    ]
    (text,) = texts([*flow(BASE, CHAT), inject(props=props)])
    assert "msg.payload.n is not what" in text


@pytest.mark.parametrize(
    "fields",
    [
        {"props": [{"p": "payload", "v": "", "vt": "date"}]},
        {"props": [{"p": "payload", "v": "$env", "vt": "jsonata"}]},
        {"props": None, "payload": json.dumps(PAYLOAD), "payloadType": "json"},
        {"props": [{"p": "payload"}], "payload": json.dumps(PAYLOAD), "payloadType": "json"},
    ],
)
def test_what_only_a_run_can_know_is_left_alone_and_old_inject_nodes_are_read(fields):
    assert texts([*flow(BASE, CHAT), inject(**fields)]) == []


def test_an_inject_node_that_is_switched_off_does_not_count():
    (text,) = texts([*flow(BASE, CHAT), inject({}, d=True)])
    assert text.startswith("note: ")


def test_tools_have_to_be_there():
    (text,) = texts([*flow(BASE, CHAT, tools=["weather"]), inject(PAYLOAD)])
    assert text == 'error: There is no tool in node "weather". The tools are: -'
    (text,) = texts([*flow(BASE, CHAT, tools="all"), inject(PAYLOAD)])
    assert text.startswith("warning: All tools are chosen")


def test_the_example_of_every_method_passes():
    from flowengine.nodes.openai.checks import violations
    from flowengine.nodes.openai.methods import families

    every = [method for family in families() for method in family.methods]
    wrong = {method.name: list(violations(method, method.example_payload)) for method in every}
    assert {name: faults for name, faults in wrong.items() if faults} == {}


def test_a_typed_field_is_there_whatever_it_will_be():
    fields = {"defaults": {"model": "m", "messages": "turns"}, "defaultTypes": {"messages": "msg"}}
    assert texts(flow(BASE, CHAT, **fields)) == []
    assert texts([*flow(BASE, CHAT, **fields), inject({"temperature": 1})]) == []


@pytest.mark.parametrize(
    ("value", "kind"), [("a..b", "msg"), ("$sum(", "jsonata"), ("", "flow"), ("{", "json"), ("x", "node")]
)
def test_a_typed_field_that_cannot_be_read_is_named(value, kind):
    fields = {"defaults": {**PAYLOAD, "user": value}, "defaultTypes": {"user": kind}}
    (text,) = texts(flow(BASE, CHAT, **fields))
    assert text.startswith('error: The parameter "user" ')


@pytest.mark.parametrize("kind", ["flow", "global", "env", "date", "str"])
def test_what_only_a_running_flow_knows_is_no_fault(kind):
    fields = {"defaults": {**PAYLOAD, "user": "key"}, "defaultTypes": {"user": kind}}
    assert texts(flow(BASE, CHAT, **fields)) == []

"""Flows whose hot paths are measured: chains of one node type, fan-outs, and calls of the API."""

from __future__ import annotations

from typing import Any

NodeDict = dict[str, Any]


def node(node_id: str, node_type: str, *targets: str, **fields: Any) -> NodeDict:
    """Write a node with one output."""
    return {"id": node_id, "type": node_type, "z": "t", "x": 0, "y": 0, "wires": [list(targets)], **fields}


def chain(node_type: str, length: int, **fields: Any) -> list[NodeDict]:
    """Write a tab with nodes ``n0`` to ``n<length - 1>`` one behind the other."""
    nodes = [node(f"n{at}", node_type, f"n{at + 1}", **fields) for at in range(length)]
    nodes[-1]["wires"] = [[]]
    return [{"id": "t", "type": "tab", "label": "t"}, *nodes]


def set_rule(name: str, value: str, kind: str = "str") -> NodeDict:
    """Write the fields of a change node that sets a property."""
    return {"rules": [{"t": "set", "p": name, "pt": "msg", "to": value, "tot": kind}]}


CHAINS: dict[str, tuple[str, NodeDict]] = {
    "junction": ("junction", {}),
    "change": ("change", set_rule("topic", "a")),
    "change_path": ("change", set_rule("seen", "order.items[0].name", "msg")),
    "change_jsonata": ("change", set_rule("sum", "$sum(order.items.(price * qty))", "jsonata")),
    "switch": (
        "switch",
        {"property": "n", "propertyType": "msg", "rules": [{"t": "gte", "v": "0", "vt": "num"}]},
    ),
    "template": (
        "template",
        {"field": "text", "template": "Dear {{name}}, {{#order.items}}{{name}} {{/order.items}}"},
    ),
    "javascript": ("function", {"func": "msg.n++;\nreturn msg;"}),
    "python": ("function", {"func": "msg['n'] += 1\nreturn msg", "language": "python"}),
}


def message() -> NodeDict:
    """Make the properties of a message as flows have them."""
    items = [{"name": f"item {at}", "price": 1.5 * at, "qty": at} for at in range(4)]
    return {
        "_msgid": "0123456789abcdef",
        "n": 1,
        "name": "Ada",
        "payload": "hello",
        "order": {"items": items},
    }


def fan_out(width: int) -> list[NodeDict]:
    """Write one node that leads to many."""
    ends = [node(f"e{at}", "change", **set_rule("payload", "1", "num")) for at in range(width)]
    return [
        {"id": "t", "type": "tab", "label": "t"},
        node("n0", "junction", *(end["id"] for end in ends)),
        *ends,
    ]


def calls(url: str) -> list[NodeDict]:
    """Write an OpenAI API node ``n0`` with its server."""
    host = {
        "id": "host",
        "type": "Service Host",
        "apiBase": url,
        "apiBaseType": "str",
        "secureApiKeyValueType": "cred",
    }
    api = node(
        "n0",
        "OpenAI API",
        property="payload",
        propertyType="msg",
        service="host",
        method="createChatCompletion",
    )
    return [{"id": "t", "type": "tab", "label": "t"}, host, api]

"""Points the Service Hosts of a flow at other servers, without touching the flow file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..credentials import Credentials
from ..errors import FlowError
from ..flow_file import NodeDict

HOST, API = "Service Host", "OpenAI API"
OPENAI = "https://api.openai.com/v1"
KEY_VARIABLE = "OPENAI_API_KEY"
URL_VARIABLE = "OPENAI_BASE_URL"
SIMULATOR_KEY = "simulator"
"""What stands for a key where the simulator answers: no secret."""
GIVEN_ID = "service-host-of-the-command-line"

Words = Callable[..., str]


def point_hosts(nodes: list[NodeDict], assignments: dict[str, str], words: Words) -> list[NodeDict]:
    """Give the named Service Hosts (by id or name) another base URL; returns new nodes."""
    hosts = [node for node in nodes if node["type"] == HOST]
    changed: dict[str, str] = {}
    for wanted, url in assignments.items():
        found = [node["id"] for node in hosts if wanted in (node["id"], node.get("name"))]
        if not found:
            known = ", ".join(f'"{node.get("name") or node["id"]}"' for node in hosts) or "none"
            raise FlowError(words("run.no_host", name=wanted, known=known))
        changed.update(dict.fromkeys(found, url))
    return [_pointed(node, changed[node["id"]]) if node["id"] in changed else node for node in nodes]


def _pointed(node: NodeDict, url: str) -> NodeDict:
    return {**node, "apiBase": url, "apiBaseType": "str"}


def lacks_host(nodes: list[NodeDict]) -> bool:
    """Tell whether an OpenAI API node names no Service Host of this flow."""
    known = _host_ids(nodes)
    return any(_is_hostless(node, known) for node in nodes)


def add_default_host(
    nodes: list[NodeDict], credentials: Credentials, url: str, key: str
) -> tuple[list[NodeDict], Credentials]:
    """Give every OpenAI API node without a Service Host one with this URL and key."""
    known = _host_ids(nodes)
    given = [{**node, "service": GIVEN_ID} if _is_hostless(node, known) else node for node in nodes]
    host: dict[str, Any] = {
        "id": GIVEN_ID,
        "type": HOST,
        "name": url,
        "apiBase": url,
        "apiBaseType": "str",
        "secureApiKeyHeaderOrQueryName": "Authorization",
        "secureApiKeyHeaderOrQueryNameType": "str",
        "secureApiKeyValueType": "cred",
    }
    return [*given, host], {**credentials, GIVEN_ID: {"secureApiKeyValue": key}}


def _host_ids(nodes: list[NodeDict]) -> set[str]:
    return {node["id"] for node in nodes if node["type"] == HOST}


def _is_hostless(node: NodeDict, known: set[str]) -> bool:
    return node["type"] == API and node.get("service") not in known

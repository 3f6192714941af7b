"""Secrets that travel inside posted flows: taken out of the nodes, kept apart, never given back."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any

from ..credentials import Credentials
from ..flow_file import NodeDict
from ..node_sets import NodeSets

UNCHANGED = "__PWRD__"
"""Stands for a password that the editor does not know, and so has not changed."""


def take_secrets(nodes: list[NodeDict], stored: Credentials, node_sets: NodeSets) -> Credentials:
    """Take ``credentials`` out of the nodes; returns what is stored then: of these nodes only, with their changes."""
    kept: Credentials = {}
    for node in nodes:
        given = node.pop("credentials", None)
        values = dict(stored.get(node["id"]) or {})
        if isinstance(given, dict):
            values = _changed(node["type"], given, values, node_sets)
        if values or (isinstance(given, dict) and node["id"] in stored):
            kept[node["id"]] = values
    return kept


def _changed(
    type_name: str, given: dict[str, Any], old: dict[str, Any], node_sets: NodeSets
) -> dict[str, Any]:
    if type_name == "global-config":
        return {**old, "map": _map(given.get("map"), old.get("map"))}
    node_class = None if _is_free(type_name) else node_sets.find(type_name)
    names = given if node_class is None else [name for name in node_class.credentials if name in given]
    values = dict(old)
    for name in names:
        value = given[name]
        if value == UNCHANGED:
            continue
        if value is None or (isinstance(value, (str, list)) and not value) or _is_blank(value):
            values.pop(name, None)
        else:
            values[name] = value
    if type_name.partition(":")[0] == "subflow":
        values = {name: value for name, value in values.items() if name in given}
    return values


def _is_free(type_name: str) -> bool:
    """Tell whether the names of a type's secrets are its user's: variables of flows, groups and subflows."""
    return type_name.partition(":")[0] in ("subflow", "tab", "group")


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()


def _map(given: Any, old: Any) -> dict[str, Any]:
    """Merge the secret variables of a global-config; those that are no longer named go."""
    given, old = given if isinstance(given, dict) else {}, old if isinstance(old, dict) else {}
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name.startswith("has_"):
            continue
        found[name] = old.get(name) if value == UNCHANGED and name in old else value
        found[f"has_{name}"] = given.get(f"has_{name}", True)
    return found


def shown_secrets(type_name: str, stored: dict[str, Any], node_sets: NodeSets) -> dict[str, Any]:
    """Return what may be shown of a node's secrets: texts as they are, of passwords only whether there is one."""
    if type_name == "global-config":
        names = stored.get("map")
        present = [name for name in names if not name.startswith("has_")] if isinstance(names, dict) else []
        return {"map": {f"has_{name}": True for name in present}}
    if _is_free(type_name):
        return {f"has_{name}": value not in (None, "") for name, value in stored.items()}
    node_class = node_sets.find(type_name)
    shown: dict[str, Any] = {}
    for name, kind in (node_class.credentials if node_class else {}).items():
        if kind == "password":
            shown[f"has_{name}"] = stored.get(name) not in (None, "")
        else:
            shown[name] = stored.get(name) or ""
    return shown


def secret_texts(credentials: Credentials, types: dict[str, str], node_sets: NodeSets) -> set[str]:
    """Return every text that must not be seen; ``types`` are the types of nodes by id."""
    found: set[str] = set()
    for node_id, values in credentials.items():
        node_class = (
            node_sets.find(types[node_id]) if node_id in types and not _is_free(types[node_id]) else None
        )
        open_names = (
            {name for name, kind in node_class.credentials.items() if kind == "text"} if node_class else set()
        )
        found |= {text for name, value in values.items() if name not in open_names for text in _texts(value)}
        found |= _account(values)
    return found


def keys_of_environment(nodes: Iterable[NodeDict], environment: Mapping[str, str]) -> set[str]:
    """Return the keys that Service Hosts take from the environment, which no credentials file holds."""
    hosts = [node for node in nodes if node["type"] == "Service Host"]
    named = {
        str(node.get("secureApiKeyValueRef")) for node in hosts if node.get("secureApiKeyValueType") == "env"
    }
    if any(node.get("allowEnvironmentKey") for node in hosts):
        named.add("OPENAI_API_KEY")
    return {key for name in named if (key := environment.get(name))}


def _account(values: dict[str, Any]) -> set[str]:
    """Return user and password as HTTP sends them: a server that repeats what it was told repeats these."""
    user, password = values.get("user", values.get("username")), values.get("password")
    if not isinstance(password, str) or not password:
        return set()
    return {base64.b64encode(f"{user or ''}:{password}".encode()).decode()}


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    return []

"""Environment variables of flows: what ``env`` lists declare, and ``${NAME}`` in properties.

A variable is looked for from the inside out: subflow instance and template, groups, tab, global-config,
process. Whoever asks and answers on that way has a ``setting(name)``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .errors import error_text
from .messages import Msg, clone
from .typed_values import compile_value
from .undefined import UNDEFINED

PARENT = "$parent."
_WHOLE = re.compile(r"^\$(?:\{(\S+)\}|\((\S+)\))$")

Lookup = Callable[[str], Any]


def evaluate_env(
    entries: Any, owner: Any, credentials: dict[str, Any], complain: Callable[[str], None]
) -> dict[str, Any]:
    """Evaluate an ``env`` list (name, value, type). ``owner`` answers to ``setting`` and is asked by expressions.

    Variables of type env come last, since they may name others of the same list.
    """
    values: dict[str, Any] = {}
    later = []
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            continue
        kind = entry.get("type") or "str"
        if kind == "env":
            later.append(entry)
            continue
        try:
            values[entry["name"]] = _evaluate(entry["name"], kind, entry.get("value"), owner, credentials)
        except Exception as error:  # one bad variable must not keep a flow from starting
            complain(f"Error evaluating env property '{entry['name']}': {error_text(error)}")
            values[entry["name"]] = UNDEFINED
    for entry in later:
        values[entry["name"]] = _from_env(entry, values, owner)
    return values


def _evaluate(name: str, kind: str, value: Any, owner: Any, credentials: dict[str, Any]) -> Any:
    if kind == "bool":
        return value in ("true", True)
    if kind == "cred":
        return credentials.get(name, value if value is not None else UNDEFINED)
    if kind == "conf-type" and isinstance(value, str) and (match := re.fullmatch(r"\$\{([^}]+)\}", value)):
        return owner.setting(match[1])
    return compile_value(value, kind, _Asker(owner.setting, owner))(Msg())


def _from_env(entry: dict[str, Any], values: dict[str, Any], owner: Any) -> Any:
    name, value = entry["name"], str(entry.get("value", ""))
    if value == name:
        value = PARENT + name  # a variable that names itself means the one further out
    if value in values:
        return values[value]

    def setting(wanted: str) -> Any:
        return values[wanted] if wanted in values else owner.setting(wanted)

    return compile_value(value, "env", _Asker(setting, owner))(Msg())


class _Asker:
    """Stands in for a node where an expression or env lookup needs one but a flow asks."""

    def __init__(self, setting: Lookup, owner: Any) -> None:
        self.env = setting
        self.owner = owner
        self.id = getattr(owner, "id", "")
        self.host = getattr(owner, "host", None)

    @property
    def flow_context(self) -> Any:
        return self.owner.context("flow")

    @property
    def global_context(self) -> Any:
        return self.owner.context("global")


def known(values: dict[str, Any], name: str) -> Any:
    """Return a variable out of evaluated ones, objects as copies."""
    value = values[name]
    return clone(value) if isinstance(value, (dict, list)) else value


def substitute(value: Any, setting: Lookup) -> Any:
    """Replace texts that are ``${NAME}`` as a whole, however deep; an unset one stays as it is."""
    if isinstance(value, str):
        if value[:1] == "$" and (match := _WHOLE.match(value)):
            found = setting(match[1] or match[2])
            return value if found is UNDEFINED else found
        return value
    if isinstance(value, list):
        return [substitute(item, setting) for item in value]
    if isinstance(value, dict):
        return {key: substitute(item, setting) for key, item in value.items()}
    return value

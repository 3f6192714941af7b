"""What the editor knows of a node type before it opens a form: looks, ports, defaults and rules."""

from __future__ import annotations

from typing import Any

from flowengine.fields import Kind
from flowengine.node import ConfigNode, Node
from flowengine.node_packages import NodePackage

from .form_fields import FormField, fields_of
from .wording import Wording

CORE = "flowengine.nodes."


def descriptor(node_class: type[Node], words: Wording, package: NodePackage | None = None) -> dict[str, Any]:
    """Describe a type; see "type descriptor" in ``editor/README.md``."""
    return {
        "type": node_class.type,
        "category": node_class.category,
        "color": node_class.color,
        "icon": _icon_of(node_class, package),
        "paletteLabel": words.find("title", node_class.type),
        "shortHelp": words.find("summary", ""),
        "inputs": node_class.inputs,
        "outputs": node_class.outputs,
        "inputLabels": words.find("inputs", []),
        "outputLabels": words.find("outputs", []),
        "label": list(node_class.label),
        "align": node_class.align,
        "button": node_class.button or None,
        "config": issubclass(node_class, ConfigNode),
        "defaults": {one.name: _default(one) for one in fields_of(node_class).values() if _is_kept(one)},
        "credentials": dict(node_class.credentials),
        "module": package.name if package else _set_of(node_class),
    }


def _icon_of(node_class: type[Node], package: NodePackage | None) -> str:
    """Give the name of the icon; a package's own picture with the package before it, as its address has it."""
    place = package.folder("icons") if package else None
    if package is None or place is None or not (place / node_class.icon).is_file():
        return node_class.icon
    return f"{package.name}/{node_class.icon}"


def start_value(one: FormField) -> Any:
    """Give what a new node has."""
    return one.facts.get("starts", one.default)


def _is_kept(one: FormField) -> bool:
    return not one.secret and not one.facts.get("legacy")


def _default(one: FormField) -> dict[str, Any]:
    found: dict[str, Any] = {"value": start_value(one)}
    # What is asked for only at times cannot be judged without the form.
    if one.facts.get("required") and "show_if" not in one.facts:
        found["required"] = True
    if one.control == "config":
        found["type"] = one.facts["config_type"]
    if rule := rule_of(one):
        found["validate"] = rule
    return found


def rule_of(one: FormField) -> str:
    """Give the rules for a field's value: those it names, else what its control says by itself."""
    if "validate" in one.facts:
        return str(one.facts["validate"])
    if one.control == "number":
        return "integer" if one.facts.get("whole") else "number"
    if one.control == "typed":
        return _typed_rule(one)
    return "json" if one.control == "json" and isinstance(one.default, str) else ""


def _typed_rule(one: FormField) -> str:
    if type_field := one.facts.get("type_field"):
        return f"typed:{type_field}"
    first: str | Kind = one.kinds[0]
    return "path" if first == "msg" else ""


def _set_of(node_class: type[Node]) -> str:
    module = node_class.__module__
    return "core" if module.startswith(CORE) else module.partition(".")[0]

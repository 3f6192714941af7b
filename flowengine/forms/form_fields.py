"""Reads the fields of a node type: its ``Config`` and its secrets become ``FormField``s in the order of the form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from flowengine.fields import Hint, Kind, Part, facts_of
from flowengine.node import Node, NodeConfig

ENGINE_FIELDS = frozenset(NodeConfig.model_fields) - {"name"}
"""What every node has and no form shows: id, type, wires, ..."""
_SECRETS = {"password": "secret", "text": "line"}


@dataclass(frozen=True)
class FormField:
    """A field by its name in the flow file, and how it is edited (``facts``: see ``flowengine.fields``)."""

    name: str
    control: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    default: Any = None
    secret: str = ""
    """What it is among the node's credentials: ``text``, ``password``, or nothing."""
    beside: FormField | None = None

    @property
    def is_shown(self) -> bool:
        """Whether it has a control of its own, or beside another's."""
        return self.control != "hidden"

    @property
    def key(self) -> str:
        """The key that a cell of a row edits: ``v`` of ``v#type``."""
        return self.name.partition("#")[0]

    @property
    def kinds(self) -> tuple[str | Kind, ...]:
        """The kinds of a typed value."""
        found: tuple[str | Kind, ...] = self.facts.get("kinds", ())
        return found

    @property
    def choices(self) -> tuple[str | int, ...]:
        """The values to choose from."""
        found: tuple[str | int, ...] = self.facts.get("choices", ())
        return found

    @property
    def cells(self) -> tuple[FormField, ...]:
        """The controls of a row, where the field is a list."""
        cells: Mapping[str, Hint] = self.facts.get("cells", {})
        return tuple(
            FormField(name, hint.facts.get("control", "line"), hint.facts) for name, hint in cells.items()
        )


@dataclass(frozen=True)
class FormPart:
    """Fields that are shown together; without a name, those that stand by themselves."""

    role: str
    name: str
    fields: tuple[FormField, ...]
    first: bool = False


def fields_of(node_class: type[Node]) -> dict[str, FormField]:
    """Give all fields and secrets of a type by name, those of ``Config`` first."""
    found = {one.name: one for one in _config_fields(node_class)}
    for name, kind in node_class.credentials.items():
        facts = node_class.credential_hints.get(name, Hint()).facts
        known = found.get(name) or FormField(name, facts.get("control", _SECRETS[kind]), facts, "")
        found[name] = replace(known, secret=kind)
    return {name: _with_neighbour(one, found) for name, one in found.items()}


def layout(node_class: type[Node]) -> tuple[FormPart, ...]:
    """Give the parts of the form in order; fields that ``form`` does not name follow at the end."""
    fields = fields_of(node_class)
    taken = _taken(fields)
    named = {name for item in node_class.form for name in ((item,) if isinstance(item, str) else item.fields)}
    parts: list[FormPart] = []
    for item in (*node_class.form, *(name for name in fields if name not in named)):
        part = item if isinstance(item, Part) else Part("plain", "", (item,))
        shown = tuple(fields[name] for name in part.fields if fields[name].is_shown and name not in taken)
        if part.role == "plain" and parts and parts[-1].role == "plain":
            parts[-1] = replace(parts[-1], fields=(*parts[-1].fields, *shown))
        elif shown:
            parts.append(FormPart(part.role, part.name, shown, part.first))
    return tuple(parts)


def shown_fields(node_class: type[Node]) -> Iterator[FormField]:
    """Give every field that needs words: those with a control, in order, each with its neighbour."""
    for part in layout(node_class):
        for one in part.fields:
            yield one
            if one.beside is not None:
                yield one.beside


def _taken(fields: Mapping[str, FormField]) -> set[str]:
    """Names that another control edits as well: kinds of values, units, counts."""
    keys = ("type_field", "beside", "counts")
    return {str(one.facts[key]) for one in fields.values() for key in keys if one.facts.get(key)}


def _with_neighbour(one: FormField, fields: Mapping[str, FormField]) -> FormField:
    beside = one.facts.get("beside")
    return replace(one, beside=fields[beside]) if beside else one


def _config_fields(node_class: type[Node]) -> Iterator[FormField]:
    for attribute, info in node_class.Config.model_fields.items():
        if attribute not in ENGINE_FIELDS:
            facts = facts_of(info.metadata)
            control = facts.get("control") or _control(info.annotation)
            if control == "select" and "choices" not in facts:
                facts["choices"] = get_args(_bare(info.annotation))
            bounds = _bounds(info) if control == "number" else {}
            name = info.alias or attribute
            yield FormField(name, control, {**bounds, **facts}, _default(info))


def _control(annotation: Any) -> str:
    """Tell the control from a type: what a field is edited with that says nothing."""
    bare = _bare(annotation)
    if bare is bool:
        return "checkbox"
    if get_origin(bare) is Literal:
        return "select"
    if bare in (int, float):
        return "number"
    return "json" if get_origin(bare) in (list, dict) or bare in (list, dict) else "line"


def _bare(annotation: Any) -> Any:
    """Take None, and text beside a bool or number, out of a union."""
    if get_origin(annotation) not in (Union, UnionType):
        return annotation
    kinds = [kind for kind in get_args(annotation) if kind is not NoneType]
    plain = [kind for kind in kinds if kind is not str] or kinds
    return plain[0] if len(plain) == 1 else str


def _bounds(info: FieldInfo) -> dict[str, Any]:
    """Read the ends of a number, and whether it is whole, from its type."""
    found: dict[str, Any] = {"whole": _bare(info.annotation) is int}
    for rule in info.metadata:
        if (least := getattr(rule, "ge", None)) is not None:
            found["least"] = least
        if (most := getattr(rule, "le", None)) is not None:
            found["most"] = most
    return found


def _default(info: FieldInfo) -> Any:
    """Give the default as it stands in a flow file."""
    value = info.get_default(call_default_factory=True, validated_data={})
    return None if value is PydanticUndefined else as_json(value)


def as_json(value: Any) -> Any:
    """Turn models within a default into what a flow file holds."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return [as_json(item) for item in value] if isinstance(value, list) else value

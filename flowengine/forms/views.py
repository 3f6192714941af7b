"""What a template shows of a field: facts and words joined, ready to be written."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from flowengine.fields import Kind
from flowengine.node import Node

from .form_fields import FormField, FormPart, layout
from .wording import FieldWords, Wording

SEGMENTS = 5
"""More choices than this become a list to open, ..."""
SEGMENT_LETTERS = 44
"""... and so do choices whose words together are longer than this."""


@dataclass(frozen=True)
class FieldView:
    """A control with its words. ``label`` is empty where no language has one: then the name is shown as code."""

    name: str
    control: str
    label: str
    help: str
    facts: dict[str, Any]
    words: FieldWords
    options: list[tuple[str, str]] = field(default_factory=list)
    cells: list[FieldView] = field(default_factory=list)
    beside: FieldView | None = None
    unit: str = ""
    add: str = ""
    types: str = ""
    """The attribute of a typed input: a comma list, or JSON where a kind is the field's own."""

    @property
    def id(self) -> str:
        """The id of the control in the page."""
        return "f-" + self.name.replace(".", "-")

    @property
    def key(self) -> str:
        """The name of the control; a cell ``v#type`` edits ``v``."""
        return self.name.partition("#")[0]

    @property
    def title(self) -> str:
        """The label, or the name in the flow file."""
        return self.label or self.key

    @property
    def new_row(self) -> str:
        """What a new row of a list holds, as JSON."""
        return json.dumps(self.facts.get("new", {}), ensure_ascii=False)

    def said(self, value: str) -> str:
        """Give the words of a value."""
        return self.words.option(value)

    @property
    def is_short(self) -> bool:
        """Whether the choices fit side by side."""
        letters = sum(
            len(label) + sum(2 for char in label if ord(char) > 0x2E7F) for _, label in self.options
        )
        return len(self.options) <= SEGMENTS and letters <= SEGMENT_LETTERS

    @property
    def value_type(self) -> str:
        """What the page reads a choice as."""
        return "number" if any(isinstance(value, int) for value in self.facts.get("choices", ())) else ""


@dataclass(frozen=True)
class PartView:
    """Fields under a heading, on a tab, or plain."""

    role: str
    title: str
    fields: list[FieldView]
    first: bool = False


def form_view(node_class: type[Node], words: Wording) -> list[PartView]:
    """Give the parts of a type's form."""
    return [_part(part, words) for part in layout(node_class)]


def _part(part: FormPart, words: Wording) -> PartView:
    title = words.find(f"parts.{part.name}", part.name) if part.name else ""
    return PartView(part.role, title, [field_view(one, words) for one in part.fields], part.first)


def field_view(one: FormField, words: Wording, *above: str) -> FieldView:
    """Join a field with its words; ``above`` are the lists it is a cell of."""
    said = words.field(*above, one.key)
    unit = one.facts.get("unit")
    return FieldView(
        one.name,
        one.control,
        said.get("label"),
        said.get("help"),
        dict(one.facts),
        said,
        options=[(str(value), _choice(one, value, said)) for value in one.choices],
        cells=[field_view(cell, words, *above, one.key) for cell in one.cells],
        beside=field_view(one.beside, words) if one.beside else None,
        unit=words.find(f"units.{unit}", unit) if unit else "",
        add=said.get("add"),
        types=_types(one, said),
    )


def _choice(one: FormField, value: str | int, said: FieldWords) -> str:
    return str(value) if one.facts.get("verbatim") else said.option(str(value))


def _types(one: FormField, said: FieldWords) -> str:
    if all(isinstance(kind, str) for kind in one.kinds):
        return ",".join(str(kind) for kind in one.kinds)
    made = [kind if isinstance(kind, str) else _kind(kind, said) for kind in one.kinds]
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))


def _kind(kind: Kind, said: FieldWords) -> dict[str, Any]:
    label = said.option(kind.name, "kinds")
    found: dict[str, Any] = {"value": kind.name, "label": label}
    if kind.values:
        found["options"] = [[value, label if len(kind.values) == 1 else value] for value in kind.values]
    elif kind.has_value:
        found["hasValue"] = True
    return found

"""How a node's fields are edited, said beside their types.

    class Config(NodeConfig):
        order: Annotated[str, select("ascending", "descending")] = "ascending"
        timeout: Annotated[float, number(unit="seconds", least=0), show_if("order=ascending")] = 0

A hint is data that pydantic carries and never looks at: reading and checking a flow file does not change by it.
What a type says by itself needs no hint (bool is a checkbox, Literal a choice, int and float a number, anything
else a line of text). The words of a field stand in the locale files, under its name in the flow file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True)
class Hint:
    """What a form should know about a field. Hints add up: ``select("a", "b") | show_if("more")``."""

    facts: Mapping[str, Any] = field(default_factory=dict)

    def __or__(self, other: Hint) -> Hint:
        return Hint({**self.facts, **other.facts})


@dataclass(frozen=True)
class Kind:
    """A kind of typed value that only one field has; ``values`` are offered to choose from."""

    name: str
    values: tuple[str, ...] = ()
    has_value: bool = False


@dataclass(frozen=True)
class Part:
    """Fields that a form shows together: a ``tab`` or a ``section``, its title under ``parts.<name>``."""

    role: str
    name: str
    fields: tuple[str, ...]
    first: bool = False


VALUES: Final = ("msg", "flow", "global", "str", "num", "bool", "json", "jsonata", "env")
"""The kinds of value that most typed fields take."""
PLACES: Final = ("msg", "flow", "global")
"""The kinds of value that can be written to."""


# Controls


def line(*, placeholder: str = "") -> Hint:
    """A line of text. ``placeholder`` is an example of what the wire holds, not a sentence."""
    return Hint({"control": "line", "placeholder": placeholder})


def area(*, rows: int = 6) -> Hint:
    """A text of several lines."""
    return Hint({"control": "area", "rows": rows})


def checkbox() -> Hint:
    """On or off: true or false in the flow file."""
    return Hint({"control": "checkbox"})


def number(
    *, least: float | None = None, most: float | None = None, unit: str = "", whole: bool = False
) -> Hint:
    """A number. ``unit`` names a word in ``units`` of the locale files."""
    return Hint({"control": "number", "least": least, "most": most, "unit": unit, "whole": whole})


def select(*choices: str | int, verbatim: bool = False) -> Hint:
    """One of some values; their words are ``options`` of the field, or the values themselves if ``verbatim``."""
    return Hint({"control": "select", "choices": choices, "verbatim": verbatim})


def typed(*kinds: str | Kind, type_field: str = "") -> Hint:
    """A value with its kind, which ``type_field`` holds; without one the first kind is the only one."""
    return Hint({"control": "typed", "kinds": kinds or VALUES, "type_field": type_field})


def code(language: str = "text", *, rows: int = 8, language_field: str = "") -> Hint:
    """A text in a code editor; ``language_field`` is the field that says the language."""
    return Hint({"control": "code", "language": language, "rows": rows, "language_field": language_field})


def json_value(*, rows: int = 4) -> Hint:
    """A value of any shape, edited as JSON."""
    return Hint({"control": "json", "rows": rows})


def config_node(type_name: str, *, test: bool = False) -> Hint:
    """The id of a config node of a type; ``test`` offers to try the connection."""
    return Hint({"control": "config", "config_type": type_name, "test": test})


def nodes(*types: str, everywhere: bool = False, single: bool = False) -> Hint:
    """Ids of nodes, of some types or of all.

    ``everywhere`` offers those of other flows too, ``single`` lets at most one be chosen.
    """
    return Hint({"control": "nodes", "node_types": types, "everywhere": everywhere, "single": single})


def node_scope() -> Hint:
    """All nodes (null), those of the own group ("group"), or ids of chosen ones."""
    return Hint({"control": "scope"})


def secret(*, area: bool = False) -> Hint:
    """A password; an ``area`` for keys that have lines."""
    return Hint({"control": "secret-area" if area else "secret"})


def rows(
    cells: Mapping[str, Hint], *, new: Mapping[str, Any] | None = None, counts: str = "", inherits: str = ""
) -> Hint:
    """A list of objects, a row each with the cells by their keys; ``new`` is what a new row holds.

    Several cells may edit one key, at different times: ``v`` and ``v#type``, each with its ``show_if``.
    ``counts``: the field that gets the number of rows. ``inherits``: ``p:payload,topic`` for rows whose value stands
    beside the list in older files, in the field that their ``p`` names.
    """
    made = {"control": "rows", "cells": dict(cells), "new": dict(new or {})}
    return Hint({**made, "shape": "list", "counts": counts, "inherits": inherits})


def values(cell: Hint | None = None) -> Hint:
    """A list of plain values."""
    return Hint(
        {"control": "rows", "cells": {"value": cell or line()}, "new": {"value": ""}, "shape": "values"}
    )


def pairs(value: Hint | None = None) -> Hint:
    """An object, a row for each of its keys."""
    cells = {"key": line(), "value": value or line()}
    return Hint({"control": "rows", "cells": cells, "new": {"key": "", "value": ""}, "shape": "pairs"})


def methods() -> Hint:
    """The method of an API, with a form of its own below."""
    return Hint({"control": "methods"})


def hidden() -> Hint:
    """No control: another one sets it, or nobody does."""
    return Hint({"control": "hidden"})


def legacy() -> Hint:
    """Read where old flow files have it; neither shown nor given to new nodes."""
    return Hint({"control": "hidden", "legacy": True})


# What holds for any control


def show_if(condition: str) -> Hint:
    """Show the field while a condition holds: ``a=1|2,b,!c,d!=x`` (comma is and, bar is or)."""
    return Hint({"show_if": condition})


def required() -> Hint:
    """The field has to have a value."""
    return Hint({"required": True})


def check(rules: str) -> Hint:
    """Rules for the value: ``number``, ``integer``, ``json``, ``url``, ``path``, ``regex:<expression>``, ..."""
    return Hint({"validate": rules})


def starts(value: Any) -> Hint:
    """What a new node has, where that is not what a file without the field means."""
    return Hint({"starts": value})


def beside(name: str) -> Hint:
    """Show another field in the same line, such as the unit of a number."""
    return Hint({"beside": name})


def wide() -> Hint:
    """Give the control the whole width, below its label."""
    return Hint({"wide": True})


# Order


def tab(name: str, *fields: str, first: bool = False) -> Part:
    """A page of the form; ``first`` for the one that is shown, where it is not the leftmost."""
    return Part("tab", name, fields, first)


def section(name: str, *fields: str) -> Part:
    """A group of fields under a heading."""
    return Part("section", name, fields)


def facts_of(metadata: list[Any]) -> dict[str, Any]:
    """Add up the hints among the metadata of a pydantic field."""
    found: dict[str, Any] = {}
    for hint in metadata:
        if isinstance(hint, Hint):
            found |= hint.facts
    return found

"""The methods of an API as people read them: records and words joined, for the picker, the form and the help."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from flowengine.folders import folder
from flowengine.words import languages_of, read_words

SHARED = "_shared"
# A record of nodes/openai; forms know nodes by name only, as the engine does.
Record = Any
SLIDER = 10
"""Numbers between two ends that are no further apart get a slider."""
EVALUATED = ("msg", "flow", "global", "jsonata", "env")
"""What a field may be read from with each message, besides what is typed into its control."""
_LITERALS = {"checkbox": "bool", "number": "num", "json": "json", "text-or-json": "json"}
_NAMES = {str: "string", int: "integer", float: "number", bool: "boolean", dict: "object", list: "array"}


@dataclass(frozen=True)
class ParamView:
    """A field of a method's payload, with its words."""

    name: str
    kind: str
    """Its type as JSON calls it: ``string``, ``array of integer``, ``"low" | "high"``, ``file``."""
    required: bool
    meaning: str
    control: str
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    step: str = "any"
    example: str = ""

    @property
    def literal(self) -> str:
        """The kind of value its control edits, as typed values name kinds."""
        return _LITERALS.get(self.control, "str")

    @property
    def has_slider(self) -> bool:
        """Whether the range is small enough to be dragged through."""
        return self.least is not None and self.most is not None and self.most - self.least <= SLIDER


@dataclass(frozen=True)
class MethodView:
    """A method, with its words and those of its family."""

    name: str
    family: str
    title: str
    summary: str
    verb: str
    path: str
    params: list[ParamView]
    outputs: list[str]
    example: str
    reference: str | None
    aliases: tuple[str, ...]
    retired: str | None
    admin: bool

    @property
    def required(self) -> list[ParamView]:
        """The fields that each call has to have."""
        return [one for one in self.params if one.required]


@dataclass(frozen=True)
class MethodWords:
    """Looks up the words of a family: its own file, then the shared one, each in every language."""

    language: str
    family: str

    def find(self, *path: str, shared: bool = False) -> Any:
        """Give what the first language says; names of methods hold dots, so the path is in parts."""
        for language in languages_of(self.language):
            found: Any = read_words(_file(language, SHARED if shared else self.family))
            for part in path:
                found = found.get(part) if isinstance(found, dict) else None
            if found is not None:
                return found
        return None

    def param(self, method: str, name: str) -> str:
        """Give the meaning of a field: of this method, of its family, or of any."""
        places = (("methods", method, "params", name), ("params", name))
        found = next((words for place in places if (words := self.find(*place))), None)
        return str(found or self.find("params", name, shared=True) or "")


def _file(language: str, name: str) -> Path:
    return folder("locales") / language / "openai" / f"{name}.json"


def families() -> tuple[Record, ...]:
    """Read all families of methods."""
    from importlib import import_module

    found: tuple[Record, ...] = import_module("flowengine.nodes.openai.methods").families()
    return found


@lru_cache(maxsize=1)
def _by_name() -> dict[str, tuple[Record, Record]]:
    """Every method with its family, by each name it goes by."""
    return {
        name: (family, method)
        for family in families()
        for method in family.methods
        for name in names_of(method)
    }


def names_of(method: Record) -> tuple[str, ...]:
    """Give all names of a method, its own first."""
    return (method.name, *method.aliases)


def find_method(name: str) -> tuple[Record, Record] | None:
    """Return (family, method) of a name or alias, or None."""
    return _by_name().get(name)


def picker(language: str) -> list[dict[str, Any]]:
    """List families and methods as ``GET api/methods`` answers."""
    return [_family(family, MethodWords(language, family.name)) for family in families()]


def _family(family: Record, words: MethodWords) -> dict[str, Any]:
    methods = [
        {
            "name": method.name,
            "label": words.find("methods", method.name, "title") or method.name,
            "verb": method.verb or "RUN",
            "path": method.path,
            "streams": bool(method.streams),
        }
        for method in family.methods
    ]
    return {"family": family.name, "label": words.find("title") or family.name, "methods": methods}


def method_view(family: Record, method: Record, language: str) -> MethodView:
    """Join a method with its words."""
    words = MethodWords(language, family.name)
    params = [_param(method, param, words.param(method.name, param.name)) for param in method.all_params]
    return MethodView(
        name=method.name,
        family=words.find("title") or family.name,
        title=words.find("methods", method.name, "title") or method.name,
        summary=words.find("methods", method.name, "summary") or "",
        verb=method.verb,
        path=method.path,
        params=sorted(params, key=lambda one: not one.required),
        outputs=list(_outputs(method, words)),
        example=json.dumps(method.example_payload, indent=2, ensure_ascii=False, default=str),
        reference=method.reference,
        aliases=method.aliases,
        retired=method.retired,
        admin=method.admin or family.admin,
    )


def _outputs(method: Record, words: MethodWords) -> Iterator[str]:
    own = words.find("methods", method.name, "output")
    yield str(own or words.find("outputs", method.output, shared=True) or "")
    if method.streams:
        yield str(words.find("outputs", "stream", shared=True) or "")


def _param(method: Record, param: Any, meaning: str) -> ParamView:
    control, choices = _control(param)
    return ParamView(
        param.name,
        "file" if param.file else type_text(param.type),
        param.required,
        meaning,
        control,
        choices,
        param.ge,
        param.le,
        step="1" if param.type is int else "any",
        example=_example(method, param, control),
    )


def _example(method: Record, param: Any, control: str) -> str:
    """Give what a field may hold, as it is typed into its control; empty where nothing is worth showing."""
    sample = method.example.get(param.name, param.example)
    if sample is None and param.name.endswith("_id"):
        sample = param.sample
    if sample is None or control in ("checkbox", "select"):
        return ""
    return sample if isinstance(sample, str) else json.dumps(sample, ensure_ascii=False, default=str)


def _control(param: Any) -> tuple[str, tuple[str, ...]]:
    kind = _plain(param.type)
    if param.file:
        return "line", ()
    if kind is bool:
        return "checkbox", ()
    if kind in (int, float):
        return "number", ()
    if get_origin(kind) is Literal and all(isinstance(value, str) for value in get_args(kind)):
        return "select", get_args(kind)
    if kind is str:
        is_name = (
            param.where in ("path", "query") or param.name.endswith("id") or param.name in ("model", "name")
        )
        return ("line" if is_name else "area"), ()
    return ("text-or-json" if _takes_text(kind) else "json"), ()


def _plain(kind: Any) -> Any:
    """Take None out of a union."""
    if get_origin(kind) not in (Union, UnionType):
        return kind
    rest = [one for one in get_args(kind) if one is not NoneType]
    return rest[0] if len(rest) == 1 else kind


def _takes_text(kind: Any) -> bool:
    """Tell whether a value of several types may be plain text."""
    return get_origin(kind) in (Union, UnionType) and any(
        one is str or get_origin(one) is Literal for one in get_args(kind)
    )


def type_text(kind: Any) -> str:
    """Name a type as JSON calls it."""
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return " | ".join(dict.fromkeys(type_text(one) for one in get_args(kind) if one is not NoneType))
    if origin is Literal:
        return " | ".join(json.dumps(value) for value in get_args(kind))
    if origin is list:
        return f"array of {type_text(get_args(kind)[0])}"
    if origin is dict or (isinstance(kind, type) and issubclass(kind, dict)):  # a TypedDict is a dict class
        return "object"
    return _NAMES.get(kind, "any")

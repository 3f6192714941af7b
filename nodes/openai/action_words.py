"""Descriptions and JSON Schemas of actions, made of the records and their words."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, get_args, get_origin

from flowengine.folders import folder
from flowengine.words import SOURCE_LANGUAGE, languages_of, lookup

from .actions import Action
from .record import Method, Param

Json = dict[str, Any]
FILE: Json = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {
                "filename": {"type": "string"},
                "content": {"type": "string"},
                "content_type": {"type": "string"},
            },
            "required": ["filename", "content"],
        },
    ]
}


class ActionWords:
    """What a language says about an action."""

    def __init__(self, action: Action, language: str = SOURCE_LANGUAGE) -> None:
        self._action = action
        names = languages_of(language)
        base = folder("locales")
        self._family = [base / name / "openai" / f"{action.family}.json" for name in names]
        self._shared = [base / name / "openai" / "_shared.json" for name in names]
        self._own = [base / name / "actions.json" for name in names]

    @property
    def title(self) -> str:
        """A few words."""
        return self._of_method("title") or self._action.name

    @property
    def description(self) -> str:
        """A sentence or two, with a warning where the service has retired the method."""
        texts = [self._of_method("summary")]
        if self._action.method.retired:
            texts.append(self.own("retired").replace("{day}", self._action.method.retired))
        return " ".join(text for text in texts if text)

    def param(self, name: str) -> str:
        """What an input means."""
        told = lookup_param(self._action.method, name, self._family)
        said = str(told or lookup(self._shared, f"params.{name}") or self.own(f"inputs.{name}"))
        return f"{said} {self.own('file')}" if name in self._action.method.files else said

    def output(self, kind: str) -> str:
        """What comes out."""
        return str(lookup(self._shared, f"outputs.{kind}") or "")

    def own(self, key: str) -> str:
        """Words that only actions need."""
        return str(lookup(self._own, key) or "")

    def _of_method(self, key: str) -> str:
        return str(entry(self._action.method, self._family, key) or "")


def entry(method: Method, files: list[Any], key: str) -> Any:
    """What the first language that knows a method says under a key. Names may hold dots, so no dotted look-up."""
    from flowengine.words import read_words

    told = (read_words(file).get("methods", {}).get(method.name, {}).get(key) for file in files)
    return next((words for words in told if words), None)


def lookup_param(method: Method, name: str, files: list[Any]) -> str:
    """What a family says of a field: of this method's first, of the field in general then."""
    own = entry(method, files, "params") or {}
    return str(own.get(name) or lookup(files, f"params.{name}") or "")


@lru_cache(maxsize=2048)
def _input_schema(name: str, language: str) -> Json:
    from .actions import actions

    action = actions()[name]
    words = ActionWords(action, language)
    source = _typed(action)
    wanted = {param.name: source["properties"][param.name] for param in action.params}
    properties = {
        param.name: described(wanted[param.name], param, words.param(param.name)) for param in action.params
    }
    schema: Json = {"type": "object", "properties": properties}
    if needed := [param.name for param in action.params if param.required]:
        schema["required"] = needed
    if "$defs" in source:
        schema["$defs"] = {key: untitled(value) for key, value in source["$defs"].items()}
    return schema


def input_schema(action: Action, language: str = SOURCE_LANGUAGE) -> Json:
    """JSON Schema of the arguments. What it does not name passes all the same: servers grow."""
    return _input_schema(action.name, language)


def _typed(action: Action) -> Json:
    """The schema of the inputs before it is worded."""
    if action.inputs is None:
        return action.method.json_schema
    return Method(action.name, "POST", "", action.inputs).json_schema


def described(schema: Json, param: Param, description: str) -> Json:
    """A field's schema with its words; that an optional one may be null is nothing an agent has to know."""
    choices = schema.get("anyOf")
    if not param.required and isinstance(choices, list) and {"type": "null"} in choices:
        rest = [choice for choice in choices if choice != {"type": "null"}]
        schema = rest[0] if len(rest) == 1 else {**schema, "anyOf": rest}
    plain = file_schema(param) if param.file and not param.text else untitled(schema)
    return {**plain, "description": description} if description else plain


def file_schema(param: Param) -> Json:
    """A file, several, or either, as the field takes them."""
    if get_origin(param.type) is list:
        return {"type": "array", "items": FILE}
    takes_several = any(get_origin(kind) is list for kind in get_args(param.type))
    return {"anyOf": [*FILE["anyOf"], {"type": "array", "items": FILE}]} if takes_several else FILE


def untitled(schema: Any) -> Any:
    """A schema without the titles that only repeat names."""
    if isinstance(schema, list):
        return [untitled(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if key != "title" or not isinstance(value, str)}
    for key in ("items", "additionalProperties", "anyOf", "allOf", "oneOf"):
        if key in kept:
            kept[key] = untitled(kept[key])
    if isinstance(properties := kept.get("properties"), dict):
        kept["properties"] = {name: untitled(value) for name, value in properties.items()}
    return kept


DATA: dict[str, Json] = {
    "object": {"type": ["object", "array", "string", "null"]},
    "list": {"type": ["array", "null"]},
    "text": {"type": ["string", "null"]},
    "none": {"type": ["object", "null"]},
    "connection": {"type": ["object", "null"]},
    "bytes": {
        "type": ["object", "null"],
        "properties": {
            "base64": {"type": "string", "contentEncoding": "base64"},
            "size": {"type": "integer"},
        },
    },
}
"""What `data` holds by the method's output; null after a failure."""


def output_schema(action: Action, language: str = SOURCE_LANGUAGE) -> Json:
    """JSON Schema of the result, which has this shape after a failure too."""
    words = ActionWords(action, language)
    kind = action.method.output
    data = {"type": "array"} if action.is_list else DATA[kind]
    properties: Json = {"data": {**data, "description": words.output(kind)}}
    if action.is_list:
        properties["object"] = {"const": "list"}
        properties |= {name: {} for name in action.page_fields}
    properties["error"] = {"type": ["string", "null"], "description": words.own("error")}
    properties["successful"] = {"type": "boolean", "description": words.own("successful")}
    return {"type": "object", "properties": properties, "required": ["data", "error", "successful"]}


def summary(action: Action, language: str = SOURCE_LANGUAGE) -> Json:
    """What a list of actions tells of one."""
    words = ActionWords(action, language)
    told = {"name": action.name, "title": words.title, "description": words.description}
    return told | {"family": action.family, "method": action.method.name}


def description(action: Action, language: str = SOURCE_LANGUAGE) -> Json:
    """Everything about an action."""
    schemas = {
        "input_schema": input_schema(action, language),
        "output_schema": output_schema(action, language),
    }
    return summary(action, language) | schemas

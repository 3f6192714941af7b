"""JSON Schema for the json node: checked by the ``jsonschema`` library, worded as Node-RED's validator words it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowengine.errors import FlowError

_BOUNDS = {
    "minimum": ">=",
    "maximum": "<=",
    "exclusiveMinimum": ">",
    "exclusiveMaximum": "<",
}
_COUNTS = {
    "minLength": ("fewer", "characters"),
    "maxLength": ("more", "characters"),
    "minItems": ("fewer", "items"),
    "maxItems": ("more", "items"),
    "minProperties": ("fewer", "properties"),
    "maxProperties": ("more", "properties"),
}


def compile_schema(schema: Any) -> Callable[[Any], list[dict[str, Any]]]:
    """Make the function that lists what is wrong with a value. Raises FlowError for a bad schema."""
    import jsonschema

    kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft7Validator)
    try:
        kind.check_schema(schema)
    except jsonschema.SchemaError as error:
        raise FlowError(str(error.message)) from None
    validator = kind(schema)

    def check(value: Any) -> list[dict[str, Any]]:
        return [_worded(error) for error in validator.iter_errors(value)]

    return check


def _worded(error: Any) -> dict[str, Any]:
    path = "".join(f"/{part}" for part in error.absolute_path)
    schema_path = "#/" + "/".join(str(part) for part in error.absolute_schema_path)
    return {
        "instancePath": path,
        "schemaPath": schema_path,
        "keyword": error.validator,
        "params": _params(error),
        "message": _message(error),
    }


def _message(error: Any) -> str:
    keyword, wanted = str(error.validator), error.validator_value
    if keyword == "type":
        return f"must be {','.join(wanted) if isinstance(wanted, list) else wanted}"
    if keyword == "required":
        return f"must have required property '{_missing(error)}'"
    if keyword in _BOUNDS:
        return f"must be {_BOUNDS[keyword]} {wanted}"
    if keyword in _COUNTS:
        return f"must NOT have {_COUNTS[keyword][0]} than {wanted} {_COUNTS[keyword][1]}"
    fixed = {
        "enum": "must be equal to one of the allowed values",
        "const": "must be equal to constant",
        "additionalProperties": "must NOT have additional properties",
        "pattern": f'must match pattern "{wanted}"',
        "format": f'must match format "{wanted}"',
        "multipleOf": f"must be multiple of {wanted}",
        "uniqueItems": "must NOT have duplicate items",
        "anyOf": "must match a schema in anyOf",
        "oneOf": "must match exactly one schema in oneOf",
        "not": "must NOT be valid",
    }
    return fixed.get(keyword, str(error.message))


def _missing(error: Any) -> str:
    names = [name for name in error.validator_value if f"'{name}' is a required" in error.message]
    return names[0] if names else ""


def _params(error: Any) -> dict[str, Any]:
    keyword, wanted = str(error.validator), error.validator_value
    if keyword == "type":
        return {"type": wanted}
    if keyword == "required":
        return {"missingProperty": _missing(error)}
    if keyword in _BOUNDS:
        return {"comparison": _BOUNDS[keyword], "limit": wanted}
    if keyword in _COUNTS:
        return {"limit": wanted}
    return {}

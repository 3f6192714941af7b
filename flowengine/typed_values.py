"""Node-RED's typed inputs, a value and its type, compiled to functions of the message.

Types: msg, flow, global, str, num, bool, json, bin, date, re, env, jsonata, cred. What can be worked out at start
is worked out at start; objects are copied for every message so that no message changes the configuration.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from .errors import FlowError
from .javascript_values import js_number, js_parse, js_string
from .messages import Msg, clone
from .property_paths import Path, compile_path
from .undefined import UNDEFINED

Value = Callable[[Msg], Any]
Target = Callable[[Msg, Any], None]

_STORE = re.compile(r"^#:\((\S+?)\)::(.*)$", re.DOTALL)
_WHOLE_ENV = re.compile(r"^\$\{([^}]+)\}$")
_ANY_ENV = re.compile(r"\$\{([^}]+)\}")


def compile_value(value: Any, type_name: str, node: Any) -> Value:
    """Make the function that gives this typed value for a message.

    ``node`` answers ``env(name)``, ``flow_context``, ``global_context`` and ``credential_values``. Raises
    FlowError where the value itself cannot be read (bad JSON, path or expression).
    """
    make = _MAKERS.get(type_name)
    if make is None:
        return lambda msg: value
    return make(value, node)


def split_store(key: str) -> tuple[str | None, str]:
    """Split ``#:(store)::key`` into store and key; the store is None where none is named."""
    match = _STORE.match(key)
    return (match[1], match[2]) if match else (None, key)


def compile_target(name: str, type_name: str, node: Any) -> Target:
    """Make the function that writes a value to a property of the message or to a context; UNDEFINED deletes."""
    if type_name == "msg":
        path = compile_path(name)
        return lambda msg, value: void(path.set(msg, value))
    if type_name not in ("flow", "global"):
        raise FlowError(f'cannot set a property of type "{type_name}"')
    store, key = split_store(name)
    context = node.flow_context if type_name == "flow" else node.global_context
    resolve = context_key(key)
    return lambda msg, value: context.set(resolve(msg), value, store)


def context_key(key: str) -> Callable[[Msg], str]:
    """Make the function that gives a context key for a message: keys may refer to it (``a[msg.topic]``)."""
    if "[msg" not in key:
        return lambda msg: key
    path = compile_path(key)
    return lambda msg: spell(path.resolve(msg))


def spell(path: Path) -> str:
    """Write a path of known keys out again."""
    first, *rest = path.parts
    return str(first) + "".join(
        f"[{part}]" if isinstance(part, int) else f"[{_quoted(str(part))}]" for part in rest
    )


def _quoted(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'


def void(_: object) -> None:
    """Drop a result."""


def _constant(value: Any) -> Value:
    if isinstance(value, (dict, list, set)):
        return lambda msg: clone(value)
    return lambda msg: value


def _msg(value: Any, node: Any) -> Value:
    return compile_path(str(value)).reader


def _context(scope: str) -> Callable[[Any, Any], Value]:
    def make(value: Any, node: Any) -> Value:
        store, key = split_store(str(value))
        context = node.flow_context if scope == "flow" else node.global_context
        if "[msg" not in key:
            return lambda msg: context.get(key, store)
        resolve = context_key(key)
        return lambda msg: context.get(resolve(msg), store)

    return make


def _str(value: Any, node: Any) -> Value:
    return _constant(js_string(value))


def _num(value: Any, node: Any) -> Value:
    return _constant(js_number(value))


def _json(value: Any, node: Any) -> Value:
    return _constant(js_parse(value if isinstance(value, str) else js_string(value)))


def _bool(value: Any, node: Any) -> Value:
    return _constant(js_string(value).lower() == "true")


def _bin(value: Any, node: Any) -> Value:
    data = js_parse(value if isinstance(value, str) else js_string(value))
    return _constant(to_buffer(data))


def to_buffer(data: Any) -> bytes:
    """Make a Buffer of an array of bytes or of a text, as ``Buffer.from`` does."""
    if isinstance(data, str):
        return data.encode("utf-8", "surrogatepass")
    if not isinstance(data, list):
        raise FlowError("Not string or array", code="INVALID_BUFFER_DATA")
    numbers = [js_number(item) for item in data]
    return bytes(
        int(number) & 255 if number == number and abs(number) != float("inf") else 0 for number in numbers
    )


def _date(value: Any, node: Any) -> Value:
    if not value:
        return lambda msg: int(datetime.now(UTC).timestamp() * 1000)
    if value == "object":
        return lambda msg: datetime.now(UTC)
    if value == "iso":
        return lambda msg: datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    from .expressions import format_date

    return lambda msg: format_date(datetime.now(UTC), str(value))


def _re(value: Any, node: Any) -> Value:
    from .javascript_values import js_regex

    return _constant(js_regex(str(value)))


def _env(value: Any, node: Any) -> Value:
    text = js_string(value)
    if match := _WHOLE_ENV.match(text):
        name = match[1]
    elif not re.search(r"\$\{\S+\}", text):
        name = text
    else:
        return lambda msg: _ANY_ENV.sub(lambda found: _text(node.env(found[1])), text)
    return lambda msg: _or_empty(node.env(name))


def _or_empty(value: Any) -> Any:
    return "" if value is UNDEFINED else value


def _text(value: Any) -> str:
    return "" if value is UNDEFINED else js_string(value)


def _jsonata(value: Any, node: Any) -> Value:
    from .expressions import compile_jsonata

    return compile_jsonata(str(value), node)


def _cred(value: Any, node: Any) -> Value:
    name = str(value)
    return lambda msg: node.credential_values.get(name, UNDEFINED)


_MAKERS: dict[str, Callable[[Any, Any], Value]] = {
    "msg": _msg,
    "flow": _context("flow"),
    "global": _context("global"),
    "str": _str,
    "num": _num,
    "json": _json,
    "bool": _bool,
    "bin": _bin,
    "date": _date,
    "re": _re,
    "env": _env,
    "jsonata": _jsonata,
    "cred": _cred,
}

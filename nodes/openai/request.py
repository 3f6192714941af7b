"""A record and a payload become one request: where each field goes, and what is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from flowengine.javascript_values import js_json, js_string
from flowengine.messages import UNDEFINED

from .api_errors import CONNECTION, ApiError, Problem
from .multipart import FilePart, Form, file_parts, form_fields
from .options import OPTION_NAMES, Options
from .query import fill_path
from .record import Method

JSON = "application/json"


@dataclass(slots=True)
class Request:
    """What is asked of a server; the client adds address and key. `headers` with None drop a header.

    `timeout` in seconds and `retries` are None where the client's own apply.
    """

    verb: str
    path: str
    query: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str | None] = field(default_factory=dict)
    body: bytes | Form | None = None
    content_type: str | None = None
    timeout: float | None = None
    retries: int | None = None


async def build(method: Method, payload: Any, options: Options | None = None) -> Request:
    """Make the request of a method. `options` come from outside the payload (or the payload's own are read)."""
    fields: dict[str, Any] = payload if isinstance(payload, dict) else {}
    if method.strict:
        insist(method, fields)
    elif payload is None or payload is UNDEFINED:
        allow_nothing(method)
    request = Request(
        method.verb, fill_path(method.path, fields), dict(method.fixed_query), dict(method.headers)
    )
    if method.answer == "none":
        request.headers.setdefault("Accept", "*/*")
    rest = {name: value for name, value in fields.items() if name not in method.path_names}
    if method.takes_options and options is None:
        only_objects(payload)
        options, rest = split(method, rest)
    await place(method, request, payload, rest)
    if options is not None:
        apply(request, options)
    return request


def insist(method: Method, fields: dict[str, Any]) -> None:
    """Raise ApiError where a required field is missing or empty."""
    required = (param.name for param in method.all_params if param.required)
    if missing := [name for name in required if fields.get(name) in (None, "", UNDEFINED)]:
        raise ApiError(f"Missing required parameter(s): {', '.join(missing)}")


def allow_nothing(method: Method) -> None:
    """Without a payload only those methods can go on that need nothing of it."""
    insisted = any(param.required and not param.text for param in method.files.values())
    if method.path_names or method.streams or insisted:
        raise Problem("no_object", method=method.name)


def only_objects(payload: Any) -> None:
    """Raise Problem for texts and numbers where fields are expected."""
    if payload and isinstance(payload, str | int | float):
        raise Problem("not_an_object")


def split(method: Method, rest: dict[str, Any]) -> tuple[Options, dict[str, Any]]:
    """Part the fields of a payload into request options and fields that are sent."""
    if method.options and method.takes_fields:
        if rest and rest.keys() <= OPTION_NAMES:
            return Options.read(rest), {}
        return Options(), rest
    declared = {param.name for param in method.all_params}
    sent = {name: value for name, value in rest.items() if name in declared}
    options = Options.read({name: value for name, value in rest.items() if name not in declared})
    if method.takes_fields:
        options.body = UNDEFINED
    return options, sent


async def place(method: Method, request: Request, payload: Any, rest: dict[str, Any]) -> None:
    """Put the fields where they go: query, headers, form or JSON body."""
    body = put_aside(method, request, rest)
    if method.wire_names:
        rest = {method.wire_names.get(name, name): value for name, value in rest.items()}
    if method.place == "query":
        if method.takes_fields:
            request.query |= rest if isinstance(payload, dict) else numbered(payload)
        rest_body(request, body or None)
    elif method.multipart or any(rest.get(name) is not None for name in method.files):
        await form_body(method, request, {**rest, **method.always})
    elif method.takes_fields:
        for name in method.files:
            missing_file(method, name)
        rest_body(request, whole_body(method, payload, rest))


def put_aside(method: Method, request: Request, rest: dict[str, Any]) -> dict[str, Any]:
    """Move the fields that do not go where the verb says; returns those of the body of a GET or DELETE."""
    body: dict[str, Any] = {}
    for name, where in method.placed.items():
        if (value := rest.pop(name, UNDEFINED)) is UNDEFINED:
            continue
        wire = method.wire_names.get(name, name)
        if where == "query":
            request.query[wire] = value
        elif where == "body":
            body[wire] = value
        elif value is not None:
            request.headers[wire] = ", ".join(map(js_string, value if isinstance(value, list) else [value]))
    return body


def numbered(payload: Any) -> dict[str, Any]:
    """Bytes in place of a query go out numbered, which is what flows have seen so far."""
    return {str(index): byte for index, byte in enumerate(payload)} if isinstance(payload, bytes) else {}


def whole_body(method: Method, payload: Any, rest: dict[str, Any]) -> Any:
    """What goes out as JSON: the fields, or a payload that is no object as it is."""
    if isinstance(payload, dict) or method.path_names or method.always:
        return {**rest, **method.always}
    return {} if payload is UNDEFINED and method.empty_body else payload


def missing_file(method: Method, name: str) -> None:
    """Raise Problem where a method cannot do without a file."""
    param = method.files[name]
    if param.required and not param.text:
        raise Problem("no_file", method=method.name, field=name)


async def form_body(method: Method, request: Request, rest: dict[str, Any]) -> None:
    """Fields in their order, then files: servers read the fields before they take the file."""
    files = {
        name: rest.pop(name) for name in method.files if is_file(method, name, rest.get(name, UNDEFINED))
    }
    bare = any(isinstance(value, bytes | bytearray) for value in files.values())
    filename = rest.pop("filename", None) if bare and "filename" not in method.declared else None
    parts: list[tuple[str, str | FilePart]] = list(form_fields(rest))
    for name, value in files.items():
        parts += await file_parts(
            method.wire_names.get(name, name), value, js_string(filename) if filename else None
        )
    request.body = Form(parts)
    request.content_type = request.body.content_type


def is_file(method: Method, name: str, value: Any) -> bool:
    """Whether a field goes out as a file rather than as text."""
    if value is UNDEFINED or (value is None and not method.files[name].required):
        missing_file(method, name)
        return False
    if not method.files[name].text:
        return True
    items = value if isinstance(value, list) and value else [value]
    return all(isinstance(item, bytes) or is_description(item) for item in items) or (
        isinstance(value, str) and value.startswith("data:")
    )


def is_description(value: Any) -> bool:
    """Whether an object describes a file."""
    return isinstance(value, dict) and bool(value.keys() & {"content", "data", "path"})


def rest_body(request: Request, value: Any) -> None:
    """Set the body: bytes as they are, anything else as JSON, nothing for null, false, 0 and empty text."""
    if isinstance(value, bytes | bytearray):
        request.body = bytes(value)
    elif value or isinstance(value, dict | list):
        request.body, request.content_type = to_json(value), JSON


def to_json(value: Any) -> bytes:
    """JSON as JavaScript would write it."""
    try:
        return orjson.dumps(
            value, default=_foreign, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME
        )
    except (TypeError, ValueError):  # numbers beyond 64 bits, broken surrogates: JavaScript's rules
        return (js_json(value) or "null").encode("utf-8", "replace")


def _foreign(value: Any) -> Any:
    text = js_json(value)
    return None if text is None else orjson.Fragment(text)


def apply(request: Request, options: Options) -> None:
    """Lay request options over a request."""
    request.query |= options.query
    request.headers |= options.headers
    request.timeout, request.retries = options.timeout, options.retries
    if options.body is not UNDEFINED and options.body is not None:
        if request.verb in ("GET", "HEAD"):
            raise ApiError(CONNECTION)  # a GET has no body; flows know this as a failed connection
        rest_body(request, options.body)

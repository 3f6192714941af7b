"""What `flowengine check` says about API nodes and Service Hosts before any message is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowengine.errors import FlowError
from flowengine.javascript_values import js_parse
from flowengine.messages import Msg, compile_path, get_property
from flowengine.words import sentence

from .parameters import faults
from .record import Method

Finding = tuple[str, str]

PLAIN = ("str", "num", "bool", "json")
"""Kinds of value that an inject node always sends the same."""
UNKNOWN = object()
"""Stands for what only a running flow knows."""


class ApiCheck:
    """Looks at one API node. `checker` has the whole flow and the language."""

    def __init__(self, config: Any, checker: Any) -> None:
        self._config = config
        self._checker = checker

    def findings(self) -> Iterator[Finding]:
        """Everything that would keep the node from working, or that is worth knowing."""
        from .methods import find

        yield from self._host()
        yield from self._tools()
        method = find(self._config.method) if self._config.method else None
        if method is None:
            yield "error", self._no_method()
            return
        if method.retired:
            yield "note", self._words("check_retired", method=method.name, day=method.retired)
        for fault in faults(self._config.defaults, self._config.default_types):
            yield "error", self._words(fault.key, **fault.values)
        yield from self._payload(method)

    def _words(self, key: str, **values: Any) -> str:
        return sentence(self._checker.language, f"{__package__}.openai_api", f"errors.{key}", values)

    def _host(self) -> Iterator[Finding]:
        named = self._config.service
        node = self._checker.flows.by_id.get(named) if named else None
        if not named:
            yield "warning", self._words("check_no_host")
        elif node is None or node["type"] != "Service Host":
            yield "error", self._words("check_lost_host", id=named)

    def _tools(self) -> Iterator[Finding]:
        nodes = self._checker.flows.by_id.values()
        known = sorted(str(node.get("name")) for node in nodes if node["type"] == "tool in")
        for name in self._config.tools:
            if name not in ("all", *known):
                yield "error", self._words("check_no_tool", name=name, known=", ".join(known) or "-")
        if "all" in self._config.tools and not known:
            yield "warning", self._words("check_no_tools")

    def _no_method(self) -> str:
        from .methods import close_to

        name = self._config.method
        if not name:
            return self._words("no_method")
        close = close_to(name)
        return self._words(
            "check_unknown_method" if close else "unknown_method", method=name, close=", ".join(close)
        )

    def _payload(self, method: Method) -> Iterator[Finding]:
        """Compare what inject nodes send with the schema; without such nodes say what has to come."""
        if self._config.property_type not in (None, "msg"):
            return
        path = self._config.property or "payload"
        injects = [node for node in self._checker.flows.by_id.values() if is_wired(node, self._config.id)]
        if not injects:
            own = self._own_fields()
            needed = [param.name for param in method.all_params if param.required and param.name not in own]
            if needed:
                yield (
                    "note",
                    self._words("check_needs", method=method.name, path=path, fields=", ".join(needed)),
                )
            return
        for node in injects:
            payload = injected(node, path)
            if payload is not UNKNOWN:
                for text in self._wrong(method, payload, path):
                    yield (
                        "warning",
                        self._words("check_inject", name=node.get("name") or node["id"], problem=text),
                    )

    def _own_fields(self) -> dict[str, Any]:
        """The fields that the node holds itself, typed ones UNKNOWN."""
        typed = {name: UNKNOWN for name, kind in self._config.default_types.items() if kind}
        return {**self._config.defaults, **typed}

    def _wrong(self, method: Method, payload: Any, path: str) -> Iterator[str]:
        if payload is None:
            payload = {}
        if not isinstance(payload, dict):
            if any(param.required for param in method.all_params):
                yield self._words("check_no_object", method=method.name, path=path)
            return
        whole = {**self._own_fields(), **payload}
        for place, kind, reason in violations(method, whole):
            key = "check_missing" if kind == "missing" else "check_wrong"
            yield self._words(key, method=method.name, path=f"{path}.{place}", reason=reason)


def is_wired(node: dict[str, Any], target: str) -> bool:
    """Whether an inject node that is switched on leads straight to a node."""
    if node["type"] != "inject" or node.get("d") is True:
        return False
    return any(target in port for port in node.get("wires") or () if isinstance(port, list))


def injected(node: dict[str, Any], path: str) -> Any:
    """What an inject node puts at a path: a value, None for nothing, UNKNOWN where it is made at run time."""
    msg = Msg()
    for prop in injected_props(node):
        name = str(prop.get("p") or "")
        if name != path and not name.startswith((f"{path}.", f"{path}[")):
            continue
        value = plain_value(prop)
        if value is UNKNOWN and name == path:
            return UNKNOWN
        try:
            compile_path(name).set(msg, value, create=True)
        except FlowError:
            return UNKNOWN
    try:
        return get_property(msg, path) if msg else None
    except FlowError:
        return UNKNOWN


def injected_props(node: dict[str, Any]) -> list[dict[str, Any]]:
    """The properties that an inject node sets; older files have the payload's value beside them."""
    beside = {"p": "payload", "v": node.get("payload"), "vt": node.get("payloadType")}
    props = node.get("props")
    if not isinstance(props, list):
        return [beside]
    return [
        {**beside, **prop} if prop.get("p") == "payload" else prop for prop in props if isinstance(prop, dict)
    ]


def plain_value(prop: dict[str, Any]) -> Any:
    """A value as it is sent; UNKNOWN where it depends on the time, the environment or a context."""
    kind, value = prop.get("vt") or "str", prop.get("v")
    if kind not in PLAIN or value is None:
        return UNKNOWN
    if kind == "str":
        return UNKNOWN if "${" in str(value) else str(value)
    try:
        return js_parse(str(value))
    except FlowError:
        return UNKNOWN


def violations(method: Method, payload: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What the schema has against a payload: the place below it, the kind of fault, the reason; a place once."""
    from pydantic import ValidationError

    known = {name: value for name, value in payload.items() if value is not UNKNOWN}
    try:
        method.payload.validate_python(known, strict=True)
        return
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
    seen: set[str] = set()
    for fault in faults:
        place = place_of(fault, known)
        is_unknown = payload.get(place) is UNKNOWN
        if place in seen or is_unknown:
            continue
        seen.add(place)
        reason = str(fault["msg"])
        yield place, str(fault["type"]), reason[:1].lower() + reason[1:]


def place_of(fault: Any, payload: Any) -> str:
    """Where in a payload a fault is. Its report also names branches of unions, which no payload has."""
    place, at, loc = "", payload, fault["loc"]
    for position, step in enumerate(loc, start=1):
        if isinstance(at, list) and isinstance(step, int):
            place, at = f"{place}[{step}]", at[step]
        elif isinstance(at, dict) and (step in at or (fault["type"] == "missing" and position == len(loc))):
            place, at = f"{place}.{step}", at.get(step)
    return place.removeprefix(".")


def host_findings(config: Any, checker: Any) -> Iterator[Finding]:
    """What is wrong with a Service Host: no key, no address."""

    def words(key: str) -> str:
        name = config.name or config.id
        return sentence(checker.language, f"{__package__}.service_host", f"errors.{key}", {"name": name})

    if config.api_base_type in (None, "str") and not str(config.api_base or "").strip():
        yield "warning", words("check_no_base")
    # Without the credentials nobody knows whether there is a key.
    stored = None if checker.credentials is None else checker.credentials.get(config.id) or {}
    kind = config.key_type or (stored or {}).get("secureApiKeyValueType") or "cred"
    if stored is None or stored.get("secureApiKeyValue") or config.environment_key:
        return
    if kind == "cred" or not config.key_reference:
        yield "warning", words("check_no_key")

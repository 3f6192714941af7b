"""``/context``: the values of global, flow and node context."""

from __future__ import annotations

from typing import Any

from ...context import Context
from ...debug_values import encode_value
from ...errors import FlowError
from ...messages import UNDEFINED
from ..endpoint import Call, Endpoint
from ..errors import ApiError, not_found


async def read(call: Call) -> Any:
    """Give one value, or all of a scope by store; each encoded as for the debug sidebar."""
    stores = call.runtime.engine.stores
    named = call.query("store")
    if named and named not in stores.names:
        raise not_found()
    context = _context(call)
    if context is None:
        return _nothing(call, [named] if named else stores.names)
    keys_only = "keysOnly" in call.request.query
    if key := call.request.match_info.get("key", ""):
        value = _value(context, key, named or stores.default)
        if keys_only:
            return {named or stores.default: _shape(value)}
        encoded = _encoded(call, value)
        return {**encoded, "store": named} if named and named != stores.default else encoded
    return {store: _all(call, context, store, keys_only) for store in ([named] if named else stores.names)}


def _nothing(call: Call, stores: list[str]) -> dict[str, Any]:
    """Answer for an owner that does not exist: as Node-RED does, which has a context for any flow but for no node."""
    if call.param("scope") == "node":
        return {}
    return _encoded(call, UNDEFINED) if "key" in call.request.match_info else {store: {} for store in stores}


def _all(call: Call, context: Context, store: str, keys_only: bool) -> dict[str, Any]:
    keys = context.keys(store)
    if keys_only:
        return {"keys": [{"key": key} for key in keys]}
    return {
        key: _encoded(call, call.runtime.engine.stores.find(store).values(_scope(call)).get(key, UNDEFINED))
        for key in keys
    }


def _encoded(call: Call, value: Any) -> dict[str, Any]:
    encoded = encode_value(value, call.runtime.settings.debug_max_length, call.runtime.redactor.cut)
    return {key: call.runtime.redactor.clean_value(item) for key, item in encoded.items()}


def _shape(value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        return {"format": f"array[{len(value)}]"}
    if isinstance(value, dict):
        return {"keys": [{"key": str(key), **_hint(item)} for key, item in value.items()], "format": "object"}
    return {"keys": []}


def _hint(value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        return {"format": f"array[{len(value)}]", "length": len(value)}
    return {"format": "object"} if isinstance(value, dict) else {}


def _value(context: Context, key: str, store: str) -> Any:
    try:
        return context.get(key, store)
    except FlowError as error:
        raise ApiError(400, "invalid_key", reason=error) from None


async def remove(call: Call) -> None:
    """Remove a value."""
    named = call.query("store")
    if named and named not in call.runtime.engine.stores.names:
        raise not_found()
    context = _context(call)
    if context is None:
        return
    try:
        context.set(call.param("key"), UNDEFINED, named or None)
    except FlowError as error:
        raise ApiError(400, "invalid_key", reason=error) from None


def _context(call: Call) -> Context | None:
    """Return the context, or None where no node has that id."""
    scope = _scope(call)
    engine = call.runtime.engine
    if scope == "global":
        return engine.global_context
    return Context(engine.stores, scope) if scope else None


def _scope(call: Call) -> str:
    kind, engine = call.param("scope"), call.runtime.engine
    if kind == "global":
        return "global"
    owner = call.param("id")
    node = engine.nodes.get(owner)
    if kind == "flow":
        # A flow that is disabled or stopped keeps its values.
        known = (
            owner in engine.flows or owner in engine.inner_flows or owner in call.runtime.flows.sorted.tabs
        )
        return owner if known else ""
    if node is None:
        return ""
    # A subflow instance has the context of the flow that it is.
    return owner if node.type_name.startswith("subflow:") else f"{node.id}:{node.flow.id}"


_READ = {200: "the values", 404: "no such store"}
_QUERY = {"store": "name of a context store", "keysOnly": "only the names"}
ENDPOINTS = (
    Endpoint("GET", "/context/{scope:global}", "context.read", read, "Global context", _READ, query=_QUERY),
    Endpoint(
        "GET", "/context/{scope:global}/{key:.+}", "context.read", read, "A global value", _READ, query=_QUERY
    ),
    Endpoint(
        "GET",
        "/context/{scope:node|flow}/{id}",
        "context.read",
        read,
        "Context of a flow or node",
        _READ,
        query=_QUERY,
    ),
    Endpoint(
        "GET",
        "/context/{scope:node|flow}/{id}/{key:.+}",
        "context.read",
        read,
        "One value",
        _READ,
        query=_QUERY,
    ),
    Endpoint(
        "DELETE",
        "/context/{scope:global}/{key:.+}",
        "context.write",
        remove,
        "Remove a global value",
        {204: "removed", 404: "no such store"},
    ),
    Endpoint(
        "DELETE",
        "/context/{scope:node|flow}/{id}/{key:.+}",
        "context.write",
        remove,
        "Remove a value",
        {204: "removed", 404: "no such store"},
    ),
)

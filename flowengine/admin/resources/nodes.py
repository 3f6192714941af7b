"""``/nodes``: the installed node types, and which of them are offered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from ..endpoint import Call, Endpoint
from ..errors import ApiError
from ..palette import NodeSetInfo
from .types import palette_page

MODULE = r"{module:(?:@[^/]+/)?[^/]+}"
ENABLED: Mapping[str, Any] = {
    "type": "object",
    "required": ["enabled"],
    "properties": {"enabled": {"type": "boolean"}},
}


async def read_all(call: Call) -> Any:
    """Give all sets as JSON, or their forms and help as a page."""
    if call.wants_json():
        return call.runtime.palette.sets(call.runtime.engine.node_sets)
    return web.Response(text=palette_page(call), content_type="text/html")


async def read_module(call: Call) -> Any:
    """Give a module with its sets."""
    return call.runtime.palette.module(call.runtime.engine.node_sets, call.param("module"))


async def read_set(call: Call) -> Any:
    """Give a set as JSON, or the forms and help of its types."""
    found = call.runtime.palette.node_set(call.runtime.engine.node_sets, _set_id(call))
    if call.wants_json():
        return found
    return web.Response(text=palette_page(call, found["types"]), content_type="text/html")


async def add_module(call: Call) -> Any:
    """Install a module of nodes; its types can be used at once."""
    from ..node_installs import add_module

    return await add_module(call.runtime, await call.fields(), call.username)


async def remove_module(call: Call) -> None:
    """Remove a module that was installed here and that no flow uses."""
    from ..node_installs import remove_module

    await remove_module(call.runtime, call.param("module"), call.username)


async def write_module(call: Call) -> Any:
    """Switch all sets of a module on or off."""
    on = await _wanted(call)
    module = call.runtime.palette.module(call.runtime.engine.node_sets, call.param("module"))
    await _switch(call, module["nodes"], on)
    return call.runtime.palette.module(call.runtime.engine.node_sets, call.param("module"))


async def write_set(call: Call) -> Any:
    """Switch a set on or off."""
    on = await _wanted(call)
    found = call.runtime.palette.node_set(call.runtime.engine.node_sets, _set_id(call))
    return (await _switch(call, [found], on))[0]


def _set_id(call: Call) -> str:
    return f"{call.param('module')}/{call.param('set')}"


async def _wanted(call: Call) -> bool:
    body = await call.fields()
    if not isinstance(body.get("enabled"), bool):
        raise ApiError(400, "invalid_request")
    return bool(body["enabled"])


async def _switch(call: Call, sets: list[NodeSetInfo], on: bool) -> list[NodeSetInfo]:
    runtime = call.runtime
    if runtime.storage.read_only:
        raise ApiError(403, "read_only")
    if on:
        sets = _tried_again(call, sets)
    node_sets = runtime.engine.node_sets
    used = {node["type"] for node in runtime.flows.nodes}
    moving = [info for info in sets if info["enabled"] is not on and "err" not in info]
    if not on and (needed := [name for info in moving for name in info["types"] if name in used]):
        raise ApiError(400, "type_in_use", types=", ".join(needed))
    changed = [runtime.palette.switch(node_sets, info, on, used) for info in moving]
    if changed:
        runtime.types_changed()
        for info in changed:
            runtime.comms.notify(f"node/{'enabled' if on else 'disabled'}", info)
        runtime.log.audit("nodes.set", ids=[info["id"] for info in changed], enabled=on, user=call.username)
    if on and any(name in runtime.engine.unknown for info in sets for name in info["types"]):
        await runtime.flows.restart()
    return changed or sets


def _tried_again(call: Call, sets: list[NodeSetInfo]) -> list[NodeSetInfo]:
    """Import anew what could not be imported: the library that it lacked may be there now."""
    node_sets = call.runtime.engine.node_sets
    failed = {info["id"] for info in sets if "err" in info}
    if not failed:
        return sets
    for module in node_sets.modules():
        if module.place in node_sets.broken:
            node_sets.retry(module.place)
    call.runtime.types_changed()
    wanted = {info["id"] for info in sets}
    return [info for info in call.runtime.palette.sets(node_sets) if info["id"] in wanted]


async def read_messages(call: Call) -> Any:
    """Give the words of node sets as Node-RED's editor asks for them: here they are part of the forms."""
    return {}


INSTALL: Mapping[str, Any] = {
    "type": "object",
    "properties": {"module": {"type": "string"}, "version": {"type": "string"}, "url": {"type": "string"}},
}
_STATUS = {200: "well", 400: "in use, or not said whether on or off", 404: "no such module or set"}
ENDPOINTS = (
    Endpoint("GET", "/nodes", "nodes.read", read_all, "Installed node sets, as JSON or as a page"),
    Endpoint(
        "POST",
        "/nodes",
        "nodes.write",
        add_module,
        "Install a module",
        {
            200: "the module",
            400: "not allowed, there already, or it could not be installed",
            404: "no such package",
        },
        INSTALL,
    ),
    Endpoint("GET", "/nodes/messages", "nodes.read", read_messages, "Words of node sets"),
    Endpoint("GET", f"/nodes/{MODULE}/{{set}}/messages", "nodes.read", read_messages, "Words of a node set"),
    Endpoint(
        "GET", f"/nodes/{MODULE}", "nodes.read", read_module, "A module", {200: "the module", 404: "none"}
    ),
    Endpoint(
        "PUT", f"/nodes/{MODULE}", "nodes.write", write_module, "Switch a module on or off", _STATUS, ENABLED
    ),
    Endpoint(
        "DELETE",
        f"/nodes/{MODULE}",
        "nodes.write",
        remove_module,
        "Remove a module",
        {204: "removed", 400: "in use, or not installed here", 404: "no such module"},
    ),
    Endpoint(
        "GET", f"/nodes/{MODULE}/{{set}}", "nodes.read", read_set, "A node set", {200: "the set", 404: "none"}
    ),
    Endpoint(
        "PUT",
        f"/nodes/{MODULE}/{{set}}",
        "nodes.write",
        write_set,
        "Switch a set on or off",
        _STATUS,
        ENABLED,
    ),
)

"""Adds packages of nodes to a running server and takes them away, with what everybody has to be told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import InstallError
from ..node_packages import NodePackage, canonical
from ..node_packages.install_tools import Wanted
from .errors import ApiError

if TYPE_CHECKING:
    from .runtime import Runtime

LOG_TOPIC = "event-log/nodes"
"""Where clients read line by line what the installer prints."""
_TOLD = frozenset(("invalid_module", "invalid_module_name", "invalid_module_url", "module_already_loaded"))
"""Codes of failed installations that clients are told as they are."""


async def add_module(runtime: Runtime, fields: dict[str, Any], username: str) -> dict[str, Any]:
    """Install a module, or another version of one; returns it with its sets. Raises ApiError."""
    wanted = _wanted(runtime, fields)
    before = _package(runtime, wanted.name)
    _check(runtime, wanted, before)
    try:
        name, version = await runtime.installer.add(wanted, heard=_teller(runtime))
    except InstallError as error:
        runtime.log.audit("nodes.install", module=wanted.text, error=error.code, user=username)
        raise _answer(error, wanted.text) from None
    _changed(runtime, _package(runtime, name))
    module = runtime.palette.module(runtime.engine.node_sets, name)
    runtime.log.audit("nodes.install", module=name, version=version, user=username)
    if before is not None:
        runtime.comms.notify("node/upgraded", {"module": name, "version": version})
    runtime.comms.notify("node/added", module["nodes"])
    await _wake(runtime, module["nodes"], again=before is not None)
    return module


async def remove_module(runtime: Runtime, given: str, username: str) -> None:
    """Remove a module that was added and is not in use. Raises ApiError."""
    if runtime.storage.read_only:
        raise ApiError(403, "read_only")
    sets = runtime.palette.module(runtime.engine.node_sets, given)["nodes"]
    name = canonical(given)
    package = _package(runtime, name)
    if package is None or not sets[0]["user"]:
        raise ApiError(400, "not_removable", module=name)
    used = {node["type"] for node in runtime.flows.nodes}
    if needed := [
        type_name for info in sets for type_name in info["types"] if type_name in used and "err" not in info
    ]:
        raise ApiError(400, "type_in_use", types=", ".join(needed))
    try:
        await runtime.installer.remove(name)
    except InstallError as error:
        runtime.log.audit("nodes.remove", module=name, error=error.code, user=username)
        raise _answer(error, name) from None
    _changed(runtime, package)
    runtime.palette.forget(runtime.engine.node_sets, name)
    runtime.log.audit("nodes.remove", module=name, user=username)
    runtime.comms.notify("node/removed", [{**info, "enabled": False} for info in sets])


def _wanted(runtime: Runtime, fields: dict[str, Any]) -> Wanted:
    if runtime.storage.read_only:
        raise ApiError(403, "read_only")
    module, version, url = (fields.get(key) for key in ("module", "version", "url"))
    if any(value is not None and not isinstance(value, str) for value in (module, version, url)):
        raise ApiError(400, "invalid_request")
    if not module and not url:
        raise ApiError(400, "invalid_request")
    rules = runtime.settings.palette
    if not rules.allow_install or (url and not rules.allow_urls):
        raise ApiError(400, "install_not_allowed", module=url or module)
    try:
        return Wanted.address(url) if url else Wanted.of(f"{module}=={version}" if version else str(module))
    except InstallError as error:
        raise _answer(error, str(url or module)) from None


def _check(runtime: Runtime, wanted: Wanted, before: NodePackage | None) -> None:
    """Raise ApiError where the rules, or what is there already, forbid an installation."""
    rules = runtime.settings.palette
    if wanted.name and not rules.allows(wanted.name):
        raise ApiError(400, "install_not_allowed", module=wanted.name)
    if before is None:
        return
    if not before.lies_in(runtime.installer.folder) or wanted.version in ("", before.version):
        raise ApiError(400, "module_already_loaded", module=wanted.name)
    if not rules.allow_update:
        raise ApiError(400, "update_not_allowed", module=wanted.name)


def _package(runtime: Runtime, name: str) -> NodePackage | None:
    return next((one for one in runtime.engine.node_sets.packages() if one.name == name), None)


def _teller(runtime: Runtime) -> Any:
    return lambda line: runtime.comms.publish(LOG_TOPIC, {"id": "nodes", "payload": {"data": f"{line}\n"}})


def _answer(error: InstallError, module: str) -> ApiError:
    if error.code == "not_found":
        return ApiError(404, "module_not_found", reason=error)
    code = error.code if error.code in _TOLD else "install_failed"
    return ApiError(400, code, reason=error, module=module)


def _changed(runtime: Runtime, package: NodePackage | None) -> None:
    """Take the new state of the installed packages."""
    runtime.engine.node_sets.renew(package)
    runtime.types_changed()


async def _wake(runtime: Runtime, sets: list[dict[str, Any]], *, again: bool) -> None:
    """Start the nodes that waited for these types; all of them where running ones have new code."""
    types = {name for info in sets for name in info["types"]}
    waiting = types & set(runtime.engine.unknown)
    running = types & {node["type"] for node in runtime.flows.nodes} if again else set()
    if waiting or running:
        await runtime.flows.restart()

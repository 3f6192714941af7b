"""Which proxy a request goes through: one of a http proxy node, or that of the environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flowengine.errors import FlowError

from .urls import PORTS, parse_url


def proxy_for(url: str, env: Mapping[str, Any]) -> str:
    """Return the proxy that variables such as ``http_proxy`` and ``no_proxy`` name for an address, or an empty text."""
    try:
        parsed = parse_url(url)
    except FlowError:
        return ""
    if _is_spared(parsed.host, parsed.port or PORTS[parsed.scheme], _variable(env, "no_proxy")):
        return ""
    proxy = _variable(env, f"{parsed.scheme}_proxy") or _variable(env, "all_proxy")
    return f"{parsed.scheme}://{proxy}" if proxy and "://" not in proxy else proxy


def _variable(env: Mapping[str, Any], name: str) -> str:
    lower = f"npm_config_{name}"
    for key in (lower, lower.upper(), name, name.upper()):
        if value := env.get(key):
            return str(value)
    return ""


def _is_spared(host: str, port: int, spared: str) -> bool:
    spared = spared.lower()
    if spared == "*":
        return True
    return any(_spares(entry, host, port) for entry in re.split(r"[,\s]", spared) if entry)


def _spares(entry: str, host: str, port: int) -> bool:
    found = re.fullmatch(r"(.+):(\d+)", entry)
    if found is not None:
        if int(found[2]) != port:
            return False
        entry = found[1]
    if entry[0] not in ".*":
        return host == entry
    return host.endswith(entry.removeprefix("*"))

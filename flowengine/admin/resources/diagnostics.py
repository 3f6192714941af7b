"""``/diagnostics``: what helps to find out why a server behaves as it does; secrets only as SET or UNSET."""

from __future__ import annotations

import locale
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ... import __version__
from ..endpoint import Call, Endpoint
from ..errors import ApiError

_SHOWN = (
    "api_max_length",
    "debug_max_length",
    "flow_file",
    "http_admin_root",
    "http_node_root",
    "http_static_root",
    "lang",
)
_HIDDEN = (
    "admin_auth", "credential_secret", "http_admin_cors", "http_node_auth", "http_node_cors", "http_static",
    "http_static_auth", "https", "oidc", "public_url", "ui_host", "ui_port",
)  # fmt: skip


async def read(call: Call) -> Any:
    """Give the report."""
    runtime = call.runtime
    if not runtime.settings.diagnostics.enabled:
        raise ApiError(403, "diagnostics.disabled")
    now = datetime.now(UTC)
    modules = {info["module"]: info["version"] for info in runtime.palette.sets(runtime.engine.node_sets)}
    return {
        "report": "diagnostics",
        "scope": "basic",
        "time": {
            "utc": now.strftime("%a, %d %b %Y %H:%M:%S GMT"),
            "local": now.astimezone().strftime("%x, %X"),
        },
        "intl": {"locale": locale.getlocale()[0] or "C", "timeZone": str(now.astimezone().tzinfo)},
        "python": {
            "version": platform.python_version(),
            "implementation": platform.python_implementation(),
            "arch": platform.machine(),
            "platform": sys.platform,
            "memoryUsage": {"rss": _resident()},
        },
        "os": _system(),
        "runtime": {
            "version": __version__,
            "isStarted": runtime.ready,
            "flows": {"state": runtime.flows.state, "started": runtime.engine.running},
            "modules": modules,
            "settings": _settings(call),
        },
    }


def _settings(call: Call) -> dict[str, Any]:
    settings = call.runtime.settings
    stores = {
        name: {"module": str(form.get("module"))}
        for name, form in settings.context_storage.items()
        if isinstance(form, dict)
    }
    aliases = {
        type(settings).model_fields[name].alias or name: getattr(settings, name) or "UNSET" for name in _SHOWN
    }
    hidden = {
        type(settings).model_fields[name].alias or name: "SET" if getattr(settings, name) else "UNSET"
        for name in _HIDDEN
    }
    about = {"disableEditor": settings.disable_editor, "readOnly": call.runtime.storage.read_only}
    return {"available": True, "contextStorage": stores, **about, **aliases, **hidden}


def _system() -> dict[str, Any]:
    found: dict[str, Any] = {
        "containerised": Path("/.dockerenv").exists() or Path("/run/.containerenv").exists(),
        "arch": platform.machine(),
        "platform": sys.platform,
        "release": platform.release(),
        "type": platform.system(),
        "cpus": os.cpu_count(),
    }
    if hasattr(os, "getloadavg"):
        found["loadavg"] = list(os.getloadavg())
    return found


def _resident() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


ENDPOINTS = (
    Endpoint(
        "GET",
        "/diagnostics",
        "diagnostics.read",
        read,
        "A report for support",
        {200: "the report", 403: "switched off"},
    ),
)

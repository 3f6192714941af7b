"""``/settings``: what the editor has to know, and what a user has set in it."""

from __future__ import annotations

from typing import Any

from ... import __version__
from ..endpoint import ANY_OBJECT, Call, Endpoint
from ..errors import ApiError
from ..merging import merged
from .locales import languages

SECTION = "users"


async def read(call: Call) -> Any:
    """Give the settings that the editor may know. No secret is among them."""
    settings, runtime = call.runtime.settings, call.runtime
    stores = runtime.engine.stores.names
    found: dict[str, Any] = {
        "httpNodeRoot": f"{runtime.http.root}/",
        "version": __version__,
        "context": {"default": stores[0], "stores": stores},
        "libraries": [
            {
                "id": "local",
                "label": "editor:library.types.local",
                "user": False,
                "icon": "font-awesome/fa-hdd-o",
            }
        ],
        "flowFilePretty": settings.flow_file_pretty,
        "flowEncryptionType": _encryption(call),
        "diagnostics": _switch(settings.diagnostics),
        "runtimeState": _switch(settings.runtime_state),
        "telemetryEnabled": False,
        "externalModules": {"palette": _palette(call)},
        "editorTheme": {"languages": [one["lang"] for one in languages()], **settings.editor_theme},
        "debugMaxLength": settings.debug_max_length,
        "files": {
            "flow": runtime.storage.files.flows.name,
            "credentials": runtime.storage.files.credentials.name,
        },
        "readOnly": runtime.storage.read_only,
    }
    if runtime.users.required and call.user is not None:
        found["user"] = call.user.as_dict()
    return found


def _palette(call: Call) -> dict[str, Any]:
    rules, read_only = call.runtime.settings.palette, call.runtime.storage.read_only
    return {
        "allowInstall": rules.allow_install and not read_only,
        "allowUpdate": rules.allow_update,
        "allowUpload": False,
        "allowList": rules.allow_list,
        "denyList": rules.deny_list,
    }


def _encryption(call: Call) -> str:
    secret = call.runtime.settings.credential_secret
    return "disabled" if secret is False else "user" if secret else "system"


def _switch(switch: Any) -> dict[str, bool]:
    return {"enabled": switch.enabled, "ui": switch.enabled and switch.ui}


async def read_user(call: Call) -> Any:
    """Give what the user has set."""
    found = call.runtime.storage.read_config(SECTION).get(call.username or "_")
    return found if isinstance(found, dict) else {}


async def write_user(call: Call) -> None:
    """Merge into what the user has set; null removes."""
    changes = await call.fields()
    if call.runtime.storage.read_only:
        raise ApiError(403, "read_only")
    kept = call.runtime.storage.read_config(SECTION)
    name = call.username or "_"
    old = kept.get(name)
    call.runtime.storage.write_config(
        SECTION, {**kept, name: merged(old if isinstance(old, dict) else {}, changes)}
    )


ENDPOINTS = (
    Endpoint("GET", "/settings", "settings.read", read, "Settings of the runtime"),
    Endpoint("GET", "/settings/user", "settings.read", read_user, "Settings of the user"),
    Endpoint(
        "POST",
        "/settings/user",
        "settings.write",
        write_user,
        "Change settings of the user",
        {204: "kept", 400: "no object"},
        ANY_OBJECT,
    ),
)

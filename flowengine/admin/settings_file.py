"""Reads the settings of a user folder: ``flowengine.toml``, else Node-RED's ``settings.js``; then the environment."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from ..errors import SettingsError
from .settings import ServerSettings

FILE = "flowengine.toml"
PREFIX = "FLOWENGINE_"


def read_settings(
    folder: Path, env: Mapping[str, str], given: Mapping[str, Any] | None = None
) -> tuple[ServerSettings, list[str]]:
    """Return the settings, and what an operator should know about where they came from.

    What is ``given`` (the command line) counts most, then the environment, then the file. Raises SettingsError.
    """
    values, notes = _from_file(folder, env)
    values = _merged(values, from_environment(env))
    values = _merged(values, {key: value for key, value in (given or {}).items() if value is not None})
    return make_settings(values), notes


def make_settings(values: Mapping[str, Any]) -> ServerSettings:
    """Check values. Raises SettingsError that names the setting, never the value of a secret."""
    try:
        return ServerSettings.model_validate(values)
    except ValidationError as error:
        lines = [
            f"{_place(item['loc'])}: {item['msg']}"
            for item in error.errors(include_url=False, include_input=False)
        ]
        raise SettingsError(f"settings: {'; '.join(lines)}") from None


def _place(parts: tuple[Any, ...]) -> str:
    return ".".join(str(part) for part in parts) or "the file"


def _from_file(folder: Path, env: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    file, old = folder / FILE, folder / "settings.js"
    if file.exists():
        notes = [f"{old.name} is not read, because {FILE} is there"] if old.exists() else []
        return read_toml(file), notes
    if old.exists():
        from .node_red_settings import read_settings_js

        return read_settings_js(old, env)
    return {}, []


def read_toml(file: Path) -> dict[str, Any]:
    """Read a TOML file. Raises SettingsError with the place of a mistake."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file}: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read the settings {file}: {error}") from None


def from_environment(env: Mapping[str, str]) -> dict[str, Any]:
    """Take ``FLOWENGINE_UI_PORT`` for uiPort and ``FLOWENGINE_LOGGING__LEVEL`` for logging.level.

    A value that is JSON counts as such, unless the setting is a text.
    """
    values: dict[str, Any] = {}
    for name, text in env.items():
        first, *rest = name.removeprefix(PREFIX).lower().split("__")
        if not name.startswith(PREFIX) or first not in ServerSettings.model_fields:
            continue
        is_text = not rest and ServerSettings.model_fields[first].annotation is str
        place = values
        path = [to_camel(part) for part in (first, *rest)]
        for part in path[:-1]:
            place = place.setdefault(part, {})
        place[path[-1]] = text if is_text else _value(text)
    return values


def _value(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _merged(below: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay values over others; tables are merged."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, Mapping) else value
    return merged

"""Reads the settings of a user folder: ``flowengine.toml``, else Node-RED's ``settings.js``; then the environment.

Nothing of the server loads with it: a run without one reads its settings here too.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

import orjson
from pydantic import BaseModel, ValidationError
from pydantic.alias_generators import to_camel

from ..errors import SettingsError
from .settings import ServerSettings

FILE = "flowengine.toml"
PREFIX = "FLOWENGINE_"


def read_settings(
    folder: Path | None,
    env: Mapping[str, str],
    given: Mapping[str, Any] | None = None,
    *,
    file: Path | None = None,
) -> tuple[ServerSettings, list[str]]:
    """Return the settings, and what an operator should know about where they came from.

    They are those of a user folder, or of a ``file`` that is named instead. What is ``given`` (the command line) counts
    most, then the environment, then the file. Raises SettingsError.
    """
    values, notes = _from_file(file, env) if file is not None else _from_folder(folder, env)
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


def _from_folder(folder: Path | None, env: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    if folder is None:
        return {}, []
    file, old = folder / FILE, folder / "settings.js"
    if file.exists():
        values, notes = _from_file(file, env)
        return values, [f"{old.name} is not read, because {FILE} is there", *notes] if old.exists() else notes
    return _from_file(old, env) if old.exists() else ({}, [])


def _from_file(file: Path, env: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    if file.suffix != ".js":
        values = read_toml(file)
        return values, _unknown(values)
    from .node_red_settings import OTHERS, read_settings_js

    values, notes = read_settings_js(file, env)
    return values, notes + _unknown({name: values[name] for name in values.keys() - OTHERS})


def _unknown(values: Mapping[str, Any]) -> list[str]:
    """Say which settings are none of ours: a slip of the pen would otherwise go unnoticed."""
    ours = {field.alias or name for name, field in ServerSettings.model_fields.items()} | {"httpRoot"}
    by_lower = {name.lower(): name for name in ours}
    notes = []
    for name in sorted(values.keys() - ours - ServerSettings.model_fields.keys()):
        near = get_close_matches(name.lower(), by_lower, 1)
        advice = f"; did you mean {by_lower[near[0]]}?" if near else ", and left to node packages"
        notes.append(f"the setting {name} is none of flowengine's{advice}")
    return notes


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
        place = values
        path = [to_camel(part) for part in (first, *rest)]
        for part in path[:-1]:
            place = place.setdefault(part, {})
        place[path[-1]] = text if _is_text([first, *rest]) else _value(text)
    return values


def _is_text(path: list[str]) -> bool:
    """Tell whether a setting takes nothing but a text, so that 123 remains one."""
    kind: Any = ServerSettings
    for name in path:
        models = [
            one for one in (kind, *get_args(kind)) if isinstance(one, type) and issubclass(one, BaseModel)
        ]
        field = models[0].model_fields.get(name) if models else None
        if field is None:
            return False
        kind = field.annotation
    return kind is str


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

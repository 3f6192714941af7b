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
OTHER_VARIABLES = ("FLOWENGINE_USER_DIR", "FLOWENGINE_NODE", "FLOWENGINE_SKIP_EDITOR")
"""Variables that begin so and are no settings."""


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
    values, notes = _merged(values, from_environment(env)), notes + _unknown_variables(env)
    values = _merged(values, {key: value for key, value in (given or {}).items() if value is not None})
    return make_settings(values), notes


def make_settings(values: Mapping[str, Any]) -> ServerSettings:
    """Check values. Raises SettingsError that names the setting, never the value of a secret."""
    try:
        return ServerSettings.model_validate(values)
    except ValidationError as error:
        lines = [
            f"{_place(item['loc'])}: {item['msg'].removeprefix('Value error, ')}"
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
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file} is not written in UTF-8 (byte {error.start})") from None
    except OSError as error:
        raise SettingsError(f"cannot read the settings {file}: {error.strerror or error}") from None


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
        kind, value = _kind([first, *rest]), _value(text)
        kinds = set(get_args(kind)) or {kind}
        # Where no number is taken 123 is a text, though it be JSON: a secret may be all digits.
        is_text = kind is str or (type(value) in (int, float) and str in kinds and int not in kinds)
        place[path[-1]] = text if is_text else value
    return values


def _unknown_variables(env: Mapping[str, str]) -> list[str]:
    """Say which variables name no setting."""
    first_parts = {
        name: name.removeprefix(PREFIX).lower().split("__")[0] for name in env if name.startswith(PREFIX)
    }
    others = {name: part for name, part in first_parts.items() if part not in ServerSettings.model_fields}
    return [
        f"the variable {name} names no setting{_advice(part)}"
        for name, part in sorted(others.items())
        if name not in OTHER_VARIABLES
    ]


def _advice(part: str) -> str:
    near = get_close_matches(part, ServerSettings.model_fields, 1)
    return f"; did you mean {PREFIX}{near[0].upper()}?" if near else ""


def _kind(path: list[str]) -> Any:
    """Return the type of a setting, None where there is no such setting."""
    kind: Any = ServerSettings
    for name in path:
        models = [
            one for one in (kind, *get_args(kind)) if isinstance(one, type) and issubclass(one, BaseModel)
        ]
        field = models[0].model_fields.get(name) if models else None
        if field is None:
            return None
        kind = field.annotation
    return kind


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

"""The settings of ``flowengine run``, and the environment that its flow sees.

Those of the engine count as they do for the server, and ``tracing``; what is about users, the editor and the log is
left to ``flowengine start``.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import FlowError
from ..settings import Settings
from .user_folder import VARIABLE

if TYPE_CHECKING:
    from ..admin.settings import ServerSettings
    from ..tracing import TracingSettings

Words = Callable[..., str]
"""Sentences of the engine by their key."""
PREFIX = "FLOWENGINE_"
GUARDS = {"httpNodeAuth": "http_node_auth", "https": "https"}
"""Settings that keep strangers out, which a run does not have."""
LOOPBACK = "127.0.0.1"


def read(options: argparse.Namespace) -> Settings:
    """Read the settings; what an operator should know goes to standard error. Raises SettingsError."""
    given: dict[str, Any] = {"lang": options.lang, "uiPort": options.port}
    if options.settings is None and options.user_dir is None and not _is_set_by_environment():
        return Settings.model_validate({name: value for name, value in given.items() if value is not None})
    from ..admin.settings_file import read_settings

    settings, notes = read_settings(options.user_dir, os.environ, given, file=options.settings)
    notes += _unguarded(settings)
    for note in notes:
        print(note, file=sys.stderr)
    if options.user_dir is not None and not settings.context_storage:
        settings.context_storage = {"default": {"module": "localfilesystem"}}
    return settings


def _is_set_by_environment() -> bool:
    return any(name.startswith(PREFIX) and name != VARIABLE for name in os.environ)


def _unguarded(settings: ServerSettings) -> list[str]:
    """Keep a run that would have no locks from being reached by others."""
    missing = [name for name, field in GUARDS.items() if getattr(settings, field) is not None]
    if not missing or settings.ui_host == LOOPBACK:
        return []
    settings.ui_host = LOOPBACK
    return [f"{' and '.join(missing)}: only `flowengine start` has that, so this run listens at {LOOPBACK}"]


def tracing_of(settings: Settings, address: str | None) -> TracingSettings | None:
    """Return what to trace: as the settings say, but to ``address`` where --trace gives one; None for nothing."""
    found = getattr(settings, "tracing", None)
    if address is None and found is None:
        return None
    from ..tracing import TracingSettings

    tracing = found if isinstance(found, TracingSettings) else TracingSettings()
    if address is None:
        return tracing if tracing.enabled else None
    if address == "console":
        return _changed(tracing, exporter="console")
    return _changed(tracing, exporter="otlp", endpoint=address) if address else tracing


def _changed(tracing: TracingSettings, **values: Any) -> TracingSettings:
    return type(tracing).model_validate({**tracing.model_dump(exclude_unset=True), **values})


def assignment(text: str, words: Words) -> tuple[str, str]:
    """Read ``NAME=VALUE``. Raises FlowError."""
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise FlowError(words("run.bad_assignment", given=text))
    return name, value


def environment(options: argparse.Namespace, words: Words) -> dict[str, str]:
    """Return the environment of the flow: that of the process, the file's, the options'. Raises FlowError."""
    env = dict(os.environ)
    if options.env_file is not None:
        env.update(_env_file(options.env_file, words))
    env.update(assignment(text, words) for text in options.env)
    return env


def _env_file(file: Path, words: Words) -> dict[str, str]:
    try:
        lines = file.read_text().splitlines()
    except OSError as error:
        raise FlowError(f"cannot read {file}: {error.strerror or error}") from None
    stripped = (line.strip().removeprefix("export ") for line in lines)
    pairs = (assignment(line, words) for line in stripped if line and not line.startswith("#"))
    return {name: value.strip().strip("'\"") for name, value in pairs}

"""Writes a ``flowengine.toml`` that documents every setting, each with its default and switched off."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from textwrap import dedent, wrap
from typing import Any

import orjson
from pydantic import BaseModel

from ..settings import Settings
from .settings import ServerSettings

HEAD = """\
# Settings of flowengine. Remove the # before a setting to change it; the server reads them when it starts.
# The environment counts more: FLOWENGINE_UI_PORT=1881 is uiPort, FLOWENGINE_LOGGING__LEVEL=debug is logging.level.
"""


def settings_template() -> str:
    """Return the text of the file."""
    return HEAD + "".join(_entry(name, text) for name, text in documented_settings())


def documented_settings() -> Iterator[tuple[str, str]]:
    """Yield the name of every setting, as Python has it, with its documentation."""
    for model in (Settings, ServerSettings):
        yield from documentation(model).items()


def documentation(model: type[BaseModel]) -> dict[str, str]:
    """Return the text below each field of a model."""
    declared = ast.parse(dedent(inspect.getsource(model))).body[0]
    assert isinstance(declared, ast.ClassDef)
    found: dict[str, str] = {}
    for field, text in zip(declared.body, [*declared.body[1:], ast.Pass()], strict=True):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            said = text.value if isinstance(text, ast.Expr) else None
            found[field.target.id] = (
                said.value if isinstance(said, ast.Constant) and isinstance(said.value, str) else ""
            )
    return found


def _entry(name: str, text: str) -> str:
    field = ServerSettings.model_fields[name]
    lines = "\n".join(f"# {line}" for line in wrap(" ".join(text.split()), 108))
    value = field.get_default(call_default_factory=True)
    shown = f"{field.alias} is not set" if value is None else f"{field.alias} = {toml(value)}"
    return f"\n{lines}\n# {shown}\n"


def toml(value: Any) -> str:
    """Write a value in one line of TOML."""
    if isinstance(value, BaseModel):
        return toml(value.model_dump(by_alias=True, exclude_none=True))
    if isinstance(value, dict):
        pairs = (f"{_key(key)} = {toml(item)}" for key, item in value.items())
        return f"{{ {', '.join(pairs)} }}" if value else "{}"
    if isinstance(value, list):
        return f"[{', '.join(toml(item) for item in value)}]"
    return orjson.dumps(value).decode()


def _key(key: str) -> str:
    return (
        key
        if key.replace("_", "").replace("-", "").isalnum() and key.isascii()
        else orjson.dumps(key).decode()
    )

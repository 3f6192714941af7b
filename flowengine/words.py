"""Sentences for people, read from the locale files, with English where a language lacks one.

``locales/<lang>/nodes/<folder>/<module>.json`` belongs to ``nodes/<folder>/<module>.py``;
``locales/<lang>/engine.json`` to the engine itself. ``{name}`` in a sentence is a placeholder.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from .folders import folder

SOURCE_LANGUAGE = "en-US"
_CORE = "flowengine.nodes."


def languages_of(language: str) -> tuple[str, ...]:
    """Return the languages to look in, the wanted one first: ``de-AT``, ``de``, ``en-US``."""
    short = language.partition("-")[0]
    return tuple(dict.fromkeys((language, short, SOURCE_LANGUAGE)))


@lru_cache(maxsize=512)
def read_words(file: Path) -> dict[str, Any]:
    """Read a locale file; a missing one is empty."""
    try:
        return orjson.loads(file.read_bytes())  # type: ignore[no-any-return]
    except FileNotFoundError:
        return {}


def lookup(files: list[Path], key: str) -> Any:
    """Return what the first of the files that has the dotted key says, or None."""
    for file in files:
        found: Any = read_words(file)
        for part in key.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        if found is not None:
            return found
    return None


def node_files(language: str, module: str, suffix: str = ".json") -> list[Path]:
    """Return the locale files of a node's module, the wanted language first."""
    if module.startswith(_CORE):
        place = Path("nodes", *module.removeprefix(_CORE).split(".")).with_suffix(suffix)
        return [folder("locales") / name / place for name in languages_of(language)]
    package = module.rpartition(".")[0]
    origin = getattr(sys.modules.get(package or module), "__file__", None)
    if origin is None:
        return []
    base = Path(origin).parent / "locales"
    return [base / name / f"{module.rpartition('.')[2]}{suffix}" for name in languages_of(language)]


def fill(text: str, values: dict[str, Any]) -> str:
    """Fill the placeholders of a sentence; a brace that is none stays."""
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def sentence(language: str, module: str, key: str, values: dict[str, Any]) -> str:
    """Return a sentence of a node, filled; the key itself where no language has one."""
    found = lookup(node_files(language, module), key)
    return fill(found if isinstance(found, str) else key, values)


def engine_sentence(language: str, key: str, **values: Any) -> str:
    """Return a sentence of the engine, filled."""
    found = lookup([folder("locales") / name / "engine.json" for name in languages_of(language)], key)
    return fill(found if isinstance(found, str) else key, values)

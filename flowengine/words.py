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


@lru_cache(maxsize=256)
def languages_of(language: str) -> tuple[str, ...]:
    """Return the languages to look in, the wanted one first, then its kin: ``de-AT``, ``de``, ``en-US``.

    Who asks for any Chinese gets the Chinese that there is.
    """
    language = language.replace("_", "-")
    exact = next((name for name in known_languages() if name.lower() == language.lower()), language)
    short = _base(language)
    kin = (name for name in known_languages() if _base(name) == short)
    return tuple(dict.fromkeys((exact, short, *kin, SOURCE_LANGUAGE)))


def spoken_language(language: str) -> str:
    """Return the language that somebody who asks for this one gets."""
    return next(name for name in languages_of(language) if name in known_languages())


def is_spoken(language: str) -> bool:
    """Tell whether there are words in a language, or in its kin."""
    return any(_base(name) == _base(language) for name in known_languages())


@lru_cache(maxsize=1)
def known_languages() -> tuple[str, ...]:
    """Return the languages that there are words in."""
    return tuple(sorted(place.name for place in folder("locales").iterdir() if place.is_dir()))


def _base(language: str) -> str:
    return language.partition("-")[0].lower()


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
    origin = getattr(sys.modules.get(module), "__file__", None)
    base = _locales_of(Path(origin), module) if origin else None
    if base is None:
        return []
    return [base / name / f"{module.rpartition('.')[2]}{suffix}" for name in languages_of(language)]


def _locales_of(file: Path, module: str) -> Path | None:
    """Return the folder of words nearest to a module of a package."""
    above = list(file.parents)[: max(1, module.count("."))]
    return next((found for place in above if (found := place / "locales").is_dir()), None)


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

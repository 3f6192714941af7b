"""``/locales`` as Node-RED has it, and ``/api/locales``: the words of the editor's page."""

from __future__ import annotations

from typing import Any

from ...folders import folder
from ...words import languages_of, read_words
from ..endpoint import Call, Endpoint
from ..merging import merged

CATALOGUE = "editor.json"
OWN_WORDS = "admin.json"


async def read(call: Call) -> Any:
    """Give a catalogue by its name; there is one, ``editor``."""
    name = call.param("name").removesuffix(".json")
    return _catalogue(call.language) if name == "editor" else {}


async def read_language(call: Call) -> Any:
    """Give the editor's words in a language, in English where it lacks some."""
    return _catalogue(call.param("lang"))


async def read_languages(call: Call) -> Any:
    """Give the languages that there are, by their own names."""
    return languages()


def languages() -> list[dict[str, Any]]:
    """Return the languages of the editor."""
    places = sorted(place for place in folder("locales").iterdir() if (place / CATALOGUE).is_file())
    return [
        {"lang": place.name, "name": read_words(place / OWN_WORDS).get("language", place.name)}
        for place in places
    ]


def _catalogue(language: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    known = {place.name for place in folder("locales").iterdir()}
    # Only names that the folder lists: a language is part of an address, and must not lead elsewhere.
    for name in reversed(languages_of(language)):
        if name in known:
            found = merged(found, read_words(folder("locales") / name / CATALOGUE))
    return found


ENDPOINTS = (
    Endpoint("GET", "/locales/{name:.+}", None, read, "Words by catalogue", query={"lng": "language"}),
    Endpoint("GET", "/api/locales", None, read_languages, "Languages of the editor"),
    Endpoint("GET", "/api/locales/{lang:[A-Za-z0-9-]+}", None, read_language, "Words of the editor"),
)

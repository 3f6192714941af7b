"""The words of the methods: everything a record names has words, and words name nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flowengine.nodes.openai.methods import families
from flowengine.nodes.openai.record import Family, Method

LOCALES = Path(__file__).parents[2] / "locales"
SOURCE = "en-US"
SHARED = "_shared"
LANGUAGES = sorted(folder.parent.name for folder in LOCALES.glob("*/openai"))
FAMILIES = {family.name: family for family in families()}
# The families the original node has: other languages are complete for these.
TRANSLATED = {
    "assistants", "audio", "batch", "chat", "chatkit", "container-files", "containers", "conversations", "embeddings",
    "evals", "files", "fine-tuning", "images", "messages", "models", "moderations", "realtime", "responses", "runs",
    "skills", "threads", "uploads", "vector-store-file-batches", "vector-store-files", "vector-stores", "videos",
    "webhooks",
}  # fmt: skip
OUTPUTS = {"object", "list", "bytes", "text", "none", "stream", "connection"}


def words(language: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((LOCALES / language / "openai" / f"{name}.json").read_text("utf-8"))
    return found


def names_of(language: str) -> set[str]:
    return {file.stem for file in (LOCALES / language / "openai").glob("*.json")} - {SHARED}


def sentences(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
        return
    for name, inner in value.items():
        yield from sentences(inner, f"{key}/{name}")


def wordless(family: Family, method: Method, shared: dict[str, str]) -> list[str]:
    told = words(SOURCE, family.name)
    own = told["methods"].get(method.name, {}).get("params", {})
    known = {**shared, **told.get("params", {}), **own}
    return [param.name for param in method.all_params if param.name not in known]


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_every_field_of_every_method_has_words(name: str) -> None:
    shared = words(SOURCE, SHARED)["params"]
    told = words(SOURCE, name)
    assert told["title"]
    for method in FAMILIES[name].methods:
        assert {"title", "summary"} <= told["methods"].get(method.name, {}).keys(), (
            f"{method.name} has no words"
        )
        missing = wordless(FAMILIES[name], method, shared)
        assert not missing, f"locales/{SOURCE}/openai/{name}.json: {method.name} has no words for {missing}"


def test_every_kind_of_output_has_words() -> None:
    shared = words(SOURCE, SHARED)
    assert shared["outputs"].keys() == OUTPUTS
    assert {method.output for family in FAMILIES.values() for method in family.methods} <= OUTPUTS


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_name_nothing_that_is_not_there(language: str) -> None:
    assert names_of(language) <= FAMILIES.keys()
    for name in names_of(language):
        told = words(language, name)
        methods = {
            method.name: {param.name for param in method.all_params} for method in FAMILIES[name].methods
        }
        assert told["methods"].keys() <= methods.keys()
        for method, said in told["methods"].items():
            assert said.get("params", {}).keys() <= methods[method], method
        fields = {field for fields in methods.values() for field in fields}
        assert told.get("params", {}).keys() <= fields, name
    assert words(language, SHARED)["params"].keys() <= shared_fields()


def shared_fields() -> set[str]:
    """Fields of which some family says nothing itself."""
    fields = {name: {p.name for m in FAMILIES[name].methods for p in m.all_params} for name in FAMILIES}
    return {
        field for name in FAMILIES for field in fields[name] - words(SOURCE, name).get("params", {}).keys()
    }


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != SOURCE])
def test_a_language_says_all_that_the_source_says(language: str) -> None:
    assert names_of(language) >= TRANSLATED
    for name in [SHARED, *names_of(language)]:
        source, told = dict(sentences(words(SOURCE, name))), dict(sentences(words(language, name)))
        assert told.keys() == source.keys(), f"{name}: {told.keys() ^ source.keys()}"
        for key, text in told.items():
            assert placeholders(text) == placeholders(source[key]), f"{name}{key}"


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"\{\w+\}", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_plain_sentences(language: str) -> None:
    for name in [SHARED, *names_of(language)]:
        for key, text in sentences(words(language, name)):
            assert text == text.strip(), f"{name}{key}"
            assert text, f"{name}{key}"
            assert not re.search(r"</?[a-zA-Z]|&\w+;|https?://", text), f"{name}{key} holds markup: {text}"
            if not key.endswith("/title"):
                assert text[-1] in ".。", f"{name}{key} is no sentence: {text}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_goes_over_the_wire_is_never_translated(language: str) -> None:
    """Values and method names stand in the records; a sentence that held one could be translated wrongly."""
    spelt = re.compile(r"`|\b[a-z]+_[a-z_]+\b|\"[a-z]")
    for name in [SHARED, *names_of(language)]:
        for key, text in sentences(words(language, name)):
            assert not spelt.search(text), f"{name}{key} holds a wire value: {text}"

"""The words of nodes and of the engine: everything that is shown has words, and words name nothing else."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from flowengine.fields import Kind
from flowengine.forms.form_fields import FormField, layout, shown_fields
from flowengine.node import Node
from flowengine.node_sets import NodeSets

ROOT = Path(__file__).parent.parent
LOCALES = ROOT / "locales"
SOURCE = "en-US"
LANGUAGES = sorted(folder.parent.name for folder in LOCALES.glob("*/nodes"))
OTHERS = [language for language in LANGUAGES if language != SOURCE]
SHARED = "_shared"
# Whole files of words besides those of nodes.
CATALOGUES = ("engine", "editor", "admin", "actions")
# The forms of counted words: what Intl.PluralRules tells apart in the language.
FORMS = {"de": ("one", "other"), "en": ("one", "other"), "ja": ("other",), "zh": ("other",)}
COUNTED = re.compile(r"_(?:zero|one|two|few|many|other)$")
CORE = "flowengine.nodes."

TYPES = {name: found for name, found in NodeSets().all().items() if found.__module__.startswith(CORE)}
MODULES = {found.__module__.removeprefix(CORE).replace(".", "/"): found for found in TYPES.values()}

SCOPES = ("all", "group", "selected")
TOP = {"title", "summary", "fields", "parts", "units", "errors", "statuses", "inputs", "outputs"}
FIELD = {"label", "help", "add", "options", "kinds", "row"}


def words(language: str, place: str) -> dict[str, Any]:
    file = LOCALES / language / f"{place}.json"
    found: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    return found


def places(language: str) -> set[str]:
    """Modules that have words, as "function/change"."""
    files = (LOCALES / language / "nodes").glob("*/*.json")
    return {file.relative_to(LOCALES / language / "nodes").with_suffix("").as_posix() for file in files}


def sentences(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from sentences(inner, f"{key}/{at}")
    else:
        for name, inner in value.items():
            yield from sentences(inner, f"{key}/{name}")


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"(?<!\{)\{\w+\}(?!\})", text))


# What a field needs


def wanted(one: FormField) -> dict[str, set[str]]:
    """The groups of values of a field that need words, with the values."""
    found: dict[str, set[str]] = {}
    if one.choices and not one.facts.get("verbatim"):
        found["options"] = {str(choice) for choice in one.choices}
    if one.control == "scope":
        found["options"] = set(SCOPES)
    kinds = {kind.name for kind in one.kinds if isinstance(kind, Kind)}
    return found | ({"kinds": kinds} if kinds else {})


def merged(cells: tuple[FormField, ...]) -> dict[str, dict[str, set[str]]]:
    """Keys of a row with what their controls need: several controls may edit one key."""
    found: dict[str, dict[str, set[str]]] = {}
    for cell in cells:
        for group, values in wanted(cell).items():
            found.setdefault(cell.key, {}).setdefault(group, set()).update(values)
        found.setdefault(cell.key, {})
    return found


def missing(one: FormField, said: dict[str, Any]) -> Iterator[str]:
    if not said.get("label"):
        yield one.name
    for group, values in wanted(one).items():
        yield from (f"{one.name}.{group}.{value}" for value in values - said.get(group, {}).keys())
    if one.facts.get("shape") == "list":
        for key, groups in merged(one.cells).items():
            cell = said.get("row", {}).get(key, {})
            if not cell.get("label"):
                yield f"{one.name}.row.{key}"
            for group, values in groups.items():
                yield from (
                    f"{one.name}.row.{key}.{group}.{value}" for value in values - cell.get(group, {}).keys()
                )


def parts_of(node_class: type[Node]) -> set[str]:
    return {part.name for part in layout(node_class) if part.name}


@pytest.mark.parametrize("module", sorted(MODULES))
def test_everything_that_a_form_shows_has_words(module: str) -> None:
    shared, own = words(SOURCE, f"nodes/{SHARED}"), words(SOURCE, f"nodes/{module}")
    assert own.get("title"), f"locales/{SOURCE}/nodes/{module}.json has no title"
    assert own.get("summary"), f"locales/{SOURCE}/nodes/{module}.json has no summary"
    fields = {**shared["fields"], **own.get("fields", {})}
    wordless = [
        name for one in shown_fields(MODULES[module]) for name in missing(one, fields.get(one.name, {}))
    ]
    units = {unit for one in shown_fields(MODULES[module]) if (unit := one.facts.get("unit"))}
    wordless += sorted(units - {**shared["units"], **own.get("units", {})}.keys())
    wordless += sorted(parts_of(MODULES[module]) - {**shared["parts"], **own.get("parts", {})}.keys())
    assert not wordless, f"locales/{SOURCE}/nodes/{module}.json has no words for {wordless}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_name_nothing_that_is_not_there(language: str) -> None:
    assert places(language) <= MODULES.keys()
    for module in places(language):
        own, node_class = words(language, f"nodes/{module}"), MODULES[module]
        shown = {one.name: one for one in shown_fields(node_class)}
        assert own.keys() <= TOP, module
        assert own.get("fields", {}).keys() <= shown.keys(), (
            f"{module}: {own['fields'].keys() - shown.keys()}"
        )
        assert own.get("parts", {}).keys() <= parts_of(node_class), module
        for name, said in own.get("fields", {}).items():
            assert said.keys() <= FIELD, f"{module}: {name}"
            for group in ("options", "kinds"):
                values = wanted(shown[name]).get(group, set())
                assert said.get(group, {}).keys() <= values, f"{module}: {name}.{group}"
            assert said.get("row", {}).keys() <= {cell.key for cell in shown[name].cells}, (
                f"{module}: {name}.row"
            )


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_says_all_that_the_source_says(language: str) -> None:
    for place in [f"nodes/{name}" for name in (SHARED, *sorted(places(SOURCE)))]:
        source, told = dict(sentences(words(SOURCE, place))), dict(sentences(words(language, place)))
        assert told.keys() == source.keys(), (
            f"locales/{language}/{place}.json: {sorted(told.keys() ^ source.keys())}"
        )
        for key, text in told.items():
            assert placeholders(text) == placeholders(source[key]), f"locales/{language}/{place}.json: {key}"


def in_forms(source: dict[str, str], forms: tuple[str, ...]) -> dict[str, str]:
    """The sentences of the source under the keys of a language with these forms of counted words."""
    found: dict[str, str] = {}
    for key, text in source.items():
        stem = COUNTED.sub("", key)
        keys = [f"{stem}_{form}" for form in forms] if f"{stem}_other" in source else [key]
        found |= dict.fromkeys(keys, text)
    return found


@pytest.mark.parametrize("name", CATALOGUES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_says_all_that_the_source_says(language: str, name: str) -> None:
    source, told = dict(sentences(words(SOURCE, name))), dict(sentences(words(language, name)))
    wanted_texts = in_forms(source, FORMS[language.partition("-")[0]])
    assert source, f"locales/{SOURCE}/{name}.json has no words"
    assert told.keys() == wanted_texts.keys(), (
        f"locales/{language}/{name}.json: {sorted(told.keys() ^ wanted_texts.keys())}"
    )
    for key, text in told.items():
        assert placeholders(text) == placeholders(wanted_texts[key]), f"locales/{language}/{name}.json: {key}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_plain_text(language: str) -> None:
    for place in [f"nodes/{name}" for name in (SHARED, *places(language))] + [*CATALOGUES]:
        for key, text in sentences(words(language, place)):
            assert text, f"{place}: {key}"
            assert text == text.strip(), f"{place}: {key}"
            assert not re.search(r"</?[a-zA-Z]|&\w+;", text), f"{place}: {key} holds markup: {text}"


# Sentences that code asks for


def asked_for(file: Path, name: str) -> Iterator[str]:
    """Keys given to `words(...)` or `engine_sentence(...)` as plain text; what is put together counts as its start."""
    for call in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(call, ast.Call) or getattr(call.func, "attr", getattr(call.func, "id", "")) != name:
            continue
        for given in call.args:
            for part in ast.walk(given):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and "." in part.value:
                    yield part.value


# Every word of the sources: the key of an error may come from far, even from a script.
SPELT = {
    word
    for folder in ("nodes", "flowengine")
    for file in (ROOT / folder).glob("**/*.[pj][ys]")
    for word in re.findall(r"[\w.-]+", file.read_text("utf-8"))
}


@pytest.mark.parametrize("module", sorted(MODULES))
def test_every_sentence_a_node_asks_for_exists(module: str) -> None:
    known = {key.strip("/").replace("/", ".") for key, _ in sentences(words(SOURCE, f"nodes/{module}"))}
    for key in asked_for(ROOT / "nodes" / f"{module}.py", "words"):
        assert any(one == key or (key.endswith(".") and one.startswith(key)) for one in known), (
            f"{module}: {key}"
        )


@pytest.mark.parametrize("module", sorted(places(SOURCE)))
def test_every_sentence_of_a_node_is_asked_for(module: str) -> None:
    own = words(SOURCE, f"nodes/{module}")
    spelt = {word.rpartition(".")[2] for word in SPELT}
    unused = [key for group in ("errors", "statuses") for key in own.get(group, {}) if key not in spelt]
    assert not unused, f"locales/{SOURCE}/nodes/{module}.json: nothing says {unused}"


def test_the_engine_s_sentences_are_those_it_asks_for() -> None:
    files = [file for file in (ROOT / "flowengine").glob("**/*.py") if "testing" not in file.parts]
    asked = {key for file in files for key in asked_for(file, "engine_sentence")}
    known = {key.strip("/").replace("/", ".") for key, _ in sentences(words(SOURCE, "engine"))}
    lost = {
        key for key in asked - known if not (key.endswith(".") and any(one.startswith(key) for one in known))
    }
    assert lost == set()
    text = "\n".join(file.read_text("utf-8") for file in files)
    assert [key for key in known if key not in asked and key.rpartition(".")[2] not in text] == []


# Help pages


class Tags(HTMLParser):
    """The outline of a page: its tags in order, and whatever should not be in one."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.code: list[str] = []
        self.wrong: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.wrong += self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag != "br":
            self._open.append(tag)
        if tag not in ALLOWED or any(name not in ("href", "target", "rel") for name, _ in attrs):
            self.wrong.append(f"{tag} {attrs}")

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.wrong.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "code":
            self.code.append(data)


ALLOWED = {
    "p",
    "h3",
    "h4",
    "dl",
    "dt",
    "dd",
    "ul",
    "ol",
    "li",
    "code",
    "pre",
    "i",
    "b",
    "em",
    "a",
    "br",
    "table",
    "tr",
    "td",
}


def help_page(language: str, module: str) -> Tags | None:
    file = LOCALES / language / "nodes" / f"{module}.html"
    return Tags(file.read_text("utf-8")) if file.is_file() else None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_node_has_a_help_page(language: str) -> None:
    assert [module for module in MODULES if help_page(language, module) is None] == []
    files = (LOCALES / language / "nodes").glob("*/*.html")
    known = {file.relative_to(LOCALES / language / "nodes").with_suffix("").as_posix() for file in files}
    assert known <= MODULES.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_pages_are_well_formed(language: str) -> None:
    broken = {
        module: page.wrong for module in MODULES if (page := help_page(language, module)) and page.wrong
    }
    assert broken == {}


@pytest.mark.parametrize("language", OTHERS)
def test_translated_help_pages_have_the_source_s_outline(language: str) -> None:
    """Same headings, lists and paragraphs, and the same code: names on the wire are not translated."""
    for module in sorted(MODULES):
        source, told = help_page(SOURCE, module), help_page(language, module)
        assert source is not None, module
        assert told is not None, module
        blocks = [tag for tag in told.tags if tag not in ("i", "b", "em", "code")]
        assert blocks == [tag for tag in source.tags if tag not in ("i", "b", "em", "code")], module
        assert sorted(told.code) == sorted(source.code), module

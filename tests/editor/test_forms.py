"""Forms, help pages and descriptors: every type and method, in every language, as the editor gets them."""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jinja2 import StrictUndefined

from flowengine.forms import Forms, UnknownMethod, UnknownType
from flowengine.forms.descriptors import start_value
from flowengine.forms.form_fields import fields_of, layout
from flowengine.forms.method_pages import families
from flowengine.forms.templates import environment
from flowengine.forms.wording import Wording
from flowengine.node import Node
from flowengine.node_sets import NodeSets

LOCALES = Path(__file__).parents[2] / "locales"
LANGUAGES = sorted(folder.parent.name for folder in LOCALES.glob("*/nodes"))
SETS = NodeSets()
TYPES = SETS.all()
FORMS = Forms(SETS)
METHODS = [method.name for family in families() for method in family.methods]
VOID = {"input", "br"}


class Fragment(HTMLParser):
    """What stands in a fragment: names, ids, labels, and whatever a strict policy would refuse."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.conditions: list[str] = []
        self.refused: list[str] = []
        self.attributes: list[tuple[str, dict[str, str]]] = []
        self._open: list[str] = []
        self.feed(html)
        self.refused += [f"unclosed {tag}" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.attributes.append((tag, found))
        if "template" not in self._open:
            self.names += [found[key] for key in ("name", "type-name", "counts") if key in found]
        self.ids += [found["id"]] if "id" in found else []
        self.targets += [found[key] for key in ("for", "data-for", "aria-labelledby") if key in found]
        self.conditions += [found["data-show-if"]] if "data-show-if" in found else []
        if tag in ("script", "style", "iframe") or any(
            name.startswith("on") or name == "style" for name in found
        ):
            self.refused.append(f"{tag} {found}")
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.refused.append(f"/{tag}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_type_has_a_form_and_a_help_page(language: str) -> None:
    for name in TYPES:
        for html in (FORMS.form(name, language).html, FORMS.help(name, language).html):
            assert Fragment(html).refused == [], name
        assert "<p>" in FORMS.help(name, language).html, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_method_has_a_form_and_a_help_page(language: str) -> None:
    for name in METHODS:
        form = Fragment(FORMS.form("OpenAI API", language, name).html)
        page = FORMS.help("OpenAI API", language, name).html
        assert form.refused == [], name
        assert Fragment(page).refused == [], name
        params = re.findall(r'data-field="([^"]+)"', page)
        assert form.names == [f"{key}.{param}" for param in params for key in ("defaults", "defaultTypes")], (
            name
        )
        assert set(form.targets) <= set(form.ids), name


def test_a_word_that_is_missing_stops_the_rendering() -> None:
    assert environment().undefined is StrictUndefined
    with pytest.raises(KeyError, match="no_such_word"):
        Wording("de").page("no_such_word")


@pytest.mark.parametrize("name", sorted(TYPES))
def test_a_form_has_every_field_once(name: str) -> None:
    form, fields = Fragment(FORMS.form(name, "en-US").html), fields_of(TYPES[name])
    shown = {field.name for field in fields.values() if field.is_shown}
    radios = {attributes["name"] for tag, attributes in form.attributes if attributes.get("type") == "radio"}
    found = [one for one in form.names if one not in radios] + sorted(radios)
    assert sorted(found) == sorted(set(found))
    assert set(found) <= fields.keys()
    kinds = {field.facts.get("type_field") for field in fields.values()}
    assert shown - set(found) - kinds == set()
    assert len(form.ids) == len(set(form.ids))
    assert set(form.targets) <= set(form.ids)


@pytest.mark.parametrize("name", sorted(TYPES))
def test_conditions_name_fields(name: str) -> None:
    fields = fields_of(TYPES[name])
    for one in fields.values():
        assert fields_in(one.facts.get("show_if", "")) <= fields.keys(), one.name
        cells = {cell.key for cell in one.cells} | {cell.facts.get("type_field") for cell in one.cells}
        for cell in one.cells:
            assert fields_in(cell.facts.get("show_if", "")) <= cells, f"{one.name}: {cell.name}"
    for part in layout(TYPES[name]):
        assert part.fields


def fields_in(condition: str) -> set[str]:
    terms = [term.strip().removeprefix("!") for term in condition.split(",") if term]
    return {re.split(r"!?=", term)[0] for term in terms}


# Descriptors


@pytest.mark.parametrize("name", sorted(TYPES))
def test_a_new_node_has_what_its_class_takes_for_granted(name: str) -> None:
    """The values of a descriptor read as a node, and read as the defaults unless the field says otherwise."""
    described, fields = descriptor(name), fields_of(TYPES[name])
    values = {key: one["value"] for key, one in described["defaults"].items()}
    assert json.loads(json.dumps(values)) == values
    new = TYPES[name].Config.model_validate({"id": "1", "type": name, "name": "tool", **values})
    bare = TYPES[name].Config.model_validate({"id": "1", "type": name, "name": "tool"})
    for key, field in fields.items():
        if key in values and "starts" not in field.facts and key != "name":
            assert on_the_wire(new)[key] == on_the_wire(bare)[key], key
        assert key in values or field.secret or field.facts.get("legacy"), key
        if key in values:
            assert values[key] == start_value(field)


def on_the_wire(config: Any) -> dict[str, Any]:
    found: dict[str, Any] = config.model_dump(mode="json", by_alias=True)
    return found


def descriptor(name: str) -> dict[str, Any]:
    return next(one for one in FORMS.descriptors("en-US") if one["type"] == name)


def test_descriptors_say_what_editors_need() -> None:
    http_in, http_request, broker = (
        descriptor("http in"),
        descriptor("http request"),
        descriptor("mqtt-broker"),
    )
    assert http_in["label"] == ["{name}", "[{method}] {url}"]
    assert http_in["defaults"]["url"] == {"value": "", "required": True}
    assert (http_in["inputs"], http_in["outputs"], http_in["config"]) == (0, 1, False)
    assert http_request["credentials"] == {"user": "text", "password": "password"}
    assert http_request["defaults"]["tls"] == {"value": "", "type": "tls-config"}
    assert broker["config"] is True
    assert broker["defaults"]["port"]["validate"] == "integer"
    assert descriptor("inject")["button"] == "inject"
    assert descriptor("debug")["align"] == "right"
    assert descriptor("link in")["label"] == []
    assert descriptor("exec")["outputLabels"] == ["standard output", "standard error", "return code"]


def test_labels_on_the_canvas_name_fields() -> None:
    for one in FORMS.descriptors("en-US"):
        for rule in one["label"]:
            text = rule if isinstance(rule, str) else rule["text"]
            named = set(re.findall(r"\{(\w+)\}", text)) | fields_in(
                "" if isinstance(rule, str) else rule["if"]
            )
            assert named <= one["defaults"].keys(), one["type"]


def test_the_picker_lists_every_method() -> None:
    for language in LANGUAGES:
        listed = [method for family in FORMS.methods(language) for method in family["methods"]]
        assert [method["name"] for method in listed] == METHODS
        assert all(method["label"] for method in listed)
    create = next(method for method in listed if method["name"] == "createModelResponse")
    assert (create["verb"], create["path"], create["streams"]) == ("POST", "/responses", True)


def test_the_schema_of_a_node_has_words_and_choices() -> None:
    schema = FORMS.json_schema("delay")
    assert schema["properties"]["type"] == {"const": "delay"}
    assert schema["properties"]["pauseType"]["title"] == "Action"
    assert "burst" in schema["properties"]["pauseType"]["examples"]


# Pages


def test_pages_are_kept_and_named_by_their_content() -> None:
    forms = Forms(SETS)
    page = forms.form("inject", "en-US")
    assert forms.form("inject", "en-US") is page
    assert forms.form("inject", "de").etag != page.etag
    forms.clear()
    again = forms.form("inject", "en-US")
    assert again is not page
    assert again == page


def test_what_does_not_exist_has_no_page() -> None:
    with pytest.raises(UnknownType):
        FORMS.form("no such type", "en-US")
    with pytest.raises(UnknownMethod):
        FORMS.form("OpenAI API", "en-US", "noSuchMethod")
    with pytest.raises(UnknownMethod):
        FORMS.help("OpenAI API", "en-US", "noSuchMethod")


def test_a_type_with_a_field_called_method_has_its_own_help() -> None:
    assert FORMS.help("http in", "en-US", "get").html == FORMS.help("http in", "en-US").html


def test_a_language_without_words_shows_those_of_the_source() -> None:
    assert FORMS.form("inject", "xx").html == FORMS.form("inject", "en-US").html
    assert FORMS.form("inject", "de-AT").html == FORMS.form("inject", "de").html


# Types of other packages

EVIL = '"><script>alert(1)</script>'


@pytest.fixture
def thermometer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forms]:
    """A package with one node, whose words are hostile and whose form has a template of its own."""
    package = tmp_path / "acme_nodes"
    (package / "locales" / "en-US").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "thermometer.py").write_text(
        "from typing import Annotated, Literal\n"
        "from flowengine.fields import Kind, rows, line, select, typed\n"
        "from flowengine.node import Node, NodeConfig\n"
        "class Thermometer(Node):\n"
        "    type = 'thermometer'\n"
        "    class Config(NodeConfig):\n"
        "        scale: Literal['c', 'f'] = 'c'\n"
        "        place: Annotated[str, line(placeholder='x\" onfocus=\"alert(1)')] = ''\n"
        "        value: Annotated[str, typed(Kind('own'))] = ''\n"
        "        limits: Annotated[list, rows({'at': line()}, new={'at': '\"><b>'})] = []\n"
        "        nameless: bool = False\n"
    )
    (package / "thermometer.html").write_text(
        '{% extends "node_form.html" %}{% block before %}<p class="hint">{{ words.find("title") }}</p>{% endblock %}'
    )
    said = {
        "label": EVIL,
        "help": EVIL,
        "options": {"c": EVIL, "f": EVIL},
        "kinds": {"own": EVIL},
        "add": EVIL,
    }
    names = ("scale", "place", "value", "limits")
    fields = {name: {**said, "row": {"at": {"label": EVIL}}} for name in names}
    words = {"title": EVIL, "summary": EVIL, "fields": fields}
    (package / "locales" / "en-US" / "thermometer.json").write_text(json.dumps(words))
    monkeypatch.syspath_prepend(tmp_path)
    sets = NodeSets()
    node_class: type[Node] = importlib.import_module("acme_nodes.thermometer").Thermometer
    sets.add(node_class)
    yield Forms(sets)
    for module in ("acme_nodes.thermometer", "acme_nodes"):
        sys.modules.pop(module, None)


def test_words_cannot_become_markup(thermometer: Forms) -> None:
    for page in (thermometer.form("thermometer", "de"), thermometer.help("thermometer", "de")):
        fragment = Fragment(page.html)
        assert fragment.refused == []
        assert {"script", "b"}.isdisjoint(tag for tag, _ in fragment.attributes)
        assert "&gt;&lt;script" in page.html
    placed = next(
        attributes
        for _, attributes in fragment_of(thermometer).attributes
        if attributes.get("name") == "place"
    )
    assert placed["placeholder"] == 'x" onfocus="alert(1)'


def fragment_of(forms: Forms) -> Fragment:
    return Fragment(forms.form("thermometer", "en-US").html)


def test_a_type_may_have_a_template_of_its_own(thermometer: Forms) -> None:
    html = thermometer.form("thermometer", "en-US").html
    assert html.startswith('<p class="hint">')
    assert 'name="scale"' in html


def test_a_field_without_words_shows_its_name(thermometer: Forms) -> None:
    assert '<label for="f-nameless">nameless</label>' in thermometer.form("thermometer", "en-US").html

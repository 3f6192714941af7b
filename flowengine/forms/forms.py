"""Joins facts, words and templates: what the editor asks for, by type, method and language."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from markupsafe import Markup

from flowengine.node import Node
from flowengine.node_sets import NodeSets

from .descriptors import descriptor
from .form_fields import fields_of
from .method_pages import EVALUATED, MethodView, find_method, method_view, picker
from .schemas import node_schema
from .templates import Page, own_template, render
from .views import FieldView, form_view
from .wording import Wording


class UnknownType(LookupError):
    """There is no such node type."""


class UnknownMethod(LookupError):
    """There is no such API method."""


class Forms:
    """Forms and pages of the types of some node sets. What has been rendered is kept."""

    def __init__(self, node_sets: NodeSets) -> None:
        self._node_sets = node_sets
        self.descriptors = lru_cache(maxsize=16)(self._descriptors)
        self.form = lru_cache(maxsize=4096)(self._form)
        self.help = lru_cache(maxsize=4096)(self._help)
        self.methods = lru_cache(maxsize=16)(picker)

    def _descriptors(self, language: str) -> list[dict[str, Any]]:
        """Describe every type, as ``GET api/types`` answers."""
        package_of = self._node_sets.package_of
        return [
            descriptor(one, Wording.of(one, language), package_of(one.__module__))
            for one in self._node_sets.all().values()
        ]

    def _form(self, type_name: str, language: str, method: str | None = None) -> Page:
        """Render the edit form of a type, or the part of it that belongs to a method."""
        node_class = self._find(type_name)
        words = Wording.of(node_class, language)
        if method:
            view, kinds = _method(node_class, method, language), ",".join(EVALUATED)
            return render(["method_form.html"], method=view, evaluated=kinds, words=words)
        return render(
            [own_template(node_class), "node_form.html"],
            type=type_name,
            parts=form_view(node_class, words),
            words=words,
        )

    def _help(self, type_name: str, language: str, method: str | None = None) -> Page:
        """Render the help page of a type, or of a method where the type has methods."""
        node_class = self._find(type_name)
        words = Wording.of(node_class, language)
        if method and has_methods(node_class):
            return render(["method_help.html"], method=_method(node_class, method, language), words=words)
        # A file of the node's own package, trusted as its code is.
        body = Markup(words.help_page())
        return render(
            ["node_help.html"], type=type_name, body=body, fields=explained(node_class, words), words=words
        )

    def json_schema(self, type_name: str, language: str = "en-US") -> dict[str, Any]:
        """Give the JSON Schema of a node in a flow file, its fields titled in a language."""
        node_class = self._find(type_name)
        return node_schema(node_class, Wording.of(node_class, language))

    def clear(self) -> None:
        """Forget everything: templates or words have changed."""
        from flowengine.words import read_words

        from .templates import environment

        read_words.cache_clear()
        environment.cache_clear()
        for kept in (self.descriptors, self.form, self.help, self.methods):
            kept.cache_clear()

    def _find(self, type_name: str) -> type[Node]:
        found = self._node_sets.find(type_name)
        if found is None:
            raise UnknownType(type_name)
        return found


def explained(node_class: type[Node], words: Wording) -> list[FieldView]:
    """Give the fields that have more to say than their label."""
    return [one for part in form_view(node_class, words) for one in part.fields if one.help]


def _method(node_class: type[Node], name: str, language: str) -> MethodView:
    found = find_method(name)
    if found is None or not has_methods(node_class):
        raise UnknownMethod(name)
    return method_view(*found, language)


def has_methods(node_class: type[Node]) -> bool:
    """Tell whether a type has a picker of API methods; other types have a field of that name too."""
    return any(one.control == "methods" for one in fields_of(node_class).values())

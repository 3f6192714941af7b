"""The words of a node type in one language: its own locale file, then those that all types share.

A field without words shows its name in the flow file. ``tests/test_words.py`` holds that the types of this
repository never come to that.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from flowengine.folders import folder
from flowengine.node import Node
from flowengine.words import fill, languages_of, lookup, node_files

SHARED = Path("nodes", "_shared.json")


@dataclass(frozen=True)
class Wording:
    """Looks words up by dotted keys. ``module`` is the node class's; empty for what all types share."""

    language: str
    module: str = ""

    @classmethod
    def of(cls, node_class: type[Node], language: str) -> Wording:
        """Give the words of a type."""
        return cls(language, node_class.__module__)

    @cached_property
    def files(self) -> list[Path]:
        """The locale files to look in, first to last."""
        shared = [folder("locales") / name / SHARED for name in languages_of(self.language)]
        return [*(node_files(self.language, self.module) if self.module else []), *shared]

    def find(self, key: str, default: Any = None) -> Any:
        """Give what the first file that has the key says."""
        found = lookup(self.files, key)
        return default if found is None else found

    def page(self, key: str, **values: Any) -> str:
        """Give a word of the forms and pages themselves. Raises KeyError where no language has it."""
        found = self.find(f"page.{key}")
        if not isinstance(found, str):
            raise KeyError(f'locales/en-US/{SHARED.as_posix()} has no "page.{key}"')
        return fill(found, values)

    def field(self, *names: str) -> FieldWords:
        """Give the words of a field, or of a cell of its rows."""
        return FieldWords(self, "fields." + ".row.".join(names))

    def help_page(self) -> str:
        """Give the body of the help page, empty where there is none."""
        for file in node_files(self.language, self.module, ".html"):
            if file.is_file():
                return file.read_text("utf-8")
        return ""


@dataclass(frozen=True)
class FieldWords:
    """The words of one field; each is looked up by itself, so a language may lack some of them."""

    words: Wording
    key: str

    def get(self, name: str) -> str:
        """Give ``label``, ``help`` or ``add``; empty where no language has it."""
        return str(self.words.find(f"{self.key}.{name}", ""))

    def option(self, value: str, group: str = "options") -> str:
        """Give the words of a value, else the value itself. Not by a dotted key, as values may hold dots."""
        for file in self.words.files:
            options = lookup([file], f"{self.key}.{group}")
            if isinstance(options, dict) and value in options:
                return str(options[value])
        return value

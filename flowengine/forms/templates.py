"""jinja2, set up for forms: templates of node classes first, then those of ``editor/templates``.

A missing word stops the rendering (and so a test) instead of leaving a gap; everything that is written into a page is
escaped, so a label cannot become markup.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, FunctionLoader, PrefixLoader, StrictUndefined

from flowengine.folders import folder
from flowengine.node import Node


@dataclass(frozen=True)
class Page:
    """A rendered fragment; ``etag`` changes with its content."""

    html: str
    etag: str

    @classmethod
    def of(cls, html: str) -> Page:
        """Hash the content."""
        return cls(html, f'"{hashlib.sha256(html.encode()).hexdigest()[:20]}"')


def _beside_class(name: str) -> tuple[str, str, Callable[[], bool]] | None:
    """Read the template of an imported module: beside it, or in the folder ``templates`` of its package."""
    origin = getattr(sys.modules.get(name), "__file__", None)
    if origin is None:
        return None
    beside = Path(origin).with_suffix(".html")
    above = beside.parents[: max(1, name.count("."))]
    for file in (beside, *(place / "templates" / beside.name for place in above)):
        if file.is_file():
            return file.read_text("utf-8"), str(file), lambda: True
    return None


_BLANK = re.compile(r"\n\s*\n")


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Make the environment, once."""
    loaders = [
        PrefixLoader({"class": FunctionLoader(_beside_class)}),
        FileSystemLoader(folder("editor") / "templates"),
    ]
    return Environment(
        loader=ChoiceLoader(loaders),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def render(names: list[str], **values: Any) -> Page:
    """Render the first template that exists, without the lines that its logic leaves empty."""
    html = environment().select_template(names).render(**values)
    return Page.of(_BLANK.sub("\n", html.strip()))


def own_template(node_class: type[Node]) -> str:
    """Name the special edit template of a type, which need not exist."""
    return f"class/{node_class.__module__}"

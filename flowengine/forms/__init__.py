"""Forms, help pages and descriptors of node types, joined from their facts, their words and templates.

    forms = Forms(engine.node_sets)
    forms.descriptors("de")              # what the editor knows of every type
    forms.form("http in", "de").html     # a fragment; `.etag` names its content
    forms.help("OpenAI API", "de", "createResponse").html

Only servers import this: a run without an editor has no use for it.
"""

from __future__ import annotations

from .forms import Forms, UnknownMethod, UnknownType
from .templates import Page

__all__ = ["Forms", "Page", "UnknownMethod", "UnknownType"]

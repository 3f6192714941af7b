"""Which members of its message the text of a function can look at, where that is plain to see."""

from __future__ import annotations

import re

_MSG = re.compile(r"(?<![\w$.])msg(?![\w$])")
_MEMBER = re.compile(r"\s*\.\s*([A-Za-z_]\w*)(?![\w$\\]|[^\x00-\x7f])", re.ASCII)
_RETURNED = re.compile(r"\breturn[ \t]+\Z")
_END = re.compile(r"\s*(?:[;}]|\Z)")
_OTHER_WAYS = re.compile(
    r"\b(?:eval|arguments|this|with)\b|\\u|\.\.\.|\.\s+msg\b"
    r"|\bnode\b(?!\s*\.\s*(?:warn|log|debug|trace|status|id|name)\b)"
)
"""What could get at a message without its name, or make the name look like something else."""
_INHERITED = re.compile(
    r"constructor|hasOwnProperty|isPrototypeOf|propertyIsEnumerable|to(?:Locale)?String|valueOf|__\w+__"
)
_ALWAYS = ("_msgid", "error")
"""What is set from outside of the function."""


def seen_members(source: str) -> frozenset[str] | None:
    """Name the members that a function may read or write; None where it may do more than ``msg.name`` with a message.

    Comments and texts are not told from code: whatever is said of ``msg`` there counts too, so nothing is overlooked.
    """
    if _OTHER_WAYS.search(source):
        return None
    names = set(_ALWAYS)
    for found in _MSG.finditer(source):
        if (member := _MEMBER.match(source, found.end())) is not None:
            if _INHERITED.fullmatch(member[1]):
                return None
            names.add(member[1])
        elif not (_RETURNED.search(source, 0, found.start()) and _END.match(source, found.end())):
            return None
    return frozenset(names)

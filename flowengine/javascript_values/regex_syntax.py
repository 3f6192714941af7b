"""JavaScript's syntax of regular expressions, translated into Python's."""

from __future__ import annotations

import re

_SPACE = r"\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_NOT_SPACE = (
    r"\x00-\x08\x0e-\x1f!-\x9f\xa1-\u167f\u1681-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u205e\u2060-\u2fff"
    r"\u3001-\ufefe\uff00-\U0010ffff"
)
_IN_CLASS = {
    "d": "0-9",
    "D": r"\x00-/:-\U0010ffff",
    "w": "A-Za-z0-9_",
    "W": r"\x00-/:-@\[-\^`{-\U0010ffff",
    "s": _SPACE,
    "S": _NOT_SPACE,
    "b": r"\x08",
}
_OUTSIDE = {
    "d": "[0-9]",
    "D": "[^0-9]",
    "w": "[A-Za-z0-9_]",
    "W": "[^A-Za-z0-9_]",
    "s": f"[{_SPACE}]",
    "S": f"[^{_SPACE}]",
    "b": r"(?a:\b)",
    "B": r"(?a:\B)",
}
_LINE_ENDS = r"\n\r\u2028\u2029"
_ESCAPED = re.compile(
    r"u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|c([A-Za-z])|k<(\w+)>|([1-9][0-9]*)|(0)|(.)", re.DOTALL
)
_CONTROL = {"n": r"\n", "r": r"\r", "t": r"\t", "v": r"\x0b", "f": r"\x0c"}
_GROUP = re.compile(r"\(\?(?:<([A-Za-z_$][\w$]*)>|(<?[=!:]|:))")
_QUANTIFIER = re.compile(r"\{[0-9]+(?:,[0-9]*)?\}")


def python_syntax(source: str, flags: str = "") -> str:
    """Write a JavaScript pattern in Python's syntax. Raises ValueError for what JavaScript does not allow."""
    return _Translator(source, flags).translate()


class _Translator:
    """Walks a JavaScript pattern once and writes Python's."""

    def __init__(self, source: str, flags: str) -> None:
        self.source = source
        self.at = 0
        self.opened = 0
        self.multiline = "m" in flags
        self.dot = r"[\s\S]" if "s" in flags else f"[^{_LINE_ENDS}]"

    def translate(self) -> str:
        """Give the pattern in Python's syntax. Raises ValueError for what Python has no equal of."""
        written = []
        while self.at < len(self.source):
            char = self.source[self.at]
            self.at += 1
            if char == "\\":
                written.append(self._escape(_OUTSIDE))
            elif char == "[":
                written.append(self._class())
            elif char == "(":
                written.append(self._group())
            elif char == "{":
                written.append(self._braces())
            else:
                written.append(self._plain(char))
        return "".join(written)

    def _plain(self, char: str) -> str:
        if char == ".":
            return self.dot
        if char == "^" and self.multiline:
            return f"(?:(?<![^{_LINE_ENDS}]))"
        if char == "$":
            return f"(?![^{_LINE_ENDS}])" if self.multiline else r"\Z"
        if char in "+*?" and self.source[self.at : self.at + 1] == "+":
            raise ValueError("Nothing to repeat")  # Python would take it for a possessive quantifier
        return char

    def _escape(self, named: dict[str, str]) -> str:
        match = _ESCAPED.match(self.source, self.at)
        if not match:
            raise ValueError("\\ at end of pattern")
        self.at = match.end()
        four, two, control, group, number, zero, letter = match.groups()
        if four or two:
            return re.escape(chr(int(four or two, 16)))
        if control:
            return re.escape(chr(ord(control) % 32))
        if group:
            return f"(?P={group})"
        if number:  # a group that is not closed yet is empty in JavaScript
            return f"(?:\\{number})" if int(number) <= self.opened else ""
        if zero:
            return r"\x00"
        return named.get(letter) or _CONTROL.get(letter) or re.escape(letter)

    def _class(self) -> str:
        """Translate ``[...]``; in JavaScript a bracket inside is a plain character."""
        negated = self.source.startswith("^", self.at)
        self.at += negated
        members = []
        while self.at < len(self.source) and self.source[self.at] != "]":
            char = self.source[self.at]
            self.at += 1
            members.append(
                self._escape(_IN_CLASS) if char == "\\" else f"\\{char}" if char in "[&~|^" else char
            )
        if self.at >= len(self.source):
            raise ValueError("Unterminated character class")
        self.at += 1
        if not members:
            return r"[\s\S]" if negated else r"(?!)"
        return f"[{'^' if negated else ''}{_safe_dashes(members)}]"

    def _group(self) -> str:
        match = _GROUP.match(self.source, self.at - 1)
        if match:
            self.at = match.end()
            self.opened += match[1] is not None
            return f"(?P<{match[1]}>" if match[1] else match[0]
        if self.source.startswith("?", self.at):
            raise ValueError("Invalid group")
        self.opened += 1
        return "("

    def _braces(self) -> str:
        """Translate a quantifier; other braces are plain characters."""
        match = _QUANTIFIER.match(self.source, self.at - 1)
        if not match:
            return r"\{"
        self.at = match.end()
        if self.source.startswith("+", self.at):
            raise ValueError("Nothing to repeat")
        return match[0]


def _safe_dashes(members: list[str]) -> str:
    """Join the members of a class; a dash that cannot make a range is escaped."""
    ranges = {_IN_CLASS[letter] for letter in "dDwWsS"}
    joined = []
    for at, member in enumerate(members):
        beside = members[max(at - 1, 0) : at + 2]
        at_edge = at in (0, len(members) - 1)
        joined.append(r"\-" if member == "-" and (at_edge or not ranges.isdisjoint(beside)) else member)
    return "".join(joined)

"""JavaScript's regular expressions, translated for Python's ``re``, and what ``replace`` makes of ``$1``."""

from __future__ import annotations

import re
from functools import lru_cache

from ..errors import FlowError

_SPACE = r"\t-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_NOT_SPACE = r"\x00-\x08\x0e-\x1f!-\x9f\xa1-\u167f\u1681-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u205e\u2060-\u2fff" + (
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
_ESCAPED = re.compile(r"u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|c([A-Za-z])|k<(\w+)>|([1-9][0-9]*)|(0)|(.)", re.S)
_CONTROL = {"n": r"\n", "r": r"\r", "t": r"\t", "v": r"\x0b", "f": r"\x0c"}
_GROUP = re.compile(r"\(\?(?:<([A-Za-z_$][\w$]*)>|(<?[=!:]|:))")
_QUANTIFIER = re.compile(r"\{[0-9]+(?:,[0-9]*)?\}")
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}


@lru_cache(maxsize=512)
def js_regex(source: str, flags: str = "") -> re.Pattern[str]:
    """``new RegExp(source, flags)`` as a Python pattern; of the flags i, m and s count.

    Raises FlowError, worded as JavaScript's SyntaxError, where it is no regular expression.
    """
    chosen = re.RegexFlag(0)
    for flag in flags:
        chosen |= _FLAGS.get(flag, re.RegexFlag(0))
    try:
        return re.compile(_Translator(source, chosen).translate(), chosen)
    except (re.error, OverflowError, RecursionError, ValueError) as error:
        raise _RegexError(f"Invalid regular expression: /{source}/{flags}: {_reason(error)}") from None


class _RegexError(FlowError):
    name = "SyntaxError"


_REASONS = {
    "missing ), unterminated subpattern": "Unterminated group",
    "unbalanced parenthesis": "Unmatched ')'",
    "nothing to repeat": "Nothing to repeat",
    "multiple repeat": "Nothing to repeat",
    "unterminated character set": "Unterminated character class",
    "bad escape (end of pattern)": "\\ at end of pattern",
}


def _reason(error: Exception) -> str:
    text = getattr(error, "msg", str(error))
    if text.startswith("bad character range"):
        return "Range out of order in character class"
    return _REASONS.get(text, text)


class _Translator:
    """Walks a JavaScript pattern once and writes Python's."""

    def __init__(self, source: str, flags: re.RegexFlag) -> None:
        self.source = source
        self.at = 0
        self.multiline = bool(flags & re.MULTILINE)
        self.dot = r"." if flags & re.DOTALL else f"[^{_LINE_ENDS}]"

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
        code_point, four, two, control, group, number, zero, letter = match.groups()
        if code_point or four or two:
            return re.escape(chr(int(code_point or four or two, 16)))
        if control:
            return re.escape(chr(ord(control) % 32))
        if group:
            return f"(?P={group})"
        if number:
            return f"(?:\\{number})"
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
            members.append(self._escape(_IN_CLASS) if char == "\\" else f"\\{char}" if char in "[&~|^" else char)
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
            return f"(?P<{match[1]}>" if match[1] else match[0]
        if self.source.startswith("?", self.at):
            raise ValueError("Invalid group")
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


_REFERENCE = re.compile(r"\$(?:([$&`'])|([0-9]{1,2})|<([^>]*)>)")


def js_replace(text: str, pattern: re.Pattern[str], replacement: str, *, every: bool = True) -> str:
    """``text.replace(pattern, replacement)`` with ``$1``, ``$<name>``, ``$&`` and ``$$`` in the replacement."""
    if "$" not in replacement:
        return pattern.sub(lambda match: replacement, text, count=0 if every else 1)
    return pattern.sub(lambda match: _expanded(match, replacement), text, count=0 if every else 1)


def _expanded(match: re.Match[str], replacement: str) -> str:
    def reference(found: re.Match[str]) -> str:
        sign, number, name = found.groups()
        if sign:
            return _SIGNS[sign](match)
        if name is not None:
            return (match[name] or "") if name in match.re.groupindex else found[0] if not match.re.groupindex else ""
        group = _group_of(match, number)
        return found[0] if group is None else (match[group[0]] or "") + group[1]

    return _REFERENCE.sub(reference, replacement)


_SIGNS = {
    "$": lambda match: "$",
    "&": lambda match: match[0],
    "`": lambda match: match.string[: match.start()],
    "'": lambda match: match.string[match.end() :],
}


def _group_of(match: re.Match[str], digits: str) -> tuple[int, str] | None:
    """Find the group that ``$12`` names: the twelfth, or the first followed by a 2. None where there is neither."""
    groups = match.re.groups
    if 1 <= int(digits) <= groups:
        return int(digits), ""
    if len(digits) == 2 and 1 <= int(digits[0]) <= groups:
        return int(digits[0]), digits[1]
    return None

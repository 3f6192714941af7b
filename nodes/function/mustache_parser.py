"""Reads mustache templates into a tree, by the rules of mustache.js."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from flowengine.errors import NodeError

_SPACES = re.compile(r"\s+")
_WHITE = re.compile(r"\s*")
_EQUALS = re.compile(r"\s*=")
_CURLY = re.compile(r"\s*\}")
_KIND = re.compile(r"[#^/>{&=!]")


@dataclass(slots=True)
class Token:
    """A text or a tag: ``kind`` is text, name, &, #, ^, > and the like; ``inner`` what a section holds."""

    kind: str
    value: str
    inner: list[Token] = field(default_factory=list)


def parse_template(template: str) -> list[Token]:
    """Parse a template. Raises NodeError, in mustache.js's words, where a tag or section is not closed."""
    return _nested(_Parser(template).tokens())


class _Parser:
    """Walks a template tag by tag.

    White space is kept apart until its line ends: a line that holds nothing but section tags, comments and the
    like leaves no trace.
    """

    def __init__(self, template: str) -> None:
        self.template = template
        self.at = 0
        self.found: list[Token | None] = []
        self.spaces: list[int] = []  # places in found of the white space of this line
        self.has_tag = self.has_text = False
        self.sections: list[str] = []
        self._use_tags("{{", "}}")

    def tokens(self) -> list[Token]:
        """Give texts and tags in the order of the template."""
        while self.at < len(self.template):
            self._text(self._until(self.opening))
            start = self.at
            if not self._take(self.opening):
                break
            self._tag(start)
        self._end_line()
        if self.sections:
            raise NodeError(f'Unclosed section "{self.sections[-1]}" at {self.at}')
        return [token for token in self.found if token is not None]

    def _use_tags(self, opening: str, closing: str) -> None:
        self.opening = re.compile(re.escape(opening) + r"\s*")
        self.closing = re.compile(r"\s*" + re.escape(closing))
        self.closing_curly = re.compile(r"\s*" + re.escape("}" + closing))

    def _text(self, text: str) -> None:
        for piece in re.findall(r"\n|[^\S\n]+|\S+", text):
            if piece.isspace():
                self.spaces.append(len(self.found))
            else:
                self.has_text = True
            self.found.append(Token("text", piece))
            if piece == "\n":
                self._end_line()

    def _end_line(self) -> None:
        if self.has_tag and not self.has_text:
            for place in self.spaces:
                self.found[place] = None
        self.spaces = []
        self.has_tag = self.has_text = False

    def _tag(self, start: int) -> None:
        self.has_tag = True
        kind = self._take(_KIND) or "name"
        self._take(_WHITE)
        value = self._value(kind)
        if not self._take(self.closing):
            raise NodeError(f"Unclosed tag at {self.at}")
        kind = "&" if kind == "{" else kind
        self.found.append(Token(kind, value))
        if kind in "#^":
            self.sections.append(value)
        elif kind == "/":
            self._close(value, start)
        elif kind in ("name", "&"):
            self.has_text = True
        elif kind == "=":
            self._change_tags(value)

    def _value(self, kind: str) -> str:
        if kind == "=":
            value = self._until(_EQUALS)
            self._take(_EQUALS)
            self._until(self.closing)
        elif kind == "{":
            value = self._until(self.closing_curly)
            self._take(_CURLY)
            self._until(self.closing)
        else:
            value = self._until(self.closing)
        return value

    def _close(self, name: str, start: int) -> None:
        if not self.sections:
            raise NodeError(f'Unopened section "{name}" at {start}')
        opened = self.sections.pop()
        if opened != name:
            raise NodeError(f'Unclosed section "{opened}" at {start}')

    def _change_tags(self, value: str) -> None:
        tags = _SPACES.split(value)[:2]
        if len(tags) != 2:
            raise NodeError(f"Invalid tags: {','.join(tags)}")
        self._use_tags(*tags)

    def _take(self, pattern: re.Pattern[str]) -> str:
        """Take what the pattern matches here; "" where it does not match."""
        match = pattern.match(self.template, self.at)
        if match is None:
            return ""
        self.at = match.end()
        return match[0]

    def _until(self, pattern: re.Pattern[str]) -> str:
        """Take everything before the next match, or all that is left."""
        match = pattern.search(self.template, self.at)
        start, self.at = self.at, match.start() if match else len(self.template)
        return self.template[start : self.at]


def _nested(tokens: list[Token]) -> list[Token]:
    """Put what sections hold into them, and neighbouring texts together."""
    top: list[Token] = []
    open_lists = [top]
    for token in tokens:
        into = open_lists[-1]
        if token.kind == "/":
            open_lists.pop()
        elif token.kind == "text" and into and into[-1].kind == "text":
            into[-1].value += token.value
        else:
            into.append(token)
            if token.kind in "#^":
                open_lists.append(token.inner)
    return top

"""What is wrong with a text that is not JSON, in the words of V8, which flow authors know."""

from __future__ import annotations

import re
from typing import NoReturn

_CONTEXT = 10
_SPACE = re.compile(r"[ \t\n\r]*")
_DIGITS = re.compile(r"[0-9]*")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_ESCAPE = re.compile(r'["\\/bfnrt]')
_HEX = re.compile(r"[0-9a-fA-F]{4}")
_NOT_SERIALIZED = ("NaN", "Infinity", "undefined", "[object Object]")
_WORDS = {"t": "true", "f": "false", "n": "null"}


class _Wrong(Exception):
    pass


def describe_error(text: str) -> str:
    """Give V8's sentence for the first thing in the text that is not JSON."""
    if text in _NOT_SERIALIZED:
        return f'"{text}" is not valid JSON'
    try:
        _Reader(text).read()
    except _Wrong as wrong:
        return str(wrong)
    return "Unexpected end of JSON input"


class _Reader:
    """Walks a text that is known to be bad up to the place where it is."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def read(self) -> None:
        """Read values with a stack of open brackets rather than by recursion: bad texts may be deep."""
        open_brackets: list[str] = []
        while True:
            if not self._value(open_brackets):
                continue
            while open_brackets:
                if self._next_in(open_brackets[-1]):
                    break
                open_brackets.pop()
            else:
                break
        if self._peek():
            raise _Wrong(f"Unexpected non-whitespace character after JSON {self._place()}")

    def _value(self, open_brackets: list[str]) -> bool:
        """Read a scalar or an empty bracket (True), or the start of a filled bracket (False)."""
        char = self._peek()
        if char == '"':
            self._string()
        elif char and char in "-0123456789":
            self._number()
        elif char in _WORDS:
            self._word(_WORDS[char])
        elif char == "[" or char == "{":
            return self._open(char, open_brackets)
        else:
            self._unexpected()
        return True

    def _open(self, bracket: str, open_brackets: list[str]) -> bool:
        self.at += 1
        if self._peek() == ("]" if bracket == "[" else "}"):
            self.at += 1
            return True
        open_brackets.append(bracket)
        if bracket == "{":
            self._key("Expected property name or '}'", "Expected ':' after property name")
        return False

    def _next_in(self, bracket: str) -> bool:  # noqa: RET503 - _fail never returns
        """After an element: True where another one follows, False where the bracket is closed."""
        char = self._peek()
        if char == ",":
            self.at += 1
            if bracket == "{":
                self._key("Expected double-quoted property name")
            return True
        if char == ("]" if bracket == "[" else "}"):
            self.at += 1
            return False
        what = "',' or ']' after array element" if bracket == "[" else "',' or '}' after property value"
        self._fail(f"Expected {what}")

    def _key(self, otherwise: str, without_colon: str = "") -> None:
        """Read a name and its colon; V8 has a sentence for a missing colon after the first name only."""
        if self._peek() != '"':
            self._fail(otherwise)
        self._string()
        if self._peek() != ":":
            if without_colon:
                self._fail(without_colon)
            self._unexpected()
        self.at += 1

    def _string(self) -> None:
        self.at += 1
        while True:
            self._skip(_PLAIN)
            char = self.text[self.at : self.at + 1]
            if char == '"':
                self.at += 1
                return
            if not char:
                self._fail("Unterminated string")
            if char != "\\":
                self._fail("Bad control character in string literal")
            self._escape()

    def _escape(self) -> None:
        self.at += 1
        char = self.text[self.at : self.at + 1]
        if not char:
            self._unexpected()
        if char == "u":
            self._hex()
        elif not _ESCAPE.match(char):
            self._fail("Bad escaped character")
        self.at += 1

    def _hex(self) -> None:
        if not _HEX.match(self.text, self.at + 1):
            self.at += 1
            while self.text[self.at : self.at + 1] and self.text[self.at] in "0123456789abcdefABCDEF":
                self.at += 1
            self._fail("Bad Unicode escape")
        self.at += 4

    def _number(self) -> None:
        if self.text[self.at] == "-":
            self.at += 1
            if not self.text[self.at : self.at + 1].isdigit():
                self._fail("No number after minus sign")
        if self.text[self.at] == "0":
            self.at += 1
            if self.text[self.at : self.at + 1].isdigit():
                self._fail("Unexpected number")
        self._skip(_DIGITS)
        if self.text[self.at : self.at + 1] == ".":
            self.at += 1
            self._digits("Unterminated fractional number")
        if self.text[self.at : self.at + 1] in ("e", "E"):
            self.at += 2 if self.text[self.at + 1 : self.at + 2] in ("+", "-") else 1
            self._digits("Exponent part is missing a number")

    def _digits(self, otherwise: str) -> None:
        start = self.at
        self._skip(_DIGITS)
        if self.at == start:
            self._fail(otherwise)

    def _word(self, word: str) -> None:
        for letter in word:
            if self.text[self.at : self.at + 1] != letter:
                self._unexpected()
            self.at += 1

    def _peek(self) -> str:
        self._skip(_SPACE)
        return self.text[self.at : self.at + 1]

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _fail(self, sentence: str) -> NoReturn:
        raise _Wrong(f"{sentence} in JSON {self._place()}")

    def _place(self) -> str:
        """Tell the place; JavaScript counts UTF-16 units, so what needs two of them counts twice."""
        before = self.text[: self.at]
        position = len(before) + sum(char > "\uffff" for char in before)
        last_line = before[before.rfind("\n") + 1 :]
        column = len(last_line) + sum(char > "\uffff" for char in last_line) + 1
        return f"at position {position} (line {before.count(chr(10)) + 1} column {column})"

    def _unexpected(self) -> NoReturn:
        char = self.text[self.at : self.at + 1]
        if not char:
            raise _Wrong("Unexpected end of JSON input")
        if char == '"':
            self._fail("Unexpected string")
        if char.isdigit() or char == "-":
            self._fail("Unexpected number")
        raise _Wrong(f"Unexpected token '{char}', {self._surroundings()} is not valid JSON")

    def _surroundings(self) -> str:
        """Quote what stands around the place, all of it where the text is short."""
        length = len(self.text)
        if length <= 2 * _CONTEXT:
            return f'"{self.text}"'
        start, end = self.at - _CONTEXT, self.at + _CONTEXT
        left = '"' if start < 0 else '..."'
        right = '"' if end >= length else '"...'
        return f"{left}{self.text[max(start, 0) : end]}{right}"

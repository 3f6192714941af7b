"""Reads a ``settings.js`` of Node-RED for its literal values; nothing in it is run.

What is understood: objects, arrays, texts, numbers, true, false, null, and ``process.env.NAME`` with or without
``|| literal``. Everything else is named in the report.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..errors import SettingsError

_START = re.compile(r"module\.exports\s*=\s*\{")
_BLANK = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_NUMBER = re.compile(r"-?(?:0[xX][0-9A-Fa-f]+|\d+\.?\d*(?:[eE][-+]?\d+)?)")
_ENV = re.compile(r"process\.env\.([A-Za-z_]\w*)")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(\n)|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0"}
_UNDEFINED = object()
_WORDS = {"true": True, "false": False, "null": None, "undefined": _UNDEFINED}
_PAIRS = {"{": "}", "[": "]", "(": ")"}
OTHERS = frozenset(
    (
        "codeEditor", "debugUseColors", "exportGlobalContextKeys", "externalModules", "functionExternalModules",
        "markdownEditor", "mermaid", "multiplayer", "palette", "projects",
        "serialReconnectTime", "telemetry", "tours",
    )
)  # fmt: skip
"""What flowengine has no use for, and says nothing about."""


class _NotLiteral(Exception):
    """The value has to be run to be known."""


def read_settings_js(file: Path, env: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Return the literal settings, and a line for each that was not understood. Raises SettingsError."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read the settings {file}: {error}") from None
    start = _START.search(text)
    if start is None:
        raise SettingsError(
            f"{file}: there is no `module.exports = {{`; write the settings into flowengine.toml"
        )
    reader = _Reader(text, start.end() - 1, env)
    try:
        values = reader.object("")
    except (_NotLiteral, IndexError):
        raise SettingsError(f"{file}: line {reader.line}: this is not an object of settings") from None
    return values, _report(values, reader.left_out)


def _report(values: dict[str, Any], left_out: list[str]) -> list[str]:
    """Say what was left out. Whom the settings shut out stays so: raises SettingsError where that cannot be had."""
    for name in ("httpNodeAuth", "httpStaticAuth"):
        if name in left_out:
            raise SettingsError(
                f"settings.js: {name} has to be run to be known, and without it no password would be asked for; write "
                "the settings into flowengine.toml"
            )
    notes = [f"settings.js: {place} has to be run to be known, and is left out" for place in left_out]
    if "adminAuth" in left_out:
        values["adminAuth"] = {}
        notes.append("nobody can log in until there are users: flowengine users add NAME")
    return notes


class _Reader:
    def __init__(self, text: str, at: int, env: Mapping[str, str]) -> None:
        self.text, self.at, self.env = text, at, env
        self.left_out: list[str] = []

    @property
    def line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1

    def skip(self) -> str:
        """Go to the next thing that counts; returns its first character."""
        if blank := _BLANK.match(self.text, self.at):
            self.at = blank.end()
        return self.text[self.at]

    def object(self, place: str) -> dict[str, Any]:
        """Read from ``{`` to ``}``; members that are no literals are left out."""
        found: dict[str, Any] = {}
        self.at += 1
        while self.skip() != "}":
            key = self.key()
            inner = f"{place}.{key}" if place else key
            self.member(found, key, inner)
            if self.skip() == ",":
                self.at += 1
        self.at += 1
        return found

    def member(self, found: dict[str, Any], key: str, place: str) -> None:
        start = self.at
        try:
            if self.skip() != ":":
                raise _NotLiteral
            self.at += 1
            if (value := self.whole_value(place)) is not _UNDEFINED:
                found[key] = value
        except _NotLiteral:
            self.at = start
            self.pass_over()
            if place.partition(".")[0] not in OTHERS:
                self.left_out.append(place)

    def key(self) -> str:
        if self.skip() in "\"'":
            return self.string()
        if (name := _NAME.match(self.text, self.at)) is None:
            raise _NotLiteral
        self.at = name.end()
        return name[0]

    def whole_value(self, place: str) -> Any:
        """Read a value that nothing but a comma or a bracket follows."""
        value = self.value(place)
        if self.skip() not in ",}]":
            raise _NotLiteral
        return value

    def value(self, place: str) -> Any:
        first = self.skip()
        if first == "{":
            return self.object(place)
        if first == "[":
            return self.array(place)
        if first in "\"'`":
            return self.string()
        if (number := _NUMBER.match(self.text, self.at)) is not None:
            self.at = number.end()
            return _number(number[0])
        return self.word(place)

    def array(self, place: str) -> list[Any]:
        items: list[Any] = []
        self.at += 1
        while self.skip() != "]":
            value = self.whole_value(f"{place}[{len(items)}]")
            items.append(None if value is _UNDEFINED else value)
            if self.skip() == ",":
                self.at += 1
        self.at += 1
        return items

    def word(self, place: str) -> Any:
        if (variable := _ENV.match(self.text, self.at)) is not None:
            self.at = variable.end()
            value = self.env.get(variable[1])
            if self.skip() == "|" and self.text.startswith("||", self.at):
                self.at += 2
                fallback = self.value(place)
                return value or fallback
            return _UNDEFINED if value is None else value
        name = _NAME.match(self.text, self.at)
        if name is None or name[0] not in _WORDS:
            raise _NotLiteral
        self.at = name.end()
        return _WORDS[name[0]]

    def string(self) -> str:
        quote, start = self.text[self.at], self.at + 1
        self.at = start
        while self.text[self.at] != quote:
            self.at += 2 if self.text[self.at] == "\\" else 1
        content = self.text[start : self.at]
        self.at += 1
        if quote == "`" and "${" in content:
            raise _NotLiteral
        return _ESCAPE.sub(_unescaped, content)

    def pass_over(self) -> None:
        """Go to the comma or bracket that ends the present member."""
        closing: list[str] = []
        while True:
            char = self.skip()
            if char in "\"'`":
                with suppress(_NotLiteral):
                    self.string()
                continue
            if not closing and char in ",}":
                return
            if char in _PAIRS:
                closing.append(_PAIRS[char])
            elif closing and char == closing[-1]:
                closing.pop()
            self.at += 1


def _unescaped(found: re.Match[str]) -> str:
    if found[1] or found[2]:
        return chr(int(found[1] or found[2], 16))
    return "" if found[3] else _ESCAPED.get(found[4], found[4])


def _number(text: str) -> float:
    if text[:2].lower() == "0x":
        return int(text, 16)
    return float(text) if re.search("[.eE]", text) else int(text)

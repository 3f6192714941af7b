"""Route paths as http in nodes write them: ``/users/:id``, ``/files/*``, ``/a/:b?``, ``/:id([0-9]+)``.

The rules are those of Express 4: case does not matter, nor does a slash at the end; ``*`` takes anything, a
``:name`` one part, ``?`` makes it optional, parentheses hold a regular expression.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from ..errors import FlowError

_TOKEN = re.compile(
    r"\\.|(?P<slash>/)?(?P<dot>\.)?:(?P<name>\w+)(?P<capture>\(.*?\))?(?P<star>\*)?(?P<opt>\?)?|[.*]|/\(",
    re.ASCII,
)
_PLAIN = re.compile(r"[\w/~%!@&',;=-]*", re.ASCII)


class PathTextError(FlowError):
    """A route path is not well-formed."""


class UndecodableError(FlowError):
    """A path in a request has percent signs that stand for nothing."""

    name = "URIError"


@dataclass(frozen=True, slots=True)
class RoutePath:
    """A compiled path. ``plain`` is its one spelling in lower case where it has no parameters."""

    text: str
    plain: str | None
    pattern: re.Pattern[str]
    names: tuple[str, ...]

    def match(self, path: str) -> dict[str, str] | None:
        """Return the parameters of a request's path, or None where it does not fit. Raises UndecodableError."""
        found = self.pattern.match(path)
        if found is None:
            return None
        groups = zip(self.names, found.groups(), strict=False)
        return {name: _decoded(value) for name, value in groups if value is not None}


def compile_route_path(text: str) -> RoutePath:
    """Compile a path. Raises PathTextError where a regular expression in it is broken."""
    plain = plain_path(text) if _PLAIN.fullmatch(text) else None
    names: list[str] = []
    source = _Translator(names).translate(text)
    source += "?" if source.endswith("/") else "/?"
    try:
        pattern = re.compile(f"(?:{source})\\Z", re.IGNORECASE)
    except re.error as error:
        raise PathTextError(f'"{text}" is not a path: {error}') from None
    return RoutePath(text, plain, pattern, tuple(_all_names(source, names)))


def plain_path(path: str) -> str:
    """Spell a path as routes without parameters are compared."""
    return path.lower().removesuffix("/")


class _Translator:
    """Turns a path into the source of a regular expression, noting the names of its parameters in order."""

    def __init__(self, names: list[str]) -> None:
        self._names = names
        self._before = ""
        self._at = 0

    def translate(self, text: str) -> str:
        return _TOKEN.sub(self._token, text)

    def _token(self, found: re.Match[str]) -> str:
        text = found[0]
        if text[0] == "\\":
            self._before += text
            self._at += 2
            return text
        if text == ".":
            self._before += r"\."
            self._at += 1
            return r"\."
        if found["slash"] or found["dot"]:
            self._before = ""
        else:
            self._before += found.string[self._at : found.start()]
        self._at = found.end()
        if text == "*":
            self._before = ""
            return "(.*)"
        if text == "/(":
            self._before += "/"
            return "/(?:"
        return self._parameter(found)

    def _parameter(self, found: re.Match[str]) -> str:
        dot = r"\." if found["dot"] else ""
        if found["capture"]:
            part = re.sub(r"\\.|\*", lambda star: "(.*)" if star[0] == "*" else star[0], found["capture"])
        else:
            part = f"((?:(?!/|{self._before}).)+?)" if self._before else f"([^/{dot}]+?)"
        rest = f"((?:[/{dot}].+?)?)" if found["star"] else ""
        self._before = ""
        self._names.append(found["name"])
        # The marker tells named groups from those that a regular expression in the path brings along.
        return f"(?:{dot}{found['slash'] or ''}(?#{found['name']}){part}{rest}){found['opt'] or ''}"


def _all_names(source: str, names: list[str]) -> list[str]:
    """Name every group of the pattern: parameters by their name, the others by numbers in order."""
    ordered: list[str] = []
    count = 0
    for found in re.finditer(r"\\.|(?P<mark>\(\?#\w+\))?\((?:\?P?<(?P<name>.*?)>)?(?!\?)", source):
        if found[0][0] == "\\":
            continue
        if found["mark"]:
            ordered.append(found["mark"][3:-1])
        elif found["name"]:
            ordered.append(found["name"])
        else:
            ordered.append(str(count))
            count += 1
    return ordered


def _decoded(value: str) -> str:
    if "%" not in value:
        return value
    try:
        if re.search(r"%(?![0-9A-Fa-f]{2})", value):
            raise ValueError(value)
        return unquote(value, errors="strict")
    except ValueError:
        raise UndecodableError(f"Failed to decode param '{value}'") from None

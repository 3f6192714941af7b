"""YAML text to values by PyYAML, under YAML 1.2's core schema with dates and merge keys, as js-yaml has it."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from flowengine.errors import NodeError
from flowengine.messages import UNDEFINED

MAX_DEPTH = 200
"""Collections within collections; PyYAML needs Python's stack for each."""
MAX_VALUES = 10_000_000
"""Values that aliases may unfold into when the message is used."""

EXCERPT = 79
"""Characters of a line that an error shows."""

_AT_TOP = "end of the stream or a document separator is expected"
_BAD_ENTRY = "bad indentation of a mapping entry"
_CUT_OFF = "unexpected end of the stream within a"
_REASONS = (
    ("expected <block end>, but found", _BAD_ENTRY),
    ("expected '<document start>'", _AT_TOP),
    ("did not find expected <document start>", _AT_TOP),
    ("did not find expected comment or line break", "a line break is expected"),
    (
        "could not find expected ':'",
        "can not read a block mapping entry; a multiline key may not be an implicit key",
    ),
    ("mapping values are not allowed", _BAD_ENTRY),
    ("block sequence entries are not allowed", _BAD_ENTRY),
    ("found a tab character", "tab characters must not be used in indentation"),
    ("found unknown escape character", "unknown escape sequence"),
    ("found undefined alias", "unidentified alias"),
)
_UNKNOWN_TAG = re.compile("could not determine a constructor for the tag '(.*)'")


def read_yaml(text: str) -> Any:
    """Return the value, UNDEFINED for an empty text. Raises NodeError with place and excerpt."""
    if not text:
        return UNDEFINED
    import yaml

    whole = text if text.endswith(("\n", "\r")) else f"{text}\n"  # a block at the end has its line break, too
    try:
        return _check_size(yaml.load(whole, Loader=_loader()))  # noqa: S506 - a safe loader with other scalar rules
    except yaml.MarkedYAMLError as error:
        raise NodeError(_worded(text, error)) from None
    except yaml.YAMLError as error:
        raise NodeError(str(error)) from None
    except ValueError as error:  # a tag that says what the text is not
        raise NodeError(f"cannot resolve a node with explicit tag: {error}") from None
    except RecursionError:
        raise NodeError(f"YAML nested deeper than Python's stack ({MAX_DEPTH} levels are safe)") from None


@cache
def _loader() -> Any:
    """Make the loader class once; PyYAML is imported only where a flow reads YAML."""
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc]
        yaml_implicit_resolvers: dict[str, Any] = {}

    add = Loader.add_implicit_resolver
    add("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
    integer = r"^[-+]?(?:0b[01]+|0o[0-7]+|0x[0-9a-fA-F]+|[0-9]+)$"
    add("tag:yaml.org,2002:int", re.compile(integer), list("-+0123456789"))
    decimal = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?)"
    number = rf"^(?:{decimal}|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    add("tag:yaml.org,2002:float", re.compile(number), list("-+0123456789."))
    add("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
    add("tag:yaml.org,2002:merge", re.compile(r"^<<$"), ["<"])
    stamp = (
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$|^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}"
        r"(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?$"
    )
    add("tag:yaml.org,2002:timestamp", re.compile(stamp), list("0123456789"))
    Loader.add_constructor(
        "tag:yaml.org,2002:int", lambda loader, node: _integer(loader.construct_scalar(node))
    )
    Loader.add_constructor(
        "tag:yaml.org,2002:float", lambda loader, node: _float(loader.construct_scalar(node))
    )
    Loader.add_constructor("tag:yaml.org,2002:timestamp", _moment)
    Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
    Loader.add_constructor("tag:yaml.org,2002:set", lambda loader, node: dict(_pairs(loader, node)))
    return Loader


def _integer(text: str) -> int:
    sign, digits = (-1, text[1:]) if text[:1] == "-" else (1, text.lstrip("+"))
    base = {"0b": 2, "0o": 8, "0x": 16}.get(digits[:2].lower())
    return sign * (int(digits[2:], base) if base else int(digits))


def _float(text: str) -> float:
    lowered = text.lower()
    if lowered.endswith(".inf"):
        return -math.inf if lowered.startswith("-") else math.inf
    number = math.nan if lowered.endswith(".nan") else float(text)
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _moment(loader: Any, node: Any) -> datetime:
    import yaml

    value = yaml.constructor.SafeConstructor.construct_yaml_timestamp(loader, node)
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    assert isinstance(value, date)
    return datetime(value.year, value.month, value.day, tzinfo=UTC)


def _mapping(loader: Any, node: Any) -> Any:
    result: dict[str, Any] = {}
    yield result
    _refuse_twins(node)
    loader.flatten_mapping(node)
    result.update(_pairs(loader, node))


def _refuse_twins(node: Any) -> None:
    """Raise where a key stands twice; one that comes by a merge may be set anew."""
    import yaml

    seen = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:merge":
            continue
        if key.value in seen:
            raise yaml.MarkedYAMLError(problem="duplicated mapping key", problem_mark=key.start_mark)
        seen.add(key.value)


def _pairs(loader: Any, node: Any) -> Any:
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        yield _key(key), loader.construct_object(value_node, deep=True)


def _key(key: Any) -> str:
    from flowengine.javascript_values import js_string

    return key if isinstance(key, str) else js_string(key)


def _check_size(value: Any) -> Any:
    """Refuse aliases that name each other so often that using the value would fill the memory."""
    sizes: dict[int, int] = {}

    def size(item: Any, depth: int) -> int:
        if not isinstance(item, (dict, list)):
            return 1
        if (known := sizes.get(id(item))) is not None:
            return known
        sizes[id(item)] = 1
        inner = item.values() if isinstance(item, dict) else item
        sizes[id(item)] = total = 1 + sum(size(part, depth + 1) for part in inner)
        return total

    if size(value, 0) > MAX_VALUES:
        raise NodeError(f"the aliases of this YAML unfold into more than {MAX_VALUES} values: refused")
    return value


def _worded(text: str, error: Any) -> str:
    if str(error.problem).startswith("but found another document"):
        return "expected a single document in the stream, but found more"
    mark = error.problem_mark or error.context_mark
    reason = _reason(text, error, mark)
    if mark is None:
        return reason
    line, column = mark.line, mark.column
    if mark.index >= len(text):  # the end of the text, where a last line break is always assumed
        text = text if text.endswith("\n") else text + "\n"
        line, column = text.count("\n"), 0
    elif alias := _alias(text, error, mark):
        reason, column = f'{reason} "{alias}"', column + 1 + len(alias)
    return f"{reason} ({line + 1}:{column + 1})\n\n{_excerpt(text, line, column)}"


def _reason(text: str, error: Any, mark: Any) -> str:
    problem, context = str(error.problem or error.context or "unreadable"), str(error.context or "")
    at_end = mark is not None and mark.index >= len(text)
    if context.startswith("while parsing a flow") and problem.startswith("did not find expected"):
        return f"{_CUT_OFF} flow collection" if at_end else "missed comma between flow collection entries"
    if problem == "found unexpected end of stream" and error.context_mark is not None:
        quote = "single" if text[error.context_mark.index : error.context_mark.index + 1] == "'" else "double"
        return f"{_CUT_OFF} {quote} quoted scalar"
    if (tag := _UNKNOWN_TAG.match(problem)) is not None:
        return f"unknown tag !<{tag[1]}>"
    for start, words in _REASONS:
        if problem.startswith(start):
            return words
    if mark is not None and problem.startswith(("did not find expected", "found character that cannot")):
        if mark.column == 0:
            return _AT_TOP
        return _BAD_ENTRY.replace("mapping", "sequence") if "'-' indicator" in problem else _BAD_ENTRY
    return problem


def _alias(text: str, error: Any, mark: Any) -> str:
    if not str(error.problem).startswith("found undefined alias"):
        return ""
    found = re.compile(r"\*([^\s,\[\]{}]+)").match(text, mark.index)
    return found[1] if found else ""


def _excerpt(text: str, line: int, column: int) -> str:
    """Show the line with up to two before and after it, and point at the column."""
    lines = text.split("\n")
    first, last = max(0, line - 2), min(len(lines), line + 3)
    if last == len(lines) and lines[-1] == "" and last - 1 > line:
        last -= 1
    width = len(str(last))
    shown = []
    for number in range(first, last):
        piece, cut = _piece(lines[number], column)
        shown.append(f" {number + 1:>{width}} | {piece}".replace("\t", "→"))
        if number == line:
            shown.append("-" * (width + 4 + column - cut) + "^")
    return "\n".join(shown)


def _piece(line: str, column: int) -> tuple[str, int]:
    """Return the part of a long line around the column, and how many columns were cut off before it."""
    half = EXCERPT // 2 - 1
    head = " ... " if column > half else ""
    tail = " ..." if len(line) - column > half else ""
    start = column - half + len(head) if head else 0
    end = column + half - len(tail) if tail else len(line)
    return head + line[start:end] + tail, start - len(head)

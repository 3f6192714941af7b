"""JSONata expressions with Node-RED's own functions, compiled once and evaluated for each message.

Plain paths (``payload.x``) are walked here; everything else is the library's work. An evaluation that does not end,
or that grows without bounds, is stopped with an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import ExpressionError
from ..undefined import UNDEFINED
from .stand_ins import StandIns

if TYPE_CHECKING:
    from jlens import Expression as Compiled
    from jlens import JlensError

SECONDS = 5.0
LONGEST_ARRAY = 1_000_000
"""Items that an array made by an expression may have; arrays in messages may be longer."""
LONGEST_TEXT = 100_000_000
"""Bytes that a text made by an expression may have."""

_PLAIN = re.compile(r"\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*", re.ASCII)
_WORDS = frozenset({"true", "false", "null", "and", "or", "in", "function"})
# An expression that names msg is one from the days when expressions were given {msg: msg}.
_NAMES_MSG = re.compile(r"(?:^|[^a-zA-Z0-9_'\".])msg(?:[^a-zA-Z0-9_'\"]|$)")
_OPERAND_ERRORS = ("T2001", "T2002")
_PLACED_FIRST = frozenset(("T1003", "T2006", "T2007", "T2008", "D1009"))
_NOT_JSON, _TOO_LARGE = "U1004", "U1001"
_FLOAT_IN_ERROR = re.compile(r"(?<=[ =])(-?[0-9]+)\.0(?=$|[,. ])")


class Evaluate(Protocol):
    """A compiled expression: gives its value for a message, UNDEFINED for nothing.

    ``bindings`` are variables of one evaluation, without their dollar sign. Raises ExpressionError, whose text
    is JSONata's own and whose ``code`` is JSONata's.
    """

    def __call__(self, msg: Any, bindings: Mapping[str, Any] | None = None) -> Any:
        """Evaluate for a message, or for any other value."""


def compile_jsonata(text: str, node: Any) -> Evaluate:
    """Compile an expression. Raises ExpressionError, with JSONata's own text, where it is not well-formed.

    ``node`` answers ``env(name)``, ``flow_context`` and ``global_context``; None where there is no node.
    """
    plain = _PLAIN.fullmatch(text)
    if plain and _WORDS.isdisjoint(names := plain[1].split(".")):
        return _walk(names, text, node)
    return _itself(text, node) if text.strip() == "$" else Expression(text, node)


def _itself(text: str, node: Any) -> Evaluate:
    """Give plain values back as they are: the library would take null for nothing, and NaN for null."""
    general = Expression(text, node)

    def itself(msg: Any, bindings: Mapping[str, Any] | None = None) -> Any:
        return general(msg, bindings) if isinstance(msg, (dict, list)) else msg

    return itself


def _walk(names: list[str], text: str, node: Any) -> Evaluate:
    """Walk dicts by name; JSONata itself is asked only where a list is met on the way."""
    if names[0] == "msg":
        names = names[1:]
    general: list[Expression] = []

    def walk(msg: Any, bindings: Mapping[str, Any] | None = None) -> Any:
        value = msg
        for name in names:
            if isinstance(value, dict):
                value = value.get(name, UNDEFINED)
            elif value is None or value is UNDEFINED or isinstance(value, (str, int, float)):
                return UNDEFINED
            else:
                if not general:
                    general.append(Expression(text, node))
                return general[0](msg, bindings)
        return value

    return walk


class Expression:
    """An expression that the library evaluates."""

    def __init__(self, text: str, node: Any) -> None:
        from jlens import Expression as Compiled
        from jlens import JlensError

        from .functions import host_functions, with_moment_calls

        self._library_error = JlensError
        self._names_msg = _NAMES_MSG.search(text) is not None
        self._stand_ins = StandIns()
        try:
            Compiled(text)
            text = with_moment_calls(text)
            self._compiled = Compiled(text)
            # Tells null from nothing, which look the same in Python. Rarely needed.
            self._exists = Compiled(f"$exists((\n{text}\n))")
        except JlensError as error:
            raise _worded(error) from None
        for name, function, signature in host_functions(text, node, self):
            self._compiled.register_function(name, function, signature)
            self._exists.register_function(name, function, signature)

    @property
    def stand_ins(self) -> StandIns:
        """The stand-ins of the evaluation that is going on."""
        return self._stand_ins

    def __call__(self, msg: Any, bindings: Mapping[str, Any] | None = None) -> Any:
        """Evaluate for a message, or for any other value; UNDEFINED for nothing."""
        context = {"msg": msg} if self._names_msg else msg
        if self._stand_ins.originals:
            self._stand_ins = StandIns()
        try:
            return self._evaluate(context, bindings)
        except self._library_error as error:
            if error.code != _NOT_JSON:
                raise _worded(error) from None
        except TypeError:  # the same, of a binding
            if bindings is None:
                raise
        try:
            return self._evaluate(self._stand_ins.of(context), self._stand_ins.of(bindings))
        except self._library_error as error:
            worded = _worded(error)
            if worded.details:
                worded.details = self._stand_ins.restore(worded.details)
            raise worded from None
        except RecursionError:
            raise ExpressionError("A value is nested too deep", code=_TOO_LARGE) from None

    def _evaluate(self, context: Any, bindings: Any) -> Any:
        value = self._bounded(self._compiled, context, bindings)
        if value is None:
            return None if self._bounded(self._exists, context, bindings) else UNDEFINED
        return self._stand_ins.restore(value) if self._stand_ins.originals else value

    @staticmethod
    def _bounded(compiled: Compiled, context: Any, bindings: Any) -> Any:
        return compiled.evaluate(
            context,
            bindings,
            timeout=SECONDS,
            max_array_length=LONGEST_ARRAY,
            max_string_length=LONGEST_TEXT,
        )


def _worded(error: JlensError) -> ExpressionError:
    """Give the library's error in JSONata's words: numbers are written there as JavaScript writes them."""
    text = _FLOAT_IN_ERROR.sub(r"\1", str(error))
    worded = ExpressionError(text, code=error.code)
    details = {
        "code": error.code,
        "value": error.value,
        "position": error.position,
        "token": error.token,
        "message": text,
    }
    of_operand = error.code in _OPERAND_ERRORS  # their value may be null, which is not nothing
    worded.details = {
        name: details[name]
        for name in _order_of_details(error.code or "")
        if details[name] is not None or (name == "value" and of_operand)
    }
    return worded


def _order_of_details(code: str) -> tuple[str, ...]:
    """Tell in which order JSONata puts them: what a function throws gets its place on the way out."""
    if code in ("D3137", "D3141"):  # $error and $assert bring their message along
        return ("code", "message", "token", "position", "value")
    if code in _PLACED_FIRST:
        return ("code", "position", "value", "token", "message")
    if code.startswith(("D3", "T04")):
        return ("code", "value", "token", "position", "message")
    return ("code", "value", "position", "token", "message")


def format_date(date: Any, pattern: str) -> str:
    """Write a date in this machine's zone as moment.js does with a pattern such as ``YYYY-MM-DD``."""
    from .moments import Moment

    return Moment(date).local().format(pattern)

"""Node-RED's own functions in expressions: ``$env``, ``$flowContext``, ``$globalContext``, ``$clone``, ``$moment``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from ..errors import ExpressionError
from ..javascript_values import js_string
from ..undefined import UNDEFINED
from .stand_ins import StandIns

HostFunction = tuple[str, Callable[..., Any], str | None]

_METHOD = "moment_"
# Texts, quoted names and comments are passed over; what is left of interest is ``.name(``.
_CALL = re.compile(
    r""" "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | `[^`]*` | /\*.*?\*/ | \.\s*([A-Za-z]+)\s*\(\s*(\)?) """,
    re.VERBOSE | re.DOTALL,
)


class _Evaluation(Protocol):
    @property
    def stand_ins(self) -> StandIns: ...


def host_functions(text: str, node: Any, evaluation: _Evaluation) -> Iterator[HostFunction]:
    """Give name, function and signature of the functions that an expression may call."""

    def named(name: str) -> bool:
        return f"${name}" in text or "$eval" in text

    if named("env"):
        yield "env", lambda name=UNDEFINED: _plain(_env(node, name), evaluation), None
    if named("flowContext"):
        yield "flowContext", _context_function(node, "flow_context", evaluation), None
    if named("globalContext"):
        yield "globalContext", _context_function(node, "global_context", evaluation), None
    if named("clone"):
        yield "clone", lambda value: value, "<(oa)-:o>"  # values never change inside an expression
    if named("moment"):
        yield from _moment_functions(evaluation)


def _env(node: Any, name: Any) -> Any:
    value = UNDEFINED if node is None or name is UNDEFINED else node.env(js_string(name))
    return "" if value is UNDEFINED else value


def _context_function(node: Any, scope: str, evaluation: _Evaluation) -> Callable[..., Any]:
    def read(key: Any = UNDEFINED, store: Any = None) -> Any:
        if node is None or key is None or key is UNDEFINED:
            return "" if node is None else None
        if not isinstance(key, str):
            raise ExpressionError("Invalid context key")
        return _plain(getattr(node, scope).get(key, store), evaluation)

    return read


def _plain(value: Any, evaluation: _Evaluation) -> Any:
    return evaluation.stand_ins.of(value)


def with_moment_calls(text: str) -> str:
    """Turn ``.format("Y")`` into ``.$moment_format($, "Y")``: to the library moments are data without methods."""
    if "$moment" not in text:
        return text
    from .moment_methods import METHODS

    def rewritten(found: re.Match[str]) -> str:
        if found[1] not in METHODS:
            return found[0]
        return f".${_METHOD}{found[1]}($)" if found[2] else f".${_METHOD}{found[1]}($, "

    return _CALL.sub(rewritten, text)


def _moment_functions(evaluation: _Evaluation) -> Iterator[HostFunction]:
    from .moment_methods import METHODS
    from .moment_parsing import make_moment

    def moment(*arguments: Any) -> Any:
        stand_ins = evaluation.stand_ins
        value, pattern = [*(stand_ins.original(each) for each in arguments), None, None][:2]
        # Nothing and null look the same here; nothing is the likelier one, and gives the present.
        return stand_ins.stand_in(make_moment(UNDEFINED if value is None else value, pattern))

    yield "moment", moment, None
    for name in METHODS:
        yield _METHOD + name, _method(name, evaluation), None


def _method(name: str, evaluation: _Evaluation) -> Callable[..., Any]:
    from .moment_methods import METHODS
    from .moments import Moment

    def call(this: Any, *arguments: Any) -> Any:
        stand_ins = evaluation.stand_ins
        moment = stand_ins.original(this)
        if not isinstance(moment, Moment):
            raise ExpressionError("Attempted to invoke a non-function", code="T1006")
        result = METHODS[name](moment, *(stand_ins.original(each) for each in arguments))
        if result is moment:
            return this
        return stand_ins.stand_in(result) if isinstance(result, Moment) else stand_ins.of(result)

    return call

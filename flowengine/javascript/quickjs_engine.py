"""QuickJS, through the package jsbox.

Of the packages around QuickJS this one lets JavaScript call Python while a time limit is set, which
``context.get`` needs, and its limit cannot be caught by the script.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from jsbox import JavaScriptError, JsTimeoutError, Runtime

from .engine import Limits, OutOfMemoryError, ScriptError, ScriptTimeoutError

STACK = 4 << 20
"""Bytes of C stack: enough for JSON.parse of some ten thousand levels."""

_WAITS = "promise never settled"


class QuickJsScript:
    """A QuickJS runtime with one context."""

    def __init__(self, limits: Limits) -> None:
        memory = limits.megabytes << 20
        self._limits = limits
        self._runtime = Runtime(memory_limit=memory, max_stack_size=STACK, max_value_bytes=memory)

    def bind(self, name: str, function: Callable[..., Any]) -> None:
        """Make a Python function a global of the script."""
        self._runtime.bind_function(name, function)

    def run(self, source: str) -> None:
        """Evaluate source text and all promise jobs that follow from it."""
        try:
            self._runtime.eval(source, timeout=self._limits.seconds)
        except JavaScriptError as error:
            if error.args[0].startswith(_WAITS):
                return
            raise self._explain(error) from None
        except JsTimeoutError:
            raise ScriptTimeoutError(self._limits.seconds) from None

    def _explain(self, error: JavaScriptError) -> ScriptError:
        message, _, stack = str(error.args[0]).partition("\n")
        # Where not even an error object fits any more, the engine throws null.
        if message.startswith("out of memory") or message == "null":
            return OutOfMemoryError(self._limits.megabytes)
        return ScriptError(error.name or "Error", message, stack)

    def close(self) -> None:
        """Give the memory back."""
        del self._runtime


@cache
def _parser() -> Runtime:
    return Runtime()


def is_well_formed(source: str) -> bool:
    """Tell whether source text parses; nothing of it is run."""
    try:
        _parser().check_syntax(source)
    except JavaScriptError:
        return False
    return True

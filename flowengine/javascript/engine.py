"""What an engine for JavaScript has to offer, and the choice between those that there are.

QuickJS starts in half a millisecond and takes little memory; V8 runs heavy code ten to thirty times faster
but costs more to start and to enter. Flows behave the same with both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from ..errors import FlowError, SettingsError


@dataclass(frozen=True, slots=True)
class Limits:
    """What one script may use: ``seconds`` by the clock for each entry, ``megabytes`` of heap in all."""

    seconds: float = 10.0
    megabytes: int = 256


class ScriptError(FlowError):
    """JavaScript threw and nobody caught; ``name`` is the class, ``stack`` where it came from."""

    def __init__(self, name: str, message: str, stack: str = "") -> None:
        super().__init__(message)
        self.name = name
        self.stack = stack or f"{name}: {message}"


class ScriptTimeoutError(ScriptError):
    """The script ran longer than it may, and was stopped; it can be entered again."""

    code = "ERR_SCRIPT_EXECUTION_TIMEOUT"

    def __init__(self, seconds: float) -> None:
        super().__init__("Error", f"Script execution timed out after {round(seconds * 1000)}ms")


class OutOfMemoryError(ScriptError):
    """The script wanted more memory than it may have; it has to be opened anew."""

    code = "ERR_SCRIPT_OUT_OF_MEMORY"

    def __init__(self, megabytes: int) -> None:
        super().__init__("RangeError", f"JavaScript heap out of memory: the limit is {megabytes} MB")


class Script(Protocol):
    """A world of JavaScript of its own: its globals are seen by no other script."""

    def bind(self, name: str, function: Callable[..., Any]) -> None:
        """Make a Python function a global of the script.

        It gets and returns texts, numbers, booleans and None (in place of undefined, some engines pass another
        object that is none of these), and must not raise.
        """

    def run(self, source: str) -> None:
        """Evaluate source text and all promise jobs that follow from it.

        ``source`` is an expression whose value is a promise that never settles, or undefined where there can be no
        jobs. Raises ScriptError and its kinds.
        """

    def close(self) -> None:
        """Give the memory back."""


def open_script(limits: Limits, engine: str = "quickjs") -> Script:
    """Open a new script; ``engine`` is ``quickjs`` or ``v8``."""
    if engine == "quickjs":
        from .quickjs_engine import QuickJsScript

        return QuickJsScript(limits)
    if engine == "v8":
        from .v8_engine import V8Script

        return V8Script(limits)
    raise SettingsError(f'functionEngine: "{engine}" is not known; use quickjs or v8')


def parses(source: str, engine: str = "quickjs") -> bool:
    """Tell whether source text is well-formed, where the engine can tell without running it; False says nothing."""
    if engine != "quickjs":
        return False
    from .quickjs_engine import is_well_formed

    return is_well_formed(source)

"""V8, through the package peno: for heavy code. Install it with ``flowengine[v8]``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import SettingsError
from .engine import Limits, OutOfMemoryError, ScriptError, ScriptTimeoutError

try:
    import peno
except ImportError as missing:
    raise SettingsError("functionEngine: v8 needs the package peno; install flowengine[v8]") from missing


class V8Script:
    """A V8 isolate with one context. Python functions are called from its thread."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._runtime = peno.Runtime(
            peno.RuntimeConfig(
                max_heap_size=limits.megabytes << 20,
                timeout=limits.seconds,
                max_serialization_bytes=limits.megabytes << 20,
                enable_console=False,
            )
        )

    def bind(self, name: str, function: Callable[..., Any]) -> None:
        """Make a Python function a global of the script."""
        self._runtime.bind_function(name, function)

    def run(self, source: str) -> None:
        """Evaluate source text and all promise jobs that follow from it."""
        try:
            if not self._runtime.eval(f"({source})===undefined"):
                # Promise jobs run when the engine has returned; it takes the next question after them.
                self._runtime.eval("0")
        except peno.JavaScriptError as error:
            raise ScriptError(error.name or "Error", error.message or "", error.stack or "") from None
        except peno.RuntimeTerminated:
            raise OutOfMemoryError(self._limits.megabytes) from None
        except RuntimeError as error:
            if "timed out" in str(error):
                raise ScriptTimeoutError(self._limits.seconds) from None
            raise

    def close(self) -> None:
        """Give the memory back."""
        self._runtime.close()

"""JavaScript for function nodes: isolated, bounded in time and memory, the same with either engine."""

from .engine import Limits, OutOfMemoryError, Script, ScriptError, ScriptTimeoutError, open_script
from .sandbox import Sandbox
from .values import BigInt, Handles, JsError, decode, encode

__all__ = [
    "BigInt",
    "Handles",
    "JsError",
    "Limits",
    "OutOfMemoryError",
    "Sandbox",
    "Script",
    "ScriptError",
    "ScriptTimeoutError",
    "decode",
    "encode",
    "open_script",
]

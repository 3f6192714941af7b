"""JavaScript for function nodes: isolated, bounded in time and memory, the same with either engine."""

from .engine import Limits, OutOfMemoryError, Script, ScriptError, ScriptTimeoutError, open_script, parses
from .sandbox import Sandbox, function_text
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
    "function_text",
    "open_script",
    "parses",
]

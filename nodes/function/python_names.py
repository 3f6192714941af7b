"""The names that Python in a function node finds: ``node``, ``context``, ``flow``, ``global_`` and ``env``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowengine.context import Context
from flowengine.messages import UNDEFINED, Msg
from flowengine.node import Node, TimerHandle

if TYPE_CHECKING:
    from .python_function import PythonFunction


class FunctionContext:
    """A context: ``flow.get("count", 0)``, ``flow.set("count", 1)``, ``flow["count"]``, ``"count" in flow``."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def get(self, key: str, default: Any = None, *, store: str | None = None) -> Any:
        """Return a value by reference, or ``default`` where there is none."""
        value = self._context.get(key, store)
        return default if value is UNDEFINED else value

    def set(self, key: str, value: Any, *, store: str | None = None) -> None:
        """Set a value."""
        self._context.set(key, value, store)

    def delete(self, key: str, *, store: str | None = None) -> None:
        """Remove a value."""
        self._context.set(key, UNDEFINED, store)

    def keys(self, *, store: str | None = None) -> list[str]:
        """Return the names of all values."""
        return self._context.keys(store)

    def __getitem__(self, key: str) -> Any:
        value = self._context.get(key)
        if value is UNDEFINED:
            raise KeyError(key)
        return value

    def __setitem__(self, key: str, value: Any) -> None:
        self._context.set(key, value)

    def __delitem__(self, key: str) -> None:
        self._context.set(key, UNDEFINED)

    def __contains__(self, key: str) -> bool:
        return self._context.get(key) is not UNDEFINED


class FunctionEnv:
    """Environment variables as the node sees them: ``env.get("NAME", "default")``, ``env["NAME"]``."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def get(self, name: str, default: Any = None) -> Any:
        """Return a variable, or ``default`` where there is none."""
        value = self._node.env(name)
        return default if value is UNDEFINED else value

    def __getitem__(self, name: str) -> Any:
        value = self._node.env(name)
        if value is UNDEFINED:
            raise KeyError(name)
        return value

    def __contains__(self, name: str) -> bool:
        return self._node.env(name) is not UNDEFINED


class FunctionNode:
    """The function node, and the message that is being worked on."""

    __slots__ = ("_function", "_message_id", "_msg")

    def __init__(self, function: PythonFunction, msg: Msg, message_id: Any) -> None:
        self._function, self._msg, self._message_id = function, msg, message_id

    @property
    def id(self) -> str:
        """The id of the node."""
        return self._function.node.id

    @property
    def name(self) -> str:
        """The name of the node."""
        return self._function.node.name

    @property
    def path(self) -> str:
        """Where the node is: the ids of its flow, the subflows around it, and its own."""
        return self._function.node.path

    @property
    def output_count(self) -> int:
        """How many outputs the node has."""
        count: int = self._function.node.config.outputs
        return count

    def send(self, msg: Any, *, clone: bool = True) -> None:
        """Send a message, or a list with one entry per output, now; a copy of the first unless told otherwise."""
        self._function.send(msg, self._message_id, copy=clone)

    def error(self, error: Any, msg: Msg | None = None) -> None:
        """Report an error: with a message to the catch nodes, else to the log."""
        self._function.report(error, msg)

    def warn(self, value: Any) -> None:
        """Warn in the log."""
        self._function.node.warn(value)

    def log(self, value: Any) -> None:
        """Write to the log."""
        self._function.node.log(value)

    def status(self, status: Any) -> None:
        """Show a status under the node: ``{"fill", "shape", "text"}``, a text, or ``{}`` for none."""
        self._function.node.status(status)

    def done(self, error: Any = None) -> None:
        """Tell that the message is complete, or that it failed."""
        self._function.done(self._msg, error)

    def call_later(self, seconds: float, function: Any, *values: Any) -> TimerHandle:
        """Call a function after a time; cancelled when the flow stops."""
        return self._function.node.call_later(seconds, function, *values)

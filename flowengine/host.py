"""What a running node may ask of whoever runs it, as protocols: nodes know these, never the engine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from .context import Context
    from .delivery import Delivery
    from .messages import Msg
    from .model_calls import ModelWatcher
    from .node import Node
    from .settings import Settings


@dataclass(slots=True)
class Report:
    """One call of node.error, node.warn, node.log or node.status.

    ``kind`` is error, warn, log, debug, trace or status, or uncaught for an error that no catch node took (it was
    reported as error before); ``node`` the id of the node, ``value`` what it gave,
    ``text`` the same as text, ``msg`` the message it was about, ``status`` the status of a status report.
    """

    kind: str
    node: str
    value: Any = None
    text: str = ""
    msg: dict[str, Any] | None = None
    status: dict[str, Any] = field(default_factory=dict)


class Host(Protocol):
    """The services of an engine."""

    settings: Settings
    delivery: Delivery
    env: Mapping[str, str]
    user_dir: Path | None
    language: str
    reporters: list[Callable[[Report], None]]
    model_calls: list[ModelWatcher]
    """Who watches calls of models; see model_calls.py."""
    trace_headers: Callable[[], Mapping[str, str]] | None
    """Gives the headers by which other services go on with the trace of what runs right now; None without tracing."""

    def report(self, report: Report) -> None:
        """Tell observers of a call of a node."""

    def log(self, level: str, text: str, node: Node | None = None, value: Any = None) -> None:
        """Write to the log; ``level`` is error, warn, info, debug or trace."""

    def publish(self, topic: str, data: Any) -> None:
        """Hand data to whoever listens: editors by websocket, the terminal in a headless run."""

    def service(self, key: str, make: Callable[[Host], Any]) -> Any:
        """Return the engine-wide service of this key (HTTP server, client pool), made at the first call.

        Where it has a coroutine method ``close``, the engine awaits it when it stops.
        """

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run a coroutine that no node owns; counted as in flight."""


class FlowApi(Protocol):
    """The flow (tab, subflow instance, or the global one) that a node lives in."""

    id: str
    path: str
    host: Host

    def find(self, node_id: str) -> Node | None:
        """Return the running node of this id, wherever it is."""

    def setting(self, name: str) -> Any:
        """Return an environment variable as seen from this flow, or UNDEFINED."""

    def node_setting(self, node: Any, name: str) -> Any:
        """Return an environment variable as seen from a node of this flow, or UNDEFINED."""

    def context(self, scope: str, node: Node | None = None) -> Context:
        """Return the context of scope node, flow or global."""

    def report_error(
        self, node: Node, error: Any, msg: dict[str, Any], reporting: Node | None = None
    ) -> bool:
        """Give an error to the catch nodes in whose scope it is; tells whether one took it."""

    def catches(self) -> list[Node]:
        """Return the catch nodes that may hear of an error in this flow, with those around a subflow."""

    def report_status(
        self, node: Node, status: dict[str, Any], reporting: Node | None = None, quiet: bool = False
    ) -> bool:
        """Give a status to editors (unless quiet) and to the status nodes in whose scope it is."""

    def report_complete(self, node: Node, msg: Msg) -> None:
        """Tell the complete nodes that watch a node that it has done with a message."""

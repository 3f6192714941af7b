"""What a node is: subclass ``Node``, name the ``type``, write ``on_input``.

    class LowerCase(Node):
        type = "lower-case"

        class Config(NodeConfig):
            property: str = "payload"

        def on_input(self, msg: Msg) -> Msg:
            msg["payload"] = msg["payload"].lower()
            return msg

What ``on_input`` returns is sent on, what it raises goes to the catch nodes, and when it returns the message
is complete. It may be ``async``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from inspect import iscoroutine
from typing import Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, SkipValidation, field_validator

from .context import Context
from .errors import FlowError, error_text
from .fields import Hint, Part
from .host import FlowApi, Host, Report
from .messages import Msg, Undefined
from .routing import route_nowhere
from .words import sentence

DEFERRED: Final = object()
"""Returned by ``on_input`` when the work goes on in a callback, which calls ``done`` at its end."""


NO_SECRETS: Final[dict[str, Any]] = {}
"""What nodes without secrets share; nobody writes to it."""


class NodeConfig(BaseModel):
    """The properties of a node in the flow file; unknown ones are kept."""

    model_config = ConfigDict(
        extra="allow", populate_by_name=True, arbitrary_types_allowed=True, defer_build=True
    )

    id: str
    type: str
    z: str = ""
    g: str = ""
    name: str = ""
    d: bool = False
    wires: SkipValidation[list[list[str]]] = []
    """As ``_clean_wires`` leaves them: the lists of the flow file itself where nothing is wrong with them."""

    @field_validator("wires", mode="before")
    @classmethod
    def _clean_wires(cls, value: Any) -> Any:
        if not isinstance(value, list):
            return []
        if _are_clean(value):
            return value
        ports = [port if isinstance(port, list) else [port] for port in value]
        return [[target if isinstance(target, str) else "" for target in port] for port in ports]


def _are_clean(wires: list[Any]) -> bool:
    # Loops, not generators: every node of a flow comes by here when it starts.
    for port in wires:
        if port.__class__ is not list:
            return False
        for target in port:
            if target.__class__ is not str:
                return False
    return True


class TimerHandle:
    """A timer of a node; ``cancel`` it any number of times."""

    __slots__ = ("_args", "_fn", "_handle", "_node", "_recurring")

    def __init__(
        self, node: Node, seconds: float, fn: Callable[..., Any], args: tuple[Any, ...], recurring: bool
    ) -> None:
        self._node, self._fn, self._args, self._recurring = node, fn, args, recurring
        node.timers.add(self)
        node.host.delivery.begin_timer(recurring)
        self._handle: asyncio.TimerHandle | None = asyncio.get_running_loop().call_later(seconds, self._fire)

    def _fire(self) -> None:
        self._handle = None
        self._node.timers.discard(self)
        try:
            self._fn(*self._args)
        except Exception as error:  # a timer has nobody above it who could report
            self._node.error(error)
        finally:
            self._node.host.delivery.end_timer(self._recurring)

    def cancel(self) -> None:
        """Stop the timer if it has not fired."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
            self._node.timers.discard(self)
            self._node.host.delivery.end_timer(self._recurring)

    @property
    def active(self) -> bool:
        """Whether the timer is still due."""
        return self._handle is not None


class Node:
    """A running node. Subclass, name the ``type``, write ``on_input``; everything else has a default."""

    type: ClassVar[str] = ""
    category: ClassVar[str] = "function"
    color: ClassVar[str] = "#DDDDDD"
    icon: ClassVar[str] = "function"
    inputs: ClassVar[int] = 1
    outputs: ClassVar[int] = 1
    align: ClassVar[str] = "left"
    """Side of the icon: right on nodes that end a flow."""
    button: ClassVar[str] = ""
    """What the button beside the node does in the editor: inject or debug."""
    listens: ClassVar[str] = ""
    """What the flow hands to this node besides its wires: errors, status or complete."""
    completes: ClassVar[bool] = True
    """Whether the end of ``on_input`` is told to complete nodes."""
    keeps_empty_name: ClassVar[bool] = False
    """Whether errors, statuses and completions tell the name even where it is empty, as some of Node-RED's do."""
    copy_on_write: ClassVar[bool] = False
    """Promise to change values below a message's top level only through ``own`` or ``Path.set``, and nothing at
    all after sending it: branches then share values instead of copying them."""
    credentials: ClassVar[dict[str, str]] = {}
    """Names of the node's secrets, each ``text`` or ``password``."""
    credential_hints: ClassVar[dict[str, Hint]] = {}
    """How secrets are edited, where more than their being secret has to be said."""
    form: ClassVar[tuple[str | Part, ...]] = ()
    """Fields and secrets in the order of the form; what is not named follows in the order of ``Config``."""
    label: ClassVar[tuple[str | dict[str, str], ...]] = ("{name}",)
    """Texts for the node in the flow: the first whose ``{field}`` placeholders are all filled; empty for none."""

    class Config(NodeConfig):
        """The node's own fields: form, defaults, validation and JSON Schema come from here."""

    config: Any

    def __init__(
        self, config: NodeConfig, flow: FlowApi, credential_values: dict[str, Any] | None = None
    ) -> None:
        self.config = config
        self.id = config.id
        self.name = config.name
        self.type_name = config.type
        self.flow = flow
        self.host: Host = flow.host
        self.alias: str = (config.model_extra or {}).get("_alias") or config.id
        self.credential_values = credential_values or NO_SECRETS
        self.wires: list[list[str]] = config.wires
        self.complete_nodes: list[Node] | None = None
        self.route: Callable[[Any], None] = route_nowhere
        self.receive: Callable[[Msg], None] = self._receive
        self.receive_all: Callable[[list[Msg]], None] | None = self._receive_all
        """Takes messages that wait together; None where each has to come by itself."""

    @property
    def path(self) -> str:
        """Where the node is, as Node-RED writes it: the ids of its flow, subflow instances and its own."""
        return f"{self.flow.path}/{self.alias}"

    @cached_property
    def timers(self) -> set[TimerHandle]:
        """The timers that are due."""
        return set()

    @cached_property
    def tasks(self) -> set[asyncio.Task[Any]]:
        """What runs beside the messages."""
        return set()

    # to be overridden

    def on_start(self) -> Awaitable[None] | None:
        """Get ready: compile what messages will need, open what has to be open."""
        return None

    def on_input(self, msg: Msg) -> Any:
        """Handle a message. Return what is to be sent, raise what went wrong."""
        return None

    on_inputs: Callable[[list[Msg]], None] | None = None
    """A function for messages that wait together, where many at once cost less than one by one; it sends and reports
    errors by itself."""

    def on_close(self, removed: bool) -> Awaitable[None] | None:
        """Give back what was opened; ``removed`` tells that the node is gone for good."""
        return None

    @classmethod
    def check(cls, config: Any, checker: Any) -> Iterable[tuple[str, str]]:
        """Say what is wrong with a node without running it: (error, warning or note; sentence) each.

        ``checker`` is the ``flowengine.check.Checker`` with the whole flow. Reading the properties has passed.
        """
        return ()

    # given

    def send(self, msg: Any) -> None:
        """Send a message, a list of messages per output, or lists of them within.

        The first wire gets the message itself, every other one a copy of its own.
        """
        self.route(msg)

    def collect(self) -> list[Msg]:
        """Return a list for messages that the first output is to send one after the other.

        They go when ``host.delivery.flush`` is called, and before anything else does. At most ``MOST`` should wait.
        """
        pass_all = getattr(getattr(self.route, "__self__", None), "pass_all", None)
        return self.host.delivery.collect(pass_all or self._pass_each)

    def _pass_each(self, msgs: list[Msg]) -> None:
        for msg in msgs:
            self.route(msg)

    def done(self, msg: Msg, error: Any = None) -> None:
        """Tell that the work on a message has ended; only needed after ``return DEFERRED``."""
        if error is not None:
            self.error(error, msg)
        elif self.complete_nodes is not None:
            self._tell_complete(msg)

    def error(self, error: Any, msg: Any = None) -> None:
        """Report an error. With the message it was about it goes to the catch nodes, else to the log."""
        if error is None or isinstance(error, Undefined) or (error.__class__ in (int, float) and not error):
            error = ""  # nothing and 0 say nothing
        text = value_text(error)
        self.host.report(Report("error", self.id, error, text, msg))
        if not (isinstance(msg, dict) and self.flow.report_error(self, error, msg)):
            logged = error.logged if isinstance(error, FlowError) else ""
            self.host.log("error", logged or text, self, error)
            self.host.report(Report("uncaught", self.id, error, text, msg))

    def warn(self, value: Any, msg: Any = None) -> None:
        """Warn in the log."""
        self._say("warn", value)

    def log(self, value: Any) -> None:
        """Write to the log."""
        self._say("log", value)

    def status(self, status: dict[str, Any] | str | float | bool) -> None:
        """Show a status under the node: ``{"fill", "shape", "text"}``, a text, or ``{}`` for none."""
        if not isinstance(status, dict):
            status = {"text": str(status)}
        self.flow.report_status(self, status)

    def spawn(
        self, work: Coroutine[Any, Any, Any], msg: Msg | None = None, *, endless: bool = False
    ) -> asyncio.Task[Any]:
        """Run a coroutine beside the messages; it is cancelled when the node closes.

        It counts as in flight unless it is ``endless``, as a server or a watcher is. What it raises is reported as
        an error of this node, about ``msg`` where one is given.
        """
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        if not endless:
            self.host.delivery.begin()

        def over(task: asyncio.Task[Any]) -> None:
            self.tasks.discard(task)
            if not task.cancelled() and (error := task.exception()) is not None:
                self.error(error, msg)
            if not endless:
                self.host.delivery.end()

        task.add_done_callback(over)
        return task

    def call_later(
        self, seconds: float, fn: Callable[..., Any], *args: Any, recurring: bool = False
    ) -> TimerHandle:
        """Call ``fn`` after a time; the timer counts as due and is cancelled when the node closes.

        ``recurring`` marks a timer that will be set again and again: a run that waits to be idle does not wait for it.
        """
        return TimerHandle(self, max(0.0, seconds), fn, args, recurring)

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """Count as work in flight what happens inside."""
        self.host.delivery.begin()
        try:
            yield
        finally:
            self.host.delivery.end()

    @property
    def context(self) -> Context:
        """The node's own context."""
        return self.flow.context("node", self)

    @property
    def flow_context(self) -> Context:
        """The context of the tab or subflow instance."""
        return self.flow.context("flow", self)

    @property
    def global_context(self) -> Context:
        """The context that all flows share."""
        return self.flow.context("global", self)

    def env(self, name: str) -> Any:
        """Return an environment variable as this node sees it, or UNDEFINED."""
        return self.flow.node_setting(self, name)

    def words(self, key: str, **values: Any) -> str:
        """Return a sentence of this node's locale file, by its dotted key."""
        return sentence(self.host.language, type(self).__module__, key, values)

    def node(self, node_id: str | None) -> Node | None:
        """Return a running node, such as the config node that a property names."""
        return self.flow.find(node_id) if node_id else None

    # the engine's side

    def _receive(self, msg: Msg) -> None:
        """Take a message from a wire: handle it, send on what comes out, tell when it is complete."""
        try:
            result = self.on_input(msg)
            if result is not None:
                if result.__class__ is Msg:
                    self.route(result)
                elif result is DEFERRED or self._take(result, msg):
                    return
        except Exception as error:  # whatever a node raises belongs to its catch nodes, not to the loop
            self.error(error, msg)
            return
        if self.complete_nodes is not None:
            self._tell_complete(msg)

    def _take(self, result: Any, msg: Msg) -> bool:
        """Take what a handler gave that is no plain message; tells whether it goes on by itself."""
        if iscoroutine(result):
            self._await(result, msg)
            return True
        self.route(result)
        return False

    def _receive_all(self, msgs: list[Msg]) -> None:
        """Take messages that wait together: as ``_receive`` does, without its detours between them."""
        if self.on_inputs is not None:
            self.on_inputs(msgs)
            return
        if self.complete_nodes is not None:
            for msg in msgs:
                self._receive(msg)
            return
        on_input = self.on_input
        passed = self.collect()
        for msg in msgs:
            try:
                result = on_input(msg)
                if result.__class__ is Msg:
                    passed.append(result)
                elif result.__class__ is list and len(result) == 1 and result[0].__class__ is Msg:
                    passed.append(result[0])
                elif result is not None and result is not DEFERRED:
                    self._take(result, msg)
            except Exception as error:
                self.error(error, msg)
        self.host.delivery.flush()

    def _await(self, work: Coroutine[Any, Any, Any], msg: Msg) -> None:
        """Let an asynchronous handler go on in a task of its own, and end the message when it has ended."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        self.host.delivery.begin()
        task.add_done_callback(partial(self._finish, msg))

    def _finish(self, msg: Msg, task: asyncio.Task[Any]) -> None:
        self.tasks.discard(task)
        try:
            if task.cancelled():
                return
            if (error := task.exception()) is not None:
                self.error(error, msg)
                return
            result = task.result()
            if result is DEFERRED:
                return
            if result is not None:
                self.route(result)
            if self.complete_nodes is not None:
                self._tell_complete(msg)
        finally:
            self.host.delivery.end()

    def _tell_complete(self, msg: Msg) -> None:
        if self.completes:
            self.flow.report_complete(self, msg)

    def _say(self, kind: str, value: Any) -> None:
        text = value if isinstance(value, str) else value_text(value)
        self.host.report(Report(kind, self.id, value, text))
        self.host.log("info" if kind == "log" else kind, text, self, value)

    def close_at_once(self) -> bool:
        """Close a node that has nothing to give back, as most have not; tells whether it was one."""
        made = vars(self)
        if type(self).on_close is not Node.on_close or made.get("timers") or made.get("tasks"):
            return False
        self.on_input, self.on_inputs = _ignore, None  # type: ignore[method-assign]
        return True

    async def close(self, removed: bool) -> None:
        """Close the node: cancel its timers and tasks, then run ``on_close``. Called by its flow."""
        for timer in list(self.timers):
            timer.cancel()
        try:
            closing = self.on_close(removed)
            if closing is not None:
                await closing
        finally:
            # Messages that are still in the queue find a node that does nothing any more.
            self.on_input, self.on_inputs = _ignore, None  # type: ignore[method-assign]
            for task in list(self.tasks):
                task.cancel()
            if self.tasks:
                await asyncio.gather(*self.tasks, return_exceptions=True)
            for timer in list(self.timers):
                timer.cancel()


def _ignore(msg: Msg) -> object:
    return DEFERRED


class ConfigNode(Node):
    """A node without wires that others refer to: a server, a broker, an account."""

    inputs: ClassVar[int] = 0
    outputs: ClassVar[int] = 0
    category: ClassVar[str] = "config"

    def __init__(
        self, config: NodeConfig, flow: FlowApi, credential_values: dict[str, Any] | None = None
    ) -> None:
        super().__init__(config, flow, credential_values)
        self.users: dict[str, Node] = {}
        """Nodes that errors and statuses of this one are passed on to; filled by those that register."""


def value_text(value: Any) -> str:
    """Word a value that was logged: errors by name, objects as JSON, nothing as nothing."""
    if isinstance(value, BaseException):
        return error_text(value)
    from .javascript_values import js_json, js_string

    if isinstance(value, (dict, list)):
        try:
            return js_json(value) or ""
        except (FlowError, RecursionError):
            return repr(type(value))
    return "" if value is None or isinstance(value, Undefined) else js_string(value)

"""Function nodes in Python.

The code is the body of a function, as in JavaScript: it gets ``msg`` and returns what is to be sent. It may use
``await``, and finds ``node``, ``context``, ``flow``, ``global_`` and ``env``. It is not isolated: the setting
``pythonFunctions: false`` refuses it.
"""

from __future__ import annotations

import ast
import asyncio
import sys
from collections.abc import Awaitable, Callable
from inspect import iscoroutine
from typing import TYPE_CHECKING, Any

from flowengine.errors import FlowError, NodeError
from flowengine.javascript_values import js_typeof
from flowengine.messages import Msg, clone, generate_id
from flowengine.node import DEFERRED

from .python_names import FunctionContext, FunctionEnv, FunctionNode

if TYPE_CHECKING:
    from .function import Function

Code = Callable[[Msg, FunctionNode], Any]


class PythonFunction:
    """The Python of one function node. Messages wait until its start code has ended."""

    def __init__(self, node: Function) -> None:
        self._node = node
        self._names: dict[str, Any] = {
            "context": FunctionContext(node.context),
            "flow": FunctionContext(node.flow_context),
            "global_": FunctionContext(node.global_context),
            "env": FunctionEnv(node),
        }
        self._timeout: float | None = node.config.timeout or None
        self._waiting: list[Msg] | None = []
        self._dropping = True
        self._closing: Code | None = None

    def start(self) -> Awaitable[None] | None:
        """Compile the three codes and run the start code."""
        node, config = self._node, self._node.config
        if not node.host.settings.python_functions:
            node.error(NodeError(node.words("errors.python_refused")))
            return None
        try:
            setup = compile_function(config.initialize, "setup", self._names)
            self._run, self._completes = (
                compile_function(config.func, "body", self._names),
                "node.done(" not in config.func,
            )
            self._closing = compile_function(config.finalize, "cleanup", self._names)
        except SyntaxError as error:
            node.error(_syntax_error(error, node))
            return None
        self._dropping = False
        return self._setup(setup)

    def _setup(self, setup: Code) -> Awaitable[None] | None:
        node = FunctionNode(self, Msg(), generate_id())
        try:
            result = setup(Msg(), node)
        except Exception as error:
            self._failed(error)
            return None
        if iscoroutine(result):
            self._node.spawn(self._await_setup(result))
        else:
            self._started()
        return None

    async def _await_setup(self, work: Any) -> None:
        try:
            await work
        except Exception as error:
            self._failed(error)
        else:
            self._started()

    def _failed(self, error: Exception) -> None:
        self._dropping = True
        self._waiting = None
        self._node.error(explain(error, self._node))

    def _started(self) -> None:
        waiting, self._waiting = self._waiting or [], None
        for msg in waiting:
            self._node.receive(msg)

    input_all = None

    def input(self, msg: Msg) -> Any:
        """Run the function on a message, or keep it until the start code has ended."""
        if self._waiting is not None or self._dropping:
            if self._waiting is not None:
                self._waiting.append(msg)
            return DEFERRED
        message_id = msg.get("_msgid")
        try:
            result = self._run(msg, FunctionNode(self, msg, message_id))
        except Exception as error:
            raise explain(error, self._node) from None
        if result is msg and self._completes:
            return msg
        if iscoroutine(result):
            return self._finish(result, msg)
        return self._sent(result, msg)

    async def _finish(self, work: Any, msg: Msg) -> Any:
        try:
            result = await (work if self._timeout is None else asyncio.wait_for(work, self._timeout))
        except TimeoutError:
            raise NodeError(
                self._node.words("errors.timed_out", seconds=self._timeout), name="TimeoutError"
            ) from None
        except Exception as error:
            raise explain(error, self._node) from None
        return self._sent(result, msg)

    def _sent(self, result: Any, msg: Msg) -> Any:
        self.send(result, msg.get("_msgid"))
        return None if self._completes else DEFERRED

    def send(self, result: Any, message_id: Any, *, copy: bool = False) -> None:
        """Send what a function returned or gave to ``node.send``: a message, or a list per output."""
        if result is None:
            return
        outputs = result if isinstance(result, list) else [result]
        checked = [self._checked(output, message_id) for output in outputs]
        if not any(checked):
            return
        if copy:
            _copy_first(checked)
        self._node.send(checked)

    def _checked(self, output: Any, message_id: Any) -> list[Any] | None:
        """Return the messages for one output; what is no message is reported and left out."""
        if not output:
            return None if output != {} else [Msg(_msgid=message_id)]
        messages = []
        for message in output if isinstance(output, list) else [output]:
            if isinstance(message, dict):
                messages.append(_identified(message, message_id))
            elif message is not None:
                self._node.error(self._node.words("errors.non_message", type=js_typeof(message)))
        return messages

    def report(self, error: Any, msg: Msg | None) -> None:
        """Report an error that the code gave to ``node.error``."""
        self._node.error(error, msg)

    def done(self, msg: Msg, error: Any) -> None:
        """Take ``node.done()``."""
        self._node.done(msg, error)

    @property
    def node(self) -> Function:
        """The node that the code belongs to."""
        return self._node

    def answer_call(self, call_id: str, msg: Msg) -> None:
        """Subroutines are called by a link call node."""

    def close(self, removed: bool) -> None:
        """Run the stop code."""
        if self._closing is None or self._waiting is not None:
            return
        try:
            result = self._closing(Msg(), FunctionNode(self, Msg(), generate_id()))
            if iscoroutine(result):
                result.close()
                self._node.error(NodeError(self._node.words("errors.python_stop_await")))
        except Exception as error:
            self._node.error(explain(error, self._node))


def _identified(message: dict[str, Any], message_id: Any) -> Msg:
    msg = message if isinstance(message, Msg) else Msg(message)
    if message_id is not None:
        msg["_msgid"] = message_id
    return msg


def _copy_first(outputs: list[list[Any] | None]) -> None:
    for messages in outputs:
        if messages:
            messages[0] = clone(messages[0])
            return


# --- compiling --------------------------------------------------------------------------------------------


def compile_function(source: str, part: str, names: dict[str, Any]) -> Code:
    """Make a function of ``msg`` and ``node`` whose body is ``source``; a coroutine function if it awaits."""
    tree = ast.parse(source, filename=part)
    _check_attributes(tree, part)
    kind = ast.AsyncFunctionDef if _awaits(tree) else ast.FunctionDef
    arguments = ast.arguments(
        posonlyargs=[], args=[ast.arg("msg"), ast.arg("node")], kwonlyargs=[], kw_defaults=[], defaults=[]
    )
    options: dict[str, Any] = {"type_params": []} if sys.version_info >= (3, 12) else {}
    function = kind(
        name="function",
        args=arguments,
        body=tree.body or [ast.Pass()],
        decorator_list=[],
        lineno=1,
        col_offset=0,
        **options,
    )
    module = ast.fix_missing_locations(ast.Module(body=[function], type_ignores=[]))
    # One world for the three codes: what the start code makes global, the function finds.
    exec(compile(module, part, "exec"), names)
    code: Code = names.pop("function")
    return code


class AttributeOfMessageError(SyntaxError):
    """``msg.payload = 1``: it would be set beside the message, and nobody would ever see it."""


def _check_attributes(tree: ast.Module, part: str) -> None:
    """Raise SyntaxError where an attribute of ``msg`` is set or deleted, unless the code has a ``msg`` of its own."""
    written = None
    for found in ast.walk(tree):
        if isinstance(found, ast.Name) and found.id == "msg" and not isinstance(found.ctx, ast.Load):
            return
        if isinstance(found, ast.arg) and found.arg == "msg":
            return
        match found:
            case ast.Attribute(value=ast.Name(id="msg"), ctx=ast.Store() | ast.Del()):
                written = written or found
    if written is not None:
        raise AttributeOfMessageError(written.attr, (part, written.lineno, written.col_offset, None))


def _awaits(tree: ast.AST) -> bool:
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, (ast.Await, ast.AsyncFor, ast.AsyncWith)):
            return True
        if not isinstance(
            child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
        ) and _awaits(child):
            return True
    return False


def _syntax_error(error: SyntaxError, node: Function) -> NodeError:
    text = error.msg
    if isinstance(error, AttributeOfMessageError):
        text = node.words("errors.python_attribute", name=error.msg)
    return NodeError(f"{text} ({error.filename}:line {error.lineno})", name="SyntaxError")


def explain(error: Exception, node: Function) -> Exception:
    """Say on which line of the code an error happened; the node's own errors are left as they are."""
    if isinstance(error, FlowError):
        return error
    line = 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in ("body", "setup", "cleanup"):
            line = trace.tb_lineno
        trace = trace.tb_next
    text = str(error) if not isinstance(error, KeyError) else f"no {error}"
    if isinstance(error, AttributeError) and isinstance(error.obj, Msg):
        text = node.words("errors.python_attribute", name=error.name)
    return NodeError(f"{text} (line {line})" if line else text, name=type(error).__name__)

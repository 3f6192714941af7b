"""Function nodes in JavaScript."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flowengine.errors import FlowError, NodeError
from flowengine.javascript import JsError, Limits, Sandbox, ScriptError, function_text, parses
from flowengine.messages import Msg
from flowengine.node import DEFERRED, Node

from ..common.link_targets import link_targets

if TYPE_CHECKING:
    from .function import Function

SAFETY_NET = 10.0
"""Seconds a function may run where nobody says: one that never ends would stop every flow."""

TAKEN = frozenset(
    (
        *(
            "console",
            "util",
            "Buffer",
            "URL",
            "URLSearchParams",
            "Date",
            "RED",
            "context",
            "flow",
            "global",
            "env",
        ),
        *("node", "__node__", "setTimeout", "clearTimeout", "setInterval", "clearInterval", "promisify"),
    )
)
"""Names that a function finds anyway."""

_DONE = re.compile(r"\bnode\s*\.\s*done\s*\(")
_DONE_PLAINLY = re.compile(r"node\.done\s*\(\s*\)")
_NO_CODE = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`""", re.DOTALL
)


def calls_done(source: str) -> bool:
    """Tell whether a function says itself when a message is complete.

    ``node.done()`` has to stand there word for word, and in code, not in a comment.
    """
    return bool(_DONE_PLAINLY.search(source)) and bool(_DONE.search(_NO_CODE.sub(" ", source)))


class JavaScriptFunction:
    """The JavaScript of one function node.

    Messages wait until the start code has ended. Where it fails they are dropped, as in Node-RED.
    """

    def __init__(self, node: Function) -> None:
        self._node = node
        config = node.config
        settings = node.host.settings
        seconds = config.timeout or float(
            settings.global_function_timeout or settings.function_timeout or SAFETY_NET
        )
        self._limits = Limits(seconds, settings.function_memory_limit)
        self._engine = settings.function_engine
        self._sandbox: Sandbox | None = None
        self._waiting: list[Msg] | None = []
        self._dropping = False

    def start(self) -> None:
        """Compile the code and run the start code.

        Without start code nothing shows before the first message, which then opens the sandbox: a flow of
        hundreds of functions starts in no time.
        """
        config = self._node.config
        codes = (function_text(config.func), function_text(config.finalize))
        if config.initialize.strip() or config.libs or not all(parses(code, self._engine) for code in codes):
            self._open()
        else:
            self._waiting = None

    def _open(self) -> None:
        node = self._node
        config = node.config
        self._sandbox = sandbox = Sandbox(node, config.outputs, self._limits, self._find_link, self._engine)
        sandbox.deeds.completes = not calls_done(config.func)
        sandbox.on_started = self._started
        sandbox.on_exhausted = self._open_anew
        if not self._add_modules(sandbox):
            return
        initialize = config.initialize.strip()
        if self._is_well_formed(sandbox, initialize):
            self._run_start(sandbox, initialize)

    def _add_modules(self, sandbox: Sandbox) -> bool:
        """Add the modules that the node lists; those of Node.js are there, those of npm are not."""
        node = self._node
        libs = [lib for lib in node.config.libs if isinstance(lib, dict) and lib.get("var")]
        wrong = [str(lib["var"]) for lib in libs if str(lib["var"]) in TAKEN]
        for name in wrong:
            node.error(NodeError(node.words("errors.module_name", name=name)))
        missing = [
            str(lib.get("module"))
            for lib in libs
            if not wrong and lib.get("module") and not sandbox.add_module(str(lib["var"]), str(lib["module"]))
        ]
        if missing:
            node.error(NodeError(node.words("errors.libs", names=", ".join(missing))))
        if wrong or missing:
            self._drop_all()
        return not self._dropping

    def _drop_all(self) -> None:
        self._dropping = True
        self._waiting = None

    def _is_well_formed(self, sandbox: Sandbox, initialize: str) -> bool:
        for name, check, source in (
            ("setup", sandbox.check_async, initialize),
            ("body", sandbox.load, self._node.config.func),
            ("cleanup", sandbox.check, self._node.config.finalize),
        ):
            try:
                check(source)
            except ScriptError as error:
                self._node.error(_placed(error, name))
                self._drop_all()
                return False
        return True

    def _run_start(self, sandbox: Sandbox, initialize: str) -> None:
        if not initialize:
            self._started(None)
            return
        try:
            sandbox.setup(initialize)
        except ScriptError as error:
            self._drop_all()
            self._node.error(error)

    def _started(self, error: JsError | None) -> None:
        waiting, self._waiting = self._waiting or [], None
        if error is not None:
            self._dropping = True
            self._node.error(error)
            return
        self._input_each(waiting)

    def _find_link(self, target: str) -> Node:
        return link_targets(self._node).find(self._node, target, dynamic=True)

    def input(self, msg: Msg) -> Any:
        """Run the function on a message, or keep it until the start code has ended."""
        if self._sandbox is None:
            self._open()
        if self._waiting is not None:
            self._waiting.append(msg)
        elif not self._dropping and self._sandbox is not None:
            self._sandbox.input(msg)
        return DEFERRED

    def input_all(self, msgs: list[Msg]) -> None:
        """Run the function on messages that wait together, in one entry where it ends at once each time."""
        sandbox = self._sandbox
        if self._waiting is not None or self._dropping or sandbox is None or not self._goes_together:
            self._input_each(msgs)
            return
        try:
            sandbox.input_all(msgs)
        except FlowError as error:
            self._node.error(error, msgs[max(sandbox.ran - 1, 0)])
        if rest := msgs[max(sandbox.ran, 1) :]:
            # They were there first, and others have waited long enough meanwhile.
            assert self._node.receive_all is not None
            self._node.host.delivery.queue.appendleft((self._node.receive_all, rest))

    def _input_each(self, msgs: list[Msg]) -> None:
        for msg in msgs:
            try:
                self.input(msg)
            except FlowError as error:
                self._node.error(error, msg)

    @property
    def _goes_together(self) -> bool:
        """Whether messages may share an entry: not where they wait, nor where the time of each is scarce."""
        return self._sandbox is not None and not self._sandbox.waits and self._limits.seconds >= 1

    def _open_anew(self) -> None:
        # What the script holds on to may be all there is room for: only a new one surely works.
        if self._sandbox is not None:
            self._sandbox.drop()
        self._waiting = []
        self._node.warn(self._node.words("errors.opened_anew"))
        self._open()

    def answer_call(self, call_id: str, msg: Msg) -> None:
        """Take what a subroutine gives back."""
        if self._sandbox is not None:
            self._sandbox.answer_call(call_id, msg)

    def close(self, removed: bool) -> None:
        """Run the stop code and give everything back."""
        if self._sandbox is None and self._node.config.finalize.strip():
            self._open()
        if self._sandbox is not None:
            self._sandbox.close("" if self._waiting is not None else self._node.config.finalize)
            if self._sandbox.deeds.has_status:
                self._node.status({})
            self._sandbox = None


def _placed(error: ScriptError, part: str) -> ScriptError:
    """Say in which of the three codes an error is, and on which line."""
    found = re.search(r":(\d+):\d+", error.stack)
    # The code begins on the second line of what is compiled.
    line = f"line {int(found[1]) - 1}" if found else ""
    return ScriptError(error.name or "Error", f"{error} ({part}:{line})", error.stack)

"""The Python side of one function node's JavaScript: what it asks for, and what it does to the flow.

Questions (``context.get``, ``env.get``) are answered while the script runs. Deeds (messages, errors, statuses,
timers) are noted and done when it has returned: nothing in the flow happens in the middle of a function, and
V8 may ask from a thread of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import FlowError
from ..messages import UNDEFINED, Msg
from ..node import Node, TimerHandle
from .answers import ascii_host, debug_form, describe_path, spell_date, zone_id, zone_name, zone_offset
from .deeds import Deeds
from .engine import Limits, OutOfMemoryError, Script, ScriptTimeoutError, open_script
from .modules import MODULES, describe_system, digest, random_bytes
from .questions import FindLink, Questions
from .tables import JsError, view_of
from .values import Handles, decode, encode

_PRELUDE = Path(__file__).parent / "prelude"
_ALWAYS = ("codec", "errors", "context", "timers", "messages", "sandbox")

_WAITS = re.compile(r"\b(await|async|Promise|then|import|eval|Function|linkcall)\b")
"""Words without which no promise comes into being."""

SCOPES = ("context", "flow_context", "global_context")


@cache
def prelude(name: str) -> str:
    """Return a part of the world that functions live in."""
    return (_PRELUDE / f"{name}.js").read_text(encoding="utf-8")


def function_text(source: str) -> str:
    """Make the text of a function of a body. The body begins on the second line."""
    kind = "async function" if _WAITS.search(source) else "function"
    return f"({kind} (msg, node) {{\n{source}\n}})"


class Sandbox:
    """One function node's world of JavaScript, with the node it belongs to."""

    def __init__(
        self, node: Node, output_count: int, limits: Limits, find_link: FindLink, engine: str = "quickjs"
    ) -> None:
        self.node = node
        self.handles = Handles()
        self.deeds = Deeds(node, self.handles, limits.megabytes)
        self.on_started: Callable[[JsError | None], None] = lambda error: None
        self.on_exhausted: Callable[[], None] = lambda: None
        """Called when there is no memory left: this sandbox is of no more use."""
        self._contexts = [getattr(node, scope) for scope in SCOPES]
        self._text = ""
        self.ran = 0
        """How many messages the function has gone through in ``input_all``."""
        self._noted_deeds: list[tuple[Callable[..., None], tuple[Any, ...]]] = []
        self._needs_flush = False
        self._timers: dict[int, TimerHandle] = {}
        self._questions = Questions(node, self.handles, self._reply, find_link)
        self._script: Script = open_script(limits, engine)
        self._bind()
        self._boot(output_count)

    def _bind(self) -> None:
        answers: dict[str, Callable[..., Any]] = {
            "take": lambda: self._text,
            "getContext": self._get_context,
            "setContext": self._set_context,
            "contextKeys": lambda scope, store: self._answer(
                lambda: self._contexts[scope].keys(store or None)
            ),
            "env": lambda name: self._answer(lambda: self.node.env(name)),
            "part": prelude,
            "view": lambda number: encode(view_of(self.handles.get(number)), self.handles),
            "path": lambda text: encode(describe_path(text), self.handles),
            "jsonata": self._questions.check_jsonata,
            "words": lambda key: self.node.words(f"errors.{key}"),
            "debugForm": lambda text, longest: encode(
                debug_form(decode(text, self.handles), longest), self.handles
            ),
            "date": spell_date,
            "zone": zone_offset,
            "zoneName": zone_name,
            "zoneId": zone_id,
            "idna": ascii_host,
            "later": self._later,
            "ran": self._note_ran,
            "system": lambda: encode(describe_system(), self.handles),
            "digest": digest,
            "random": random_bytes,
        }
        deeds: dict[str, Callable[..., None]] = {
            "send": self.deeds.send,
            "sendAll": self.deeds.send_all,
            "finish": self.deeds.finish,
            "finishAll": self.deeds.finish_all,
            "fail": self.deeds.fail,
            "done": self.deeds.done,
            "report": self.deeds.report,
            "timer": self._timer,
            "ask": self._questions.ask,
            "started": self._started,
            "console": self.deeds.console,
        }
        for name, answer in answers.items():
            self._script.bind(f"__flowhost_{name}", answer)
        for name, deed in deeds.items():
            self._script.bind(f"__flowhost_{name}", self._noted(deed))

    def _noted(self, deed: Callable[..., None]) -> Callable[..., None]:
        def note(*values: Any) -> None:
            self._noted_deeds.append((deed, values))

        return note

    def _boot(self, output_count: int) -> None:
        node = self.node
        info = {"id": node.id, "name": node.name, "path": node.path, "outputCount": output_count}
        parts = encode([prelude(name) for name in _ALWAYS], self.handles)
        boot = encode(prelude("boot"), self.handles)
        self._script.run(f"(0,eval)({boot})({parts}, {encode(info, self.handles)})")

    # entering

    def run(self, source: str) -> None:
        """Evaluate source text, then do what it wanted done."""
        try:
            self._run_and_act(source)
            if self._needs_flush:
                self._needs_flush = False
                self._run_and_act("__flow__.flush()")
        except OutOfMemoryError:
            self.deeds.is_exhausted = True
            raise
        finally:
            if self.deeds.is_exhausted:
                self.on_exhausted()

    def _run_and_act(self, source: str) -> None:
        try:
            self._script.run(source)
        finally:
            self._act()

    def _act(self) -> None:
        while self._noted_deeds:
            deeds, self._noted_deeds = self._noted_deeds, []
            for deed, values in deeds:
                deed(*values)

    def add_module(self, name: str, module: str) -> bool:
        """Make a module of Node.js a global; tells whether there is one of this name."""
        module = module.removeprefix("node:")
        if module not in MODULES:
            return False
        self.run(f"__flow__.addModule({encode(name, self.handles)},{encode(module, self.handles)})")
        return True

    def load(self, source: str) -> None:
        """Compile the body of the function. Raises ScriptError where it is not well-formed."""
        self.deeds.know(source)
        self.waits = bool(_WAITS.search(source))
        waits = "true" if self.waits else "false"
        self.run(f"__flow__.load({function_text(source)},{waits})")

    def setup(self, source: str) -> None:
        """Run the start code; ``on_started`` is called when it has ended."""
        self.run(f"__flow__.setup((async function (node) {{\n{source}\n}}))")

    def check_async(self, source: str) -> None:
        """Raise ScriptError where start code is not well-formed."""
        self.run(f"__flow__.check((async function (node) {{\n{source}\n}}))")

    def check(self, source: str) -> None:
        """Raise ScriptError where stop code is not well-formed."""
        self.run(f"__flow__.check((function (node) {{\n{source}\n}}))")

    def input(self, msg: Msg) -> None:
        """Give a message to the function. Raises ScriptError where the script had to be stopped."""
        number, self._text = self.deeds.arrive(msg)
        tells = "true" if self.node.complete_nodes is not None else "false"
        try:
            self.run(f"__flow__.input({number},{tells})")
        except ScriptTimeoutError:
            self.deeds.forget(number)
            self.run("__flow__.abandon()")
            raise

    def input_all(self, msgs: list[Msg]) -> int:
        """Give messages to the function, one after the other; tells how many it has taken: at least one.

        Raises ScriptTimeoutError where the last that it took had to be stopped; ``ran`` tells how many came before.
        """
        arrived = [self.deeds.arrive(msg) for msg in msgs]
        first = arrived[0][0]
        self._text = "\0".join([text for _, text in arrived])
        tells = "true" if self.node.complete_nodes is not None else "false"
        self.ran = 0
        try:
            self.run(f"__flow__.inputAll({first},{tells})")
        except ScriptTimeoutError:
            self.run("__flow__.abandon()")
            self.ran += 1
            raise
        finally:
            taken = max(self.ran, 1)
            for number, _ in arrived[taken:]:
                self.deeds.forget(number)
        return self.ran

    def answer_call(self, event: str, msg: Msg) -> None:
        """Take what a subroutine returned to ``node.linkcall``."""
        self._questions.answer_call(event, msg)

    def close(self, source: str) -> None:
        """Run the stop code and what listens for the end of the node, then give everything back."""
        try:
            self.run(f"__flow__.close((function (node) {{\n{source}\n}}))")
        except FlowError as error:
            self.node.error(error)
        self.drop()

    def drop(self) -> None:
        """Give everything back without running any code."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._questions.close()
        self._needs_flush = self.deeds.is_exhausted = False
        self._script.close()

    # answers

    def _note_ran(self, count: float) -> None:
        self.ran = int(count)

    def _later(self) -> None:
        self._needs_flush = True

    def _answer(self, ask: Callable[[], Any]) -> str:
        try:
            value = ask()
            return "" if value is UNDEFINED else encode(value, self.handles)
        except Exception as error:
            return "!" + encode(error, self.handles)

    def _get_context(self, scope: int, key: str, store: str) -> str:
        return self._answer(lambda: self._contexts[scope].get(key, store or None))

    def _set_context(self, scope: int, key: str, store: str, text: str, number: int) -> str:
        try:
            value = decode(text, self.handles) if text else UNDEFINED
            if number and isinstance(value, dict):
                value = self.deeds.renewed(number, value)
            self._contexts[scope].set(key, value, store or None)
            return ""
        except Exception as error:
            return "!" + encode(error, self.handles)

    # what only Python can do

    def _started(self, error: str) -> None:
        self.on_started(decode(error, self.handles) if error else None)

    def _timer(self, number: int, milliseconds: float) -> None:
        if (timer := self._timers.pop(number, None)) is not None:
            timer.cancel()
        if milliseconds >= 0:
            self._timers[number] = self.node.call_later(milliseconds / 1000, self._fire, number)

    def _fire(self, number: int) -> None:
        self._timers.pop(number, None)
        self.run(f"__flow__.fire({number})")

    def _reply(self, number: int, text: str) -> None:
        self._text = text
        self.run(f"__flow__.reply({number})")

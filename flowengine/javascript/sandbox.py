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

import orjson

from ..errors import FlowError
from ..javascript_values import js_string
from ..messages import UNDEFINED, Msg, clone
from ..node import Node, TimerHandle
from .answers import debug_form, describe_path, spell_date, zone_id, zone_name, zone_offset
from .engine import Limits, OutOfMemoryError, Script, ScriptTimeoutError, open_script
from .modules import MODULES, describe_system, digest, random_bytes
from .questions import FindLink, Questions
from .tables import JsError, view_of
from .values import Handles, decode, encode, encode_message

_PRELUDE = Path(__file__).parent / "prelude"
_ALWAYS = ("codec", "errors", "context", "timers", "messages", "sandbox")

_WAITS = re.compile(r"\b(await|async|Promise|then|import|eval|Function|linkcall)\b")
"""Words without which no promise comes into being."""

SCOPES = ("context", "flow_context", "global_context")


@cache
def prelude(name: str) -> str:
    """Return a part of the world that functions live in."""
    return (_PRELUDE / f"{name}.js").read_text(encoding="utf-8")


class Sandbox:
    """One function node's world of JavaScript, with the node it belongs to."""

    def __init__(
        self, node: Node, output_count: int, limits: Limits, find_link: FindLink, engine: str = "quickjs"
    ) -> None:
        self.node = node
        self.handles = Handles()
        self.completes = True
        """Whether a message is complete when the function returns; not where it calls ``node.done`` itself."""
        self.has_status = False
        """Whether the function has set a status."""
        self.on_started: Callable[[JsError | None], None] = lambda error: None
        self.on_exhausted: Callable[[], None] = lambda: None
        """Called when there is no memory left: this sandbox is of no more use."""
        self._exhausted = False
        self._megabytes = limits.megabytes
        self._contexts = [getattr(node, scope) for scope in SCOPES]
        self._text = ""
        self._deeds: list[tuple[Callable[..., None], tuple[Any, ...]]] = []
        self._needs_flush = False
        self._messages: dict[int, Msg] = {}
        self._arrived: dict[int, dict[str, Any]] = {}
        self._last_message = 0
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
            "idna": lambda text: text.encode("idna").decode(),
            "later": self._later,
            "system": lambda: encode(describe_system(), self.handles),
            "digest": digest,
            "random": random_bytes,
        }
        deeds: dict[str, Callable[..., None]] = {
            "send": self._send,
            "sendAll": self._send_all,
            "finish": self._finish,
            "fail": self._fail,
            "done": self._done,
            "report": self._report,
            "timer": self._timer,
            "ask": self._questions.ask,
            "started": self._started,
            "console": self._console,
        }
        for name, answer in answers.items():
            self._script.bind(f"__flowhost_{name}", answer)
        for name, deed in deeds.items():
            self._script.bind(f"__flowhost_{name}", self._noted(deed))

    def _noted(self, deed: Callable[..., None]) -> Callable[..., None]:
        def note(*values: Any) -> None:
            self._deeds.append((deed, values))

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
            self._exhausted = True
            raise
        finally:
            if self._exhausted:
                self.on_exhausted()

    def _run_and_act(self, source: str) -> None:
        try:
            self._script.run(source)
        finally:
            self._act()

    def _act(self) -> None:
        while self._deeds:
            deeds, self._deeds = self._deeds, []
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
        waits = _WAITS.search(source) is not None
        kind = "async function" if waits else "function"
        self.run(f"__flow__.load(({kind} (msg, node) {{\n{source}\n}}),{'true' if waits else 'false'})")

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
        self._last_message = number = self._last_message + 1
        self._messages[number] = msg
        self._text = text = encode_message(msg, self.handles)
        if text[0] == "@":
            self._arrived[number] = dict(msg)
        tells = "true" if self.node.complete_nodes is not None else "false"
        try:
            self.run(f"__flow__.input({number},{tells})")
        except ScriptTimeoutError:
            self._messages.pop(number, None)
            self._arrived.pop(number, None)
            self.run("__flow__.abandon()")
            raise

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
        self._needs_flush = self._exhausted = False
        self._script.close()

    # answers

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
                value = self._renewed(number, value)
            self._contexts[scope].set(key, value, store or None)
            return ""
        except Exception as error:
            return "!" + encode(error, self.handles)

    # deeds

    def _renewed(self, number: int, value: dict[str, Any]) -> Msg:
        """Return the message that came in, as the function has left it: others may refer to it."""
        msg = self._messages.get(number)
        if msg is None:
            return Msg(value)
        msg.clear()
        msg.update(value)
        msg.shared = False
        return msg

    def _read(self, text: str, number: int) -> Any:
        value = self._value(text, number)
        return self._renewed(number, value) if value.__class__ is dict else value

    def _value(self, text: str, number: int) -> Any:
        """Read a message; members that the function has not looked at are taken from what came in."""
        if text[0] != "@":
            return decode(text, self.handles)
        names, _, rest = text[1:].partition("\n")
        value = decode(rest, self.handles)
        arrived = self._arrived[number]
        for name in orjson.loads(names):
            value[name] = arrived[name]
        return value

    def _send(self, number: int, is_copy: bool, text: str, output: int) -> None:
        msg = clone(self._value(text, number)) if is_copy else self._read(text, number)
        self.node.send([*[None] * output, msg] if output else Msg(msg) if msg.__class__ is dict else msg)

    def _send_all(self, number: int, text: str) -> None:
        outputs = decode(text, self.handles)
        if number:
            _replace_first(outputs, lambda value: self._renewed(number, value))
        self.node.send(outputs)

    def _finish(self, number: int, returns: bool, text: str, about: str) -> None:
        if returns:
            msg = self._read(text, number)
            self.node.send(msg)
        elif about:
            msg = self._read(about, number)
        else:
            msg = self._messages.get(number)
        if self.completes and msg is not None:
            self.node.done(msg)
        self._arrived.pop(number, None)
        if self.completes:
            self._messages.pop(number, None)
        elif len(self._messages) > 1000:
            # Nobody says node.done() for these any more.
            self._messages.pop(next(iter(self._messages)))

    def _fail(self, number: int, error: str, about: str) -> None:
        msg = self._read(about, number)
        self._messages.pop(number, None)
        self._arrived.pop(number, None)
        self.node.done(msg, self._error(error) if error else None)

    def _error(self, text: str) -> Any:
        error = decode(text, self.handles)
        if isinstance(error, JsError) and error.name == "InternalError" and str(error) == "out of memory":
            self._exhausted = True
            return OutOfMemoryError(self._megabytes)
        return error

    def _done(self, number: int, error: str, about: str) -> None:
        msg = self._read(about, number)
        self.node.done(msg, decode(error, self.handles) if error else None)

    def _report(self, kind: str, text: str, about: str = "", number: int = 0) -> None:
        node = self.node
        if kind == "nonMessage":
            node.error(node.words("errors.non_message", type=text))
            return
        value = self._error(text) if kind == "error" else decode(text, self.handles)
        if kind == "error":
            node.error(value, self._read(about, number) if about else None)
        elif kind == "status":
            self.has_status = True
            node.status(value if isinstance(value, dict) else {"text": js_string(value)})
        elif kind == "warn":
            node.warn(value)
        elif kind == "log":
            node.log(value)
        else:
            node.host.log(kind, js_string(value), node)

    def _console(self, level: str, text: str) -> None:
        self.node.host.log({"log": "info", "trace": "debug"}.get(level, level), text, self.node)

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


def _replace_first(outputs: Any, renew: Callable[[dict[str, Any]], Msg]) -> None:
    for messages in outputs:
        if not isinstance(messages, list):
            continue
        for index, message in enumerate(messages):
            if message is not None:
                messages[index] = renew(message)
                return

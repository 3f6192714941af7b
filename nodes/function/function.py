"""The function node: the flow author's own code, in JavaScript or Python."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal, Protocol

from pydantic import field_validator

from flowengine.fields import code, hidden, line, number, rows, show_if, starts, tab, wide
from flowengine.javascript_values import js_number
from flowengine.messages import Msg
from flowengine.node import Node, NodeConfig


class Runner(Protocol):
    """Code of one language, ready to run."""

    @property
    def input_all(self) -> Callable[[list[Msg]], None] | None:
        """Runs the function on messages that wait together, and reports what is wrong with each."""

    def start(self) -> Awaitable[None] | None:
        """Compile the code and run what is to run when the flow starts."""

    def input(self, msg: Msg) -> Any:
        """Run the function on a message."""

    def answer_call(self, call_id: str, msg: Msg) -> None:
        """Take what a subroutine gives back."""

    def close(self, removed: bool) -> None:
        """Run what is to run when the flow stops, and give everything back."""


class Function(Node):
    """Runs code on every message."""

    type = "function"
    category = "function"
    color = "#fdd0a2"
    icon = "function"
    keeps_empty_name = True
    form = (
        "name",
        tab("setup", "language", "outputs", "timeout", "libs"),
        tab("start", "initialize"),
        tab("message", "func", first=True),
        tab("stop", "finalize"),
    )

    class Config(NodeConfig):
        """``func`` runs on every message, ``initialize`` when the flow starts, ``finalize`` when it stops.

        ``timeout``: seconds it may run, 0 for the setting of the runtime. ``libs``: modules of npm, which there
        are none of here. ``noerr``: errors that the editor counted.
        """

        language: Literal["javascript", "python"] = "javascript"
        func: Annotated[str, code(language_field="language", rows=18) | wide(), starts("return msg")] = ""
        outputs: Annotated[int, number(least=0, most=500, whole=True)] = 1
        timeout: Annotated[float, number(least=0, unit="seconds")] = 0
        noerr: Annotated[int, hidden()] = 0
        initialize: Annotated[str, code(language_field="language", rows=18) | wide()] = ""
        finalize: Annotated[str, code(language_field="language", rows=18) | wide()] = ""
        libs: Annotated[
            list[Any],
            rows(
                {"var": line(placeholder="os"), "module": line(placeholder="os")},
                new={"var": "", "module": ""},
            ),
            show_if("language=javascript"),
        ] = []

        @field_validator("language", mode="before")
        @classmethod
        def _javascript_unless_told(cls, value: Any) -> Any:
            return value or "javascript"

        @field_validator("func", "initialize", "finalize", mode="before")
        @classmethod
        def _code_is_text(cls, value: Any) -> Any:
            return "" if value is None else value

        @field_validator("outputs", "timeout", "noerr", mode="before")
        @classmethod
        def _numbers_may_be_text(cls, value: Any, info: Any) -> Any:
            number = js_number(value)
            if number != number or value == "":
                return 1 if info.field_name == "outputs" else 0
            return number

        @field_validator("libs", mode="before")
        @classmethod
        def _none_is_no_list(cls, value: Any) -> Any:
            return value if isinstance(value, list) else []

    def on_start(self) -> Awaitable[None] | None:
        self._runner = self._make_runner()
        self.on_inputs = self._runner.input_all
        # JavaScript only ever sees copies; Python changes the message itself.
        self.copy_on_write = self.config.language == "javascript"  # type: ignore[misc]
        return self._runner.start()

    def _make_runner(self) -> Runner:
        if self.config.language == "python":
            from .python_function import PythonFunction

            return PythonFunction(self)
        from .javascript_function import JavaScriptFunction

        return JavaScriptFunction(self)

    def on_input(self, msg: Msg) -> Any:
        return self._runner.input(msg)

    def on_close(self, removed: bool) -> None:
        self._runner.close(removed)

    def return_link_message(self, call_id: str, msg: Msg) -> None:
        """Take what a subroutine gives back to ``node.linkcall``."""
        self._runner.answer_call(call_id, msg)

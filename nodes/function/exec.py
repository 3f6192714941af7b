"""The exec node: runs a program, waiting for its end or passing its output on as it comes."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from typing import Annotated, Any, ClassVar

from pydantic import Field, field_validator

from flowengine.errors import NodeError
from flowengine.fields import legacy, line, number, select, starts, typed
from flowengine.javascript_values import js_number, js_string
from flowengine.messages import UNDEFINED, Msg, clone, get_property
from flowengine.node import Node, NodeConfig

PIECE = 65536
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WORDS = re.compile(r'(?:[^\s"]+|"[^"]*")+')


class Exec(Node):
    """Outputs: standard output, standard error, return code."""

    type = "exec"
    category = "function"
    color = "darksalmon"
    icon = "cog"
    outputs: ClassVar[int] = 3
    form = ("name", "command", "addpay", "append", "useSpawn", "timer", "winHide")
    label = ("{name}", "{command}")

    class Config(NodeConfig):
        """``addpay``: the property appended to the command, True for the payload. ``timer`` in seconds."""

        command: Annotated[str, line(placeholder="ls -l")] = ""
        addpay: Annotated[str | bool | None, typed("msg"), starts("")] = True
        append: Annotated[str, line()] = ""
        use_spawn: Annotated[str, select("false", "true")] = Field("false", alias="useSpawn")
        timer: Annotated[str | float, number(least=0, unit="seconds")] = ""
        win_hide: bool = Field(False, alias="winHide")
        oldrc: Annotated[str, legacy()] = "false"

        @field_validator("use_spawn", "oldrc", mode="before")
        @classmethod
        def _as_text(cls, value: Any) -> Any:
            return js_string(value) if value not in (None, "") else "false"

        @field_validator("command", "append", "timer", mode="before")
        @classmethod
        def _none(cls, value: Any) -> Any:
            return "" if value is None else value

    def on_start(self) -> None:
        addpay = self.config.addpay
        self._property = "payload" if addpay is True else addpay or ""
        seconds = js_number(self.config.timer or 0)
        self._seconds = seconds if seconds > 0 else None
        self._plain_code = self.config.oldrc != "false"
        self._limit = self.host.settings.exec_max_buffer_size
        self._running: dict[int, asyncio.subprocess.Process] = {}

    async def on_input(self, msg: Msg) -> Any:
        if not self.host.settings.exec_enabled:
            raise NodeError(self.words("errors.switched_off"))
        if "kill" in msg:
            self._kill_by(msg)
            return None
        command = self._command(msg)
        if not command:
            raise _no_command()
        if self.config.use_spawn == "true":
            return await self._spawn(command, msg)
        return await self._exec(command, msg)

    async def on_close(self, removed: bool) -> None:
        running, self._running = self._running, {}
        for process in running.values():
            _end(process)
        self.status({})

    def _command(self, msg: Msg) -> str:
        command = self.config.command.strip()
        value = get_property(msg, self._property) if self._property else UNDEFINED
        if value is not UNDEFINED:
            command += f" {js_string(value)}"
        extra = self.config.append.strip()
        return f"{command} {extra}" if extra else command

    def _kill_by(self, msg: Msg) -> None:
        name = msg["kill"]
        if not (isinstance(name, str) and name.upper().startswith("SIG")):
            name = "SIGTERM"
        number = getattr(signal, name.upper(), None)
        if number is None:
            raise NodeError(self.words("errors.unknown_signal", name=name))
        if "pid" in msg:
            process = self._running.get(int(js_number(msg["pid"])))
        else:
            process = next(iter(self._running.values())) if len(self._running) == 1 else None
        if process is not None:
            _end(process, number)
            self.status({"fill": "red", "shape": "dot", "text": "killed"})

    # a shell command, answered when it has ended

    async def _exec(self, command: str, msg: Msg) -> list[Msg | None]:
        process = await self._start(asyncio.create_subprocess_exec, _shell(), "-c", command)
        out, err, full = await self._collect(process)
        msg["payload"] = _text(out)
        message_err = clone(msg) if err else None
        if message_err is not None:
            message_err["payload"] = _text(err)
        self.status({})
        result = self._result(process.returncode, command, err, full)
        code: Msg | None = None
        if result is not None:
            code = clone(msg)
            code["payload"] = result
            for message in (msg, message_err):
                if message is not None:
                    message["rc"] = result
        return [msg, message_err, code]

    async def _collect(self, process: asyncio.subprocess.Process) -> tuple[bytes, bytes, bool]:
        """Read both outputs to their ends; a program that prints more than it may is killed."""
        kept: tuple[list[bytes], list[bytes]] = ([], [])
        full = False

        async def read(stream: asyncio.StreamReader, pieces: list[bytes]) -> None:
            nonlocal full
            size = 0
            while piece := await stream.read(PIECE):
                size += len(piece)
                if size > self._limit:
                    full = True
                    pieces.append(piece[: len(piece) - (size - self._limit)])
                    _end(process)
                    return
                pieces.append(piece)

        assert process.stdout is not None
        assert process.stderr is not None
        await self._until_end(process, read(process.stdout, kept[0]), read(process.stderr, kept[1]))
        return b"".join(kept[0]), b"".join(kept[1]), full

    def _result(self, code: int | None, command: str, err: bytes, full: bool) -> dict[str, Any] | None:
        assert code is not None
        if full:
            self.status({"fill": "red", "shape": "dot", "text": "error:ERR_CHILD_PROCESS_STDIO_MAXBUFFER"})
            return {
                "code": "ERR_CHILD_PROCESS_STDIO_MAXBUFFER",
                "message": "stdout maxBuffer length exceeded",
            }
        message = f"Command failed: {command}\n{err.decode('utf-8', 'replace')}"
        if code < 0:
            self.status({"fill": "red", "shape": "dot", "text": "killed"})
            return {"code": None, "message": message, "signal": signal.Signals(-code).name}
        if code > 0:
            self.status({"fill": "red", "shape": "dot", "text": f"error:{code}"})
            return {"code": code, "message": message}
        if self._plain_code:
            self.status({})
            return None
        return {"code": 0}

    # a program, its output passed on as it comes

    async def _spawn(self, command: str, msg: Msg) -> list[Msg | None]:
        words = [word[1:-1] if word[:1] == word[-1:] == '"' else word for word in _WORDS.findall(command)]
        try:
            process = await self._start(asyncio.create_subprocess_exec, *words)
        except (OSError, ValueError) as error:
            self.status({"fill": "blue", "shape": "dot", "text": "pid:undefined"})
            return [None, None, self._code(msg, -(getattr(error, "errno", None) or 2), None)]
        assert process.stdout is not None
        assert process.stderr is not None
        await self._until_end(
            process, self._pass_on(process.stdout, 0, msg), self._pass_on(process.stderr, 1, msg)
        )
        code = process.returncode
        assert code is not None
        if code < 0:
            return [None, None, self._code(msg, None, signal.Signals(-code).name)]
        return [None, None, self._code(msg, code, None)]

    async def _pass_on(self, stream: asyncio.StreamReader, output: int, msg: Msg) -> None:
        while piece := await stream.read(PIECE):
            part: Msg = clone(msg)
            part["payload"] = msg["payload"] = _text(piece)
            self.send([part if output == place else None for place in range(3)])

    def _code(self, msg: Msg, code: int | None, ended_by: str | None) -> Msg:
        result: Any = code
        if not self._plain_code:
            result = {"code": code, **({"signal": ended_by} if ended_by else {})}
        if code == 0:
            self.status({})
        if code is None:
            self.status({"fill": "red", "shape": "dot", "text": "killed"})
        else:
            self.status({"fill": "red" if code < 0 else "yellow", "shape": "dot", "text": f"rc:{code}"})
        msg["payload"] = result
        return msg

    # both

    async def _start(self, start: Any, *words: str) -> asyncio.subprocess.Process:
        process: asyncio.subprocess.Process = await start(
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **self.host.env},
            start_new_session=True,
        )
        self._running[process.pid] = process
        self.status({"fill": "blue", "shape": "dot", "text": f"pid:{process.pid}"})
        return process

    async def _until_end(self, process: asyncio.subprocess.Process, *reading: Any) -> None:
        timer = self.call_later(self._seconds, _end, process) if self._seconds else None
        try:
            await asyncio.gather(*reading)
            await process.wait()
        finally:
            self._running.pop(process.pid, None)
            if timer is not None:
                timer.cancel()
            _end(process)


def _end(process: asyncio.subprocess.Process, number: int = signal.SIGTERM) -> None:
    """Signal a program and all it has started, if it still runs."""
    if process.returncode is None:
        try:
            os.killpg(process.pid, number)
        except (ProcessLookupError, PermissionError):
            return


def _no_command() -> NodeError:
    return NodeError(
        "The argument 'file' cannot be empty. Received ''",
        name="TypeError [ERR_INVALID_ARG_VALUE]",
        code="ERR_INVALID_ARG_VALUE",
    )


def _shell() -> str:
    return "/bin/bash" if os.path.exists("/bin/bash") else "/bin/sh"  # noqa: PTH110 - no Path needed to ask


def _text(data: bytes) -> str | bytes:
    """Output that is text is sent as text, anything else, such as what has control characters, as a Buffer."""
    if _CONTROL.search(data):
        return data
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data

"""``flowengine run FLOW.json``: run a flow without an editor."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
from contextlib import AsyncExitStack
from time import monotonic
from typing import TYPE_CHECKING, Any

from ..credentials import Credentials
from ..engine import Engine
from ..errors import FlowError
from ..flow_file import FlowFile, NodeDict, load_flow_file
from ..messages import Msg
from ..node_sets import NodeSets
from ..user_dir import UserDir, read_credentials
from ..words import engine_sentence
from . import run_settings
from .event_loop import run_to_end
from .run_options import TIMED_OUT, declare
from .service_hosts import (
    HOST,
    OPENAI,
    SIMULATOR_KEY,
    URL_VARIABLE,
    add_default_host,
    lacks_host,
    point_hosts,
)
from .terminal import Terminal
from .user_folder import packages_of

if TYPE_CHECKING:
    from ..admin.redaction import Redactor

__all__ = ["declare", "main"]

PROGRESS_AFTER = 2.0
"""Seconds before a run shows its progress."""
STOP_TIMEOUT = 10.0
"""Seconds that messages in flight have to arrive after a signal, where no settings say stopTimeout."""


def main(options: argparse.Namespace) -> int:
    """Run until stopped, idle, or out of time."""
    return run_to_end(_Run(options).run())


class _Run:
    """One run of the command."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.settings = run_settings.read(options)
        self.nodes: list[NodeDict] = []
        self.credentials: Credentials = {}
        self.terminal = Terminal(as_json=options.json, level=options.log_level, labels=self._label)
        self.stopping = asyncio.Event()
        self.labels: dict[str, str] = {}

    def words(self, key: str, **values: Any) -> str:
        return engine_sentence(self.settings.lang, key, **values)

    def _label(self, flow_id: str) -> str:
        return self.labels.get(flow_id, flow_id)

    async def run(self) -> int:
        message = self._message()
        self._read()
        async with AsyncExitStack() as stack:
            await self._point_hosts(stack)
            engine = self._engine()
            self._watch_signals()
            started = monotonic()
            try:
                self._trace(engine)
                await engine.deploy(FlowFile(self.nodes), credentials=self.credentials)
                await self._listen(engine)
                return await self._follow(engine, self._injected(engine), message, started)
            finally:
                if self.stopping.is_set():
                    await engine.delivery.arrive(getattr(self.settings, "stop_timeout", STOP_TIMEOUT))
                await engine.stop()

    # what is asked for

    def _message(self) -> dict[str, Any]:
        from ..javascript_values import js_parse

        if self.options.msg is None:
            return {}
        try:
            message = js_parse(self.options.msg)
        except FlowError as error:
            raise FlowError(self.words("run.bad_msg", reason=error)) from None
        if not isinstance(message, dict):
            raise FlowError(self.words("run.bad_msg", reason=type(message).__name__))
        return message

    def _read(self) -> None:
        options = self.options
        secret = options.credential_secret or self.settings.credential_secret
        if options.user_dir is not None:
            folder = UserDir(options.user_dir, secret, getattr(self.settings, "flow_file", ""))
            if options.flow is None:
                file, self.credentials = folder.read()
            else:
                file = load_flow_file(options.flow)
        elif options.flow is not None:
            file = load_flow_file(options.flow)
        else:
            raise FlowError("name a flow file, or a folder with --user-dir")
        if options.credentials is not None:
            self.credentials = read_credentials(
                options.credentials, secret if isinstance(secret, str) else None
            )
        assignments = dict(run_settings.assignment(text, self.words) for text in options.service_host)
        self.nodes = point_hosts(file.nodes, assignments, self.words)
        self.labels = {
            node["id"]: node.get("label") or node["id"] for node in self.nodes if node["type"] == "tab"
        }

    async def _point_hosts(self, stack: AsyncExitStack) -> None:
        """Give OpenAI API nodes without a Service Host the server asked for, the simulator, or OpenAI's own."""
        options = self.options
        if not lacks_host(self.nodes):
            return
        key = os.environ.get(options.key_variable, "")
        if options.default_host:
            url = options.default_host
        elif options.simulator and not key:
            from ..testing.openai_server import OpenAISimulator

            simulator = await stack.enter_async_context(OpenAISimulator())
            url, key = simulator.url, SIMULATOR_KEY
            self.terminal.say(self.words("run.simulator", url=url))
        elif key:
            url = os.environ.get(URL_VARIABLE) or OPENAI
        else:
            return
        self.nodes, self.credentials = add_default_host(self.nodes, self.credentials, url, key or "none")

    def _engine(self) -> Engine:
        options = self.options
        without = frozenset(name.strip() for name in options.without.split(",") if name.strip())
        engine = Engine(
            self.settings,
            env=run_settings.environment(options, self.words),
            user_dir=options.user_dir,
            node_sets=NodeSets(without=without, packages_folder=packages_of(options)),
        )
        self.terminal.redactor = self._redactor(engine)
        engine.listeners.append(self.terminal.published)
        engine.loggers.append(self.terminal.log)
        return engine

    def _redactor(self, engine: Engine) -> Redactor | None:
        """Return what keeps the secrets of this run from being printed; None where nothing can have any."""
        if not self.credentials and not any(node["type"] == HOST for node in self.nodes):
            return None
        from ..admin.node_secrets import keys_of_environment, secret_texts
        from ..admin.redaction import Redactor

        types = {node["id"]: node["type"] for node in self.nodes}
        secrets = secret_texts(self.credentials, types, engine.node_sets)
        redactor = Redactor()
        redactor.learn((secrets | keys_of_environment(self.nodes, engine.env)) - {SIMULATOR_KEY})
        return redactor

    def _trace(self, engine: Engine) -> None:
        if (tracing := run_settings.tracing_of(self.settings, self.options.trace)) is None:
            return
        from ..admin.redaction import Redactor
        from ..tracing import start_tracing

        start_tracing(engine, tracing, clean=(self.terminal.redactor or Redactor()).clean)

    async def _listen(self, engine: Engine) -> None:
        """Say where the server is that nodes asked for, if any did. Raises FlowError where its port is taken."""
        if (server := engine._services.get("http_server")) is None:
            return
        try:
            await server.ready()
        except OSError as error:
            place = f"{self.settings.ui_host}:{self.settings.ui_port}"
            reason = os.strerror(error.errno) if error.errno else str(error)
            raise FlowError(self.words("run.no_port", place=place, reason=reason)) from None
        self.terminal.say(self.words("run.listening", url=server.url))

    def _watch_signals(self) -> None:
        def stop() -> None:
            if self.stopping.is_set():
                os._exit(130)
            self.terminal.say(self.words("run.stopping"))
            self.stopping.set()

        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop)

    # running

    def _injected(self, engine: Engine) -> list[str]:
        """Find the inject nodes by id or name."""
        injects = {
            node["id"]: node for node in self.nodes if node["type"] == "inject" and node["id"] in engine.nodes
        }
        found = []
        for wanted in self.options.inject:
            ids = (
                [wanted]
                if wanted in injects
                else [key for key, node in injects.items() if node.get("name") == wanted]
            )
            if not ids:
                known = ", ".join(f'"{node.get("name") or key}"' for key, node in injects.items()) or "none"
                raise FlowError(self.words("run.no_inject", name=wanted, known=known))
            if len(ids) > 1:
                raise FlowError(self.words("run.ambiguous", name=wanted, ids=", ".join(ids)))
            found += ids
        return found

    async def _follow(
        self, engine: Engine, inject: list[str], message: dict[str, Any], started: float
    ) -> int:
        for node_id in inject:
            engine.give(node_id, Msg(_user_props(engine, node_id, message)))
        if not self.options.until_idle:
            tabs = sum(not part.disabled for part in engine.flow_set.tabs.values())
            self.terminal.say(self.words("run.ready", count=len(engine.nodes), flows=tabs))
        while not self.stopping.is_set():
            left = self._time_left(started)
            if left is not None and left <= 0:
                self.terminal.say(self.words("run.timeout", seconds=f"{self.options.timeout:g}"))
                return TIMED_OUT if self.options.until_idle else 0
            if await self._pause(engine, 0.25 if left is None else min(0.25, left)):
                break
            if self.options.until_idle and monotonic() - started > PROGRESS_AFTER:
                delivery = engine.delivery
                self.terminal.progress(started, delivery.delivered, delivery.operations + len(delivery.queue))
        return 1 if self.options.until_idle and self.terminal.errors else 0

    def _time_left(self, started: float) -> float | None:
        return None if self.options.timeout is None else started + self.options.timeout - monotonic()

    async def _pause(self, engine: Engine, seconds: float) -> bool:
        """Wait a moment; tells whether the run is over."""
        if self.options.until_idle:
            return await engine.delivery.idle(seconds, recurring=False)
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return False
        return True


def _user_props(engine: Engine, node_id: str, message: dict[str, Any]) -> dict[str, Any]:
    """Set properties on top of those that the inject node has of its own, in Node-RED's form for it."""
    if not message:
        return {}
    from ..javascript_values import js_json

    own = [prop.model_dump(by_alias=True) for prop in engine.nodes[node_id].config.props]
    kept = [prop for prop in own if prop["p"].partition(".")[0] not in message]
    given = [{"p": key, "v": js_json(value), "vt": "json"} for key, value in message.items()]
    return {"__user_inject_props__": [*kept, *given]}

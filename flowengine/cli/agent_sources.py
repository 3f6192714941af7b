"""What commands for agents work with: flows, their credentials, and the Service Host that actions go through."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from ..credentials import Credentials
from ..engine import Engine
from ..errors import FlowError
from ..flow_file import FlowFile, NodeDict, load_flow_file
from ..node_sets import NodeSets
from ..settings import Settings
from ..user_dir import UserDir, read_credentials
from ..words import engine_sentence
from .service_hosts import GIVEN_ID, HOST, KEY_VARIABLE, OPENAI, URL_VARIABLE, add_default_host
from .user_folder import packages_of

ONLY_HOSTS = (HOST, "tab", "global-config")
"""What has to run so that actions can be called, and nothing that would begin to work by itself."""


def declare_sources(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("--flow", type=Path, action="append", default=[], metavar="FILE", help="a flow file; repeatable")
    add("--user-dir", type=Path, help="a user folder, Node-RED's too: its flows and credentials")
    add("--credentials", type=Path, help="credentials, encrypted as in Node-RED or plain JSON")
    add(
        "--credential-secret",
        default=os.environ.get("NODE_RED_CREDENTIAL_SECRET"),
        help="what they are encrypted with",
    )
    add(
        "--service-host",
        default="",
        metavar="URL_OR_NAME",
        help="the server for actions: its address, or the name or id of a Service Host of the flows",
    )
    add(
        "--key-variable",
        default=KEY_VARIABLE,
        metavar="NAME",
        help=f"environment variable with the key for an address (default {KEY_VARIABLE})",
    )
    add("--simulator", action="store_true", help="answer from the built-in simulator")
    add("--lang", default="en-US", help="language of the descriptions")


class AgentSources:
    """Reads what the options name, and runs it."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.nodes: list[NodeDict] = []
        self.credentials: Credentials = {}
        self.host_name = ""

    def read(self) -> None:
        """Read flows and credentials. Raises FlowError."""
        options = self.options
        if options.user_dir is not None:
            file, self.credentials = UserDir(options.user_dir, options.credential_secret).read()
            self.nodes = file.nodes
        for path in options.flow:
            self.nodes = [*self.nodes, *load_flow_file(path).nodes]
        if options.credentials is not None:
            self.credentials = read_credentials(options.credentials, options.credential_secret)

    async def add_host(self, stack: AsyncExitStack, *, needed: bool) -> None:
        """Settle which Service Host actions use; API nodes without one get an address that was given.

        Raises FlowError where there is none though it is ``needed``.
        """
        options = self.options
        key = os.environ.get(options.key_variable, "")
        if options.simulator:
            from ..testing.openai_server import OpenAISimulator

            simulator = await stack.enter_async_context(OpenAISimulator())
            self._give(simulator.url, "simulator")
        elif "://" in options.service_host:
            self._give(options.service_host, key or "none")
        elif options.service_host or any(node["type"] == HOST for node in self.nodes):
            self.host_name = options.service_host
        elif key:
            self._give(os.environ.get(URL_VARIABLE) or OPENAI, key)
        elif needed:
            raise FlowError(engine_sentence(options.lang, "agents.no_host", variable=options.key_variable))

    def _give(self, url: str, key: str) -> None:
        self.nodes, self.credentials = add_default_host(self.nodes, self.credentials, url, key)
        self.host_name = GIVEN_ID

    async def run(
        self, stack: AsyncExitStack, log: Callable[..., None], *, only_hosts: bool = False
    ) -> Engine:
        """Run the flows until the stack is left."""
        nodes = [node for node in self.nodes if not only_hosts or node["type"] in ONLY_HOSTS]
        values: dict[str, Any] = {"lang": self.options.lang}
        engine = Engine(
            Settings.model_validate(values),
            user_dir=self.options.user_dir,
            node_sets=NodeSets(packages_folder=packages_of(self.options)),
        )
        engine.loggers.append(log)
        stack.push_async_callback(engine.stop)
        await engine.deploy(FlowFile(nodes), credentials=self.credentials)
        return engine

"""``flowengine mcp``: serve flows and actions as tools, over standard input and output or over HTTP."""

from __future__ import annotations

import argparse
import asyncio
import hmac
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import FlowError
from ..words import engine_sentence
from .agent_sources import AgentSources, declare_sources

if TYPE_CHECKING:
    from .mcp_tools import McpTools

PATH = "/mcp"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    declare_sources(parser)
    add(
        "--actions",
        default="",
        metavar="NAMES",
        help="actions to serve: names, methods or families, separated by commas, or all",
    )
    add("--files", type=Path, metavar="FOLDER", help="let actions read files below this folder")
    add(
        "--http",
        type=int,
        metavar="PORT",
        help="serve HTTP at this port instead of standard input and output",
    )
    add("--host", default=LOOPBACK[0], help="address to listen at (default 127.0.0.1)")
    add(
        "--token-variable",
        metavar="NAME",
        help="environment variable with the token that HTTP clients must send",
    )


def main(options: argparse.Namespace) -> int:
    """Serve until the client leaves, or a signal comes."""
    if find_spec("mcp") is None:
        raise FlowError(_words(options, "no_mcp"))
    token = _token(options)
    try:
        asyncio.run(_serve(options, token))
    except KeyboardInterrupt:
        return 0
    return 0


def _words(options: argparse.Namespace, key: str, **values: Any) -> str:
    return engine_sentence(options.lang, f"agents.{key}", **values)


def _token(options: argparse.Namespace) -> str:
    """Read the token; whoever reaches these tools can spend the key and run the flows."""
    if options.token_variable:
        if not (token := os.environ.get(options.token_variable, "")):
            raise FlowError(_words(options, "no_token", variable=options.token_variable))
        return token
    if options.http is not None and options.host not in LOOPBACK:
        raise FlowError(_words(options, "open_to_all", host=options.host))
    return ""


async def _serve(options: argparse.Namespace, token: str) -> None:
    async with AsyncExitStack() as stack:
        tools = await _tools(options, stack)
        if options.http is None:
            await _serve_stdio(tools)
        else:
            await _serve_http(tools, options, token)


async def _tools(options: argparse.Namespace, stack: AsyncExitStack) -> McpTools:
    """Run the flows and gather the tools. Raises FlowError where there are none."""
    from ..nodes.openai.action_calls import ActionCalls, host_of
    from .mcp_tools import McpTools, chosen_actions

    chosen = chosen_actions(options.actions, options.lang)
    sources = AgentSources(options)
    sources.read()
    await sources.add_host(stack, needed=bool(chosen))
    engine = await sources.run(stack, _log)
    calls = None
    if chosen:
        calls = ActionCalls(host_of(engine.nodes, sources.host_name, options.lang), files=options.files)
        stack.push_async_callback(calls.close)
    tools = McpTools(engine, chosen, calls, options.lang)
    if not tools.count:
        raise FlowError(_words(options, "nothing"))
    return tools


async def _serve_stdio(tools: McpTools) -> None:
    from mcp.server.stdio import stdio_server

    server = tools.server()
    async with stdio_server() as (incoming, outgoing):
        await server.run(incoming, outgoing, server.create_initialization_options())


async def _serve_http(tools: McpTools, options: argparse.Namespace, token: str) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        """Leaves signals to us: its own way would end the process before the flows are closed."""

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    app: Any = tools.server().streamable_http_app(streamable_http_path=PATH, host=options.host)
    if token:
        app = _guarded(app, token)
    config = uvicorn.Config(app, host=options.host, port=options.http, log_level="warning", lifespan="on")
    listening = config.bind_socket()
    listening.listen()  # who reads the line below may connect at once
    server, loop = Server(config), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, setattr, server, "should_exit", True)
    url = f"http://{options.host}:{listening.getsockname()[1]}{PATH}"
    print(_words(options, "serving", count=tools.count, url=url), file=sys.stderr, flush=True)
    await server.serve(sockets=[listening])


def _guarded(app: Any, token: str) -> Any:
    """Let in only requests with the token."""
    expected = f"Bearer {token}".encode()

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        given = dict(scope.get("headers") or ()).get(b"authorization", b"")
        if scope["type"] == "http" and not hmac.compare_digest(given, expected):
            head = [(b"www-authenticate", b"Bearer"), (b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 401, "headers": head})
            await send({"type": "http.response.body", "body": b""})
            return
        await app(scope, receive, send)

    return guarded


def _log(level: str, text: str, node: Any, value: Any) -> None:
    if level in ("error", "warn"):
        print(f"{level}: {text}", file=sys.stderr, flush=True)

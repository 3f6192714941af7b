"""The options of ``flowengine run``."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from .service_hosts import KEY_VARIABLE
from .terminal import LEVELS

TIMED_OUT = 124
"""Exit status of a run that was not idle in time."""


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("flow", type=Path, nargs="?", help="the flow file; left out, that of --user-dir")
    add(
        "--inject",
        action="append",
        default=[],
        metavar="NAME_OR_ID",
        help="press this inject node; repeatable",
    )
    add("--msg", metavar="JSON", help="properties that the injected messages get, as a JSON object")
    add(
        "--until-idle",
        action="store_true",
        help="end when nothing is in flight; exit status 1 after an uncaught error",
    )
    add(
        "--timeout",
        type=float,
        metavar="SECONDS",
        help=f"end after this time; exit status {TIMED_OUT} if not idle by then",
    )
    _declare_settings(parser)
    add("--credentials", type=Path, help="credentials, encrypted as in Node-RED or plain JSON")
    add(
        "--credential-secret",
        default=os.environ.get("NODE_RED_CREDENTIAL_SECRET"),
        help="what they are encrypted with (default: NODE_RED_CREDENTIAL_SECRET, else as the settings say)",
    )
    add("--user-dir", type=Path, help="a user folder, Node-RED's too: flows, credentials, context, settings")
    add(
        "--service-host",
        action="append",
        default=[],
        metavar="NAME_OR_ID=URL",
        help="point a Service Host elsewhere; repeatable",
    )
    add("--default-host", metavar="URL", help="server for OpenAI API nodes without a Service Host")
    add(
        "--key-variable",
        default=KEY_VARIABLE,
        metavar="NAME",
        help="environment variable with the key for --default-host",
    )
    add(
        "--simulator",
        action="store_true",
        help="where no key is set, answer those nodes from the built-in simulator",
    )
    add("--without", default="", metavar="TYPES", help="node types not to offer, separated by commas")
    add("--json", action="store_true", default=None, help="debug output as JSON lines, on a terminal too")
    add("--text", action="store_false", dest="json", help="debug output as text, piped too")
    add("--log-level", choices=LEVELS, default="warn", help="what goes to standard error")


def _declare_settings(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--settings",
        type=Path,
        metavar="FILE",
        help="settings of the engine, such as functionEngine, prices or maxInFlight, and tracing; default: "
        "flowengine.toml in --user-dir. FLOWENGINE_* variables count more, options most",
    )
    add("--lang", help="language of the sentences (default: as the settings say, else en-US)")
    add(
        "--port",
        type=int,
        default=None,
        help="port of http in and websocket nodes (default: as the settings say, else 1880; 0 for a free one)",
    )
    add(
        "--trace",
        nargs="?",
        const="",
        default=None,
        metavar="ADDRESS",
        help="send OpenTelemetry traces to a collector (default: as the settings or OTEL_* variables say, else "
        'localhost:4318), or "console" to print them; needs flowengine[otel]',
    )
    add(
        "--env",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an environment variable for the flow; repeatable",
    )
    add("--env-file", type=Path, help="a file of NAME=VALUE lines")

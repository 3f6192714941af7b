"""The command line: ``flowengine run | check | nodes``. Every command is a module, imported when it is called."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from .. import __version__
from ..errors import FlowError

COMMANDS = {
    "run": "run a flow without an editor",
    "check": "report every problem of a flow",
    "nodes": "list the node types",
}


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit status: 0 well, 1 an error in the flow, 2 wrong use."""
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(
        prog="flowengine", description="Runs Node-RED flows, made for language models."
    )
    parser.add_argument("--version", action="version", version=f"flowengine {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    chosen = next((word for word in arguments if word in COMMANDS), None)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary[:1].upper() + summary[1:] + ".")
        if name == chosen:
            import_module(f"{__name__}.{name}").declare(command)
    options = parser.parse_args(arguments)
    try:
        return int(import_module(f"{__name__}.{options.command}").main(options))
    except FlowError as error:
        print(f"flowengine: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 1

"""The command line. Every command is a module, imported when it is called; without one the server starts."""

from __future__ import annotations

import argparse
import os
import sys
from functools import cache
from importlib import import_module
from importlib.util import LazyLoader, find_spec, module_from_spec
from typing import Any

from .. import __version__
from ..errors import FlowError

COMMANDS = {
    "start": "start the server with the editor; what flowengine does without a command",
    "serve": "the same as start",
    "run": "run a flow without an editor",
    "check": "report every problem of a flow",
    "nodes": "list the node types; add and remove packages of nodes",
    "actions": "list, show or call the methods of the API as actions for agents",
    "mcp": "serve flows and actions as tools to agents (Model Context Protocol)",
    "init": "make a user folder with documented settings",
    "users": "manage who may use the editor, and tokens for machines",
    "credentials": "list, check and re-encrypt the secrets of nodes",
    "history": "list, show, compare and restore deployed versions",
    "export": "write the flows of a user folder to a file, without their secrets",
    "import": "put the flows of a file into a user folder",
    "doctor": "look for what keeps a user folder from working",
}
MODULES = {"start": "serve", "import": "import_flows"}
"""Commands whose module has another name."""
DEFAULT = "start"


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit status: 0 well, 1 an error in the flow, 2 wrong use."""
    # pydantic would look through every installed package for plugins of its own before the first model is made.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    _put_off("importlib.metadata")
    arguments = with_default(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(
        prog="flowengine",
        description="Runs Node-RED flows, made for language models.",
        formatter_class=_formatter,
    )
    parser.add_argument("--version", action="version", version=f"flowengine {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    chosen = next((word for word in arguments if word in COMMANDS), None)
    for name, summary in COMMANDS.items():
        description = summary[:1].upper() + summary[1:] + "."
        command = commands.add_parser(name, help=summary, description=description, formatter_class=_formatter)
        if name == chosen:
            module_of(name).declare(command)
    options = parser.parse_args(arguments)
    try:
        return int(module_of(options.command).main(options))
    except FlowError as error:
        print(f"flowengine: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 1


def _put_off(name: str) -> None:
    """Let a module of the standard library be loaded at its first use, not where it is imported.

    pydantic imports what it would look for plugins with, and all of the e-mail and zip libraries with it.
    """
    if name in sys.modules or (spec := find_spec(name)) is None or spec.loader is None:
        return
    spec.loader = LazyLoader(spec.loader)
    sys.modules[name] = module = module_from_spec(spec)
    spec.loader.exec_module(module)


def _formatter(prog: str) -> argparse.HelpFormatter:
    """Make what writes the help. argparse, left to itself, loads shutil for the width, at every option declared."""
    return argparse.HelpFormatter(prog, width=_width() - 2)


@cache
def _width() -> int:
    """Return the columns of the terminal, as shutil would find them."""
    try:
        return int(os.environ.get("COLUMNS") or 0) or os.get_terminal_size(1).columns or 80
    except (ValueError, OSError):
        return 80


def with_default(arguments: list[str]) -> list[str]:
    """Add the command that is meant where none is named."""
    asks = {"-h", "--help", "--version"}
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in asks):
        return [DEFAULT, *arguments]
    return arguments


def module_of(command: str) -> Any:
    """Import the module of a command."""
    return import_module(f"{__name__}.{MODULES.get(command, command)}")

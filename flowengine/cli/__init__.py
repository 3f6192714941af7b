"""The command line. Every command is a module, imported when it is called; without one the server starts."""

from __future__ import annotations

import argparse
import os
import sys
from functools import cache
from importlib import import_module
from types import ModuleType
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
    _forgo_plugins()
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
    except OSError as error:
        from .user_folder import explained

        print(f"flowengine: {explained(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _forgo_plugins() -> None:
    """Keep pydantic from looking through every installed package for plugins of its own, and from loading what for.

    That is the e-mail and zip libraries, a tenth of what a start takes. Who sets the variable otherwise gets both.
    """
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    if _METADATA in sys.modules:
        return
    stand_in: Any = ModuleType(_METADATA)
    stand_in.entry_points = lambda **which: import_module(_METADATA).entry_points(**which)
    sys.modules[_METADATA] = stand_in
    try:
        import_module("pydantic.plugin._loader")
    except ImportError:  # another version of pydantic has it elsewhere, or wants more of the library
        pass
    finally:
        del sys.modules[_METADATA]


_METADATA = "importlib.metadata"


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

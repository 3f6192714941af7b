"""``flowengine export``: the flows of a user folder, to be kept or given away."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .user_folder import add_option, existing_folder_of, settings_of


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_option(parser)
    parser.add_argument("file", type=Path, nargs="?", help="where to (default: standard output)")
    parser.add_argument(
        "--flow",
        action="append",
        default=[],
        metavar="NAME_OR_ID",
        help="only this tab, with what it needs; repeatable",
    )


def main(options: argparse.Namespace) -> int:
    """Write the flows as Node-RED's editor exports them."""
    from ..admin.node_secrets import take_secrets
    from ..admin.storage import Storage
    from ..atomic_files import write_atomic
    from ..javascript_values import js_json
    from ..node_sets import NodeSets
    from .selection import select_tabs

    folder = existing_folder_of(options)
    stored = Storage(folder, settings_of(folder)).load()
    # What a hand-written flow file may hold of secrets stays behind.
    take_secrets(stored.nodes, {}, NodeSets())
    nodes = select_tabs(stored.nodes, options.flow) if options.flow else stored.nodes
    text = js_json(nodes, 4)
    if options.file is None:
        print(text)
    else:
        write_atomic(options.file.absolute(), text.encode(), mode=0o644)
    if stored.damage:
        print(stored.damage, file=sys.stderr)
        return 1
    return 0

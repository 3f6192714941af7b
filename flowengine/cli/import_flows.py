"""``flowengine import``: the flows of a file, into a user folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from sqlite3 import Error as DatabaseError

from ..errors import FlowError
from ..flow_file import load_flow_file
from .user_folder import add_option, folder_of, opened


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_option(parser)
    parser.add_argument("file", type=Path, help="the flow file")
    parser.add_argument(
        "--replace", action="store_true", help="instead of the present flows, not beside them"
    )


def main(options: argparse.Namespace) -> int:
    """Store the flows; the server must not be running."""
    from ..admin.history import NAME, History, unusable
    from ..admin.node_secrets import take_secrets
    from ..admin.revision import revision
    from ..node_sets import NodeSets

    file = load_flow_file(options.file)
    with opened(folder_of(options)) as storage:
        stored = storage.load()
        if stored.damage:
            raise FlowError(stored.damage)
        old = [] if options.replace else stored.nodes
        if doubled := {node["id"] for node in old} & {node["id"] for node in file.nodes}:
            raise FlowError(
                f"{len(doubled)} of these nodes are there already ({_some(doubled)}); use --replace"
            )
        nodes = [*old, *file.nodes]
        storage.save(nodes, take_secrets(nodes, stored.credentials, NodeSets()))
        try:
            history = History(storage.folder / NAME, 2**31)
            history.add(nodes, revision(nodes), "import")
            history.close()
        except DatabaseError as error:
            print(unusable(error, "no version was kept"), file=sys.stderr)
    print(f"{len(file.nodes)} nodes imported; {len(nodes)} are there now")
    return 0


def _some(ids: set[str]) -> str:
    return ", ".join(sorted(ids)[:3]) + (" ..." if len(ids) > 3 else "")

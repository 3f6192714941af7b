"""``flowengine nodes``: list the node types."""

from __future__ import annotations

import argparse
import sys

from ..node_sets import NodeSets
from ..words import SOURCE_LANGUAGE, sentence


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("--lang", default=SOURCE_LANGUAGE, help="language of the titles")


def main(options: argparse.Namespace) -> int:
    """Print every type with its category and title; what could not be imported goes to standard error."""
    node_sets = NodeSets()
    rows = [
        {
            "type": name,
            "category": node_class.category,
            "module": node_class.__module__,
            "title": sentence(options.lang, node_class.__module__, "summary", {}),
        }
        for name, node_class in node_sets.all().items()
    ]
    if options.json:
        import orjson

        print(orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode())
    else:
        for row in sorted(rows, key=lambda row: (row["category"], row["type"])):
            print(
                f"{row['category']:<14} {row['type']:<22} {row['title'] if row['title'] != 'summary' else ''}"
            )
    for name, reason in node_sets.broken.items():
        print(f"could not be imported: {name}: {reason}", file=sys.stderr)
    return 1 if node_sets.broken else 0

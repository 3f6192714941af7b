"""``flowengine check FLOW.json``: report every problem of a flow."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from ..check import Checker
from ..flow_file import load_flow_file
from ..node_sets import NodeSets
from ..words import SOURCE_LANGUAGE, engine_sentence
from .user_folder import add_option, packages_of


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("flow", type=Path, help="the flow file")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    add_option(parser)
    parser.add_argument("--lang", default=SOURCE_LANGUAGE, help="language of the sentences")


def main(options: argparse.Namespace) -> int:
    """Print all findings; the exit status is 1 where one of them is an error."""
    node_sets = NodeSets(packages_folder=packages_of(options))
    problems = Checker(load_flow_file(options.flow).nodes, node_sets, language=options.lang).problems()
    errors = sum(problem.level == "error" for problem in problems)
    if options.json:
        import orjson

        print(orjson.dumps([problem.as_dict() for problem in problems], option=orjson.OPT_INDENT_2).decode())
    else:
        for problem in problems:
            print(problem)
        levels = Counter(problem.level for problem in problems)
        counts = {"errors": levels["error"], "warnings": levels["warning"], "notes": levels["note"]}
        print(engine_sentence(options.lang, "check.found", **counts), file=sys.stderr)
    return 1 if errors else 0

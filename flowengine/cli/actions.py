"""``flowengine actions list | show | run``: the methods of the API as actions for agents."""

from __future__ import annotations

import argparse
import asyncio
import base64
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from ..errors import FlowError
from ..words import engine_sentence
from .agent_sources import AgentSources, declare_sources


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    kinds = parser.add_subparsers(dest="kind", metavar="list | show | run", required=True)
    listing = kinds.add_parser("list", help="list the actions")
    listing.add_argument("--family", default="", help="only those of this family")
    listing.add_argument("--json", action="store_true", help="as JSON, with schemas")
    listing.add_argument("--lang", default="en-US", help="language of the descriptions")
    show = kinds.add_parser("show", help="show an action: description and schemas, as JSON")
    show.add_argument("name", help="its name, or the method's")
    show.add_argument("--lang", default="en-US", help="language of the descriptions")
    run = kinds.add_parser(
        "run", help="call an action and print its result as JSON; exit status 1 where it failed"
    )
    run.add_argument("name", help="its name, or the method's")
    run.add_argument(
        "arguments", nargs="*", metavar="NAME=VALUE", help="an argument; values are JSON or plain text"
    )
    run.add_argument("--input", metavar="JSON", help="all arguments as a JSON object; - reads standard input")
    run.add_argument("--output", type=Path, metavar="FILE", help="write the bytes of the result to this file")
    declare_sources(run)


def main(options: argparse.Namespace) -> int:
    """Do what is asked."""
    from ..nodes.openai.actions import actions, find_action

    if options.kind == "list":
        return _list(options, actions())
    if options.kind == "run":
        return asyncio.run(_run(options))
    action = find_action(options.name)
    if action is None:
        raise FlowError(engine_sentence(options.lang, "agents.no_action", name=options.name))
    from ..nodes.openai.action_words import description

    _print(description(action, options.lang))
    return 0


def _list(options: argparse.Namespace, known: dict[str, Any]) -> int:
    from ..nodes.openai.action_words import description, summary

    chosen = [action for action in known.values() if options.family in ("", action.family)]
    if options.json:
        _print([description(action, options.lang) for action in chosen])
        return 0
    for action in chosen:
        print(f"{action.name:<60} {summary(action, options.lang)['description']}")
    return 0


async def _run(options: argparse.Namespace) -> int:
    from ..nodes.openai.action_calls import ActionCalls, host_of

    arguments = _arguments(options)
    sources = AgentSources(options)
    sources.read()
    async with AsyncExitStack() as stack:
        await sources.add_host(stack, needed=True)
        engine = await sources.run(stack, _log, only_hosts=True)
        calls = ActionCalls(host_of(engine.nodes, sources.host_name, options.lang), files="all")
        stack.push_async_callback(calls.close)
        result = await calls.run(options.name, arguments)
    _print(_written(result, options.output))
    return 0 if result["successful"] else 1


def _arguments(options: argparse.Namespace) -> Any:
    """Read the arguments: the object of ``--input``, and what is named one by one on top."""
    text = sys.stdin.read() if options.input == "-" else options.input
    try:
        given = _read_json(text) if text else {}
    except ValueError as error:
        raise FlowError(engine_sentence(options.lang, "agents.bad_input", reason=error)) from None
    for pair in options.arguments:
        name, sign, value = pair.partition("=")
        if not sign or not isinstance(given, dict):
            raise FlowError(engine_sentence(options.lang, "run.bad_assignment", given=pair))
        try:
            given[name] = _read_json(value)
        except ValueError:
            given[name] = value
    return given


def _read_json(text: str) -> Any:
    import orjson

    return orjson.loads(text)


def _written(result: dict[str, Any], file: Path | None) -> dict[str, Any]:
    """Write bytes to the file that is asked for; the result then names it instead."""
    data = result["data"]
    if file is None or not (isinstance(data, dict) and data.keys() == {"base64", "size"}):
        return result
    file.write_bytes(base64.b64decode(data["base64"]))
    return {**result, "data": {"file": str(file), "size": data["size"]}}


def _print(value: Any) -> None:
    import orjson

    print(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def _log(level: str, text: str, node: Any, value: Any) -> None:
    if level in ("error", "warn"):
        print(f"{level}: {text}", file=sys.stderr)

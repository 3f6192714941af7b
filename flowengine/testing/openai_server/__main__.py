"""`python -m flowengine.testing.openai_server --port 8089`: run the simulator until it is interrupted."""

from __future__ import annotations

import argparse
import asyncio
import sys

from .server import OpenAISimulator


def main() -> None:
    """Read the options and serve."""
    options = argparse.ArgumentParser(prog="python -m flowengine.testing.openai_server", description=__doc__)
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, default=8089, help="0 takes a free one")
    options.add_argument("--key", help="the API key that clients must send (default: any or none)")
    options.add_argument("--delay", type=float, default=0.0, help="seconds between the events of a stream")
    try:
        asyncio.run(_serve(options.parse_args()))
    except KeyboardInterrupt:
        sys.exit(0)


async def _serve(options: argparse.Namespace) -> None:
    server = OpenAISimulator(host=options.host, port=options.port, key=options.key, delay=options.delay)
    async with server:
        sys.stdout.write(f"OpenAI simulator (no model, simulated answers) at {server.url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    main()

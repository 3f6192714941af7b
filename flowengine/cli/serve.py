"""``flowengine start``: the server with the editor, its API and the flows."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from contextlib import suppress
from typing import Any

from .. import __version__
from ..errors import FlowError
from .event_loop import run_to_end
from .user_folder import FULL, add_option, explained, folder_of, settings_of

VITE = "http://127.0.0.1:5173"


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_option(parser)
    add = parser.add_argument
    add("--host", help="address to listen at (default 127.0.0.1)")
    add("--port", type=int, help="port to listen at (default 1880; 0 for a free one)")
    add(
        "--insecure",
        action="store_true",
        default=None,
        help="listen beyond this machine though there are no users",
    )
    add("--safe", action="store_true", default=None, help="leave all flows stopped until the next deploy")
    add("--read-only", action="store_true", default=None, help="run what is there and refuse deploys")
    add(
        "--log-level",
        choices=("off", "fatal", "error", "warn", "info", "debug", "trace"),
        help="what is logged",
    )
    add("--log-format", choices=("text", "json"), help="how it is logged")
    add(
        "--dev",
        nargs="?",
        const=VITE,
        default="",
        metavar="URL",
        help=f"take the page from Vite's server (default {VITE})",
    )


def main(options: argparse.Namespace) -> int:
    """Serve until stopped."""
    return run_to_end(_serve(options))


def _given(options: argparse.Namespace) -> dict[str, Any]:
    logging = {"level": options.log_level, "format": options.log_format}
    return {
        "uiHost": options.host,
        "uiPort": options.port,
        "insecure": options.insecure,
        "safeMode": options.safe,
        "readOnly": options.read_only,
        "logging": {name: value for name, value in logging.items() if value is not None} or None,
    }


async def _serve(options: argparse.Namespace) -> int:
    from ..admin.runtime import Runtime

    folder = folder_of(options)
    settings = settings_of(folder, _given(options))
    stopping = _stop_signal()
    runtime = Runtime(folder, settings, dev=options.dev)
    try:
        await runtime.start()
    except OSError as error:
        raise FlowError(_explained(error, settings.ui_host, settings.ui_port)) from None
    root = f"{settings.admin_root}/" if settings.http_admin_root is not False else ""
    print(
        f"flowengine {__version__} at {runtime.http.url}{root} (user folder {folder}); ctrl-c to stop",
        file=sys.stderr,
    )
    await stopping.wait()
    with suppress(OSError):  # the terminal may be gone
        print("stopping; ctrl-c again to end at once", file=sys.stderr)
    await runtime.stop()
    return 0


def _explained(error: OSError, host: str, port: int) -> str:
    # What is wrong with a file names it, except where the disk is full.
    if error.filename is None and error.errno not in FULL:
        # The library repeats the address in what it says.
        reason = (error.strerror or str(error)).partition(" (while ")[0]
        return f"cannot listen at {host or '*'}:{port}: {reason}; choose with --host and --port"
    return explained(error)


def _stop_signal() -> asyncio.Event:
    """Return what is set when the process is asked to end; asked twice it ends at once."""
    stopping = asyncio.Event()

    def stop() -> None:
        if stopping.is_set():
            os._exit(130)
        stopping.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))
    # A terminal that is closed says it, and its shell perhaps once more; under nohup nobody is to hear it.
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        loop.add_signal_handler(signal.SIGHUP, stopping.set)
    return stopping

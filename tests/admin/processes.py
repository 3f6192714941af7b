"""Servers that are processes of their own, to be killed, measured and asked from outside."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import environ
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen


class ServerProcess:
    """``flowengine`` in a folder; ``url`` ends with a slash, ``log`` is everything on standard error so far."""

    def __init__(self, folder: Path, *options: str, env: Mapping[str, str] | None = None) -> None:
        command = [sys.executable, "-m", "flowengine", "--user-dir", str(folder), "--port", "0", *options]
        self.process = subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, env={**environ, **(env or {})}
        )
        assert self.process.stderr is not None
        self.log, self.url = "", ""
        for line in self.process.stderr:
            self.log += line
            if found := re.search(r" at (https?://\S+) \(user folder", line):
                self.url = found[1]
                break
        if not self.url:
            self.process.wait(10)
            self.process.stderr.close()
            raise AssertionError(f"the server did not start:\n{self.log}")
        self._reader = threading.Thread(target=self._read_on, daemon=True)
        self._reader.start()

    def _read_on(self) -> None:
        """Keep the pipe empty: a server that nobody reads from would stand still."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log += line

    def ask(self, path: str = "", body: Any = None) -> Any:
        """Get, or post JSON; gives the JSON of the answer, or its text."""
        data = None if body is None else json.dumps(body).encode()
        with urlopen(
            Request(self.url + path, data, {"Content-Type": "application/json"}), timeout=10
        ) as answer:
            content = answer.read().decode()
        return json.loads(content or "null") if content != "OK" else content

    def peak(self) -> int:
        """Return the most kilobytes of memory that the process ever had."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+) kB", text)
        assert found
        return int(found[1])

    def stop(self) -> int:
        """Ask the process to end, and wait; gives its status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def end(self) -> None:
        """Make an end of it, whatever it does."""
        self.process.kill()
        self.process.wait(10)
        self._reader.join(10)
        assert self.process.stderr is not None
        self.process.stderr.close()


@contextmanager
def served(folder: Path, *options: str, env: Mapping[str, str] | None = None) -> Iterator[ServerProcess]:
    """Run a server until the end of the block."""
    server = ServerProcess(folder, *options, env=env)
    try:
        yield server
    finally:
        server.end()

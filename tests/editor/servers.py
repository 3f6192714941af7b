"""Servers as an author has them: a process of its own on a free port, and a simulated OpenAI beside it."""

from __future__ import annotations

import asyncio
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import httpx

from flowengine.testing.openai_server import OpenAISimulator

ROOT = Path(__file__).parents[2]
V2 = {"Node-RED-API-Version": "v2"}
TAB = {"id": "f1", "type": "tab", "label": "Flow 1", "disabled": False, "info": ""}
PRESS = {
    "id": "press", "type": "inject", "z": "f1", "name": "press", "x": 120, "y": 200, "wires": [["show"]],
    "props": [{"p": "payload"}], "payload": "hello", "payloadType": "str", "repeat": "", "crontab": "", "once": False,
    "onceDelay": 0.1, "topic": "",
}  # fmt: skip
SHOW = {
    "id": "show", "type": "debug", "z": "f1", "name": "show", "active": True, "tosidebar": True, "console": False,
    "tostatus": False, "complete": "payload", "targetType": "msg", "x": 520, "y": 200, "wires": [],
}  # fmt: skip


class Server:
    """`flowengine serve` in a folder; stopped and started again it keeps its port."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.url = folder, 0, ""
        self.start()

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "flowengine",
            "serve",
            "--user-dir",
            self.folder,
            "--port",
            self.port,
        ]
        words = [str(word) for word in command]
        self.process = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        said = ""
        for line in self.process.stderr:
            said += line
            if found := re.search(r" at (http://\S+:(\d+)/)", line):
                self.url, self.port = found[1], int(found[2])
                threading.Thread(target=self._read_on, daemon=True).start()
                return
        raise AssertionError(f"the server did not start:\n{said}")

    def _read_on(self) -> None:
        """Keep the pipe empty: a server that nobody reads from would stand still."""
        assert self.process.stderr is not None
        for _ in self.process.stderr:
            pass

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        assert self.process.stderr is not None
        self.process.stderr.close()

    def flows(self) -> list[dict[str, Any]]:
        """Give what is deployed."""
        answer = httpx.get(f"{self.url}flows", headers=V2).raise_for_status()
        flows: list[dict[str, Any]] = answer.json()["flows"]
        return flows

    def deploy(self, flows: list[dict[str, Any]]) -> None:
        """Deploy over whatever is there, as another program would."""
        httpx.post(f"{self.url}flows", headers=V2, json={"flows": flows}, timeout=30).raise_for_status()

    def node(self, name: str) -> dict[str, Any]:
        """Give the deployed node of a name."""
        (found,) = [entry for entry in self.flows() if name in (entry.get("name"), entry.get("label"))]
        return found


class Simulator:
    """The simulated OpenAI in a thread, with a loop of its own: browser tests are not coroutines."""

    def __enter__(self) -> OpenAISimulator:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._simulator = OpenAISimulator(key="sk-test-of-the-editor")
        asyncio.run_coroutine_threadsafe(self._simulator.start(), self._loop).result(20)
        return self._simulator

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._simulator.stop(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()

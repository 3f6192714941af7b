"""Runs the same flows on Node-RED and on flowengine, in turns, and prints what either takes.

    python tests/benchmarks/side_by_side.py --node-red path/to/node_modules/node-red/red.js

Needs Linux (figures come from /proc) and Node-RED 5 with its Node. CPU time is what to compare on a machine that
does other things too; a ratio between 0.8 and 1.25 says nothing.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
NODE_RED_SETTINGS = """module.exports = {
    httpAdminRoot: false, disableEditor: true, credentialSecret: false, uiHost: "127.0.0.1", apiMaxLength: "64mb",
    telemetry: { enabled: false, updateNotification: false }, logging: { console: { level: "warn" } },
};"""


def node(node_id: str, node_type: str, *targets: str, **fields: Any) -> dict[str, Any]:
    return {"id": node_id, "type": node_type, "z": "t", "x": 1, "y": 1, "wires": [list(targets)], **fields}


def setting(node_id: str, name: str, value: str, *targets: str) -> dict[str, Any]:
    rule = {"t": "set", "p": name, "pt": "msg", "to": value, "tot": "str"}
    return node(node_id, "change", *targets, rules=[rule])


def path(url: str, middle: list[dict[str, Any]], method: str = "post") -> list[dict[str, Any]]:
    """A path that leads through nodes, each wired to the next, to the answer."""
    key = url.strip("/")
    for at, (one, following) in enumerate(pairwise(middle)):
        middle[at] = {**one, "wires": [[following["id"]]]}
    middle[-1] = {**middle[-1], "wires": [[f"{key}-out"]]}
    first = node(f"{key}-in", "http in", middle[0]["id"], url=url, method=method)
    return [first, *middle, node(f"{key}-out", "http response", statusCode="", headers={})]


def parts(key: str, middle: list[dict[str, Any]]) -> list[dict[str, Any]]:
    split = node(f"{key}-split", "split", splt="\\n", spltType="str", arraySplt=1, arraySpltType="len")
    return path(f"/{key}", [split, *middle, node(f"{key}-join", "join", mode="auto", build="array")])


def flows(idle: int) -> list[dict[str, Any]]:
    chain = [setting(f"hop{at}", "topic", "a") for at in range(10)]
    code = "msg.payload++;\nreturn msg;"
    wide = [setting(f"wide{at}", "payload", "1", "fan-join") for at in range(100)]
    join = node("fan-join", "join", mode="custom", build="array", count="100", useparts=False, joiner="\\n")
    fan = path("/fan", [setting("fan-0", "topic", "a"), join])
    fan[1] = {**fan[1], "wires": [[one["id"] for one in wide]]}
    return [
        {"id": "t", "type": "tab", "label": "side by side"},
        *path("/hello", [setting("hello-0", "payload", "hello")], "get"),
        *parts("hops", chain),
        *parts("code", [node("code-0", "function", func=code, outputs=1, libs=[])]),
        *fan,
        *wide,
        *(setting(f"idle{at}", "topic", "a", f"idle{at + 1}") for at in range(idle)),
    ]


@dataclass
class Engine:
    """One engine's process, and what it has taken."""

    name: str
    command: list[str]
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @contextmanager
    def running(self, nodes: list[dict[str, Any]]) -> Iterator[float]:
        """Run flows; gives the seconds to the first answer."""
        with socket.socket() as free, tempfile.TemporaryDirectory() as folder:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
            free.close()
            Path(folder, "settings.js").write_text(NODE_RED_SETTINGS)
            Path(folder, "flows.json").write_text(json.dumps(nodes))
            command = [part.format(folder=folder, port=self.port) for part in self.command]
            began = time.perf_counter()
            self.process = subprocess.Popen(
                command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            try:
                yield self._ready(began)
            finally:
                self.process.terminate()
                self.process.wait(20)

    def _ready(self, began: float) -> float:
        while time.perf_counter() - began < 120:
            try:
                self.ask("/hello")
                return time.perf_counter() - began
            except OSError:  # nobody there, or nothing but the server
                time.sleep(0.005)
        raise SystemExit(f"{self.name} does not answer")

    def ask(self, url: str, body: Any = None, times: int = 1) -> None:
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        data = None if body is None else json.dumps(body).encode()
        for _ in range(times):
            client.request("GET" if data is None else "POST", url, data, {"Content-Type": "application/json"})
            answer = client.getresponse()
            if answer.status != 200 or not answer.read():
                raise OSError(f"{self.name} answers {url} with {answer.status}")
        client.close()

    def cpu(self) -> float:
        """CPU seconds of the process, with its children."""
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Megabytes of resident memory."""
        assert self.process is not None
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())
        return int(found[1]) / 1024 if found else 0.0

    def microseconds(self, work: Callable[[Engine], None], units: int) -> float:
        """CPU microseconds of each unit of some work."""
        work(self)
        before = self.cpu()
        for _ in range(5):
            work(self)
        return (self.cpu() - before) / (5 * units) * 1e6


ROWS = "rows", [{"id": at, "name": "some name", "tags": ["a", "b"]} for at in range(200)]
WORKS: dict[str, tuple[Callable[[Engine], None], int]] = {
    "http in, change, http response (us a request)": (lambda e: e.ask("/hello", times=2000), 2000),
    "chain of 10 change nodes (us a hop)": (lambda e: e.ask("/hops", list(range(5000)), 2), 110_000),
    "JavaScript function (us a message)": (lambda e: e.ask("/code", list(range(5000)), 2), 10_000),
    "fan-out of 10 KB to 100 wires (us a delivery)": (lambda e: e.ask("/fan", dict([ROWS]), 10), 1000),
}


def measure(engine: Engine, idle: int) -> dict[str, float]:
    """All figures of one process's life; less is better."""
    with engine.running(flows(idle)) as seconds:
        found = {f"start with {idle} idle nodes (ms)": seconds * 1000}
        time.sleep(1)
        found["idle memory (MB)"] = engine.memory()
        found |= {name: engine.microseconds(work, units) for name, (work, units) in WORKS.items()}
        found["memory after that (MB)"] = engine.memory()
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--node", default="node", help="the Node to run Node-RED with")
    options.add_argument("--node-red", required=True, help="its red.js")
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--idle", type=int, default=1000, help="idle nodes beside those that are measured")
    given = options.parse_args()
    red = [given.node, given.node_red, "--settings", "{folder}/settings.js", "--userDir", "{folder}"]
    engines = [
        Engine("Node-RED", [*red, "--port", "{port}", "{folder}/flows.json"]),
        Engine(
            "flowengine",
            [sys.executable, "-m", "flowengine", "run", "{folder}/flows.json", "--port", "{port}"],
        ),
    ]
    os.environ["PYTHONPATH"] = str(REPOSITORY)
    found: dict[str, dict[str, list[float]]] = {}
    for run in range(given.runs):
        for engine in engines if run % 2 == 0 else engines[::-1]:
            for name, value in measure(engine, given.idle).items():
                found.setdefault(name, {}).setdefault(engine.name, []).append(value)
    print(f"| {'':46} | Node-RED | flowengine | ratio |\n|{'-' * 48}|---------:|-----------:|------:|")
    for name, values in found.items():
        theirs, ours = median(values["Node-RED"]), median(values["flowengine"])
        print(f"| {name:46} | {theirs:8.1f} | {ours:10.1f} | {theirs / ours:5.1f} |")


if __name__ == "__main__":
    main()

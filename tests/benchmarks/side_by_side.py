"""Runs the same flows on Node-RED and on flowengine, in turns, and prints what either takes.

    python tests/benchmarks/side_by_side.py --node-red path/to/node_modules/node-red/red.js

Needs Linux (figures come from /proc) and Node-RED 5 with its Node. CPU time is what to compare on a machine that
does other things too; a ratio between 0.8 and 1.25 says nothing. ``--function-engine v8`` runs JavaScript on V8,
which needs ``flowengine[v8]``.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import signal
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
    httpAdminRoot: %s, disableEditor: true, credentialSecret: false, uiHost: "127.0.0.1", apiMaxLength: "64mb",
    telemetry: { enabled: false, updateNotification: false }, logging: { console: { level: "warn" } },
};"""
HEAVY = """const groups = {};
for (const item of msg.payload.items) {
    const group = groups[item.kind] || (groups[item.kind] = { count: 0, total: 0, names: [] });
    group.count += 1;
    group.total += item.price * item.quantity;
    group.names.push(item.name.toUpperCase());
}
msg.payload = Object.entries(groups)
    .map(([kind, group]) => ({ kind, count: group.count, total: group.total, names: group.names.sort().join() }))
    .sort((a, b) => b.total - a.total);
return msg;"""
DEPLOYS = 5


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


def function(node_id: str, code: str, **fields: Any) -> dict[str, Any]:
    return node(node_id, "function", func=code, outputs=1, libs=[], **fields)


def flows(idle: int, *, speaks_python: bool) -> list[dict[str, Any]]:
    """All that is measured. The function for Python is in JavaScript where that is all there is."""
    chain = [setting(f"hop{at}", "topic", "a") for at in range(10)]
    switches = [
        node(f"way{at}", "switch", property="payload", rules=[{"t": "gte", "v": "0", "vt": "num"}])
        for at in range(10)
    ]
    code = "msg.payload++;\nreturn msg;"
    python = function("python-0", "msg['payload'] += 1\nreturn msg", language="python")
    text = "Dear {{payload.name}}, {{#payload.items}}{{name}} at {{price}}; {{/payload.items}}"
    letter = node(
        "letter-0",
        "template",
        field="payload",
        fieldType="msg",
        syntax="mustache",
        template=text,
        output="str",
    )
    wide = [setting(f"wide{at}", "payload", "1", "fan-join") for at in range(100)]
    join = node("fan-join", "join", mode="custom", build="array", count="100", useparts=False, joiner="\\n")
    fan = path("/fan", [setting("fan-0", "topic", "a"), join])
    fan[1] = {**fan[1], "wires": [[one["id"] for one in wide]]}
    return [
        {"id": "t", "type": "tab", "label": "side by side"},
        *path("/hello", [setting("hello-0", "payload", "hello")], "get"),
        *parts("hops", chain),
        *parts("ways", switches),
        *parts("letter", [letter]),
        *parts("code", [function("code-0", code)]),
        *parts("heavy", [function("heavy-0", HEAVY)]),
        *parts("python", [python if speaks_python else function("python-0", code)]),
        *fan,
        *wide,
        *(setting(f"idle{at}", "topic", "a", f"idle{at + 1}") for at in range(idle)),
    ]


@dataclass
class Engine:
    """One engine's process, and what it has taken."""

    name: str
    command: list[str]
    administered: list[str]
    """The command with which flows can be deployed."""
    speaks_python: bool
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @contextmanager
    def running(self, nodes: list[dict[str, Any]], *, administered: bool = False) -> Iterator[float]:
        """Run flows; gives the seconds to the first answer."""
        with socket.socket() as free, tempfile.TemporaryDirectory() as folder:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
            free.close()
            Path(folder, "settings.js").write_text(NODE_RED_SETTINGS % ('"/"' if administered else "false"))
            Path(folder, "flows.json").write_text(json.dumps(nodes))
            parts = self.administered if administered else self.command
            command = [part.format(folder=folder, port=self.port) for part in parts]
            began = time.perf_counter()
            self.process = subprocess.Popen(
                command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            try:
                yield self._ready(began)
            finally:
                # Not every engine heeds the first word while it has much to close.
                self.process.send_signal(signal.SIGTERM)
                try:
                    self.process.wait(20)
                except subprocess.TimeoutExpired:
                    self.process.kill()
                    self.process.wait()

    def _ready(self, began: float) -> float:
        while time.perf_counter() - began < 120:
            try:
                self.ask("/hello")
                return time.perf_counter() - began
            except OSError:  # nobody there, or nothing but the server
                time.sleep(0.005)
        raise SystemExit(f"{self.name} does not answer")

    def ask(self, url: str, body: Any = None, times: int = 1, **headers: str) -> None:
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        data = None if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json"} | {
            name.replace("_", "-"): text for name, text in headers.items()
        }
        for _ in range(times):
            client.request("GET" if data is None else "POST", url, data, sent)
            answer = client.getresponse()
            if (not answer.read() and answer.status != 204) or answer.status not in (200, 204):
                raise OSError(f"{self.name} answers {url} with {answer.status}")
        client.close()

    def cpu(self) -> float:
        """CPU seconds of the process, by its clock: /proc counts in steps of 10 ms."""
        assert self.process is not None
        return time.clock_gettime(
            (~self.process.pid << 3) | 2
        )  # as the kernel numbers the clocks of processes

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


ORDERS = [
    {
        "name": f"customer {at}",
        "items": [
            {"name": f"item {one}", "kind": f"kind {one % 7}", "price": one + 0.75, "quantity": one % 5}
            for one in range(50)
        ],
    }
    for at in range(200)
]
ROWS = "rows", [{"id": at, "name": "some name", "tags": ["a", "b"]} for at in range(200)]
WORKS: dict[str, tuple[Callable[[Engine], None], int]] = {
    "http in, change, http response (us a request)": (lambda e: e.ask("/hello", times=2000), 2000),
    "chain of 10 change nodes (us a hop)": (lambda e: e.ask("/hops", list(range(5000)), 2), 110_000),
    "chain of 10 switch nodes (us a hop)": (lambda e: e.ask("/ways", list(range(5000)), 2), 110_000),
    "template with 50 items (us a message)": (lambda e: e.ask("/letter", ORDERS, 2), 400),
    "JavaScript function (us a message)": (lambda e: e.ask("/code", list(range(5000)), 2), 10_000),
    "JavaScript that works hard (us a message)": (lambda e: e.ask("/heavy", ORDERS, 2), 400),
    "Python function, JavaScript there (us a message)": (
        lambda e: e.ask("/python", list(range(5000)), 2),
        10_000,
    ),
    "fan-out of 10 KB to 100 wires (us a delivery)": (lambda e: e.ask("/fan", dict([ROWS]), 10), 1000),
}


def measure(engine: Engine, idle: int) -> dict[str, float]:
    """All figures of one process's life; less is better."""
    with engine.running(flows(0, speaks_python=engine.speaks_python)) as seconds:
        found = {"start (ms)": seconds * 1000}
        time.sleep(1)
        found["idle memory (MB)"] = engine.memory()
        found |= {name: engine.microseconds(work, units) for name, (work, units) in WORKS.items()}
        found["memory after that (MB)"] = engine.memory()
    with engine.running(flows(idle, speaks_python=engine.speaks_python)) as seconds:
        found[f"start with {idle} more nodes (ms)"] = seconds * 1000
        time.sleep(1)
        found["memory of each of these (KB)"] = (engine.memory() - found["idle memory (MB)"]) * 1024 / idle
    return found | deploys(engine, idle)


def deploys(engine: Engine, idle: int) -> dict[str, float]:
    """What it takes to deploy one changed node among many."""
    nodes = flows(idle, speaks_python=engine.speaks_python)
    place = next(at for at, one in enumerate(nodes) if one["id"] == f"idle{idle // 2}")
    with engine.running(nodes, administered=True):
        times, before = [], engine.cpu()
        for turn in range(DEPLOYS):
            nodes[place] = setting(nodes[place]["id"], "topic", f"turn {turn}", f"idle{idle // 2 + 1}")
            began = time.perf_counter()
            engine.ask("/flows", nodes, Node_RED_Deployment_Type="nodes")
            times.append((time.perf_counter() - began) * 1000)
        return {
            f"deploy of one node among {idle} (ms)": median(times),
            f"deploy of one node among {idle} (ms of CPU)": (engine.cpu() - before) / DEPLOYS * 1000,
        }


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--node", default="node", help="the Node to run Node-RED with")
    options.add_argument("--node-red", required=True, help="its red.js")
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--idle", type=int, default=10_000, help="idle nodes beside those that are measured")
    options.add_argument("--function-engine", default="quickjs", help="quickjs or v8, for flowengine")
    given = options.parse_args()
    red = [given.node, given.node_red, "--settings", "{folder}/settings.js", "--userDir", "{folder}"]
    red += ["--port", "{port}", "{folder}/flows.json"]
    own = [sys.executable, "-m", "flowengine"]
    serve = [*own, "serve", "--user-dir", "{folder}", "--port", "{port}"]
    run_alone = [*own, "run", "{folder}/flows.json", "--port", "{port}"]
    engines = [
        Engine("Node-RED", red, red, speaks_python=False),
        Engine(
            "flowengine",
            run_alone if given.function_engine == "quickjs" else serve,  # which alone reads settings
            serve,
            speaks_python=True,
        ),
    ]
    os.environ |= {"PYTHONPATH": str(REPOSITORY), "FLOWENGINE_FUNCTION_ENGINE": given.function_engine}
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

"""Every example starts, and says what it should, against the built-in simulator."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from flowengine.check import Checker
from flowengine.cli.service_hosts import add_default_host
from flowengine.node_sets import NodeSets
from flowengine.testing import FlowHarness
from flowengine.testing.openai_server import OpenAISimulator

FOLDER = Path(__file__).parent.parent / "examples"
EXAMPLES = sorted(FOLDER.rglob("*.json"))


def read(name: str) -> list[dict[str, Any]]:
    return json.loads((FOLDER / name).read_text())  # type: ignore[no-any-return]


class Example:
    """A running example with a simulator behind it."""

    def __init__(self, name: str, **env: str) -> None:
        self.nodes, self.env = read(name), env
        self.settings: dict[str, Any] = {}

    async def __aenter__(self) -> FlowHarness:
        self.simulator = OpenAISimulator()
        await self.simulator.__aenter__()
        nodes, credentials = add_default_host(self.nodes, {}, self.simulator.url, "sk-example")
        self.running = FlowHarness(nodes, credentials=credentials, env=self.env, settings=self.settings)
        return await self.running.__aenter__()

    async def __aexit__(self, *error: object) -> None:
        await self.running.__aexit__(*error)
        await self.simulator.__aexit__(*error)


async def shown(example: Example, inject: str) -> list[dict[str, Any]]:
    """Inject, wait, and return what the debug nodes show."""
    async with example as running:
        await running.send(inject)
        assert await running.settle(20)
        assert [report.text for report in running.errors] == []
        return running.debug


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_every_example_passes_the_check(file):
    problems = Checker(json.loads(file.read_text())).problems()
    assert [str(problem) for problem in problems if problem.level == "error"] == []


async def test_chat_answers():
    (answer,) = await shown(Example("chat.json"), "chat-ask")
    assert "Why is the sky blue?" in answer["msg"]


async def test_streaming_shows_every_token_and_then_all_of_them():
    *tokens, answer = await shown(Example("chat-streaming.json"), "stream-ask")
    assert len(tokens) > 2
    assert "".join(token["msg"] for token in tokens) == answer["msg"]


async def test_embeddings_finds_the_nearest_text():
    (nearest,) = await shown(Example("embeddings.json"), "embed-texts")
    found = json.loads(nearest["msg"])
    assert found["text"] == "How do I reset my password?"
    assert found["nearest"] in ("I forgot my login", "The parcel has not arrived", "Where is my order?")
    assert found["of"] == 4


async def test_the_tool_is_called_and_its_answer_used():
    (answer,) = await shown(Example("tool-call.json"), "tool-ask")
    assert "degrees" in answer["msg"]


async def test_a_flow_is_called_as_a_tool():
    round_, answer = await shown(Example("tools.json"), "tools-ask")
    (call,) = json.loads(round_["msg"])["calls"]
    assert (call["name"], call["arguments"]) == ("weather", {"city": "Oslo"})
    assert call["output"] in answer["msg"]


# family: what its answer must contain
ANSWERS = {
    "assistants": '"deleted":true',
    "audio": "speech.wav",
    "batch": "What is a fjord?",
    "chat": "simulated capital",
    "chatkit": "ek_",
    "container-files": "Oslo,700000",
    "containers": "sandbox",
    "conversations": "Where is it warm in March?",
    "embeddings": "cat and cat",
    "evals": "right capital",
    "files": "Water the plants on Friday.",
    "fine-tuning": "job succeeded",
    "images": "The same lighthouse at night",
    "messages": "And does it cover the battery?",
    "models": "simulated-chat",
    "moderations": '"flagged":false',
    "realtime": "ek_",
    "responses": "And another one?",
    "runs": "Why is the sea salty?",
    "skills": '"version":"1"',
    "threads": '"ticket":"4711"',
    "uploads": '"bytes":11',
    "vector-store-file-batches": '"completed":2',
    "vector-store-files": "Parcels can be sent back",
    "vector-stores": "Repairs take two weeks",
    "videos": '"bytes":',
    "webhooks": "response.completed",
}


def test_every_family_of_the_original_has_an_example():
    assert {file.stem for file in (FOLDER / "openai").glob("*.json")} == set(ANSWERS)
    assert len(ANSWERS) == 27


@pytest.mark.parametrize("family", ANSWERS)
async def test_the_example_of_a_family_answers(family):
    file = f"openai/{family}.json"
    (inject,) = (node["id"] for node in read(file) if node["type"] == "inject")
    answers = await shown(Example(file), inject)
    assert ANSWERS[family] in re.sub(r"\s*\n\s*", "", str(answers[0]["msg"])).replace('": ', '":')


async def test_batch_writes_an_answer_for_every_row(tmp_path):
    shutil.copy(FOLDER / "reviews.csv", tmp_path)
    await shown(Example("batch-csv.json", DATA_DIR=str(tmp_path)), "batch-start")
    lines = (tmp_path / "answers.csv").read_text().splitlines()
    assert lines[0] == "id,review,answer"
    assert len(lines) == 4
    assert 'said ""fine""' in lines[3]


async def test_the_endpoint_answers_with_the_models_words():
    async with Example("http-endpoint.json") as running, ClientSession() as client:
        async with client.get(f"{running.http_url}/ask", params={"q": "Is this on?"}) as reply:
            assert reply.status == 200
            assert reply.headers["content-type"].startswith("text/plain")
            assert "Is this on?" in await reply.text()


SHOWN = {
    "values": "420 SAYS HELLO!!",
    "code": '{"n":3,"squared":9,"cubed":27}',
    "status": "done",
    "complete": "Python",
    "sequence": "[3,4]",
    "parsers": '[{"a":1,"b":"x"}]',
    "html": '["one","two"]',
    "time": "off",
    "links": "over the links",
    "error": "fails",
    "files": "kept",
    "watch": "update",
    "exec": "from the shell\n",
    "http": "asked",
    "tcp": "over tcp",
    "udp": "over udp",
    "websocket": "over a websocket",
    "mqtt": "over mqtt",
    "openai": "(simulated) You said: Is this on?",
}


async def test_one_of_each_node_type_works(tmp_path):
    example = Example("every-node.json", DATA_DIR=str(tmp_path))
    types = {node["type"] for node in example.nodes}
    assert set(NodeSets().all()) - types == {"unknown", "Service Host"}, "the example lacks types"
    ports = {name: free_port() for name in ("1880", "18801", "18802", "1883")}
    text = json.dumps(example.nodes)
    for written, port in ports.items():
        text = re.sub(rf"\b{written}\b", str(port), text)
    example.nodes = json.loads(text)
    example.settings = {"uiPort": ports["1880"]}
    async with mosquitto(ports["1883"], tmp_path), example as running, asyncio.timeout(40):
        await until(
            lambda: any(
                "connected" in str(r.status.get("text")) for r in running.statuses if r.node == "e-mqttout"
            )
        )
        await until(
            lambda: any(
                "connected" in str(r.status.get("text")) for r in running.statuses if r.node == "e-wsout"
            )
        )
        for node in example.nodes:
            if node["type"] == "inject":
                await running.send(node["id"])
        seen: dict[str, Any] = {}

        def all_shown() -> bool:
            seen.update({item["name"]: item["msg"] for item in running.debug})
            return seen == SHOWN

        try:
            await until(all_shown)
        except TimeoutError:
            assert seen == SHOWN
        assert {report.node for report in running.errors} == {"e-broken"}


async def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so; the caller bounds the time."""
    while not is_so():
        await asyncio.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def mosquitto(port: int, folder: Path) -> AsyncIterator[None]:
    """Run a real broker on this machine."""
    config = folder / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    broker = await asyncio.create_subprocess_exec(
        "mosquitto", "-c", str(config), stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield
    finally:
        broker.terminate()
        await broker.wait()

"""What the official Python library sends for a call, the node sends too: one server judges both.

Each call is made twice, with what it needs and with everything it can take.
"""

from __future__ import annotations

import base64
import hmac
import inspect
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio
from flowengine.nodes.openai.call import Call
from flowengine.nodes.openai.client import Access, Client
from flowengine.nodes.openai.methods import families, methods
from flowengine.nodes.openai.record import Method, Param
from openai import AsyncOpenAI

from .recording_server import Recorded, RecordingServer
from .sample_arguments import sample, tools

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.filterwarnings(
        "ignore::DeprecationWarning"
    ),  # what the library advises against, flows may still do
]

# The payload's name of a field, where the library has another for the argument.
ARGUMENTS = {"pollIntervalMs": "poll_interval_ms", "maxConcurrency": "max_concurrency"}
OF_ONE_CALL = {
    ("files.wait_for_processing", "file_id"): "id",
    ("files.wait_for_processing", "pollIntervalMs"): "poll_interval",
}
# What only the node knows: the library keeps a websocket as an object, and gives these helpers fewer arguments.
NODE_ONLY = {"action", "connection_id", "event", "code", "reason"}
NOT_OF_HELPERS = {"responses.parse": {"stream"}, "responses.stream": {"response_id", "starting_after"}}
# Differences on purpose, each with its reason.
EXPLAINED = {
    # The name of a part of a file means nothing to the service.
    "uploads.upload_file_chunked": "part names",
    # The library guesses the type of a file by its name, the original node names none; the service looks inside.
    "beta.agents.environments.files.prepare": "part types",
    "beta.agents.environments.files.prepare_directory": "part types",
    # The original node asks for anything where it downloads; servers do not look.
    "containers.files.content.retrieve": "accept",
}


def sdk_calls() -> Iterator[tuple[Method, str]]:
    for family in families():
        for method in family.methods:
            yield from ((method, name) for name in (method.sdk, *method.aliases) if name and "." in name)


CALLS = [call for call in sdk_calls() if call[0].path]
NAMES = [name for _, name in CALLS]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncIterator[RecordingServer]:
    async with RecordingServer() as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sdk(server: RecordingServer) -> AsyncIterator[AsyncOpenAI]:
    sockets = server.base.replace("http", "ws", 1)
    async with AsyncOpenAI(
        api_key="key", admin_api_key="key", base_url=server.base, websocket_base_url=sockets, max_retries=0
    ) as sdk:
        yield sdk


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client() -> AsyncIterator[Client]:
    client = Client(retries=0, timeout=10)
    yield client
    await client.close()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_bytes(f"content of {name}\r\n".encode())
    before = Path.cwd()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)


@pytest.mark.parametrize(("method", "name"), CALLS, ids=NAMES)
@pytest.mark.parametrize("whole", [False, True], ids=["needed", "everything"])
async def test_the_library_and_the_node_ask_the_same(
    method: Method,
    name: str,
    whole: bool,
    server: RecordingServer,
    sdk: AsyncOpenAI,
    client: Client,
    folder: Path,
) -> None:
    payload = {p.name: value(p, name) for p in method.all_params if wanted(p, method, name, whole)}
    await ask_with_sdk(sdk, method, name, dict(payload))
    expected = server.taken()
    await ask_with_node(client, server.base, method, dict(payload))
    assert normal(server.taken(), name) == normal(expected, name)
    assert expected


def wanted(param: Param, method: Method, name: str, whole: bool) -> bool:
    if param.name in NOT_OF_HELPERS.get(name, ()):
        return False
    # A random key could not be compared; and some calls need one field or another, as their examples show.
    return whole or param.required or param.name == "idempotency_key" or param.name in method.example


def value(param: Param, name: str) -> Any:
    if param.name == "tools" and not name.startswith(("beta.agents", "beta.realtime", "realtime")):
        return tools(chat="threads" in name or "assistants" in name or "chat" in name)
    if name == "beta.agents.environments.files.prepare":
        return {"/workspace/a.txt": "one.txt", "/workspace/b.txt": "two.txt"}
    fixed = {
        "root": ".",
        "destination": "/workspace/data",
        "include": ["*.txt"],
        "path": "/workspace/report.txt",
        "result": {"turn": {"id": "turn_1", "session_id": "session_1", "subagent_id": None}},
        "pollIntervalMs": 1,
        "encoding_format": "float",
        "idempotency_key": "key-1",
    }
    if param.name in fixed and not (param.name == "include" and "directory" not in name):
        return fixed[param.name]
    if param.file:
        file = {"path": "one.txt"} if param.text else "one.txt"
        return [file, "two.txt"] if "list" in str(param.type) else file
    return sample(param.type, param.name)


def sdk_value(param: Param, name: str, value: Any) -> Any:
    """The library takes a file as name, content and type."""
    if name == "uploads.upload_file_chunked" and param.name == "file":
        return Path(value)
    if not param.file:
        return value
    if isinstance(value, list):
        return [sdk_value(param, name, item) for item in value]
    path = Path(value["path"] if param.text else value)
    return (path.name, path.read_bytes(), "application/octet-stream")


async def ask_with_sdk(sdk: AsyncOpenAI, method: Method, name: str, payload: dict[str, Any]) -> None:
    call: Any = sdk
    for step in name.split("."):
        call = getattr(call, step)
    params = {param.name: param for param in method.all_params}
    arguments = {
        OF_ONE_CALL.get((name, key), ARGUMENTS.get(key, key)): sdk_value(params[key], name, value)
        for key, value in payload.items()
        if key not in NODE_ONLY
    }
    # What the library makes of our short answers is not the matter; what it asked is.
    with suppress(Exception):
        answer = call(**arguments)
        if hasattr(answer, "__aenter__"):
            async with answer as events:
                if "connect" not in name:
                    async for _ in events:
                        pass
        else:
            await answer


async def ask_with_node(client: Client, base: str, method: Method, payload: dict[str, Any]) -> None:
    call = new_call(client, base, method, payload)
    with suppress(Exception):
        if call.streams:
            async for _ in call.batches():
                pass
        else:
            await call.result()


def new_call(client: Client, base: str, method: Method, payload: dict[str, Any]) -> Call:
    station = SimpleNamespace(
        id="n1", sockets={}, env=lambda _: None, send=lambda _: None, error=lambda *_: None
    )
    return Call(method, payload, client, Access(base, {"authorization": "Bearer key"}), station)


def normal(seen: list[Recorded], name: str) -> list[Recorded]:
    """Leave out what is explained; files that are sent at the same time arrive in any order."""
    if EXPLAINED.get(name) == "accept":
        seen = [replace(one, headers=tuple(h for h in one.headers if h[0] != "accept")) for one in seen]
    if left_out := {"part names": 1, "part types": 2}.get(EXPLAINED.get(name, "")):
        seen = [replace(one, body=without(one.body, left_out)) for one in seen]
    seen = [replace(one, body=unstreamed(one.body)) for one in seen]
    if name.startswith("vector_stores.file_batches.upload"):
        return sorted(seen, key=repr)
    return seen


def without(body: Any, index: int) -> Any:
    return [(*part[:index], *part[index + 1 :]) for part in body] if isinstance(body, list) else body


def unstreamed(body: Any) -> Any:
    """Some helpers of the library say that they do not want a stream, which is what not asking means."""
    asked = isinstance(body, dict) and body.get("stream") is False
    return {key: value for key, value in body.items() if key != "stream"} if asked else body


async def test_a_kept_response_is_followed_as_the_library_follows_it(
    server: RecordingServer, sdk: AsyncOpenAI, client: Client
) -> None:
    payload = {"response_id": "resp_1", "starting_after": 3}
    with suppress(Exception):
        async with sdk.responses.stream(**payload) as events:
            await anext(aiter(events))
    expected = server.taken()
    await ask_with_node(client, server.base, methods()["streamModelResponse"], payload)
    assert server.taken() == expected
    assert [(one.verb, one.path) for one in expected] == [("GET", "/v1/responses/resp_1")]


async def test_the_artifacts_of_a_turn_are_found_as_the_library_finds_them(
    server: RecordingServer, sdk: AsyncOpenAI, client: Client
) -> None:
    result = SimpleNamespace(session_id="session_1", turn_id="turn_1")
    found = sdk.beta.agents.sessions.artifacts.for_result(result)  # type: ignore[arg-type]
    await found.content("/workspace/report.txt")
    expected = server.taken()
    method = methods()["beta.agents.sessions.artifacts.for_result"]
    turn = {"id": "turn_1", "session_id": "session_1"}
    await ask_with_node(
        client, server.base, method, {"result": {"turn": turn}, "path": "/workspace/report.txt"}
    )
    assert server.taken() == expected
    assert len(expected) == 2


@pytest.mark.parametrize("spoilt", [False, True])
async def test_a_webhook_is_judged_as_the_library_judges_it(
    spoilt: bool, sdk: AsyncOpenAI, client: Client
) -> None:
    body = '{"id": "evt_1", "type": "response.completed", "created_at": 1, "data": {"id": "resp_1"}}'
    stamp = str(int(time.time()))
    signature = hmac.new(b"secret", f"wh_1.{stamp}.{body}".encode(), "sha256").digest()
    headers = {
        "webhook-id": "wh_1",
        "webhook-timestamp": stamp,
        "webhook-signature": signed(signature, spoilt),
    }
    payload = {
        "payload": body,
        "headers": headers,
        "secret": signed(b"secret", False).replace("v1,", "whsec_"),
    }
    for name in ("unwrap", "verify_signature"):
        theirs = await outcome(lambda name=name: getattr(sdk.webhooks, name)(**payload))
        method = next(method for method, sdk_name in sdk_calls() if sdk_name == f"webhooks.{name}")
        ours = await outcome(lambda method=method: new_call(client, "", method, payload).result())
        assert isinstance(theirs, Exception) == isinstance(ours, Exception) == spoilt
        if name == "unwrap" and not spoilt:
            assert ours == json.loads(body)


def signed(raw: bytes, spoilt: bool) -> str:
    return "v1," + base64.b64encode(raw[::-1] if spoilt else raw).decode()


async def outcome(act: Callable[[], Any]) -> Any:
    try:
        answer = act()
        return await answer if inspect.isawaitable(answer) else answer
    except Exception as error:
        return error

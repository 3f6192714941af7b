"""The websocket of editors."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from flowengine.admin.comms import topic_pattern

from .servers import AUTH, FLOWS, Served, serving, until

LISTENER = {
    **FLOWS[2],
    "id": "counter",
    "tostatus": True,
    "statusType": "auto",
    "complete": "payload",
    "targetType": "msg",
}


class Editor:
    """What an editor hears."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.batches: list[list[dict[str, Any]]] = []

    async def say(self, **message: Any) -> None:
        await self.socket.send_json(message)

    async def hear(self) -> Any:
        return json.loads(await self.socket.receive_str(timeout=5))

    async def hear_topic(self, topic: str) -> Any:
        """Wait for a message of a topic."""
        while True:
            batch = await self.hear()
            if isinstance(batch, list):
                self.batches.append(batch)
                for message in batch:
                    if message["topic"] == topic:
                        return message["data"]


@asynccontextmanager
async def editor(server: Served, *topics: str, token: str = "") -> AsyncIterator[Editor]:
    async with server.client.ws_connect(server.url + "/comms") as socket:
        one = Editor(socket)
        if token:
            await one.say(auth=token)
            assert await one.hear() == {"auth": "ok"}
        for topic in topics:
            await one.say(subscribe=topic)
        sign = f"ready-{id(one)}"
        await one.say(subscribe=sign)
        while not server.runtime.comms.has_subscriber(sign):
            await asyncio.sleep(0.005)
        yield one


async def test_debug_messages_reach_those_who_subscribed(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.deploy(FLOWS)
        async with editor(server, "debug") as one, editor(server, "status/#") as other:
            await server.ask("POST", "/inject/press", {})
            heard = await one.hear_topic("debug")
            assert {key: heard[key] for key in ("id", "format", "msg", "property")} == {
                "id": "show", "format": "string[5]", "msg": "hello", "property": "payload",
            }  # fmt: skip
            assert not other.batches


async def test_an_inject_may_say_what_it_sends(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.deploy(FLOWS)
        async with editor(server, "debug") as one:
            props = [{"p": "payload", "v": "41", "vt": "num"}]
            await server.ask("POST", "/inject/press", {"__user_inject_props__": props})
            assert (await one.hear_topic("debug"))["msg"] == "41"


async def test_messages_of_a_moment_come_together(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.deploy(FLOWS)
        async with editor(server, "debug") as one:
            for _ in range(20):
                server.runtime.engine.give("press", {})
            await one.hear_topic("debug")
            assert len(one.batches[-1]) == 20


async def test_a_batch_holds_fifty_at_most(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.deploy(FLOWS)
        async with editor(server, "debug") as one:
            for _ in range(120):
                server.runtime.engine.give("press", {})
            while sum(map(len, one.batches)) < 120:
                await one.hear_topic("debug")
            assert max(map(len, one.batches)) == 50


async def test_who_comes_later_is_told_the_statuses(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.deploy([*FLOWS[:2], {**LISTENER, "id": "show"}])
        async with editor(server, "debug") as early:
            await server.ask("POST", "/inject/press", {})
            await early.hear_topic("debug")
        async with editor(server, "status/#") as late:
            assert (await late.hear_topic("status/show"))["text"] == "hello"
        async with editor(server, "status/+") as late:
            assert (await late.hear_topic("status/show"))["text"] == "hello"


async def test_who_unsubscribes_hears_no_more(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.deploy(FLOWS)
        async with editor(server, "debug", "notification/#") as one:
            await one.say(unsubscribe="debug")
            await until(lambda: not server.runtime.comms.has_subscriber("debug"))
            await server.ask("POST", "/inject/press", {})
            await server.runtime.engine.delivery.idle(5)
            await server.deploy(FLOWS)
            await one.hear_topic("notification/runtime-deploy")
            assert all(message["topic"] != "debug" for batch in one.batches for message in batch)


async def test_deploys_and_switched_types_are_told(tmp_path: Path) -> None:
    async with serving(tmp_path) as server, editor(server, "notification/#") as one:
        rev = await server.deploy(FLOWS)
        assert (await one.hear_topic("notification/runtime-deploy")) == {"revision": rev}
        await server.json("PUT", "/nodes/flowengine/range", {"enabled": False})
        told = await one.hear_topic("notification/node/disabled")
        assert told["id"] == "flowengine/range"
        assert told["types"] == ["range"]
        await server.json("POST", "/flows/state", {"state": "stop"})
        assert (await one.hear_topic("notification/runtime-state"))["state"] == "stop"


async def test_the_last_messages_of_wires_while_somebody_looks(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        await server.deploy(FLOWS)
        hooks = server.runtime.engine.hooks
        assert not hooks.has("on_send")
        async with editor(server, "wires") as one:
            await server.ask("POST", "/inject/press", {})
            assert (await one.hear_topic("wires")) == [
                {"source": "press", "port": 0, "count": 1, "rate": 2.0}
            ]
            [last] = await server.json("GET", "/api/wires")
            assert (last["source"], last["count"], last["message"]["payload"]) == ("press", 1, "hello")
        await until(lambda: not hooks.has("on_send"))


async def test_a_wrong_token_ends_the_connection(tmp_path: Path) -> None:
    async with serving(tmp_path, adminAuth=AUTH) as server:
        for first in ({"auth": "wrong"}, {"subscribe": "debug"}):
            async with server.client.ws_connect(server.url + "/comms") as socket:
                await socket.send_json(first)
                assert json.loads(await socket.receive_str(timeout=5)) == {"auth": "fail"}
                assert (await socket.receive(timeout=5)).type.name in ("CLOSE", "CLOSED", "CLOSING")


async def test_a_right_token_opens_it_and_logging_out_ends_it(tmp_path: Path) -> None:
    async with serving(tmp_path, adminAuth=AUTH) as server:
        token = await server.token("bob")
        async with editor(server, "notification/#", token=token) as one:
            await server.ask(
                "POST", "/auth/revoke", {"token": token}, headers={"Authorization": f"Bearer {token}"}
            )
            assert await one.hear() == {"auth": "fail"}


async def test_visitors_hear_where_they_may(tmp_path: Path) -> None:
    async with serving(tmp_path, adminAuth={**AUTH, "default": {"permissions": "read"}}) as server:
        server.runtime.comms.notify("news", {"text": "hello"}, keep=True)
        async with editor(server, "notification/#") as one:
            assert await one.hear_topic("notification/news") == {"text": "hello"}


async def test_nonsense_is_passed_over(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        server.runtime.comms.notify("news", {"text": "hello"}, keep=True)
        async with server.client.ws_connect(server.url + "/comms") as socket:
            for text in ("", "{", "[]", "1", '{"subscribe": 1}', '{"topic": "x"}', '{"subscribe": "(("}'):
                await socket.send_str(text)
            await socket.send_json({"subscribe": "notification/#"})
            assert "hello" in await socket.receive_str(timeout=5)


def test_topics() -> None:
    assert topic_pattern("status/#").fullmatch("status/a/b")
    assert topic_pattern("status/#").fullmatch("status")
    assert not topic_pattern("status/#").fullmatch("statuses")
    assert topic_pattern("a/+/c").fullmatch("a/b/c")
    assert not topic_pattern("a/+/c").fullmatch("a/b/b/c")
    assert not topic_pattern("a.b").fullmatch("axb")
    assert topic_pattern("+/+/#").fullmatch("a/b/c")
    assert not topic_pattern("a+").fullmatch("ab")


def test_no_subscription_takes_ages_to_be_told_from_a_topic() -> None:
    # As a pattern of one wildcard after the other this would be tried in more ways than there is time for.
    assert not topic_pattern("status/" + "+" * 40 + "x").fullmatch("status/" + "0123456789abcdef-" * 8)

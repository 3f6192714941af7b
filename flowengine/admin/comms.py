"""The websocket of editors: login, subscriptions, batches, and what is told again to whoever comes later."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable
from typing import Any

import orjson
from aiohttp import WSMsgType, web

from ..debug_values import DebugMessage
from ..javascript_values import js_json
from ..messages import Msg
from ..node import Node
from .joining import Joiner, Stream
from .permissions import may
from .redaction import Redactor
from .sessions import Sessions
from .users import User, Users, token_hash

BATCH_DELAY = 0.05
MOST_AT_ONCE = 50
MOST_WAITING = 2000
"""Messages kept for a client that is too slow; the oldest go."""
HEARTBEAT = 15.0
LARGEST_REQUEST = 65536
LEVELS_SHOWN = {"error": 20, "warn": 30}
"""Node-RED's numbers."""


def topic_pattern(topic: str) -> re.Pattern[str]:
    """Return what a subscription stands for: ``+`` one level, ``/#`` all below."""
    # Only a whole level is a wildcard: many in a row within one would take ages to be told from a topic.
    levels = topic.removesuffix("/#").split("/")
    source = "/".join("[^/]+" if level == "+" else re.escape(level) for level in levels)
    return re.compile(f"{source}(/.*)?" if topic.endswith("/#") else source)


class Client:
    """One editor's connection."""

    def __init__(self, socket: web.WebSocketResponse, user: User | None) -> None:
        self.socket = socket
        self.user = user
        self.token = ""
        """What it logged in with; kept to see when that ends."""
        self.topics: dict[str, re.Pattern[str]] = {}
        self._waiting: deque[bytes] = deque(maxlen=MOST_WAITING)
        self._sender: asyncio.Task[None] | None = None

    def wants(self, topic: str) -> bool:
        """Tell whether it subscribed to a topic."""
        return any(pattern.fullmatch(topic) for pattern in self.topics.values())

    @property
    def joins(self) -> bool:
        """Whether it is told of streams as wholes: who hears of calls of models, which Node-RED's editor does not."""
        return any(topic.startswith("live/") for topic in self.topics)

    def put(self, message: bytes) -> None:
        """Queue a message; those of a short while leave together."""
        self._waiting.append(message)
        if self._sender is None or self._sender.done():
            self._sender = asyncio.get_running_loop().create_task(self._send())

    async def _send(self) -> None:
        while self._waiting:
            await asyncio.sleep(BATCH_DELAY)
            batch = [self._waiting.popleft() for _ in range(min(MOST_AT_ONCE, len(self._waiting)))]
            try:
                await self.socket.send_str((b"[" + b",".join(batch) + b"]").decode())
            except ConnectionError:
                self._waiting.clear()

    async def say(self, message: dict[str, Any]) -> None:
        """Send an answer of its own, not in a batch."""
        await self.socket.send_str(orjson.dumps(message).decode())

    async def close(self) -> None:
        """End the connection."""
        if self._sender is not None:
            self._sender.cancel()
        await self.socket.close()


class Comms:
    """All connections. ``publish`` is a listener of the engine."""

    def __init__(self, users: Users, sessions: Sessions, redactor: Redactor) -> None:
        self._users, self._sessions, self._redactor = users, sessions, redactor
        self._clients: set[Client] = set()
        self._kept: dict[str, bytes] = {}
        self._beat: asyncio.Task[None] | None = None
        self._partings: set[asyncio.Task[None]] = set()
        self.on_topics: list[Callable[[], None]] = []
        """Called when what is subscribed to has changed."""
        self.stream_of: Callable[[Msg], Stream | None] = lambda _: None
        """Tells which streamed answer a message is a piece of."""
        self._joiner = Joiner(self._publish_joined, redactor.cut)
        sessions.on_end.append(self._session_ended)

    # what is told

    def publish(self, topic: str, data: Any) -> None:
        """Tell the clients that subscribed. Statuses are kept for those who come later."""
        if topic.startswith("status/"):
            data = self._kept_status(topic, data)
            if data is None:
                return
        readers = [client for client in self._clients if client.wants(topic)]
        if readers and isinstance(data, DebugMessage) and self._is_joined(data):
            readers = [client for client in readers if not client.joins]
        self._put(readers, topic, data)

    def _is_joined(self, data: DebugMessage) -> bool:
        stream = None if data.msg is None else self.stream_of(data.msg)
        if stream is None:
            return False
        self._joiner.add(data, stream)
        return True

    def _publish_joined(self, data: dict[str, Any]) -> None:
        self._put([one for one in self._clients if one.joins and one.wants("debug")], "debug", data)

    def _put(self, readers: list[Client], topic: str, data: Any) -> None:
        if readers:
            message = self._encoded(topic, data)
            for client in readers:
                client.put(message)

    def logged(self, level: str, text: str, node: Node | None = None, value: Any = None) -> None:
        """Show warnings and errors of nodes beside what debug nodes show; a logger of the engine."""
        if node is not None and level in LEVELS_SHOWN:
            head = {"id": node.id, "z": node.config.z, "path": node.flow.path, "name": node.name}
            head["level"] = LEVELS_SHOWN[level]
            self.publish("debug", DebugMessage(head, text, node.host.settings.debug_max_length))

    def _kept_status(self, topic: str, status: dict[str, Any]) -> dict[str, Any] | None:
        """Keep a status, or take it away; None where nothing was shown and nothing is."""
        if any(status.get(key) not in (None, "") for key in ("text", "fill", "shape")):
            self._kept[topic] = self._encoded(topic, status)
            return status
        return None if self._kept.pop(topic, None) is None else {}

    def notify(self, name: str, data: Any, *, keep: bool = False) -> None:
        """Tell a notification; ``keep`` for those that hold until the next of its name."""
        topic = f"notification/{name}"
        if keep:
            self._kept[topic] = self._encoded(topic, data)
        else:
            self._kept.pop(topic, None)
        self.publish(topic, data)

    def has_subscriber(self, topic: str) -> bool:
        """Tell whether anybody hears a topic."""
        return any(client.wants(topic) for client in self._clients)

    def has_subscriber_below(self, prefix: str) -> bool:
        """Tell whether anybody hears any topic that begins so."""
        return any(topic.startswith(prefix) for client in self._clients for topic in client.topics)

    def forget_statuses(self) -> None:
        """Drop the kept statuses: the flows start anew."""
        self._kept = {
            topic: message for topic, message in self._kept.items() if not topic.startswith("status/")
        }

    def _encoded(self, topic: str, data: Any) -> bytes:
        if isinstance(data, DebugMessage):
            data = data.for_sidebar(self._redactor.cut)
        return self._redactor.clean(js_json({"topic": topic, "data": data})).encode()

    # who listens

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one connection to its end."""
        socket = web.WebSocketResponse(heartbeat=2 * HEARTBEAT, max_msg_size=LARGEST_REQUEST, autoping=True)
        await socket.prepare(request)
        client = Client(socket, None if self._users.required else User("", "*", anonymous=True))
        if client.user is not None:
            self._add(client)
        try:
            async for message in socket:
                if message.type is not WSMsgType.TEXT or not await self._heard(client, message.data):
                    break
        finally:
            self._clients.discard(client)
            self._topics_changed()
            await client.close()
        return socket

    async def _heard(self, client: Client, text: str) -> bool:
        """Take a message of a client; tells whether it may stay."""
        try:
            message = orjson.loads(text)
        except orjson.JSONDecodeError:
            return True
        if not isinstance(message, dict):
            return True
        if isinstance(token := message.get("auth"), str):
            return await self._log_in(client, token)
        if client.user is None and not await self._let_in_as_visitor(client):
            return False
        self._subscribe(client, message)
        return True

    async def _log_in(self, client: Client, token: str) -> bool:
        user = self._sessions.find(token) if self._users.required else client.user
        if user is None or not may(user.permissions, "status.read"):
            await client.say({"auth": "fail"})
            return False
        client.user, client.token = user, token
        self._add(client)
        await client.say({"auth": "ok"})
        return True

    async def _let_in_as_visitor(self, client: Client) -> bool:
        visitor = self._users.default()
        if visitor is None or not may(visitor.permissions, "status.read"):
            await client.say({"auth": "fail"})
            return False
        client.user = visitor
        self._add(client)
        return True

    def _subscribe(self, client: Client, message: dict[str, Any]) -> None:
        if isinstance(topic := message.get("subscribe"), str) and len(client.topics) < 100:
            client.topics[topic] = pattern = topic_pattern(topic)
            for kept, data in self._kept.items():
                if pattern.fullmatch(kept):
                    client.put(data)
        elif isinstance(topic := message.get("unsubscribe"), str):
            client.topics.pop(topic, None)
        self._topics_changed()

    def _topics_changed(self) -> None:
        for tell in self.on_topics:
            tell()

    def _add(self, client: Client) -> None:
        self._clients.add(client)
        if self._beat is None:
            self._beat = asyncio.get_running_loop().create_task(self._beats())

    async def _beats(self) -> None:
        """Say now and then that the connection is alive, to browsers that cannot see pings."""
        while self._clients:
            await asyncio.sleep(HEARTBEAT)
            beat = orjson.dumps({"topic": "hb", "data": int(asyncio.get_running_loop().time() * 1000)})
            for client in list(self._clients):
                if client.token and self._sessions.find(client.token) is None:
                    self._part_from(client)
                else:
                    client.put(beat)
        self._beat = None

    def _session_ended(self, session: str) -> None:
        for client in [one for one in self._clients if one.token and token_hash(one.token) == session]:
            self._part_from(client)

    def _part_from(self, client: Client) -> None:
        """Send a client away whose login has ended."""
        self._clients.discard(client)
        task = asyncio.get_running_loop().create_task(self._send_away(client))
        self._partings.add(task)
        task.add_done_callback(self._partings.discard)

    async def _send_away(self, client: Client) -> None:
        await client.say({"auth": "fail"})
        await client.close()

    async def close(self) -> None:
        """End all connections."""
        if self._beat is not None:
            self._beat.cancel()
        self._joiner.close()
        await asyncio.gather(*(client.close() for client in list(self._clients)), return_exceptions=True)

"""What websocket-listener and websocket-client share: sessions, and the nodes that hear of them."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flowengine.errors import FlowError
from flowengine.javascript_values import js_json, js_parse, js_string
from flowengine.messages import UNDEFINED, Msg, clone, generate_id
from flowengine.node import ConfigNode, Node

if TYPE_CHECKING:
    from aiohttp import ClientWebSocketResponse
    from aiohttp.web import WebSocketResponse

    Socket = ClientWebSocketResponse | WebSocketResponse

MOST_MESSAGE = 100 * 1024 * 1024
"""Bytes of one message."""
MOST_WAITING = 16 * 1024 * 1024
"""Bytes that may wait for a peer that is slow to take them, besides the message that fills it up."""


class Session:
    """One open websocket. What is sent goes out in order."""

    def __init__(self, owner: Node, socket: Socket) -> None:
        self.id = generate_id()
        self.socket = socket
        self._owner = owner
        self._waiting: deque[str | bytes] = deque()
        self._size = 0
        self._sending = False

    def send(self, data: str | bytes) -> bool:
        """Send a text or bytes; False where too much waits already."""
        if self._size > MOST_WAITING:
            return False
        self._waiting.append(data)
        self._size += len(data)
        if not self._sending:
            self._sending = True
            self._owner.spawn(self._send_all())
        return True

    async def _send_all(self) -> None:
        try:
            while self._waiting:
                data = self._waiting.popleft()
                self._size -= len(data)
                if isinstance(data, str):
                    await self.socket.send_str(data)
                else:
                    await self.socket.send_bytes(data)
        except (ConnectionError, RuntimeError):  # the peer has gone, which its reader tells
            self._waiting.clear()
            self._size = 0
        finally:
            self._sending = False

    async def close(self) -> None:
        """Close, at most a second long."""
        try:
            async with asyncio.timeout(1.0):
                await self.socket.close(code=1001)
        except (TimeoutError, ConnectionError, RuntimeError):
            pass


class WebsocketConfig(ConfigNode):
    """Tells its users of sessions that open, fail and close, and hands them what arrives."""

    whole_message: bool = False

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.inputs_of: dict[str, Node] = {}
        self.sessions: dict[str, Session] = {}

    def register(self, node: Node, *, listens: bool) -> None:
        """Let a node hear of sessions, and of messages where it ``listens``."""
        self.users[node.id] = node
        if listens:
            self.inputs_of[node.id] = node

    def unregister(self, node: Node) -> None:
        """Tell a node nothing more."""
        self.users.pop(node.id, None)
        self.inputs_of.pop(node.id, None)

    def broadcast(self, data: str | bytes) -> None:
        """Send to all sessions."""
        for session in list(self.sessions.values()):
            if not session.send(data):
                self.warn(self.words("errors.too_slow", id=session.id))

    def reply(self, session_id: Any, data: str | bytes) -> None:
        """Send to one session, if it is still there."""
        session = self.sessions.get(session_id)
        if session is not None and not session.send(data):
            self.warn(self.words("errors.too_slow", id=session.id))

    async def read(self, session: Session) -> None:
        """Hand on the messages of a session until it closes; while too much is under way, its peer waits."""
        from aiohttp import WSMsgType

        async for message in session.socket:
            if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                self._on_data(session.id, message.data)
                await self.host.delivery.room()
            elif message.type is WSMsgType.ERROR:
                self.tell_error(session.id)

    def _on_data(self, session_id: str, data: str | bytes) -> None:
        msg = self._message(data)
        msg["_session"] = {"type": "websocket", "id": session_id}
        for position, node in enumerate(list(self.inputs_of.values())):
            node.send(clone(msg) if position else msg)

    def _message(self, data: str | bytes) -> Msg:
        if not self.whole_message:
            return Msg(payload=data)
        try:
            parsed = js_parse(data if isinstance(data, str) else data.decode("utf-8", "replace"))
        except FlowError:
            return Msg(payload=data)
        return Msg(parsed) if isinstance(parsed, dict) else Msg(payload=parsed)

    # statuses

    def tell_opened(self, session_id: str, count: int | str) -> None:
        """Tell that a session is open; ``count`` of them are."""
        self._tell("green", "dot", self.words("statuses.connected", count=count), "connect", session_id)

    def tell_closed(self, session_id: str, count: int) -> None:
        """Tell that a session has closed; ``count`` are still open."""
        if count:
            self._tell(
                "green", "dot", self.words("statuses.connected", count=count), "disconnect", session_id
            )
        else:
            self._tell("red", "ring", "common.status.disconnected", "disconnect", session_id)

    def tell_error(self, session_id: str) -> None:
        """Tell that a session has failed."""
        self._tell("red", "ring", "common.status.error", "error", session_id)

    def _tell(self, fill: str, shape: str, text: str, event: str, session_id: str) -> None:
        for node in self.users.values():
            session = {"type": "websocket", "id": session_id}
            node.status({"fill": fill, "shape": shape, "text": text, "event": event, "_session": session})


def outgoing(msg: Msg, *, whole_message: bool) -> str | bytes | None:
    """Return what goes out for a message: all of it as JSON, or its payload; None where that is empty."""
    if whole_message:
        return js_json({key: value for key, value in msg.items() if key != "_session"})
    payload = msg.get("payload", UNDEFINED)
    if payload is UNDEFINED:
        return None
    if isinstance(payload, (bytes, bytearray)):
        return bytes(payload)
    if isinstance(payload, (dict, list, datetime)):
        return js_json(payload)
    return js_string(payload) or None

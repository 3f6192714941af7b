"""Websockets that outlive their message: opened, written to and closed by messages, read in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from flowengine.errors import NodeError
from flowengine.messages import UNDEFINED, Msg

from .addresses import read_base
from .api_errors import ApiError, ConnectionLost
from .headers import merged
from .query import fill_path, spell_query
from .request import to_json

if TYPE_CHECKING:
    from .call import Call, Station
    from .socket_watching import SocketResponses

ACTIONS = ("connect", "send", "close")
NORMAL, FINE = 1000, "OK"
ORGANIZATION = "OpenAI-Organization"
NODE_CLOSED = "Node-RED node closed"
CLOSING_TIME = 5.0


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of websocket: how flows name it, and whether a payload has to say every detail."""

    title: str
    transport: str
    strict: bool = False
    event_type: str | None = None


class SocketWatch:
    """Lets those who watch calls of models, if there are any, see the responses of a connection."""

    def __init__(self, call: Call, model: Any) -> None:
        self.watchers = call.watchers
        self._call, self._model = call, model
        self._responses: SocketResponses | None = None

    def hear(self, event: Any) -> None:
        if self._responses is None:
            from .socket_watching import SocketResponses

            self._responses = SocketResponses(self._call, self._model)
        self._responses.hear(event)

    def close(self) -> None:
        if self._responses is not None:
            self._responses.close()


class Socket:
    """An open connection of a node. `key` is where the node keeps it."""

    def __init__(
        self, kind: Kind, name: str, key: str, connection: Any, station: Station, watch: SocketWatch
    ) -> None:
        self._kind = kind
        self._name = name
        self._key = key
        self._connection = connection
        self._station = station
        self._watch = watch
        self._reader: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._station.sockets[self._key] = self
        self._reader = asyncio.get_running_loop().create_task(self._read())

    async def send(self, event: dict[str, Any]) -> None:
        await self._connection.send_str(to_json(event).decode())

    async def close(self, code: int = NORMAL, reason: str = FINE) -> None:
        """Say goodbye and wait for the answer. The reader ends by itself, as the connection does."""
        self._forget()
        await self._connection.close(code=code, message=reason.encode())

    async def _read(self) -> None:
        from aiohttp import WSMsgType

        while (message := await self._connection.receive()).type in (WSMsgType.TEXT, WSMsgType.BINARY):
            self._hand_on(message.data)
        self._forget()
        self._watch.close()
        if message.type is WSMsgType.CLOSE:
            await self._connection.close(code=message.data or NORMAL, message=(message.extra or "").encode())

    def _hand_on(self, data: str | bytes) -> None:
        try:
            event = orjson.loads(data)
        except orjson.JSONDecodeError:
            self._station.error(
                NodeError(f"Could not parse {self._kind.title} websocket event", error_object=True)
            )
            return
        if self._watch.watchers:
            self._watch.hear(event)
        about = {"transport": self._kind.transport, "direction": "server", "connection_id": self._name}
        if isinstance(event, dict) and isinstance(event.get("type"), str):
            about["event_type"] = event["type"]
        self._station.send(Msg(payload=event, openai=about))

    def _forget(self) -> None:
        if self._station.sockets.get(self._key) is self:
            del self._station.sockets[self._key]


async def manage(call: Call, payload: Any, kind: Kind) -> dict[str, Any]:
    """Connect, send or close, as the payload says; returns what was done."""
    fields = call.fields(payload)
    action = fields.get("action", UNDEFINED if kind.strict else "connect")
    if not isinstance(action, str) or action.strip() not in ACTIONS:
        raise ApiError("msg.payload.action must be one of 'connect', 'send', or 'close'")
    name = fields.get("connection_id", UNDEFINED if kind.strict else call.method.name)
    if not isinstance(name, str) or not name.strip():
        raise ApiError("msg.payload.connection_id must be a non-empty string")
    name = name.strip()
    act = {"connect": _connect, "send": _send, "close": _close}[action.strip()]
    return await act(call, fields, kind, name)


async def _connect(call: Call, fields: dict[str, Any], kind: Kind, name: str) -> dict[str, Any]:
    key = f"{kind.transport}:{name}"
    if key in call.station.sockets:
        raise ApiError(f"{kind.title} websocket connection '{name}' is already open on this node")
    url = address(call, fields)
    # Two messages may ask for the same connection at once: the second shall not get its own.
    call.station.sockets[key] = None
    try:
        connection = await _handshake(call, url)
    except BaseException:
        call.station.sockets.pop(key, None)
        raise
    Socket(kind, name, key, connection, call.station, SocketWatch(call, fields.get("model"))).start()
    shown = url.partition("?")[0]
    return {
        "object": f"{kind.transport}.connection",
        "action": "connect",
        "connection_id": name,
        "url": shown,
    }


async def _handshake(call: Call, url: str) -> Any:
    from aiohttp import ClientError, WSServerHandshakeError

    # The organization stays at home: the service knows it by the key, and so it has always been.
    ours = {name: value for name, value in call.access.headers.items() if name != ORGANIZATION}
    headers = merged((ours, call.method.headers), guarded=call.access.key_header)
    try:
        async with asyncio.timeout(call.client.timeout):
            return await call.client.websocket(url, headers)
    except WSServerHandshakeError as error:
        raise ApiError(f"Unexpected server response: {error.status}", status=error.status) from None
    except TimeoutError:
        raise ConnectionLost("Opening handshake has timed out") from None
    except (OSError, ClientError) as error:
        raise ConnectionLost(f"connect {_reason(error)}") from None


def _reason(error: Exception) -> str:
    """What went wrong, without the address: it may hold the key."""
    import errno

    number = getattr(error, "errno", None)
    return (
        errno.errorcode.get(number, type(error).__name__) if isinstance(number, int) else type(error).__name__
    )


def address(call: Call, fields: dict[str, Any]) -> str:
    """The address of a websocket: the API base with the scheme changed, the path, and declared fields as query."""
    base = read_base(call.access.base, ("http", "https", "ws", "wss"))
    scheme = {"http": "ws", "https": "wss"}.get(base.scheme, base.scheme)
    method = call.method
    path = fill_path(method.path, fields)
    asked = method.declared - set(method.path_names) - {"action", "connection_id", "event", "code", "reason"}
    query: dict[str, Any] = {**call.access.query, **{n: fields[n] for n in asked if n in fields}}
    spelt = spell_query(query)
    text = str(base.with_scheme(scheme).with_query(None)).removesuffix("/") + path
    return f"{text}?{spelt}" if spelt else text


def _opened(call: Call, kind: Kind, name: str) -> Socket:
    found = call.station.sockets.get(f"{kind.transport}:{name}")
    if not isinstance(found, Socket):
        raise ApiError(f"{kind.title} websocket connection '{name}' is not open on this node")
    return found


async def _send(call: Call, fields: dict[str, Any], kind: Kind, name: str) -> dict[str, Any]:
    event = fields.get("event")
    socket = _opened(call, kind, name)
    if not isinstance(event, dict):
        raise ApiError("msg.payload.event must be an object")
    if kind.event_type is not None and event.get("type") != kind.event_type:
        raise ApiError(f"msg.payload.event.type must be '{kind.event_type}'")
    try:
        await socket.send(event)
    except (OSError, RuntimeError):
        raise ApiError(f"{kind.title} websocket connection '{name}' is not open on this node") from None
    told = {"object": f"{kind.transport}.client_event", "action": "send", "connection_id": name}
    return {**told, "event_type": event["type"]} if "type" in event else told


async def _close(call: Call, fields: dict[str, Any], kind: Kind, name: str) -> dict[str, Any]:
    socket = _opened(call, kind, name)
    code, reason = fields.get("code"), fields.get("reason")
    code = code if isinstance(code, int) and not isinstance(code, bool) else NORMAL
    reason = reason if isinstance(reason, str) else FINE
    with suppress(TimeoutError):  # who does not answer a goodbye is gone as well
        await asyncio.wait_for(socket.close(code, reason), CLOSING_TIME)
    return {
        "object": f"{kind.transport}.connection",
        "action": "close",
        "connection_id": name,
        "code": code,
        "reason": reason,
    }


async def close_all(sockets: Mapping[str, Any]) -> None:
    """Close the connections of a node that closes."""
    open_ones = [socket for socket in sockets.values() if isinstance(socket, Socket)]
    closing = (asyncio.wait_for(socket.close(NORMAL, NODE_CLOSED), CLOSING_TIME) for socket in open_ones)
    await asyncio.gather(*closing, return_exceptions=True)

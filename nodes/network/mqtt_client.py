"""A connection to an MQTT broker on the event loop, by Eclipse Paho with the loop's own readers and writers."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flowengine.errors import NodeError

from .mqtt_messages import Incoming, paho_properties
from .mqtt_paho import Address, Login, make_client, send_whole_frames

if TYPE_CHECKING:
    from paho.mqtt.client import MQTTMessage

MOST_PENDING = 10_000
"""Messages that may wait for the broker to confirm them."""
REST = 0.05
"""Seconds without reading where the flows have too much to do."""
CONNECT_TIMEOUT = 30.0
CLOSE_TIMEOUT = 2.0


class MqttClient:
    """One client of one broker. ``on_message`` and ``on_lost`` are called on the event loop."""

    def __init__(self, address: Address, login: Login) -> None:
        self.on_message: Callable[[Incoming], None] = lambda message: None
        self.on_lost: Callable[[str, str], None] = lambda code, reason: None
        self.is_full: Callable[[], bool] = lambda: False
        """Asked after each reading: where there is too much to do already, the broker has to wait."""
        self.connected = False
        self.pending: dict[int, Callable[[NodeError | None], None]] = {}
        self._address, self._login = address, login
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._answer: asyncio.Future[dict[str, Any]] | None = None
        self._gone = asyncio.Event()
        self._misc: asyncio.TimerHandle | None = None
        self._paho = make_client(address, login, MOST_PENDING, CONNECT_TIMEOUT)
        self._hook()
        self._tried = False
        self._is_wanted = False
        """Whether somebody still waits for the connection, or has it."""

    def _hook(self) -> None:
        """Have Paho tell what happens, on the event loop."""
        paho, on_loop = self._paho, self._on_loop
        paho.on_socket_open = lambda _client, _data, sock: self._opened(sock)
        paho.on_socket_close = lambda _client, _data, sock: on_loop(self._unwatch, sock)
        paho.on_socket_register_write = lambda _client, _data, sock: on_loop(self._watch_writing, sock)
        paho.on_socket_unregister_write = lambda _client, _data, sock: on_loop(self._unwatch_writing, sock)
        paho.on_connect = lambda *args: on_loop(self._answered, *args[3:5])
        paho.on_disconnect = lambda *args: on_loop(self._ended, *args[2:5])
        paho.on_message = lambda _client, _data, message: on_loop(self._receive, message)
        paho.on_publish = lambda *args: on_loop(self._published, args[2], args[3])

    # connecting

    async def connect(self) -> dict[str, Any]:
        """Connect; returns the properties of the broker's answer. Raises NodeError where it refuses, or OSError."""
        from paho.mqtt.client import WebsocketConnectionError

        self._answer = self._loop.create_future()
        self._gone.clear()
        self._is_wanted = True
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                await self._loop.run_in_executor(None, self._open)
                return await self._answer
        except WebsocketConnectionError as error:
            raise NodeError(str(error)) from None
        except BaseException:
            self.abort()
            raise

    def _open(self) -> None:
        """Open the connection: blocking, so it runs in a thread, which nothing can end."""
        try:
            self._open_socket()
        finally:
            if not self._is_wanted and (sock := self._paho.socket()) is not None:
                sock.close()

    def _open_socket(self) -> None:
        if self._tried:
            self._paho.reconnect()
            return
        self._tried = True
        login, address = self._login, self._address
        if login.version == 5:
            properties = paho_properties("CONNECT", login.properties)
            self._paho.connect(
                address.host, address.port, login.keepalive, clean_start=login.clean, properties=properties
            )
        else:
            self._paho.connect(address.host, address.port, login.keepalive)

    def _answered(self, reason: Any, properties: Any = None) -> None:
        if self._answer is None or self._answer.done():
            return
        if reason.is_failure:
            self._answer.set_exception(NodeError(str(reason)))
        else:
            self.connected = True
            self._answer.set_result(_plain(properties))

    def _ended(self, flags: Any, reason: Any, properties: Any) -> None:
        self._gone.set()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(NodeError(str(reason)))
        if not self.connected:
            return
        self.connected = False
        from_broker = bool(getattr(flags, "is_disconnect_packet_from_server", False))
        self._fail_pending(NodeError("the connection to the broker was lost"))
        said = _plain(properties).get("ReasonString", "")
        self.on_lost(str(reason.value) if from_broker else "", str(said))

    async def close(self) -> None:
        """Take leave of the broker, then close; at most a moment long."""
        if self.connected:
            self.connected = False
            self._paho.disconnect()
            try:
                async with asyncio.timeout(CLOSE_TIMEOUT):
                    await self._gone.wait()
            except TimeoutError:
                pass
        self.abort()

    def abort(self) -> None:
        """Close without taking leave; the broker sends the will."""
        self.connected = self._is_wanted = False
        if self._answer is not None:
            self._answer.cancel()
        self._fail_pending(NodeError("the connection to the broker was closed"))
        self.on_message = lambda message: None
        sock = self._paho.socket()
        if sock is not None:
            self._unwatch(sock)
            sock.close()

    # messages

    def publish(
        self,
        topic: str,
        payload: bytes | str,
        qos: int,
        retain: bool,
        properties: dict[str, Any] | None,
        done: Callable[[NodeError | None], None],
    ) -> None:
        """Publish; ``done`` is told when the broker has it as surely as the QoS says, or why not."""
        if len(self.pending) >= MOST_PENDING:
            done(NodeError(f"more than {MOST_PENDING} messages wait for the broker to confirm them"))
            return
        more = paho_properties("PUBLISH", properties) if properties is not None else None
        try:
            info = self._paho.publish(topic, payload, qos, retain, more)
        except ValueError as error:
            done(NodeError(str(error), error_object=True))
            return
        if info.rc != 0:
            done(NodeError("the connection to the broker was lost"))
        elif qos == 0 and info.is_published():
            done(None)
        else:
            self.pending[info.mid] = done

    def _published(self, mid: int, reason: Any) -> None:
        done = self.pending.pop(mid, None)
        if done is not None:
            failed = getattr(reason, "is_failure", False)
            done(
                NodeError(f"Publish error: {reason}", error_object=True, code=reason.value)
                if failed
                else None
            )

    def _fail_pending(self, error: NodeError) -> None:
        pending, self.pending = self.pending, {}
        for done in pending.values():
            done(error)

    def subscribe(self, topic: str, options: dict[str, Any]) -> None:
        """Ask for the messages of a topic; ``options`` by the names of MQTT.js: qos, nl, rap, rh, properties."""
        if self._login.version != 5:
            self._paho.subscribe(topic, options.get("qos", 0))
            return
        from paho.mqtt.subscribeoptions import SubscribeOptions

        wanted = SubscribeOptions(
            qos=options.get("qos", 0),
            noLocal=bool(options.get("nl", False)),
            retainAsPublished=bool(options.get("rap", False)),
            retainHandling=options.get("rh", 0),
        )
        properties = paho_properties("SUBSCRIBE", options.get("properties") or {})
        self._paho.subscribe(topic, options=wanted, properties=properties)

    def unsubscribe(self, topic: str) -> None:
        """Ask for them no more."""
        if self.connected:
            self._paho.unsubscribe(topic)

    def _receive(self, message: MQTTMessage) -> None:
        self.on_message(Incoming.read(message))

    # the event loop

    def _on_loop(self, fn: Callable[..., None], *args: Any) -> None:
        """Call something on the event loop, from whichever thread this is."""
        if threading.get_ident() == self._thread:
            fn(*args)
        else:
            self._loop.call_soon_threadsafe(fn, *args)

    def _opened(self, sock: Any) -> None:
        if self._address.path is not None:
            send_whole_frames(sock)
        self._on_loop(self._watch, sock)

    def _watch(self, sock: Any) -> None:
        if not self._is_wanted:  # given up while the thread was opening it, which closes it too
            sock.close()
            return
        # Small packets each way: waiting to fill a larger one costs 40 ms a round.
        inner = getattr(sock, "_socket", sock)  # Paho's websocket is no socket, but has one
        inner.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._loop.add_reader(sock, self._read, sock)
        except (
            NotImplementedError
        ):  # a loop without readers, as on Windows: Paho reads in a thread of its own
            self._paho.loop_start()
            return
        self._tick()

    def _unwatch(self, sock: Any) -> None:
        if self._misc is not None:
            self._misc.cancel()
            self._misc = None
        if sock.fileno() >= 0:
            try:
                self._loop.remove_reader(sock)
                self._loop.remove_writer(sock)
            except NotImplementedError:
                self._paho.loop_stop()

    def _watch_writing(self, sock: Any) -> None:
        try:
            if sock.fileno() >= 0:
                self._loop.add_writer(sock, self._paho.loop_write)
        except NotImplementedError:
            pass

    def _unwatch_writing(self, sock: Any) -> None:
        try:
            if sock.fileno() >= 0:
                self._loop.remove_writer(sock)
        except NotImplementedError:
            pass

    def _read(self, sock: Any) -> None:
        self._paho.loop_read()
        if self.is_full():
            # What is not read is not acknowledged, and soon not sent any more. A little is read all the same: what
            # the flows are busy with may wait for the broker's answers.
            self._loop.remove_reader(sock)
            self._loop.call_later(REST, self._read_again, sock)
            return
        # What TLS has decrypted already does not make the socket readable again.
        while self._paho.socket() is sock and getattr(sock, "pending", _none_pending)():
            self._paho.loop_read()

    def _read_again(self, sock: Any) -> None:
        current: Any = self._paho.socket()
        if current is sock:
            self._loop.add_reader(sock, self._read, sock)
            self._read(sock)

    def _tick(self) -> None:
        self._paho.loop_misc()
        self._misc = self._loop.call_later(1.0, self._tick)


def _none_pending() -> int:
    return 0


def _plain(properties: Any) -> dict[str, Any]:
    """Return Paho's properties as a dict by the names of the standard."""
    if properties is None:
        return {}
    return {name: value for name, value in vars(properties).items() if name[0].isupper()}

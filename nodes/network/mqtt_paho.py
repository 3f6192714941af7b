"""Paho's client for a broker and a login; Paho is imported by the first that connects."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .mqtt_messages import paho_properties

if TYPE_CHECKING:
    from paho.mqtt.client import Client


@dataclass(slots=True)
class Address:
    """Where a broker is. ``path`` is that of a websocket, None for plain TCP."""

    host: str
    port: int
    path: str | None = None
    tls: ssl.SSLContext | None = None


@dataclass(slots=True)
class Login:
    """How a client presents itself. ``version``: 3, 4 (for 3.1.1) or 5."""

    client_id: str
    version: int = 4
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    keepalive: int = 60
    clean: bool = True
    will: dict[str, Any] | None = None
    properties: dict[str, Any] = field(default_factory=dict)


class TlsSocket(ssl.SSLSocket):
    """A socket that does not stay open when the two sides do not agree: Paho forgets it then."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


def send_whole_frames(websocket: Any) -> None:
    """Have Paho's websocket say that something is sent only when it is.

    Where the network takes a part of a frame, it keeps the rest and says that nothing was sent. Paho gives the packet
    up then, and takes the rest for the next one. It has to hear that it should come again.
    """
    send = websocket.send

    def send_or_wait(data: bytes) -> int:
        sent: int = send(data)
        if not sent:
            raise BlockingIOError
        return sent

    websocket.send = send_or_wait


def make_client(address: Address, login: Login, most_pending: int, timeout: float) -> Client:
    """Make a client that is not connected yet. ``timeout`` in seconds for opening its socket."""
    from paho.mqtt.client import Client
    from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

    version5 = login.version == 5
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=login.client_id,
        clean_session=None if version5 else login.clean,
        protocol={3: MQTTProtocolVersion.MQTTv31, 5: MQTTProtocolVersion.MQTTv5}.get(
            login.version, MQTTProtocolVersion.MQTTv311
        ),
        transport="tcp" if address.path is None else "websockets",
        reconnect_on_failure=False,
    )
    client.connect_timeout = timeout
    client.max_queued_messages_set(most_pending)
    if address.path is not None:
        client.ws_set_options(path=address.path)
    if address.tls is not None:
        address.tls.sslsocket_class = TlsSocket
        client.tls_set_context(address.tls)
        if not address.tls.check_hostname:
            client.tls_insecure_set(True)
    if login.username or login.password:
        client.username_pw_set(login.username or "", login.password)
    if login.will is not None:
        will = login.will
        properties = paho_properties("WILLMESSAGE", will.get("properties") or {}) if version5 else None
        client.will_set(will["topic"], will["payload"], will["qos"], will["retain"], properties)
    return client

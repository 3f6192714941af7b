"""Every setting of the runtime, under Node-RED's names in settings files and Python's names in code."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.alias_generators import to_camel

from .prices import Price


def _is_size(value: str | int) -> str | int:
    from .http.bodies import byte_count

    if byte_count(value) is None:
        raise ValueError(f'"{value}" is no size such as "5mb"')
    return value


Size = Annotated[str | int, AfterValidator(_is_size)]
"""Bytes, or a text such as ``5mb``."""


class Settings(BaseModel):
    """Settings of an engine; unknown ones are kept, so that third-party nodes find their own."""

    model_config = ConfigDict(
        extra="allow", populate_by_name=True, alias_generator=to_camel, arbitrary_types_allowed=True
    )

    context_storage: dict[str, Any] = {}
    """Stores by name, ``{"default": {"module": "memory" | "localfilesystem", "config": {...}}}``."""
    credential_secret: str | bool | None = None
    """Key of the credentials file; False leaves it unencrypted."""
    node_message_buffer_max_length: int = 0
    """How many messages a node that collects them may hold; 0 for no bound."""
    node_close_timeout: int = 15000
    """Milliseconds a node has to close."""
    function_timeout: float = 0
    """Seconds a function node may run where neither it nor globalFunctionTimeout says; 0 for a safety net: JavaScript
    is stopped after 10 seconds without a pause."""
    global_function_timeout: float = 0
    """Seconds a function node may run where it does not say; 0 to go by functionTimeout."""
    function_engine: Literal["quickjs", "v8"] = "quickjs"
    """What runs the JavaScript of function nodes; "v8" is quicker at heavy code and needs flowengine[v8]."""
    function_memory_limit: int = 256
    """Megabytes the JavaScript of one function node may hold."""
    function_global_context: dict[str, Any] = {}
    """Values that every function finds in its global context."""
    python_functions: bool = True
    """Whether function nodes may run Python, which is not isolated."""
    file_working_directory: str = ""
    """Folder that relative file names count from."""
    exec_enabled: bool = True
    """Whether exec nodes may run programs."""
    exec_max_buffer_size: int = 10_000_000
    """Most bytes that exec collects of a program's output before it ends the program."""
    env_var_excludes: list[str] = []
    """Environment variables that flows do not see."""
    debug_max_length: int = 1000
    """Longest string, array or object that a debug node shows."""
    http_request_timeout: int = 120000
    """Milliseconds an http request waits where its node does not say."""
    socket_reconnect_time: int = 10_000
    """Milliseconds until tcp nodes try again to connect; the pauses grow from there."""
    socket_timeout: int = 0
    """Milliseconds of silence after which tcp nodes end a connection; 0 for never."""
    tcp_msg_queue_size: int = 1000
    """Messages that wait in a tcp request for a connection; the oldest make room."""
    mqtt_reconnect_time: int = 5000
    """Milliseconds until mqtt nodes try again to connect; the pauses grow from there."""
    max_in_flight: int = 50_000
    """Messages, operations and timers that may be under way before nodes that start flows take in no more; 0 for no
    bound. Then http in answers 503 with Retry-After; mqtt in, tcp in and websocket in leave what comes with its sender;
    udp in and inject nodes that repeat drop it and warn. What is in the flows always goes on."""
    lang: str = "en-US"
    """Language of the sentences in logs and errors."""
    ui_host: str = "127.0.0.1"
    """Address that the HTTP server listens at."""
    ui_port: int = Field(1880, ge=0, le=65535)
    """Its port; 0 takes a free one."""
    http_node_root: str | bool = "/"
    """Path below which http in and websocket nodes listen."""
    api_max_length: Size = "5mb"
    """Largest body that the editor's API reads, and http in where it parses JSON or a form."""
    http_node_max_body: Size = "256mb"
    """Largest body of any other kind that http in takes, uploads too; beyond it the answer is 413."""
    http_node_cors: dict[str, Any] = {}
    """CORS headers of http in, as the cors package of Node-RED names them."""
    prices: dict[str, Price] = {}
    """Price of a million tokens: { "gpt-5-mini" = { input = 0.25, cachedInput = 0.025, output = 2 } }; there may be
    a currency beside it, USD if not. The editor, the metrics and msg.openai then show what calls cost. A name stands
    for the dated snapshots of its model too, the longest name counts; a table reads better, such as
    [prices."gpt-5-mini"]."""

    @field_validator(
        "exec_max_buffer_size", "socket_reconnect_time", "tcp_msg_queue_size", "mqtt_reconnect_time"
    )
    @classmethod
    def _zero_is_unset(cls, value: int, about: ValidationInfo) -> int:
        """Take the default for 0, as Node-RED does."""
        return value if value > 0 else int(cls.model_fields[about.field_name or ""].default)

    def other(self, name: str, default: Any = None) -> Any:
        """Return a setting that is not declared here, by the name in the file."""
        return (self.model_extra or {}).get(name, default)

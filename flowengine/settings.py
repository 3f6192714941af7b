"""Every setting of the runtime, under Node-RED's names in settings files and Python's names in code."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


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
    """Seconds a function node may run where it does not say; 0 for no bound."""
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
    env_var_excludes: list[str] = []
    """Environment variables that flows do not see."""
    debug_max_length: int = 1000
    """Longest string, array or object that a debug node shows."""
    http_request_timeout: int = 120000
    """Milliseconds an http request waits where its node does not say."""
    max_in_flight: int = 50_000
    """Deliveries, operations and timers that may be under way before http in answers 503 and mqtt lets its
    broker wait; 0 for no bound."""
    lang: str = "en-US"
    """Language of the sentences in logs and errors."""
    ui_host: str = "127.0.0.1"
    """Address that the HTTP server listens at."""
    ui_port: int = 1880
    """Its port; 0 takes a free one."""
    http_node_root: str | bool = "/"
    """Path below which http in and websocket nodes listen."""
    api_max_length: str = "5mb"
    """Largest body that http in reads, and the editor's API."""
    http_node_cors: dict[str, Any] = {}
    """CORS headers of http in, as the cors package of Node-RED names them."""

    def other(self, name: str, default: Any = None) -> Any:
        """Return a setting that is not declared here, by the name in the file."""
        return (self.model_extra or {}).get(name, default)

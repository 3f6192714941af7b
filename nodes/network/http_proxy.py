"""The http proxy config node: a proxy, who asks it, and hosts that are asked without it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import field_validator

from flowengine.fields import check, line, required, values
from flowengine.node import ConfigNode, NodeConfig

from .proxies import proxy_for


class HttpProxy(ConfigNode):
    """Leads the requests of other nodes through a proxy."""

    type = "http proxy"
    credentials = {"username": "text", "password": "password"}
    form = ("name", "url", "username", "password", "noproxy")
    label = ("{name}", "{url}")

    class Config(NodeConfig):
        """``noproxy``: hosts, with ``*.`` or a dot in front for all below one."""

        url: Annotated[str, line(placeholder="http://proxy.example.com:3128") | check("url"), required()] = ""
        noproxy: Annotated[list[str], values(line(placeholder=".example.com"))] = []

        @field_validator("noproxy", mode="before")
        @classmethod
        def _none_or_text(cls, value: Any) -> Any:
            return value.split(",") if isinstance(value, str) else value or []

    def proxy_for(self, url: str) -> str:
        """Return the proxy for an address, or an empty text where it is to be asked directly."""
        proxy = self.config.url
        return proxy_for(url, {"no_proxy": ",".join(self.config.noproxy), "all_proxy": proxy})

    @property
    def account(self) -> tuple[str, str] | None:
        """User and password, where there are some."""
        user, password = (str(self.credential_values.get(key) or "") for key in ("username", "password"))
        return (user, password) if user or password else None

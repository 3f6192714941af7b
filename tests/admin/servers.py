"""Whole servers for tests: a folder, a free port, a client."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from aiohttp import ClientResponse, ClientSession

from flowengine.admin.runtime import Runtime
from flowengine.admin.settings_file import make_settings

KEY = "sk-test-0123456789abcdefghijklmnop"
TAB = {"id": "tab", "type": "tab", "label": "First"}
INJECT = {
    "id": "press", "type": "inject", "z": "tab", "name": "", "props": [{"p": "payload", "v": "hello", "vt": "str"}],
    "x": 100, "y": 100, "wires": [["show"]],
}  # fmt: skip
DEBUG = {"id": "show", "type": "debug", "z": "tab", "name": "", "active": True, "complete": "payload", "x": 300, "y": 100, "wires": []}  # fmt: skip
HOST = {
    "id": "host",
    "type": "Service Host",
    "name": "prod",
    "apiBase": "http://127.0.0.1:9/v1",
    "secureApiKeyValueType": "cred",
}
FLOWS: list[dict[str, Any]] = [TAB, INJECT, DEBUG, HOST]
SECRET_HOST = {**HOST, "credentials": {"secureApiKeyValue": KEY}}
V2 = {"Node-RED-API-Version": "v2"}

PASSWORD = "correct horse"
ARGON2 = "$argon2id$v=19$m=64,t=1,p=1$OwdCs5xWw+4rZSm0my5J8Q$K9csFwcjfsfk+3JBBCaRuWfOlw3K1qdjr7HLH7Qmawg"
BCRYPT = "$2b$04$4SlVCUJ62sPUNAlLqEqEm.KK/WHsxiqvkSfw6ck0Q9m5v5kxcfoIC"
"""Two cheap hashes of it, the second as Node-RED's tools make them."""
AUTH = {
    "type": "credentials",
    "users": [
        {"username": "ann", "password": ARGON2, "permissions": "*"},
        {"username": "bob", "password": BCRYPT, "permissions": "read"},
        {"username": "cat", "password": ARGON2, "permissions": ["flows.read", "inject.write"]},
    ],
    "tokens": [{"token": "machine-token", "user": "ann", "scope": "read"}],
}
LOGIN = {"client_id": "node-red-editor", "grant_type": "password", "scope": ""}


@dataclass
class Served:
    """A running server with a client that knows its address."""

    runtime: Runtime
    client: ClientSession
    log: io.StringIO

    @property
    def url(self) -> str:
        return self.runtime.http.url

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> ClientResponse:
        """Send a request; a body goes as JSON."""
        headers = {"Accept": "application/json", **more.pop("headers", {})}
        if body is not None:
            more["data"] = orjson.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        answer = await self.client.request(method, self.url + path, headers=headers, **more)
        await answer.read()
        return answer

    async def json(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """Send a request that has to go well; gives the JSON of the answer."""
        answer = await self.ask(method, path, body, **more)
        assert answer.status < 300, f"{method} {path}: {answer.status} {await answer.text()}"
        return await answer.json(content_type=None) if answer.status != 204 else None

    async def token(self, username: str, scope: str = "") -> str:
        """Log somebody in."""
        fields = {**LOGIN, "username": username, "password": PASSWORD, "scope": scope}
        return str((await self.json("POST", "/auth/token", fields))["access_token"])

    async def deploy(self, flows: list[dict[str, Any]], **more: Any) -> str:
        answer = await self.json(
            "POST", "/flows", {"flows": flows}, headers={**V2, **more.pop("headers", {})}, **more
        )
        return str(answer["rev"])


@asynccontextmanager
async def serving(folder: Path, dev: str = "", **settings: Any) -> AsyncIterator[Served]:
    """Run a server on a free port until the end of the block."""
    values = {"uiPort": 0, "stopTimeout": 0.5, "logging": {"level": "info"}, **settings}
    out = io.StringIO()
    runtime = Runtime(folder, make_settings(values), env={}, dev=dev, log_to=out)
    await runtime.start()
    try:
        async with ClientSession() as client:
            yield Served(runtime, client, out)
    finally:
        await runtime.stop()


async def until(is_so: Callable[[], Any], seconds: float = 10.0) -> None:
    """Wait until something is so; fails when it does not become so."""
    async with asyncio.timeout(seconds):
        while not is_so():
            await asyncio.sleep(0.005)

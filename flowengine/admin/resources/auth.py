"""``/auth``: how to log in, logging in and out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from ...folders import folder
from ...words import languages_of, lookup
from ..endpoint import Call, Endpoint
from ..permissions import covers
from .strategy import PATH, base_of

CLIENTS = ("node-red-editor", "node-red-admin")
PROMPTS = [
    {"id": "username", "type": "text", "label": "user.username"},
    {"id": "password", "type": "password", "label": "user.password"},
]
LOGIN: Mapping[str, Any] = {
    "type": "object",
    "required": ["client_id", "grant_type", "username", "password"],
    "properties": {
        "client_id": {"enum": list(CLIENTS)},
        "grant_type": {"enum": ["password"]},
        "scope": {"type": "string"},
        "username": {"type": "string"},
        "password": {"type": "string"},
    },
}


async def describe(call: Call) -> Any:
    """Say what a login takes; nothing where nobody has to.

    node-red-admin asks for a password where the type is ``credentials``, whatever the prompts are.
    """
    users, provider = call.runtime.users, call.runtime.settings.oidc
    if not users.required:
        return {}
    prompts: list[Mapping[str, Any]] = list(PROMPTS) if users.have_passwords else []
    if provider is not None:
        files = [folder("locales") / name / "admin.json" for name in languages_of(call.language)]
        label = provider.label or lookup(files, "login.button")
        prompts.append({"type": "button", "label": label, "url": PATH.removeprefix("/")})
    return {"type": "credentials" if users.have_passwords else "strategy", "prompts": prompts}


async def log_in(call: Call) -> Any:
    """Give a token for a password. Errors are those of OAuth 2."""
    fields = await call.fields()
    given = {key: value for key, value in fields.items() if isinstance(value, str)}
    if refusal := _wrong_request(given):
        return refusal
    if fields.get("scope") is not None and "scope" not in given:
        # Left out it would be all that the user may do, which is not what was asked for.
        return _refused(400, "invalid_request", "Invalid parameter: scope must be a string")
    username, address = given["username"], call.request.remote or ""
    attempts, log = call.runtime.attempts, call.runtime.log
    if (seconds := attempts.wait(username, address)) > 0:
        log.audit("auth.login.fail.too-many-attempts", username=username)
        said = "Too many login attempts. Wait 10 minutes and try again"
        return _refused(429, "server_error", said, {"Retry-After": str(int(seconds) + 1)})
    attempts.begin(username, address)
    user = await asyncio.to_thread(call.runtime.users.check, username, given["password"])
    if user is None or not covers(user.permissions, scope := given.get("scope") or user.permissions):
        log.audit("auth.login.fail.credentials", username=username)
        return _refused(403, "invalid_grant", "Invalid resource owner credentials")
    attempts.succeeded(username, address)
    token, seconds = call.runtime.sessions.create(user, given["client_id"], scope)
    log.audit("auth.login", username=username, client=given["client_id"])
    return {"access_token": token, "expires_in": seconds, "token_type": "Bearer"}


def _wrong_request(given: dict[str, str]) -> web.Response | None:
    if given.get("client_id") not in CLIENTS:
        return web.Response(status=401, text="Unauthorized")
    kind = given.get("grant_type")
    if kind != "password":
        return _refused(400, "unsupported_grant_type", f"Unsupported grant type: {kind}")
    for name in ("username", "password"):
        if name not in given:
            return _refused(400, "invalid_request", f"Missing required parameter: {name}")
    return None


def _refused(status: int, error: str, text: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response({"error": error, "error_description": text}, status=status, headers=headers)


async def log_out(call: Call) -> Any:
    """End a login: the one of the token that is named, or else the one that asks.

    Answers ``{"redirect": address}``, as Node-RED does, where the browser has to go to log out elsewhere too.
    """
    token = (await call.fields()).get("token")
    if not isinstance(token, str):
        token = call.request.headers.get("Authorization", "").partition(" ")[2]
    user = call.runtime.sessions.find(token)
    call.runtime.sessions.revoke(token)
    call.runtime.log.audit("auth.login.revoke", username=call.username)
    if call.runtime.openid is not None and user is not None and user.origin is not None:
        address = await call.runtime.openid.logout_address(f"{base_of(call)}/")
        if address is not None:
            return {"redirect": address}
    return web.Response(text="")


ENDPOINTS = (
    Endpoint("GET", "/auth/login", None, describe, "What a login takes"),
    Endpoint(
        "POST",
        "/auth/token",
        None,
        log_in,
        "Log in",
        {
            200: "a token",
            400: "something is missing",
            401: "unknown client",
            403: "wrong name or password",
            429: "too many tries",
        },
        LOGIN,
    ),
    Endpoint(
        "POST",
        "/auth/revoke",
        "",
        log_out,
        "Log out",
        {200: "the token is worth nothing now"},
        {"type": "object", "properties": {"token": {"type": "string"}}},
    ),
)

"""``/auth/strategy``: login at an OpenID Connect provider, below the addresses that Node-RED has for it.

The browser goes to the provider and comes back to the callback; the page then fetches its token with a cookie that is
good for once and a minute. So no address, no history and no log of a proxy ever holds a token.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiohttp import web

from ...folders import folder
from ...words import languages_of, lookup
from ..endpoint import Call, Endpoint
from ..errors import ApiError, not_found
from ..login_failed import LoginFailed
from .page import PLAIN_POLICY

if TYPE_CHECKING:
    from ..openid_connect import OpenIdConnect

COOKIE = "flowengine_login"
PATH = "/auth/strategy"
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[\w.-]+)(?::\d{1,5})?", re.ASCII)
STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.5 system-ui;max-width:34em;margin:15vh auto;padding:0 24px;"
    "background:light-dark(#faf9f7,#171a19);color:light-dark(#1a1c1b,#eceeeb)}h1{font-size:22px}"
    "a{color:light-dark(#0b6f6c,#4cc2ba)}"
)


def base_of(call: Call) -> str:
    """Return the address of the editor as this browser knows it. The guard has checked the name."""
    settings = call.runtime.settings
    if settings.public_url:
        return settings.public_url
    host = call.request.host
    if not _HOST.fullmatch(host):
        raise ApiError(403, "forbidden_host", host=host[:100])
    return f"{call.request.scheme}://{host}{settings.admin_root}"


async def begin(call: Call) -> Any:
    """Send the browser to the provider."""
    openid = _openid(call)
    base = base_of(call)
    try:
        _check_attempts(call)
        address, cookie = await openid.begin(f"{base}{PATH}/callback")
    except LoginFailed as failed:
        return _failure(call, failed)
    return _sent_to(address, base, cookie, 600)


async def come_back(call: Call) -> Any:
    """Take a user who comes back from the provider, and send the browser to the page."""
    openid = _openid(call)
    attempts, address = call.runtime.attempts, call.request.remote or ""
    try:
        _check_attempts(call)
        attempts.begin(None, address)
        user = await openid.finish(call.request.query, call.request.cookies.get(COOKIE, ""))
        if call.runtime.users.find(user.username) is not None:
            # Whoever chooses names at the provider must not pass for one of our own users.
            raise LoginFailed("refused", f"{user.username} is the name of a user of this server")
    except LoginFailed as failed:
        if failed.code == "unreachable":
            attempts.succeeded(None, address)
        return _failure(call, failed)
    attempts.succeeded(None, address)
    return _sent_to("../../#login", base_of(call), openid.put(user), 60)


async def fetch_token(call: Call) -> Any:
    """Give the page the token of the login that its browser has just come back from, once."""
    openid = call.runtime.openid
    user = openid.take(call.request.cookies.get(COOKIE, "")) if openid else None
    if user is None:
        raise ApiError(403, "no_login")
    token, seconds = call.runtime.sessions.create(user, "node-red-editor", user.permissions)
    call.runtime.log.audit("auth.login", username=user.username, client="node-red-editor", strategy="oidc")
    answer = web.json_response({"access_token": token, "expires_in": seconds, "token_type": "Bearer"})
    _set_cookie(answer, base_of(call), "", 0)
    return answer


def _openid(call: Call) -> OpenIdConnect:
    """Return the logins, for somebody who goes to a page. Raises ApiError."""
    if call.runtime.openid is None:
        raise not_found()
    # A picture of another site that leads here must not use up the tries of whoever sees it.
    if call.request.headers.get("Sec-Fetch-Dest", "document") != "document":
        raise ApiError(403, "forbidden_origin")
    return call.runtime.openid


def _check_attempts(call: Call) -> None:
    if call.runtime.attempts.wait(None, call.request.remote or "") > 0:
        raise LoginFailed("too_many")


def _sent_to(address: str, base: str, cookie: str, seconds: int) -> web.Response:
    answer = web.Response(status=302, headers={"Location": address})
    _set_cookie(answer, base, cookie, seconds)
    return answer


def _set_cookie(answer: web.Response, base: str, value: str, seconds: int) -> None:
    place = urlsplit(base)
    # Lax: the browser comes back from another site, and has to bring the cookie along.
    answer.set_cookie(
        COOKIE,
        value,
        max_age=seconds,
        path=f"{place.path}{PATH}",
        secure=place.scheme == "https",
        httponly=True,
        samesite="Lax",
    )


def _failure(call: Call, failed: LoginFailed) -> web.Response:
    """Say in words why a login failed; the operator gets the reason in the log."""
    runtime = call.runtime
    runtime.log.audit("auth.login.fail.oauth", error=failed.code, reason=str(failed))
    if failed.code not in ("denied", "too_many"):
        runtime.log.write(
            "warn", f"login at {runtime.settings.oidc and runtime.settings.oidc.issuer}: {failed}"
        )
    files = [folder("locales") / name / "admin.json" for name in languages_of(call.language)]
    title, text, back = (escape(str(lookup(files, f"login.{key}"))) for key in ("title", failed.code, "back"))
    body = (
        f'<!doctype html><html lang="{escape(call.language)}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{STYLE}</style>'
        f'<body><h1>{title}</h1><p>{text}</p><p><a href="{escape(base_of(call))}/">{back}</a></p>'
    )
    answer = web.Response(
        text=body,
        status=failed.status,
        content_type="text/html",
        headers={"Content-Security-Policy": PLAIN_POLICY},
    )
    if failed.status == 429:
        answer.headers["Retry-After"] = str(int(runtime.attempts.wait(None, call.request.remote or "")) + 1)
    _set_cookie(answer, base_of(call), "", 0)
    return answer


_FAILURES = {
    429: "too many tries",
    502: "the provider cannot be reached, or what it says cannot be trusted",
    404: "no provider is configured",
}

ENDPOINTS = (
    Endpoint(
        "GET",
        PATH,
        None,
        begin,
        "Log in at the OpenID Connect provider",
        {302: "to the provider", **_FAILURES},
    ),
    Endpoint(
        "GET",
        f"{PATH}/callback",
        None,
        come_back,
        "Where the provider sends the browser back to",
        {
            302: "to the page, which fetches its token",
            400: "no such login is under way in this browser",
            403: "the provider or this server refuses the user",
            **_FAILURES,
        },
        query={
            "code": "what the provider gives the token for",
            "state": "what ties the answer to the login",
            "error": "why there is no code",
            "iss": "the provider",
        },
    ),
    Endpoint(
        "POST",
        f"{PATH}/token",
        None,
        fetch_token,
        "Fetch the token of a login at the provider, with the cookie of the callback",
        {200: "a token", 403: "no login waits for this browser"},
    ),
)

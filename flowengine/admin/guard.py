"""Stands before every address: where a request comes from, who it is, what it may do, and how errors look."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiohttp import web

from ..folders import folder
from ..javascript_values import js_json
from ..words import fill, languages_of, lookup
from .endpoint import Call, Endpoint, language_of
from .errors import ApiError, not_found
from .permissions import all_read, may
from .settings_tables import is_loopback
from .users import User

if TYPE_CHECKING:
    from .runtime import Runtime

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CORS_HEADERS = "Authorization, Content-Type, Node-RED-API-Version, Node-RED-Deployment-Type"
SAFE = ("GET", "HEAD", "OPTIONS")
HEADERS = {
    "Server": "flowengine",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
API_POLICY = "default-src 'none'; frame-ancestors 'none'"


class Guard:
    """The rules of one server."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        settings = runtime.settings
        self._names = {name.lower() for name in settings.allowed_hosts}
        self._cors = settings.http_admin_cors
        self._bound: set[object] = set()
        """What answers addresses of the API."""
        if settings.public_url:
            self._names.add(urlsplit(settings.public_url).hostname or "")
        visitor = runtime.users.default()
        # Where everybody needs a token to change something, a page of another site that reaches us has none.
        self._any_name = (
            not settings.allowed_hosts
            and not is_loopback(settings.ui_host)
            and runtime.users.required
            and (visitor is None or all_read(visitor.permissions))
        )

    # where it comes from

    def check_origin(self, request: web.Request) -> None:
        """Refuse what a foreign page makes a browser send. Raises ApiError."""
        if not self._is_ours(_name_of(request.host)):
            raise ApiError(403, "forbidden_host", host=request.host[:100])
        origin = request.headers.get("Origin")
        is_socket = request.headers.get("Upgrade", "").lower() == "websocket"
        if request.method in SAFE and not is_socket:
            return
        if origin is not None and not self._is_friend(origin, request.host):
            raise ApiError(403, "forbidden_origin")
        if origin is None and request.headers.get("Sec-Fetch-Site", "") in ("cross-site", "same-site"):
            raise ApiError(403, "forbidden_origin")

    def _is_ours(self, name: str) -> bool:
        """Tell whether a name may be ours. An address is: only names can be made to point elsewhere."""
        if self._any_name or name in self._names or name in ("localhost", ""):
            return True
        if name.endswith(".localhost") or name == self._runtime.settings.ui_host.lower():
            return True
        try:
            ip_address(name)
        except ValueError:
            return not is_loopback(self._runtime.settings.ui_host) and name == socket.gethostname().lower()
        return True

    def _is_friend(self, origin: str, host: str) -> bool:
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        if parts.netloc.lower() == host.lower() and parts.netloc:
            return True
        return origin in self.cors_origins() or (parts.hostname or "") in self._names

    def cors_origins(self) -> list[str]:
        """Origins of other sites that may use the API."""
        given = self._cors.get("origin", [])
        return [given] if isinstance(given, str) else [one for one in given if isinstance(one, str)]

    def cors_headers(self, request: web.Request) -> dict[str, str]:
        """Return what lets a browser show an answer to another site's page."""
        origin, allowed = request.headers.get("Origin"), self.cors_origins()
        if origin is None or not ("*" in allowed or origin in allowed):
            return {}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Methods": str(self._cors.get("methods", "GET,PUT,POST,DELETE")),
            "Access-Control-Allow-Headers": CORS_HEADERS,
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Vary": "Origin",
        }

    # who it is

    def user_of(self, request: web.Request) -> User | None:
        """Return who sends a request: by token, as a visitor, or anybody where nobody has to log in."""
        users = self._runtime.users
        if not users.required:
            return User("", "*", anonymous=True)
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            return self._runtime.sessions.find(token.strip())
        return users.default()

    def bound(self, endpoint: Endpoint) -> Handler:
        """Return what answers the requests of an endpoint."""

        async def answer(request: web.Request) -> web.StreamResponse:
            user = self.user_of(request)
            if endpoint.permission is not None and not may(
                user.permissions if user else None, endpoint.permission
            ):
                self._runtime.log.audit(
                    "permission.fail", path=request.path, user=user.username if user else ""
                )
                raise ApiError(401, "unauthorized", headers={"WWW-Authenticate": 'Bearer realm="Users"'})
            return respond(await endpoint.run(Call(request, self._runtime, user)))

        self._bound.add(answer)
        return answer

    # around everything

    @property
    def middleware(self) -> Any:
        """The middleware of the application."""

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not is_for_admin(self._runtime, request):
                return await handler(request)  # addresses of flows and static files have rules of their own
            if request.method == "OPTIONS" and (headers := self.cors_headers(request)):
                return web.Response(status=204, headers=headers)
            response = await self._answered(request, handler)
            if not response.prepared:
                dress(response)
                response.headers.update(self.cors_headers(request))
            self._runtime.count(request.method, response.status)
            return response

        return guard

    async def _answered(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Have a request answered, with words for whatever goes wrong."""
        try:
            self.check_origin(request)
            if request.method == "OPTIONS" and (methods := await self._methods(request)):
                return web.Response(text=methods, headers={"Allow": methods})
            return await handler(request)
        except ApiError as error:
            return failure(error, language_of(request))
        except web.HTTPRequestEntityTooLarge:
            return failure(ApiError(413, "too_large"), language_of(request))
        except web.HTTPException as error:
            if error.status < 400:
                raise
            return failure(not_found(), language_of(request))
        except web.RequestPayloadError:
            return failure(ApiError(400, "not_json", reason="it broke off"), language_of(request))
        except ConnectionError:
            raise
        except Exception as error:
            self._runtime.fault(error, request.path)
            return failure(
                ApiError(500, "unexpected_error", reason=error.__class__.__name__), language_of(request)
            )

    async def _methods(self, request: web.Request) -> str:
        """Return what can be done with an address of the API, as an Allow header has it; empty where it is none."""
        router, known = request.app.router, ("GET", "HEAD", "POST", "PUT", "DELETE")
        found = [
            one for one in known if (await router.resolve(request.clone(method=one))).handler in self._bound
        ]
        return ",".join(found)


def is_for_admin(runtime: Runtime, request: web.Request) -> bool:
    """Tell whether a request is for the editor or its API, as it was written or as the router reads it."""
    return runtime.http.is_admin(request.raw_path) or runtime.http.is_admin(request.path)


def respond(value: Any) -> web.StreamResponse:
    """Make a response of what an endpoint returned: JSON, nothing (204), or the response itself."""
    if isinstance(value, web.StreamResponse):
        return value
    if value is None:
        return web.Response(status=204)
    return web.Response(text=js_json(value), content_type="application/json")


def failure(error: ApiError, language: str) -> web.Response:
    """Word an error."""
    files = [folder("locales") / name / "admin.json" for name in languages_of(language)]
    said = lookup(files, f"errors.{error.code}")
    message = fill(said, error.values) if isinstance(said, str) else error.code
    body = js_json({"code": error.code, "message": message})
    return web.Response(
        text=body, status=error.status, content_type="application/json", headers=error.headers
    )


def dress(response: web.StreamResponse) -> None:
    """Add the headers that any answer has; those that it has already stay."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", API_POLICY)
    response.headers.setdefault("Cache-Control", "no-store")


def _name_of(host: str) -> str:
    """Return a Host header without its port."""
    if host.startswith("["):
        name, _, rest = host[1:].partition("]")
        return name.lower() if rest[:1] in ("", ":") else host.lower()
    return host.rpartition(":")[0].lower() if ":" in host else host.lower()

"""An OpenID Connect provider on this machine, made of Authlib's server side: it judges what a client sends it.

It checks the client's secret, the registered redirect URI, PKCE and that a code is used once. ``tamper`` and ``sign``
let a test have it lie.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from authlib.oauth2.rfc6749 import AuthorizationServer, InvalidRequestError, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants import OpenIDCode
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "flowengine", "s3cret of the client+/=%"
KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
"""One for all: making one takes a while."""


class Request(OAuth2Request):
    """A request as Authlib reads it."""

    def __init__(
        self, method: str, url: str, headers: Any, query: dict[str, str], form: dict[str, str]
    ) -> None:
        super().__init__(method, url, None, headers)
        self._query, self._form = query, form
        self.payload = BasicOAuth2Payload({**query, **form})

    @property
    def args(self) -> dict[str, str]:
        return self._query

    @property
    def form(self) -> dict[str, str]:
        return self._form


@dataclass
class Client:
    """The one client that is registered."""

    methods: tuple[str, ...] = ("client_secret_basic", "client_secret_post")
    redirect_uris: set[str] = field(default_factory=set)

    def get_client_id(self) -> str:
        return CLIENT

    def get_default_redirect_uri(self) -> str | None:
        return None

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, uri: str) -> bool:
        return uri in self.redirect_uris

    def check_client_secret(self, secret: str) -> bool:
        return secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in self.methods

    def check_response_type(self, kind: str) -> bool:
        return kind == "code"

    def check_grant_type(self, kind: str) -> bool:
        return kind == "authorization_code"


@dataclass
class Code:
    """A code that was given out."""

    values: dict[str, str]
    subject: str

    def get_redirect_uri(self) -> str:
        return self.values["redirect_uri"]

    def get_scope(self) -> str:
        return self.values["scope"]

    def get_nonce(self) -> str | None:
        return self.values.get("nonce")

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None

    @property
    def code_challenge(self) -> str | None:
        return self.values.get("code_challenge")

    @property
    def code_challenge_method(self) -> str | None:
        return self.values.get("code_challenge_method")


class StrictChallenge(CodeChallenge):
    """No login without PKCE, and none with its plain kind."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        if grant.request.payload.data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("S256 is required")
        super().validate_code_challenge(grant, redirect_uri)


class Provider(AuthorizationServer):
    """The provider; ``subject`` is who is logged in there, None for somebody who says no."""

    def __init__(self) -> None:
        super().__init__(["openid", "profile", "email", "groups"])
        self.issuer = ""
        self.client = Client()
        self.key = KEY
        self.more_keys: list[Any] = []
        self.people: dict[str, dict[str, Any]] = {}
        self.subject: str | None = None
        self.codes: dict[str, Code] = {}
        self.access: dict[str, str] = {}
        self.nonces: set[str] = set()
        self.asked: list[str] = []
        """Paths that were asked for, in order."""
        self.hidden: set[str] = set()
        """Claims that only the user info endpoint tells."""
        self.facts: dict[str, Any] = {}
        self.tamper: Callable[[dict[str, Any]], None] = lambda claims: None
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.register_token_generator("default", BearerTokenGenerator(lambda **_: secrets.token_urlsafe()))
        provider = self

        class Grant(AuthorizationCodeGrant):
            TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")

            def save_authorization_code(self, code: str, request: Any) -> None:
                provider.nonces.add(request.payload.data["nonce"])
                provider.codes[code] = Code(dict(request.payload.data), request.user)

            def query_authorization_code(self, code: str, client: Client) -> Code | None:
                return provider.codes.get(code)

            def delete_authorization_code(self, code: Code) -> None:
                provider.codes = {key: one for key, one in provider.codes.items() if one is not code}

            def authenticate_user(self, code: Code) -> str:
                return code.subject

        class Connect(OpenIDCode):
            def exists_nonce(self, nonce: str, request: Any) -> bool:
                return nonce in provider.nonces

            def get_client_claims(self, client: Client) -> dict[str, Any]:
                return {"iss": provider.issuer, "aud": CLIENT}

            def generate_user_info(self, user: str, scope: str) -> dict[str, Any]:
                told = {
                    key: value for key, value in provider.people[user].items() if key not in provider.hidden
                }
                return {"sub": user, **told}

            def resolve_client_private_key(self, client: Client) -> Any:
                return provider.key

            def encode_id_token(self, token: dict[str, Any], request: Any) -> str:
                claims = jwt.decode(super().encode_id_token(token, request), provider.key, ["RS256"]).claims
                provider.tamper(claims)
                return provider.sign(claims)

        self.register_grant(Grant, [Connect(require_nonce=True), StrictChallenge(required=True)])

    def signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key, ["RS256"])

    # what Authlib asks of a framework

    def query_client(self, client_id: str) -> Client | None:
        return self.client if client_id == CLIENT else None

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        self.access[token["access_token"]] = request.user

    def create_oauth2_request(self, request: Any) -> Any:
        return request

    def send_signal(self, *_: object, **__: object) -> None:
        pass

    def handle_response(self, status: int, body: Any, headers: Any) -> web.Response:
        text = json.dumps(body) if isinstance(body, dict) else body or ""
        return web.Response(status=status, text=text, headers=dict(headers))

    # addresses

    async def discover(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "end_session_endpoint": f"{self.issuer}/logout",
                "token_endpoint_auth_methods_supported": list(self.client.methods),
                "id_token_signing_alg_values_supported": ["RS256"],
            }
            | self.facts
        )

    async def publish(self, request: web.Request) -> web.Response:
        return web.json_response(KeySet([*self.more_keys, self.key]).as_dict(private=False))

    async def authorize(self, request: web.Request) -> web.Response:
        asked = Request("GET", str(request.url), dict(request.headers), dict(request.query), {})
        try:
            grant = self.get_consent_grant(asked, self.subject)
        except OAuth2Error as error:
            return self.handle_error_response(asked, error)
        return self.create_authorization_response(asked, self.subject, grant)

    async def exchange(self, request: web.Request) -> web.Response:
        form = dict(parse_qsl(await request.text()))
        return self.create_token_response(Request("POST", str(request.url), dict(request.headers), {}, form))

    async def tell(self, request: web.Request) -> web.Response:
        user = self.access.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if user is None:
            return web.json_response({"error": "invalid_token"}, status=401)
        return web.json_response({"sub": user, **self.people[user]})

    async def log_out(self, request: web.Request) -> web.Response:
        page = request.query["post_logout_redirect_uri"]
        if (
            request.query["client_id"] != CLIENT
            or f"{page}auth/strategy/callback" not in self.client.redirect_uris
        ):
            return web.Response(status=400)
        self.subject = None
        return web.Response(status=302, headers={"Location": page})

    async def start(self, name: str = "127.0.0.1") -> None:
        """Listen on a free port; ``name`` is what the provider calls this machine."""

        @web.middleware
        async def note(request: web.Request, handler: Any) -> web.StreamResponse:
            self.asked.append(request.path)
            answer: web.StreamResponse = await handler(request)
            return answer

        app = web.Application(middlewares=[note])
        app.router.add_get("/.well-known/openid-configuration", self.discover)
        app.router.add_get("/keys", self.publish)
        app.router.add_get("/authorize", self.authorize)
        app.router.add_post("/token", self.exchange)
        app.router.add_get("/userinfo", self.tell)
        app.router.add_get("/logout", self.log_out)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.issuer = f"http://{name}:{port}"

    async def stop(self) -> None:
        await self._runner.cleanup()


def unsigned(claims: dict[str, Any]) -> str:
    """Write a token with algorithm ``none``."""
    parts = [json.dumps(part).encode() for part in ({"alg": "none", "typ": "JWT"}, claims)]
    return ".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), ""])

"""Asks an OpenID Connect provider: where its addresses are, its keys, tokens for a code, more about a user.

Imported only where a provider is configured: the extra ``oidc`` brings the libraries.
"""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_token_request
from authlib.oidc.discovery import get_well_known_url
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from .login_failed import LoginFailed
from .settings_tables import OpenIdProvider, is_loopback, is_safe

SECONDS = 10.0
"""How long one answer may take."""
LARGEST = 1_000_000
"""Bytes of an answer."""
KEPT = 3600.0
"""Seconds that addresses and keys are kept."""
ADDRESSES = ("authorization_endpoint", "token_endpoint", "jwks_uri")
OTHER_ADDRESSES = ("userinfo_endpoint", "end_session_endpoint")


class Provider:
    """One provider, with what it last said of itself."""

    def __init__(self, settings: OpenIdProvider) -> None:
        self._settings = settings
        self._facts: dict[str, Any] = {}
        self._facts_end = self._keys_end = 0.0
        self._keys: KeySet | None = None

    async def facts(self) -> dict[str, Any]:
        """Return the discovery document. Raises LoginFailed."""
        if monotonic() >= self._facts_end:
            found = await self._ask("GET", get_well_known_url(self._settings.issuer, external=True))
            self._check(found)
            self._facts, self._facts_end = found, monotonic() + KEPT
        return self._facts

    def _check(self, facts: Mapping[str, Any]) -> None:
        issuer = facts.get("issuer")
        if not isinstance(issuer, str) or issuer.rstrip("/") != self._settings.issuer.rstrip("/"):
            raise LoginFailed(
                "untrusted", f"the provider calls itself {str(issuer)[:200]}, not what issuer says"
            )
        for name in (*ADDRESSES, *OTHER_ADDRESSES):
            address = facts.get(name)
            if address is None and name in OTHER_ADDRESSES:
                continue
            if not isinstance(address, str) or not is_safe(address):
                raise LoginFailed("untrusted", f"the provider gives no https address as {name}")

    async def keys(self, *, fresh: bool = False) -> KeySet:
        """Return the keys that tokens are signed with; ``fresh`` where one is missing. Raises LoginFailed."""
        if fresh or self._keys is None or monotonic() >= self._keys_end:
            found = await self._ask("GET", (await self.facts())["jwks_uri"])
            try:
                # Secrets of two sides are no keys that a provider may publish.
                signing = [
                    key for key in found["keys"] if key.get("kty") != "oct" and key.get("use") != "enc"
                ]
                self._keys = KeySet.import_key_set({"keys": signing})
            except (JoseError, KeyError, TypeError, AttributeError, ValueError) as error:
                raise LoginFailed(
                    "untrusted", f"the provider's keys are none ({type(error).__name__})"
                ) from None
            self._keys_end = monotonic() + KEPT
        return self._keys

    async def tokens(self, code: str, callback: str, verifier: str) -> dict[str, Any]:
        """Return what the provider gives for a code: ``{"id_token", "access_token", ...}``. Raises LoginFailed."""
        facts, settings = await self.facts(), self._settings
        body = prepare_token_request(
            "authorization_code", code=code, redirect_uri=callback, code_verifier=verifier
        )
        login = ClientAuth(settings.client_id, settings.client_secret, self._auth_method(facts))
        address, headers, body = login.prepare("POST", facts["token_endpoint"], {}, body)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return await self._ask("POST", address, headers, body)

    def _auth_method(self, facts: Mapping[str, Any]) -> str:
        if not self._settings.client_secret:
            return "none"
        # In a body every character is spelled one way; in a header providers differ.
        offered = facts.get("token_endpoint_auth_methods_supported") or ()
        return "client_secret_post" if "client_secret_post" in offered else "client_secret_basic"

    async def more_claims(self, access_token: str, subject: str) -> dict[str, Any]:
        """Return what the provider tells about a user beside the login; nothing where it tells nothing."""
        address = (await self.facts()).get("userinfo_endpoint")
        if address is None:
            return {}
        found = await self._ask("GET", address, {"Authorization": f"Bearer {access_token}"})
        if found.get("sub") != subject:
            raise LoginFailed("untrusted", "the provider told about another user than the one who logged in")
        return found

    async def _ask(
        self, method: str, address: str, headers: Mapping[str, str] | None = None, body: str | None = None
    ) -> dict[str, Any]:
        """Return a JSON object of the provider. Raises LoginFailed, which names no secret."""
        place = urlsplit(address)
        where = f"{place.scheme}://{place.netloc}{place.path}"
        try:
            status, content = await self._fetched(
                method, address, {"Accept": "application/json", **(headers or {})}, body
            )
        except (ClientError, OSError, TimeoutError, ValueError) as error:
            raise LoginFailed("unreachable", f"{where} cannot be reached ({type(error).__name__})") from None
        try:
            found = orjson.loads(content)
        except orjson.JSONDecodeError:
            found = None
        if status in (400, 401, 403) and isinstance(found, dict) and "error" in found:
            raise LoginFailed("rejected", f"{where} answered {error_code(found['error'])}")
        if status != 200 or not isinstance(found, dict):
            raise LoginFailed(
                "unreachable", f"{where} answered with status {status} and no JSON object of the kind"
            )
        return found

    async def _fetched(
        self, method: str, address: str, headers: Mapping[str, str], body: str | None
    ) -> tuple[int, bytes]:
        # Proxies of the environment lead out of this machine.
        through_proxy = not is_loopback(urlsplit(address).hostname or "")
        async with (
            ClientSession(
                timeout=ClientTimeout(SECONDS), cookie_jar=DummyCookieJar(), trust_env=through_proxy
            ) as client,
            # A redirect would carry the secret to wherever it leads.
            client.request(method, address, headers=headers, data=body, allow_redirects=False) as answer,
        ):
            content = bytearray()
            async for part in answer.content.iter_chunked(65536):
                content += part
                if len(content) > LARGEST:
                    raise ValueError("too large")
            return answer.status, bytes(content)


def error_code(value: Any) -> str:
    """Return an error of OAuth as far as it may be one: what comes from outside goes into a log."""
    text = value if isinstance(value, str) else ""
    return text if 0 < len(text) <= 60 and text.replace("_", "").isalnum() and text.isascii() else "an error"

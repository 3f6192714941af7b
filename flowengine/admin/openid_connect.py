"""Login through an OpenID Connect provider: authorization code flow with PKCE, bound to one browser.

Imported only where a provider is configured: the extra ``oidc`` brings the libraries.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from time import monotonic
from typing import Any

import orjson
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from cryptography.fernet import Fernet, InvalidToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError

from .login_failed import LoginFailed
from .openid_provider import Provider, error_code
from .provider_users import groups_of, is_of_domain, lacks_claims, permissions_of, username_of
from .settings_tables import OpenIdProvider
from .users import Origin, User, token_hash

ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512",
)  # fmt: skip
"""Signatures with a private key of the provider; nothing unsigned, nothing signed with a secret that others have."""
LEEWAY = 60
"""Seconds that the provider's clock may be off."""
PATIENCE = 600
"""Seconds that a user may take at the provider."""
HANDOVER = 60.0
"""Seconds that a login waits for the page to fetch it."""


class OpenIdConnect:
    """The logins at one provider. What a login under way has to remember is sealed in a cookie of its browser."""

    def __init__(self, settings: OpenIdProvider) -> None:
        self._settings = settings
        self._provider = Provider(settings)
        self._seal = Fernet(Fernet.generate_key())
        self._waiting: dict[str, tuple[User, float]] = {}

    async def begin(self, callback: str) -> tuple[str, str]:
        """Return the provider's address for a new login and the cookie that it is bound to. Raises LoginFailed."""
        facts = await self._provider.facts()
        login = {name: secrets.token_urlsafe(32) for name in ("state", "nonce")}
        login |= {"verifier": secrets.token_urlsafe(64), "callback": callback}
        address = prepare_grant_uri(
            facts["authorization_endpoint"],
            self._settings.client_id,
            "code",
            callback,
            " ".join(dict.fromkeys(("openid", *self._settings.scopes))),
            login["state"],
            nonce=login["nonce"],
            code_challenge=create_s256_code_challenge(login["verifier"]),
            code_challenge_method="S256",
        )
        return str(address), self._seal.encrypt(orjson.dumps(login)).decode()

    async def finish(self, query: Mapping[str, str], cookie: str) -> User:
        """Return who has come back from the provider. Raises LoginFailed."""
        login = self._opened(cookie)
        if not hmac.compare_digest(query.get("state", "").encode(), login["state"].encode()):
            raise LoginFailed("wrong_state", "the state is not the one of this browser's login")
        facts = await self._provider.facts()
        issuer = query.get("iss")
        if issuer != facts["issuer"] and (
            issuer is not None or facts.get("authorization_response_iss_parameter_supported") is True
        ):
            raise LoginFailed("untrusted", "the answer names another issuer")
        if error := query.get("error"):
            raise LoginFailed(
                "denied" if error == "access_denied" else "rejected", f"the provider says {error_code(error)}"
            )
        if not (code := query.get("code")):
            raise LoginFailed("rejected", "the answer has no code")
        return self._user(await self._claims(code, login))

    def _opened(self, cookie: str) -> dict[str, str]:
        try:
            found: dict[str, str] = orjson.loads(self._seal.decrypt(cookie.encode(), ttl=PATIENCE))
        except (InvalidToken, ValueError):
            raise LoginFailed("expired", "this browser has no login under way") from None
        return found

    async def _claims(self, code: str, login: Mapping[str, str]) -> dict[str, Any]:
        tokens = await self._provider.tokens(code, login["callback"], login["verifier"])
        if not isinstance(token := tokens.get("id_token"), str):
            raise LoginFailed("untrusted", "the provider gave no id token")
        access_token = tokens.get("access_token")
        claims = await self._checked(token, login["nonce"], access_token)
        if isinstance(access_token, str) and lacks_claims(self._settings, claims):
            # What is signed counts more.
            return await self._provider.more_claims(access_token, claims["sub"]) | claims
        return claims

    async def _checked(self, token: str, nonce: str, access_token: Any) -> dict[str, Any]:
        """Return the claims of an id token once all of it is right. Raises LoginFailed."""
        facts, client = await self._provider.facts(), self._settings.client_id
        try:
            try:
                read = jwt.decode(token, await self._provider.keys(), ALGORITHMS)
            except InvalidKeyIdError:
                read = jwt.decode(token, await self._provider.keys(fresh=True), ALGORITHMS)
            claims = CodeIDToken(
                read.claims,
                read.header,
                {
                    "iss": {"essential": True, "value": facts["issuer"]},
                    "aud": {"essential": True, "value": client},
                },
                {"nonce": nonce, "client_id": client, "access_token": access_token},
            )
            claims.validate(leeway=LEEWAY)
        except (JoseError, ValueError, TypeError, LookupError, AttributeError) as error:
            said = f"{type(error).__name__} {getattr(error, 'claim', '')}".strip()
            raise LoginFailed("untrusted", f"the id token is not right: {said}") from None
        return dict(claims)

    def _user(self, claims: Mapping[str, Any]) -> User:
        settings = self._settings
        if (username := username_of(settings, claims)) is None:
            raise LoginFailed("refused", "no claim gives a name that could be used")
        if not is_of_domain(settings, claims):
            raise LoginFailed(
                "refused", f"{username} has no verified e-mail address of the domains that may log in"
            )
        groups = groups_of(settings, claims)
        permissions = permissions_of(settings, username, groups)
        if permissions is None:
            raise LoginFailed("refused", f"{username} is in no group that has permissions")
        return User(username, permissions, origin=Origin(settings.issuer, groups))

    # from the callback to the page

    def put(self, user: User) -> str:
        """Keep a login for the page that fetches it next; returns the cookie it is fetched with."""
        now = monotonic()
        self._waiting = {key: one for key, one in self._waiting.items() if one[1] > now}
        handle = secrets.token_urlsafe(32)
        self._waiting[token_hash(handle)] = (user, now + HANDOVER)
        return handle

    def take(self, handle: str) -> User | None:
        """Give a login out, once."""
        user, end = self._waiting.pop(token_hash(handle), (None, 0.0))
        return user if end > monotonic() else None

    async def logout_address(self, page: str) -> str | None:
        """Return where the provider logs a user out and sends the browser back, where that is wanted and offered."""
        if not self._settings.provider_logout:
            return None
        try:
            address = (await self._provider.facts()).get("end_session_endpoint")
        except LoginFailed:
            return None
        if address is None:
            return None
        wanted = {"client_id": self._settings.client_id, "post_logout_redirect_uri": page}
        return str(add_params_to_uri(address, list(wanted.items())))

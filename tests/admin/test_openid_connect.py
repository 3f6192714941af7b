"""Login through an OpenID Connect provider: a whole login between two servers, and everything that may go wrong."""

from __future__ import annotations

import builtins
import json
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from aiohttp import ClientResponse, ClientSession, CookieJar
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from flowengine.admin import openid_connect, openid_provider
from flowengine.admin.resources.strategy import COOKIE
from flowengine.admin.runtime import Runtime
from flowengine.admin.settings_file import make_settings, read_settings
from flowengine.errors import SettingsError

from .identity_provider import CLIENT, KEY, SECRET, Provider, unsigned
from .servers import AUTH, FLOWS, LOGIN, PASSWORD, Served, serving

ANN = {
    "preferred_username": "ann.provider",
    "email": "ann@flows.example",
    "email_verified": True,
    "groups": ["admins"],
}
BEN = {
    "preferred_username": "ben.provider",
    "email": "ben@flows.example",
    "email_verified": True,
    "groups": ["staff"],
}
EVE = {"preferred_username": "eve", "email": "eve@evil.example", "email_verified": True, "groups": ["guests"]}
PERMISSIONS = {"admins": "*", "staff": "read"}


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    running = Provider()
    await running.start()
    running.people = {"1": ANN, "2": BEN, "3": EVE}
    running.subject = "1"
    yield running
    await running.stop()


@dataclass
class Browser:
    """What a browser does with addresses and cookies."""

    served: Served
    client: ClientSession
    seen: list[str]
    """All that this browser was sent: headers and bodies."""

    async def go(self, address: str, method: str = "GET", **more: Any) -> ClientResponse:
        answer = await self.client.request(method, address, allow_redirects=False, **more)
        self.seen.append(f"{address} {dict(answer.headers)} {await answer.text()}")
        return answer

    async def begin(self) -> str:
        """Press the button; gives the provider's address."""
        answer = await self.go(f"{self.served.url}/auth/strategy")
        assert answer.status == 302, await answer.text()
        return answer.headers["Location"]

    async def at_provider(self, address: str) -> str:
        """Log in there; gives the address that leads back."""
        answer = await self.go(address)
        assert answer.status == 302, await answer.text()
        return answer.headers["Location"]

    async def log_in(self) -> ClientResponse:
        """Go all the way to the answer of the callback."""
        return await self.go(await self.at_provider(await self.begin()))

    async def fetch(self) -> ClientResponse:
        """Do what the page does when it finds #login in its address."""
        return await self.go(f"{self.served.url}/auth/strategy/token", "POST")

    async def token(self) -> dict[str, str]:
        """Log in and give the headers of a user."""
        answer = await self.log_in()
        assert answer.status == 302, await answer.text()
        return {"Authorization": f"Bearer {(await (await self.fetch()).json())['access_token']}"}


def settings_for(provider: Provider, **more: Any) -> dict[str, Any]:
    oidc = {
        "issuer": provider.issuer,
        "clientId": CLIENT,
        "clientSecret": SECRET,
        "groupPermissions": PERMISSIONS,
        **more,
    }
    return {"oidc": oidc, "logging": {"level": "info", "audit": True}}


@asynccontextmanager
async def logging_in(
    folder: Path, provider: Provider, oidc: Any = None, **settings: Any
) -> AsyncIterator[Browser]:
    (folder / "flows.json").write_text(json.dumps(FLOWS))
    async with serving(folder, **{**settings_for(provider, **(oidc or {})), **settings}) as served:
        provider.client.redirect_uris.add(f"{served.url}/auth/strategy/callback")
        async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as client:
            yield Browser(served, client, [])


@pytest.fixture
async def browser(tmp_path: Path, provider: Provider) -> AsyncIterator[Browser]:
    async with logging_in(tmp_path, provider) as running:
        yield running


# a login


async def test_a_user_of_the_provider_logs_in(browser: Browser, provider: Provider) -> None:
    served = browser.served
    assert (await served.ask("GET", "/flows")).status == 401
    there = await browser.begin()
    asked = parse_qs(urlsplit(there).query)
    assert asked["scope"] == ["openid profile email"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"{served.url}/auth/strategy/callback"]
    back = await browser.go(await browser.at_provider(there))
    assert (back.status, back.headers["Location"]) == (302, "../../#login")
    given = await (await browser.fetch()).json()
    assert given["token_type"] == "Bearer"
    assert given["expires_in"] == 7 * 24 * 3600
    headers = {"Authorization": f"Bearer {given['access_token']}"}
    settings = await served.json("GET", "/settings", headers=headers)
    assert settings["user"] == {"username": "ann.provider", "permissions": "*"}
    assert await served.deploy(FLOWS, headers=headers)
    # The token was in the body of one answer, never in an address or a cookie.
    assert sum(given["access_token"] in text for text in browser.seen) == 1
    assert (await browser.fetch()).status == 403
    assert provider.asked == ["/.well-known/openid-configuration", "/authorize", "/token", "/keys"]


async def test_the_cookie_is_for_this_server_alone_and_for_a_while(browser: Browser) -> None:
    answer = await browser.go(f"{browser.served.url}/auth/strategy")
    said = answer.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Lax", "Max-Age=600", "Path=/auth/strategy"):
        assert part in said
    assert "Secure" not in said
    state = parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]
    assert state not in said
    assert "no-store" in answer.headers["Cache-Control"]


async def test_behind_a_proxy_the_public_address_counts(tmp_path: Path, provider: Provider) -> None:
    public = "https://flows.example/red/"
    async with logging_in(tmp_path, provider, publicUrl=public) as browser:
        answer = await browser.go(f"{browser.served.url}/auth/strategy", headers={"Host": "flows.example"})
        asked = parse_qs(urlsplit(answer.headers["Location"]).query)
        assert asked["redirect_uri"] == ["https://flows.example/red/auth/strategy/callback"]
        assert "Secure" in answer.headers["Set-Cookie"]
        assert "Path=/red/auth/strategy" in answer.headers["Set-Cookie"]


async def test_groups_give_permissions(browser: Browser, provider: Provider) -> None:
    provider.subject = "2"
    headers = await browser.token()
    assert (await browser.served.ask("GET", "/flows", headers=headers)).status == 200
    assert (await browser.served.ask("POST", "/flows", FLOWS, headers=headers)).status == 401
    provider.people["2"] = {**BEN, "groups": ["staff", "admins", 7]}
    assert (await browser.served.ask("POST", "/flows", FLOWS, headers=await browser.token())).status == 204


async def test_who_has_no_permissions_is_refused(browser: Browser, provider: Provider) -> None:
    provider.subject = "3"
    answer = await browser.log_in()
    assert answer.status == 403
    assert "this account may not use this server" in await answer.text()
    assert (await browser.fetch()).status == 403
    assert "eve is in no group that has permissions" in browser.served.log.getvalue()


async def test_others_may_get_default_permissions_and_single_users_their_own(
    tmp_path: Path, provider: Provider
) -> None:
    oidc = {"defaultPermissions": "read", "userPermissions": {"ben@flows.example": ["flows.write", "read"]}}
    async with logging_in(tmp_path, provider, {**oidc, "usernameClaim": "email"}) as browser:
        for subject, permissions in (("3", "read"), ("2", ["read", "flows.write"]), ("1", "*")):
            provider.subject = subject
            settings = await browser.served.json("GET", "/settings", headers=await browser.token())
            assert settings["user"]["permissions"] == permissions


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, 403),
        ({"email": "eve@FLOWS.example"}, 302),
        ({"email": "eve@flows.example", "email_verified": False}, 403),
        ({"email": "eve@flows.example", "email_verified": "true"}, 403),
        ({"email": "eve@flows.example.evil.example"}, 403),
        ({"email": "eve@evil.example@flows.example.org"}, 403),
        ({"email": None}, 403),
    ],
)
async def test_only_verified_addresses_of_the_domains_log_in(
    more: dict[str, Any], status: int, tmp_path: Path, provider: Provider
) -> None:
    provider.people["3"], provider.subject = {**EVE, **more}, "3"
    oidc = {"emailDomains": ["flows.example"], "defaultPermissions": "read"}
    async with logging_in(tmp_path, provider, oidc) as browser:
        assert (await browser.log_in()).status == status


async def test_claims_are_asked_for_where_the_token_lacks_them(browser: Browser, provider: Provider) -> None:
    provider.hidden = {"groups", "preferred_username"}
    settings = await browser.served.json("GET", "/settings", headers=await browser.token())
    assert settings["user"] == {"username": "ann.provider", "permissions": "*"}
    assert provider.asked[-1] == "/userinfo"


async def test_groups_may_lie_within_other_claims(tmp_path: Path, provider: Provider) -> None:
    provider.people["1"] = {"realm_access": {"roles": ["admins"]}, "https://x.example/a.b": "Ann of X"}
    oidc = {"groupsClaim": "realm_access.roles", "usernameClaim": "https://x.example/a.b"}
    async with logging_in(tmp_path, provider, oidc) as browser:
        settings = await browser.served.json("GET", "/settings", headers=await browser.token())
        assert settings["user"] == {"username": "Ann of X", "permissions": "*"}


@pytest.mark.parametrize("name", ["", " ann", "ann\nroot", "a" * 201, 7, ["ann"], "\u202enna"])
async def test_what_is_no_name_is_passed_over(name: Any, browser: Browser, provider: Provider) -> None:
    provider.people["1"] = {**ANN, "preferred_username": name}
    settings = await browser.served.json("GET", "/settings", headers=await browser.token())
    assert settings["user"]["username"] == "ann@flows.example"
    provider.people["1"] = {**provider.people["1"], "email_verified": False}
    settings = await browser.served.json("GET", "/settings", headers=await browser.token())
    assert settings["user"]["username"] == "1"


@pytest.mark.parametrize("methods", [("client_secret_basic",), ("client_secret_post",), ("none",)])
async def test_a_client_shows_what_it_has(
    methods: tuple[str, ...], tmp_path: Path, provider: Provider
) -> None:
    provider.client.methods = methods
    oidc = {"clientSecret": ""} if methods == ("none",) else {}
    async with logging_in(tmp_path, provider, oidc) as browser:
        assert (await browser.log_in()).status == 302


# sessions


async def test_a_login_ends_by_logout_and_by_time(browser: Browser) -> None:
    served = browser.served
    first, second = await browser.token(), await browser.token()
    assert await (await served.ask("POST", "/auth/revoke", {}, headers=first)).text() == ""
    assert (await served.ask("GET", "/flows", headers=first)).status == 401
    assert (await served.ask("GET", "/flows", headers=second)).status == 200
    for session in served.runtime.sessions._sessions.values():
        session["expires"] = time() - 1
    assert (await served.ask("GET", "/flows", headers=second)).status == 401


async def test_a_login_outlives_a_restart_with_the_permissions_of_then(
    tmp_path: Path, provider: Provider
) -> None:
    async with logging_in(tmp_path, provider) as browser:
        headers = await browser.token()
    kept = "".join(file.read_text() for file in tmp_path.glob(".config.*"))
    assert headers["Authorization"].removeprefix("Bearer ") not in kept
    assert "ann@flows.example" not in kept
    async with logging_in(tmp_path, provider, {"groupPermissions": {"admins": "read"}}) as browser:
        assert (await browser.served.ask("GET", "/flows", headers=headers)).status == 200
        assert (await browser.served.ask("POST", "/flows", FLOWS, headers=headers)).status == 401
    async with logging_in(tmp_path, provider, {"groupPermissions": {"others": "*"}}) as browser:
        assert (await browser.served.ask("GET", "/flows", headers=headers)).status == 401
    async with logging_in(tmp_path, provider, {"issuer": "https://other.example"}) as browser:
        assert (await browser.served.ask("GET", "/flows", headers=headers)).status == 401
    async with serving(tmp_path, adminAuth=AUTH) as served:
        assert (await served.ask("GET", "/flows", headers=headers)).status == 401


async def test_logging_out_at_the_provider_too(tmp_path: Path, provider: Provider) -> None:
    async with logging_in(tmp_path, provider, {"providerLogout": True}) as browser:
        headers = await browser.token()
        told = await browser.served.json("POST", "/auth/revoke", {}, headers=headers)
        page = urlencode({"client_id": CLIENT, "post_logout_redirect_uri": f"{browser.served.url}/"})
        assert told == {"redirect": f"{provider.issuer}/logout?{page}"}
        assert (await browser.served.ask("GET", "/flows", headers=headers)).status == 401


async def test_a_name_of_one_of_our_own_users_is_not_to_be_had(tmp_path: Path, provider: Provider) -> None:
    provider.people["1"] = {**ANN, "preferred_username": "bob"}
    async with logging_in(tmp_path, provider, adminAuth=AUTH) as browser:
        assert (await browser.log_in()).status == 403
        assert "bob is the name of a user of this server" in browser.served.log.getvalue()


async def test_what_a_login_takes_is_described(tmp_path: Path, provider: Provider) -> None:
    button = {"type": "button", "label": "Sign in with OpenID Connect", "url": "auth/strategy"}
    async with logging_in(tmp_path, provider) as browser:
        assert await browser.served.json("GET", "/auth/login") == {"type": "strategy", "prompts": [button]}
        german = await browser.served.json("GET", "/auth/login?lang=de")
        assert german["prompts"][0]["label"] == "Mit OpenID Connect anmelden"
    async with logging_in(tmp_path, provider, {"label": "Sign in with Acme"}, adminAuth=AUTH) as browser:
        # What node-red-admin reads is the type alone.
        told = await browser.served.json("GET", "/auth/login")
        assert told["type"] == "credentials"
        assert [one.get("id") for one in told["prompts"]] == ["username", "password", None]
        assert told["prompts"][2] == {**button, "label": "Sign in with Acme"}
        fields = {
            **LOGIN,
            "client_id": "node-red-admin",
            "username": "ann",
            "password": PASSWORD,
            "scope": "*",
        }
        assert (await browser.served.ask("POST", "/auth/token", fields)).status == 200


# what is not right


def other_key(kind: Any = RSAKey, size: Any = 2048) -> Any:
    return kind.generate_key(size, {"kid": "first"})


TAMPERED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "exp": lambda claims: claims.update(exp=int(time()) - 61),
    "iat": lambda claims: claims.update(iat=int(time()) + 300),
    "nbf": lambda claims: claims.update(nbf=int(time()) + 300),
    "iss": lambda claims: claims.update(iss="https://evil.example"),
    "aud": lambda claims: claims.update(aud="another-client"),
    "azp of one": lambda claims: claims.update(azp="another-client"),
    "azp of many": lambda claims: claims.update(aud=[CLIENT, "another-client"]),
    "nonce": lambda claims: claims.update(nonce="another"),
    "at_hash": lambda claims: claims.update(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    **{
        f"no {name}": lambda claims, name=name: claims.pop(name)
        for name in ("exp", "iat", "iss", "aud", "sub", "nonce")
    },  # type: ignore[misc]
}


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=list(TAMPERED))
async def test_a_token_that_is_not_for_this_login_is_refused(
    tamper: Callable[[dict[str, Any]], Any], browser: Browser, provider: Provider
) -> None:
    provider.tamper = tamper
    answer = await browser.log_in()
    assert answer.status == 502
    assert "could not be trusted" in await answer.text()
    assert (await browser.fetch()).status == 403
    assert "the id token is not right" in browser.served.log.getvalue()


def with_public_key(provider: Provider, claims: dict[str, Any]) -> str:
    key = OctKey.import_key(provider.key.as_pem(private=False))
    return jwt.encode({"alg": "HS256", "kid": "first"}, claims, key, ["HS256"])


def with_client_secret(provider: Provider, claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET * 2), ["HS256"])


def spoiled(provider: Provider, claims: dict[str, Any]) -> str:
    head, _, mark = provider.signed(claims).split(".")
    _, body, _ = provider.signed({**claims, "groups": ["admins", "x"]}).split(".")
    return f"{head}.{body}.{mark}"


FORGED: dict[str, Callable[[Provider, dict[str, Any]], str]] = {
    "none": lambda provider, claims: unsigned(claims),
    "none with a signature": lambda provider, claims: unsigned(claims) + provider.signed(claims).split(".")[2],
    "HS256 with the public key": with_public_key,
    "HS256 with the client's secret": with_client_secret,
    "another key of the same name": lambda provider, claims: jwt.encode({"alg": "RS256", "kid": "first"}, claims, other_key(), ["RS256"]),
    "another kind of key": lambda provider, claims: jwt.encode({"alg": "ES256", "kid": "first"}, claims, other_key(ECKey, "P-256"), ["ES256"]),
    "a key of nobody": lambda provider, claims: jwt.encode({"alg": "RS256", "kid": "nobody"}, claims, provider.key, ["RS256"]),
    "other claims": spoiled,
    "no token": lambda provider, claims: "no token",
    "lists": lambda provider, claims: "W10.W10.W10",
}  # fmt: skip


@pytest.mark.parametrize("forge", FORGED.values(), ids=list(FORGED))
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
async def test_a_forged_token_is_refused(
    forge: Callable[[Provider, dict[str, Any]], str], browser: Browser, provider: Provider
) -> None:
    provider.sign = lambda claims: forge(provider, claims)
    assert (await browser.log_in()).status == 502
    assert (await browser.fetch()).status == 403


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("PS256", RSAKey.import_key(KEY.as_dict(private=True, kid="other"))),
        ("ES256", ECKey.generate_key("P-256", {"kid": "other"})),
        ("ES512", ECKey.generate_key("P-521", {"kid": "other"})),
    ],
)
async def test_a_provider_may_sign_in_other_ways(
    algorithm: str, key: Any, browser: Browser, provider: Provider
) -> None:
    provider.more_keys = [key]
    provider.tamper = lambda claims: claims.pop("at_hash")  # made for RS256
    provider.sign = lambda claims: jwt.encode({"alg": algorithm, "kid": "other"}, claims, key, [algorithm])
    assert (await browser.log_in()).status == 302


async def test_a_clock_may_be_a_little_off(browser: Browser, provider: Provider) -> None:
    provider.tamper = lambda claims: claims.update(exp=int(time()) - 20, iat=int(time()) + 20)
    assert (await browser.log_in()).status == 302


async def test_a_provider_may_change_its_key(browser: Browser, provider: Provider) -> None:
    await browser.token()
    provider.key = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"})
    await browser.token()
    await browser.token()
    assert provider.asked.count("/keys") == 2
    assert provider.asked.count("/.well-known/openid-configuration") == 1


async def test_facts_of_the_provider_grow_old(
    browser: Browser, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid_provider, "KEPT", 0.0)
    await browser.token()
    assert provider.asked.count("/.well-known/openid-configuration") > 1


async def test_an_answer_to_no_login_of_this_browser_is_refused(browser: Browser, provider: Provider) -> None:
    callback = f"{browser.served.url}/auth/strategy/callback"
    alone = await browser.go(f"{callback}?code=x&state=y")
    assert alone.status == 400
    assert "too old, or was begun in another browser" in await alone.text()
    back = await browser.at_provider(await browser.begin())
    for query in ("", "code=x", "code=x&state=", "code=x&state=wrong", "error=access_denied&state=wrong"):
        await browser.begin()
        assert (await browser.go(f"{callback}?{query}")).status == 400
    # Another browser with the answer of this one, as a link in a mail would have it.
    async with ClientSession() as other:
        answer = await Browser(browser.served, other, []).go(back)
        assert answer.status == 400
    assert "/token" not in provider.asked


async def test_cookies_of_others_and_old_ones_are_worth_nothing(
    browser: Browser, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = await browser.at_provider(await browser.begin())
    async with ClientSession() as other:
        for value in ("", "x", "gAAAAA==", "ä"):
            answer = await Browser(browser.served, other, []).go(
                back, headers={"Cookie": f"{COOKIE}={value}"}
            )
            assert answer.status == 400
    monkeypatch.setattr(openid_connect, "PATIENCE", -1)
    assert (await browser.go(back)).status == 400


async def test_a_code_is_good_once(browser: Browser, provider: Provider) -> None:
    begun = await browser.go(f"{browser.served.url}/auth/strategy")
    cookie = {"Cookie": f"{COOKIE}={begun.cookies[COOKIE].value}"}
    back = await browser.at_provider(begun.headers["Location"])
    assert (await browser.go(back)).status == 302
    async with ClientSession() as thief:
        answer = await Browser(browser.served, thief, []).go(back, headers=cookie)
        assert answer.status == 403
    assert "/token answered invalid_grant" in browser.served.log.getvalue()


async def test_a_login_waits_for_its_page_but_not_for_long(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid_connect, "HANDOVER", -1.0)
    await browser.log_in()
    assert (await browser.fetch()).status == 403


async def test_pages_of_other_sites_fetch_no_token(browser: Browser) -> None:
    await browser.log_in()
    address = f"{browser.served.url}/auth/strategy/token"
    assert (await browser.go(address, "POST", headers={"Origin": "https://evil.example"})).status == 403
    assert (await browser.go(address, "POST", headers={"Sec-Fetch-Site": "cross-site"})).status == 403
    assert (await browser.fetch()).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1:80@evil.example", "127.0.0.1:1/evil.example", "localhost:1?x"]
)
async def test_nobody_else_chooses_where_a_login_comes_back_to(host: str, browser: Browser) -> None:
    answer = await browser.go(f"{browser.served.url}/auth/strategy", headers={"Host": host})
    assert answer.status in (400, 403)
    assert "Location" not in answer.headers


@pytest.mark.parametrize("name", ["redirect_uri", "return", "returnTo", "next", "redirect", "url"])
async def test_no_parameter_leads_elsewhere(name: str, browser: Browser) -> None:
    evil = urlencode({name: "https://evil.example/"})
    begun = await browser.go(f"{browser.served.url}/auth/strategy?{evil}")
    assert "evil" not in begun.headers["Location"]
    back = await browser.at_provider(begun.headers["Location"])
    assert (await browser.go(f"{back}&{evil}")).headers["Location"] == "../../#login"


async def test_a_user_may_say_no(browser: Browser, provider: Provider) -> None:
    provider.subject = None
    answer = await browser.log_in()
    assert answer.status == 403
    assert "cancelled or not allowed" in await answer.text()


async def test_what_the_provider_says_of_an_error_is_not_shown(browser: Browser) -> None:
    state = parse_qs(urlsplit(await browser.begin()).query)["state"][0]
    evil = {
        "error": "<script>alert(1)</script>\r\nforged line",
        "error_description": "<b>evil</b>",
        "state": state,
    }
    answer = await browser.go(f"{browser.served.url}/auth/strategy/callback?{urlencode(evil)}")
    assert answer.status == 403
    assert "evil" not in await answer.text()
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "forged line" not in browser.served.log.getvalue()


async def test_an_answer_of_another_issuer_is_refused(browser: Browser, provider: Provider) -> None:
    back = await browser.at_provider(await browser.begin())
    assert (await browser.go(f"{back}&iss=https%3A%2F%2Fevil.example")).status == 502
    provider.facts = {"authorization_response_iss_parameter_supported": True}
    browser.served.runtime.openid._provider._facts_end = 0.0  # type: ignore[union-attr]
    assert (await browser.log_in()).status == 502
    back = await browser.at_provider(await browser.begin())
    assert (await browser.go(f"{back}&{urlencode({'iss': provider.issuer})}")).status == 302


@pytest.mark.parametrize(
    "facts",
    [
        {"issuer": "https://evil.example"},
        {"issuer": None},
        {"token_endpoint": "http://evil.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"userinfo_endpoint": "ftp://evil.example"},
        {"jwks_uri": None},
    ],
    ids=str,
)
async def test_a_provider_that_says_odd_things_of_itself_is_not_used(
    facts: dict[str, Any], browser: Browser, provider: Provider
) -> None:
    provider.facts = facts
    answer = await browser.go(f"{browser.served.url}/auth/strategy")
    assert answer.status == 502
    assert "Location" not in answer.headers


async def test_a_provider_that_is_away(tmp_path: Path, provider: Provider) -> None:
    async with logging_in(tmp_path, provider, {"issuer": "http://127.0.0.1:9"}) as browser:
        answer = await browser.go(f"{browser.served.url}/auth/strategy", headers={"Accept-Language": "de-AT"})
        assert answer.status == 502
        assert "gerade nicht zu erreichen" in await answer.text()
        assert "cannot be reached" in browser.served.log.getvalue()
    async with logging_in(tmp_path, provider) as browser:
        back = await browser.at_provider(await browser.begin())
        await provider.stop()
        for _ in range(40):  # Nobody is locked out for what the provider does not do.
            assert (await browser.go(back)).status in (400, 502)
            browser.client.cookie_jar.clear()
            state = parse_qs(urlsplit(await browser.begin()).query)["state"][0]
            back = f"{browser.served.url}/auth/strategy/callback?code=x&state={state}"


async def test_a_wrong_secret_of_the_client_is_said_in_the_log(tmp_path: Path, provider: Provider) -> None:
    async with logging_in(tmp_path, provider, {"clientSecret": "not the secret"}) as browser:
        assert (await browser.log_in()).status == 403
        assert "answered invalid_client" in browser.served.log.getvalue()


async def test_many_failed_logins_have_to_wait(browser: Browser) -> None:
    callback = f"{browser.served.url}/auth/strategy/callback?code=x&state=y"
    for _ in range(40):  # These are no logins: a page of another site shows them as pictures.
        assert (await browser.go(callback, headers={"Sec-Fetch-Dest": "image"})).status == 403
    answers = [(await browser.go(callback)).status for _ in range(31)]
    assert answers == [400] * 30 + [429]
    refused = await browser.go(f"{browser.served.url}/auth/strategy")
    assert refused.status == 429
    assert int(refused.headers["Retry-After"]) > 500


# what must not get out


async def test_no_secret_is_shown_anywhere(tmp_path: Path, provider: Provider) -> None:
    async with logging_in(tmp_path, provider) as browser:
        served = browser.served
        headers = await browser.token()
        token = headers["Authorization"].removeprefix("Bearer ")
        for path in (
            "/settings",
            "/diagnostics",
            "/auth/login",
            "/flows",
            "/api/openapi.json",
            "/metrics",
            "/settings/user",
        ):
            browser.seen.append(await (await served.ask("GET", path, headers=headers)).text())
        assert '"oidc":"SET"' in "".join(browser.seen)
        browser.served.runtime.log.write("info", f"a fault that shows {SECRET}")
        shown = "".join(browser.seen)
        for text in (SECRET, "verifier", *provider.access):
            assert text not in shown, text
        log = served.log.getvalue()
        for text in (SECRET, token, "gAAAA", *provider.access, *provider.nonces):
            assert text not in log, text
        assert SECRET not in repr(served.runtime.settings)
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert SECRET.encode() not in file.read_bytes(), file


# settings


async def test_without_a_provider_there_is_no_such_address(tmp_path: Path) -> None:
    async with serving(tmp_path) as served:
        assert (await served.ask("GET", "/auth/strategy")).status == 404
        assert (await served.ask("GET", "/auth/strategy/callback?code=x&state=y")).status == 404
        assert (await served.ask("POST", "/auth/strategy/token")).status == 403


@pytest.mark.parametrize(
    ("oidc", "said"),
    [
        ({"clientId": "x"}, "oidc.issuer"),
        ({"issuer": "https://id.example"}, "oidc.clientId"),
        ({"issuer": "http://id.example", "clientId": "x"}, "https"),
        ({"issuer": "https://id.example?x=1", "clientId": "x"}, "https"),
        ({"issuer": "id.example", "clientId": "x"}, "https"),
        ({"issuer": "https://id.example", "clientId": "x", "clientsecret": "y"}, "oidc.clientsecret"),
    ],
)
def test_a_wrong_setting_is_named(oidc: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(said)):
        make_settings({"oidc": oidc})


def test_the_secret_may_come_from_the_environment_and_stays_a_text(tmp_path: Path) -> None:
    (tmp_path / "flowengine.toml").write_text(
        '[oidc]\nissuer = "https://id.example"\nclientId = "x"\nclientSecret = "in the file"\n[oidc.groupPermissions]\na = "*"\n'
    )
    env = {"FLOWENGINE_OIDC__CLIENT_SECRET": "123", "FLOWENGINE_OIDC__EMAIL_DOMAINS": '["a.example"]'}
    provider = read_settings(tmp_path, env)[0].oidc
    assert provider is not None
    assert (provider.client_secret, provider.email_domains) == ("123", ["a.example"])
    assert provider.group_permissions == {"a": "*"}


def test_beyond_this_machine_the_name_has_to_be_known(tmp_path: Path) -> None:
    oidc = {"issuer": "https://id.example", "clientId": "x"}
    with pytest.raises(SettingsError, match="publicUrl or allowedHosts"):
        Runtime(tmp_path, make_settings({"uiHost": "0.0.0.0", "oidc": oidc}))
    Runtime(
        tmp_path, make_settings({"uiHost": "0.0.0.0", "oidc": oidc, "publicUrl": "https://flows.example"})
    )
    Runtime(tmp_path, make_settings({"uiHost": "0.0.0.0", "oidc": oidc, "allowedHosts": ["flows.example"]}))


def test_a_missing_library_is_named_with_the_way_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith(("authlib", "flowengine.admin.openid_"))]:
        monkeypatch.delitem(sys.modules, name)
    genuine = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "authlib":
            raise ModuleNotFoundError("No module named 'authlib'", name="authlib")
        return genuine(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    settings = make_settings({"oidc": {"issuer": "https://id.example", "clientId": "x"}})
    with pytest.raises(SettingsError, match=r"authlib is missing.*pip install 'flowengine\[oidc\]'"):
        Runtime(tmp_path, settings)
    Runtime(tmp_path, make_settings({}))
